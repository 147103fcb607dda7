"""Which galaxies to ask about, given scores or features: batches that are not near-duplicates.

Array functions, shared by the queue of a project and by retrospective simulations. A strategy is
any function of a :class:`Situation` that returns candidates; new ones go into ``STRATEGIES``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.active.scoring import (
    N_BEST,
    N_SAMPLES,
    TREE,
    acquisition_scores,
    measure,
)
from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.trees import DecisionTree

__all__ = [
    "START_POOL",
    "STRATEGIES",
    "Situation",
    "Strategy",
    "is_fresh",
    "kmeans_plus_plus",
    "power_bald",
    "strategy_named",
]

#: Galaxies among which a diverse start is sought (the pool of W+22).
START_POOL = 32_768


@dataclass(frozen=True, eq=False)
class Situation:
    """What a strategy may look at when it chooses ``n`` of the candidates.

    Attributes
    ----------
    features
        Of all galaxies, shape (galaxies, width).
    candidates
        Row numbers of the galaxies that may be chosen, increasing.
    labelled
        Row numbers of those that were chosen before.
    head, tree
        The head as it stands, and the tree whose answers it predicts.
    n
        How many to choose.
    beta
        PowerBALD's exponent: 0 draws at random, infinity takes the highest scores.
    n_samples, seed
        Dropout samples of the scoring and the seed of their masks.
    n_best
        How many galaxies are scored exactly.
    rng
        Source of every random choice.
    """

    features: NDArray[np.floating[Any]]
    candidates: NDArray[np.intp]
    labelled: NDArray[np.intp]
    head: Head
    tree: DecisionTree
    n: int
    rng: np.random.Generator
    beta: float = 1.0
    n_samples: int = N_SAMPLES
    seed: int = 0
    n_best: int = N_BEST


#: Chooses at most ``situation.n`` of ``situation.candidates``, best first.
Strategy = Callable[[Situation], NDArray[np.intp]]


def power_bald(
    scores: ArrayLike, n: int, beta: float, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Choose a batch with probabilities that grow as ``score ** beta``, without replacement.

    The highest ``β·log(score) + Gumbel noise`` win. The best of a list are often near-duplicates
    of each other; the noise spreads the batch (Kirsch et al. 2021, arXiv:2106.12059).

    Parameters
    ----------
    scores
        Acquisition scores, shape (galaxies,), finite and not below 0.
    n
        How many to choose; at most all of them.
    beta
        0 chooses at random, infinity the n highest scores.
    rng
        Source of the noise.

    Returns
    -------
    numpy.ndarray
        Positions in ``scores``, first choice first. Scores of 0 come last.

    Raises
    ------
    GzactiveError
        If a score is not finite or below 0, or ``beta`` is below 0.
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or not (np.isfinite(values).all() and (values >= 0).all()):
        raise GzactiveError(
            f"Scores must be one finite number of at least 0 a galaxy, not shape {values.shape} "
            f"from {np.min(values, initial=0)} to {np.max(values, initial=0)}: score again."
        )
    if not beta >= 0:
        raise GzactiveError(f"beta is {beta}: it must be 0 or above.")
    noise = rng.gumbel(size=len(values))
    # A score of 0 has the weight of the smallest number there is, and noise orders the zeros.
    logs = np.log(np.maximum(values, np.finfo(np.float64).tiny))
    keys = logs if np.isinf(beta) else beta * logs + noise
    return np.lexsort((-noise, -keys))[: max(0, n)]


def kmeans_plus_plus(
    features: NDArray[np.floating[Any]],
    n: int,
    rng: np.random.Generator,
    *,
    centres: NDArray[np.floating[Any]] | None = None,
) -> NDArray[np.intp]:
    """Choose galaxies far from each other: the seeding of k-means++ (Arthur & Vassilvitskii 2007).

    The next one is drawn with a probability proportional to its squared distance from the nearest
    that was chosen before.

    Parameters
    ----------
    features
        Shape (galaxies, width), any float type.
    n
        How many to choose; at most all of them.
    rng
        Source of the draws.
    centres
        Features of galaxies that count as chosen before, shape (any number, width).

    Returns
    -------
    numpy.ndarray
        Row numbers, first choice first, none twice.
    """
    rows = np.asarray(features, dtype=np.float32)
    n = min(n, len(rows))
    lengths = np.einsum("nw,nw->n", rows, rows, dtype=np.float64)
    nearest = np.full(len(rows), np.inf)
    if centres is not None:
        for centre in np.asarray(centres, dtype=np.float32):
            nearest = np.minimum(nearest, _squared_distances(rows, lengths, centre))
    chosen: list[int] = []
    free = np.ones(len(rows), dtype=bool)
    for _ in range(n):
        weights = np.where(free, np.where(np.isinf(nearest), 1.0, nearest), 0.0)
        if weights.sum() <= 0:
            weights = free.astype(np.float64)  # what is left lies on galaxies chosen before
        row = int(rng.choice(len(rows), p=weights / weights.sum()))
        chosen.append(row)
        free[row] = False
        nearest = np.minimum(nearest, _squared_distances(rows, lengths, rows[row]))
    return np.array(chosen, dtype=np.intp)


def is_fresh(head: Head) -> bool:
    """Whether nothing was learned yet: a head that says the same of every galaxy."""
    return not head.kernel.any()


def strategy_named(strategy: str | Strategy) -> Strategy:
    """The strategy of that name, or the given function itself.

    Raises
    ------
    GzactiveError
        If there is none of that name.
    """
    if not isinstance(strategy, str):
        return strategy
    if strategy not in STRATEGIES:
        raise GzactiveError(f"No strategy '{strategy}': choose one of {', '.join(STRATEGIES)}.")
    return STRATEGIES[strategy]


def _squared_distances(
    rows: NDArray[np.float32], lengths: NDArray[np.float64], centre: NDArray[np.float32]
) -> NDArray[np.float64]:
    # |x − c|² by the product x·c: no (galaxies, width) temporary. Rounding may leave less than 0.
    squares = lengths - 2.0 * (rows @ centre).astype(np.float64) + float(centre @ centre)
    return np.maximum(squares, 0.0)


def _scored(by: str) -> Strategy:
    def choose(situation: Situation) -> NDArray[np.intp]:
        if is_fresh(situation.head):
            return _start(situation)
        features = situation.features[situation.candidates]
        found = measure(
            situation.head,
            features,
            situation.tree,
            n_samples=situation.n_samples,
            seed=situation.seed,
        )
        scores = acquisition_scores(
            found,
            situation.head,
            features,
            situation.tree,
            by=by,
            question=TREE,
            n_samples=situation.n_samples,
            seed=situation.seed,
            n_best=situation.n_best,
        ).score
        chosen = power_bald(scores, situation.n, situation.beta, situation.rng)
        return situation.candidates[chosen]

    return choose


def _random(situation: Situation) -> NDArray[np.intp]:
    return situation.rng.permutation(situation.candidates)[: situation.n]


def _diverse(situation: Situation) -> NDArray[np.intp]:
    pool = situation.candidates
    if len(pool) > START_POOL:
        pool = np.sort(situation.rng.choice(pool, START_POOL, replace=False))
    centres = situation.features[situation.labelled]
    features = situation.features[pool]
    return pool[kmeans_plus_plus(features, situation.n, situation.rng, centres=centres)]


def _start(situation: Situation) -> NDArray[np.intp]:
    """Half at random, half diverse, in turns: for a tree that nothing was learned of."""
    order = _random(situation)[: (situation.n + 1) // 2]
    rest = np.setdiff1d(situation.candidates, order)
    labelled = np.concatenate([situation.labelled, order])
    diverse = _diverse(
        Situation(
            **{
                **situation.__dict__,
                "candidates": rest,
                "labelled": labelled,
                "n": situation.n - len(order),
            }
        )
    )
    mixed = np.concatenate([order, diverse])
    return mixed[np.argsort(np.concatenate([np.arange(len(order)), np.arange(len(diverse))]))]


#: Strategies by name; add a function here to compare it with the others.
STRATEGIES: dict[str, Strategy] = {
    "mutual-information": _scored("mutual-information"),
    "entropy": _scored("entropy"),
    "random": _random,
    "diverse": _diverse,
}
