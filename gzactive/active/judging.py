"""How good a head is on galaxies that it never saw, and whether another one is better.

Array functions, shared by rounds and by retrospective simulations. Full evaluation reports are
elsewhere; here is only what decides about promotion.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.active.balance import without_own_votes
from gzactive.active.scoring import N_SAMPLES
from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.likelihood import predictive_nll
from gzactive.trees import DecisionTree

__all__ = ["CONFIDENCE", "Comparison", "held_out_loss", "paired_bootstrap", "plurality_accuracy"]

#: Probability of being worse from which a new head is not promoted.
CONFIDENCE = 0.9
_RESAMPLES = 4000
_ROWS = 512


@dataclass(frozen=True)
class Comparison:
    """What a paired bootstrap says of new losses minus old losses, in nats a galaxy.

    Attributes
    ----------
    difference
        Mean of new − old; below 0 is better.
    low, high
        Central 90 % interval of that mean.
    probability_worse
        Share of the resamples in which the new losses are higher.
    worse
        Whether that share reaches ``CONFIDENCE``.
    """

    difference: float
    low: float
    high: float
    probability_worse: float
    worse: bool


def held_out_loss(
    head: Head,
    features: NDArray[np.floating[Any]],
    votes: ArrayLike,
    tree: DecisionTree,
    *,
    n_samples: int = N_SAMPLES,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Negative log-probability of each galaxy's votes under all dropout samples, nats.

    Parameters
    ----------
    head, features
        What predicts; features of shape (galaxies, width).
    votes
        Counts, shape (galaxies, answers).
    tree
        The tree whose ``columns`` name the answers.
    n_samples, seed
        Dropout samples and the seed of their masks: two heads are compared with the same.

    Returns
    -------
    numpy.ndarray
        Shape (galaxies,); see :func:`gzactive.model.likelihood.predictive_nll`.
    """
    counts = np.asarray(votes)
    losses = np.empty(len(counts))
    for rows, concentrations in head.mc_blocks(features, n_samples, seed, block=_ROWS):
        fair = without_own_votes(concentrations, counts[rows], head.shift)
        losses[rows] = predictive_nll(counts[rows], fair, tree)
    return losses


def paired_bootstrap(
    loss_new: ArrayLike, loss_old: ArrayLike, *, resamples: int = _RESAMPLES, seed: int = 0
) -> Comparison:
    """Whether new losses are higher than old ones of the same galaxies, by resampling galaxies.

    Parameters
    ----------
    loss_new, loss_old
        Losses of the same galaxies, shape (galaxies,), at least one.
    resamples
        How often the galaxies are drawn again with replacement.
    seed
        Of the draws.

    Raises
    ------
    GzactiveError
        If the shapes differ, there is no galaxy, or a loss is not finite.
    """
    new, old = np.asarray(loss_new, np.float64), np.asarray(loss_old, np.float64)
    if new.shape != old.shape or new.ndim != 1 or not len(new):
        raise GzactiveError(
            f"Losses of the same galaxies are compared, at least one, not shapes {new.shape} "
            f"and {old.shape}."
        )
    difference = new - old
    if not np.isfinite(difference).all():
        raise GzactiveError("A held-out loss is not finite: fit again with another seed.")
    rng = np.random.default_rng(seed)
    means = np.empty(resamples)
    step = max(1, 4_000_000 // len(difference))
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        draws = rng.integers(len(difference), size=(size, len(difference)))
        means[start : start + size] = difference[draws].mean(axis=1)
    low, high = np.quantile(means, [0.05, 0.95])
    probability = float((means > 0).mean())
    return Comparison(
        difference=float(difference.mean()),
        low=float(low),
        high=float(high),
        probability_worse=probability,
        worse=probability >= CONFIDENCE,
    )


def plurality_accuracy(fractions: ArrayLike, votes: ArrayLike, tree: DecisionTree) -> float:
    """How often the answer predicted to lead has indeed the most votes, over all questions.

    A question counts for a galaxy where at least half of those who were asked the first question
    were asked it. NaN where no question counts for any galaxy.

    Parameters
    ----------
    fractions, votes
        Predicted vote fractions and counts, each (galaxies, answers).
    tree
        The tree whose ``columns`` name the answers.
    """
    predicted, counts = np.asarray(fractions), np.asarray(votes, dtype=np.float64)
    parts = [tree.slice(question.name) for question in tree.modelled]
    asked = np.stack([counts[:, part].sum(axis=1) for part in parts], axis=1)
    relevant = (asked > 0) & (asked >= asked.max(axis=1, keepdims=True) / 2)
    right = np.zeros_like(relevant)
    for column, part in enumerate(parts):
        leading = predicted[:, part].argmax(axis=1)
        chosen = np.take_along_axis(counts[:, part], leading[:, None], axis=1)[:, 0]
        right[:, column] = chosen == counts[:, part].max(axis=1)
    return float(right[relevant].mean()) if relevant.any() else float("nan")
