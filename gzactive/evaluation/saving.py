"""What active choice saves, told from a person's own labels.

Every queue holds galaxies drawn at random besides those that the model asked for, so the labels of
one project hold both ways of choosing. Heads are fitted to as many of the one as of the other and
compared on random galaxies; they serve nobody and are thrown away, and no reserved galaxy trains
the model of the project.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.evaluation.bootstrap import LEVEL, RESAMPLES, Estimate, resample
from gzactive.model.head import Head
from gzactive.model.likelihood import predictive_nll
from gzactive.model.training import HeadFit, fit_head
from gzactive.progress import Progress, silent
from gzactive.trees import DecisionTree

__all__ = ["ENOUGH", "Labelled", "Saving", "estimate_saving"]

#: Galaxies of each kind below which nothing can be told.
ENOUGH = 40
_FOLDS = 4
_SAMPLES = 30
_MOST = 2000  # galaxies of a kind: fits stay seconds


@dataclass(frozen=True, eq=False)
class Labelled:
    """Labelled galaxies of one kind, in the order in which they were labelled.

    Attributes
    ----------
    features
        (n, width).
    votes
        (n, answers).
    """

    features: NDArray[np.floating[Any]]
    votes: NDArray[np.floating[Any]]

    def __len__(self) -> int:
        return len(self.votes)

    def first(self, n: int) -> "Labelled":
        """The first ``n`` of them."""
        return Labelled(self.features[:n], self.votes[:n])


@dataclass(frozen=True, eq=False)
class Saving:
    """What active choice saved, or why that cannot be told.

    Attributes
    ----------
    random, active
        Labelled galaxies of each kind.
    share
        Share of labels that active choice saves: 0.3 says that 70 active labels do as well as 100
        random ones; below 0 they do worse. None where it cannot be told yet.
    gain
        Held-out loss of as many random labels minus that of active ones, nats a galaxy; None where
        not compared.
    compared_at
        So many labels of each kind were compared.
    curve
        Rows of (kind, labels, mean loss), to draw.
    prospect
        What is known of projects like this one, said where its own labels do not tell.
    """

    random: int
    active: int
    share: Estimate | None = None
    gain: Estimate | None = None
    compared_at: int = 0
    curve: tuple[tuple[str, int, float], ...] = ()
    prospect: str = ""

    @property
    def sentence(self) -> str:
        """What is known, in a sentence or two."""
        share = self.share
        told = share is not None and (share.low > 0 or share.high < 0)
        return self._own if told or not self.prospect else f"{self._own} {self.prospect}"

    @property
    def _own(self) -> str:
        """What the project's own labels tell."""
        if min(self.random, self.active) < ENOUGH:
            return (
                "Too few labels yet to tell what asking where the model is unsure saves: "
                f"{min(self.random, ENOUGH)} of {ENOUGH} galaxies drawn at random and "
                f"{min(self.active, ENOUGH)} of {ENOUGH} that the model asked for are labelled."
            )
        gain = self.gain
        if gain is None:
            return "What active choice saves was not estimated."
        if self.share is None:
            return (
                f"{self.compared_at} random labels do not make the model measurably better than "
                "its start, so nothing can be told yet of what active choice saves."
            )
        told = (
            f"With {self.compared_at} labels of each kind, active ones leave a held-out loss "
            f"{abs(gain.value):.3f} nats {'lower' if gain.value >= 0 else 'higher'} "
            f"({gain.low:+.3f} to {gain.high:+.3f} in favour of active choice). "
        )
        share = self.share
        if share.low > 0:
            return told + (
                f"That is {100 * share.value:.0f} % fewer labels than random choice needs "
                f"({100 * share.low:.0f} to {100 * share.high:.0f} %)."
            )
        if share.high < 0:
            return told + "Random choice does better here."
        return told + "So far it can not be told apart from random choice."


def estimate_saving(
    random: Labelled,
    active: Labelled,
    tree: DecisionTree,
    base: Head,
    *,
    settings: HeadFit | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Saving:
    """Fit to random and to active labels, and compare on random galaxies that neither knew.

    The random galaxies are cut into four parts; heads of random labels learn from three and judge
    the fourth, heads of active labels judge all. The share saved is read where the active curve,
    straight lines between its points, first reaches the loss of all random labels of three parts.
    Both have intervals by resampling the galaxies that judge; the labels are taken as given.

    Parameters
    ----------
    random, active
        Labels by the two ways of choosing; the votes of labellers only, so that both are alike.
    base
        The head that rounds start from.
    settings
        Of the fits.
    seed
        Of folds, fits, dropout and draws.
    progress
        Told after each fit; what it raises ends the comparison.
    """
    counts = (len(random), len(active))
    if min(counts) < ENOUGH:
        return Saving(*counts)
    random, active = random.first(_MOST), active.first(_MOST)
    rng = np.random.default_rng(seed)
    fold = rng.permutation(np.arange(len(random)) % _FOLDS)
    most = int(np.bincount(fold, minlength=_FOLDS).min() * (_FOLDS - 1))
    random_sizes = _sizes(most)
    active_sizes = _sizes(min(most, len(active)))
    active_sizes += [n for n in (most * 2, most * 4, len(active)) if active_sizes[-1] < n]
    active_sizes = sorted({n for n in active_sizes if n <= len(active)})
    fits = len(random_sizes) * _FOLDS + len(active_sizes)
    done = 0

    def loss_of(training: Labelled, judged: Labelled) -> NDArray[np.float64]:
        nonlocal done
        progress("Comparing with random choice", done, fits)
        head = base
        if len(training):
            # A fit tells its own epochs; they are passed on as this comparison's, to be cancelled.
            head = fit_head(
                training.features,
                training.votes,
                tree,
                base,
                settings=settings,
                seed=seed,
                progress=lambda *_: progress("Comparing with random choice", done, fits),
            ).whole
            done += 1
        alpha = head.mc_concentrations(judged.features, _SAMPLES, seed)
        return predictive_nll(judged.votes, alpha, tree)

    start = loss_of(random.first(0), random)
    by_random = np.empty((len(random), len(random_sizes)))
    for part in range(_FOLDS):
        judges = fold == part
        rest = Labelled(random.features[~judges], random.votes[~judges])
        for place, size in enumerate(random_sizes):
            judged = Labelled(random.features[judges], random.votes[judges])
            by_random[judges, place] = loss_of(rest.first(size), judged)
    by_active = np.stack([loss_of(active.first(n), random) for n in active_sizes], axis=1)
    progress("Comparing with random choice", fits, fits)
    columns = np.column_stack([start, by_random, by_active, np.ones(len(start))])
    drawn = resample(columns, resamples=RESAMPLES, seed=seed)
    reference = len(random_sizes)  # column of the largest random fit
    alike = 1 + reference + active_sizes.index(min(most, len(active)))
    gain = drawn.estimate(lambda s: (s[..., reference] - s[..., alike]) / s[..., -1], len(start))
    learnt = drawn.estimate(lambda s: (s[..., 0] - s[..., reference]) / s[..., -1], len(start))
    share = None
    if learnt.low > 0:
        share = _share(drawn.sums, drawn.draws, reference, active_sizes, most, len(start))
    means = columns.mean(axis=0)
    curve = [("random", 0, means[0]), ("active", 0, means[0])]
    curve += [("random", n, means[1 + i]) for i, n in enumerate(random_sizes)]
    curve += [("active", n, means[1 + reference + i]) for i, n in enumerate(active_sizes)]
    return Saving(
        *counts,
        share=share,
        gain=gain,
        compared_at=min(most, len(active)),
        curve=tuple((kind, n, float(loss)) for kind, n, loss in curve),
    )


def _sizes(most: int) -> list[int]:
    """Three sizes up to ``most``."""
    return sorted({max(1, round(most * part)) for part in (1 / 3, 2 / 3, 1)})


def _share(
    sums: NDArray[np.float64],
    draws: NDArray[np.float64],
    reference: int,
    active_sizes: list[int],
    most: int,
    galaxies: int,
) -> Estimate:
    """1 − (active labels for the loss of ``most`` random ones) / ``most``, with its interval."""
    places = np.array([0, *active_sizes], dtype=float)

    def saved(values: NDArray[np.float64]) -> NDArray[np.float64]:
        losses = np.column_stack([values[:, 0], values[:, 1 + reference : -1]])
        reached = losses <= values[:, [reference]]
        # Never reached: at least all of them would be needed, which the interval then says.
        first = np.where(reached.any(axis=1), reached.argmax(axis=1), losses.shape[1] - 1)
        before = np.maximum(first - 1, 0)
        rows = np.arange(len(values))
        high, low = losses[rows, before], losses[rows, first]
        with np.errstate(divide="ignore", invalid="ignore"):
            step = (high - values[:, reference]) / (high - low)
        step = np.where(reached.any(axis=1) & (first > 0), np.clip(step, 0, 1), 1.0)
        needed = places[before] + step * (places[first] - places[before])
        share: NDArray[np.float64] = 1 - needed / most
        return share

    low, high = np.quantile(saved(draws), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(saved(sums[None])[0]), float(low), float(high), galaxies)
