"""How good predictions are, as array functions: of vote fractions, of leading answers, of scores.

Nothing here knows a project. How sure predictions may be is in
:mod:`gzactive.evaluation.calibration`, and all figures of a question come together in
:mod:`gzactive.evaluation.judging`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.model.likelihood import question_totals
from gzactive.trees import DecisionTree

__all__ = [
    "CONFIDENT",
    "BinaryFigures",
    "area_under_curve",
    "binary_figures",
    "concerned",
    "confident",
    "confusion_matrix",
    "equivalent_votes",
    "leading_right",
]

#: Volunteers are confident where more than this share of them agree (W+22, sec. 4.2).
CONFIDENT = 0.8
#: Votes below which agreement says nothing: one volunteer always agrees with himself.
CONFIDENT_VOTES = 5
#: A question concerns a galaxy where at least this share of its volunteers were asked it (W+22).
_ASKED = 0.5


def concerned(votes: ArrayLike, tree: DecisionTree, min_votes: int = 1) -> NDArray[np.bool_]:
    """Which questions concern which galaxies, (galaxies, questions).

    Those that at least half of a galaxy's volunteers were asked, and that have votes enough.

    Parameters
    ----------
    votes
        Counts, (galaxies, answers).
    tree
        Whose ``columns`` name the answers.
    min_votes
        Votes that a question needs; W+22 (tab. 2) ask for 34.
    """
    asked = question_totals(np.asarray(votes, np.float64), tree)
    volunteers = asked.max(axis=1, keepdims=True)
    result: NDArray[np.bool_] = (asked >= max(1, min_votes)) & (asked >= _ASKED * volunteers)
    return result


def confident(counts: ArrayLike) -> NDArray[np.bool_]:
    """Where volunteers are confident: more than 80 % of at least five agree; (galaxies,).

    ``counts`` are the votes of one question, (galaxies, answers).
    """
    votes = np.asarray(counts, np.float64)
    total = votes.sum(axis=1)
    result: NDArray[np.bool_] = (total >= CONFIDENT_VOTES) & (votes.max(axis=1) > CONFIDENT * total)
    return result


def leading_right(fractions: ArrayLike, counts: ArrayLike) -> NDArray[np.bool_]:
    """Whether the answer predicted to lead has the most votes, a tie included; (galaxies,).

    Both are of one question, (galaxies, answers).
    """
    votes = np.asarray(counts)
    said = np.asarray(fractions).argmax(axis=1)
    chosen = np.take_along_axis(votes, said[:, None], axis=1)[:, 0]
    result: NDArray[np.bool_] = chosen == votes.max(axis=1)
    return result


def confusion_matrix(fractions: ArrayLike, counts: ArrayLike) -> NDArray[np.int64]:
    """Galaxies by the answer that the model says leads (rows) and that volunteers gave (columns).

    As Tables 3 and 4 of the term report that this program grew from. Where volunteers are tied and
    the model says one of the tied answers, it is taken to be theirs.
    """
    votes = np.asarray(counts)
    said = np.asarray(fractions).argmax(axis=1)
    meant = np.where(leading_right(fractions, votes), said, votes.argmax(axis=1))
    size = votes.shape[1]
    return np.bincount(said * size + meant, minlength=size * size).reshape(size, size)


def equivalent_votes(
    fractions: ArrayLike, counts: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By galaxy, the two sums whose ratio says how many volunteers the model is worth.

    W+22 (sec. 4.4) ask how many votes, drawn from a galaxy's own, give its vote fractions as well
    as the model does. k votes miss the true fractions p by ``Σ p(1−p)/k`` in the mean square. Drawn
    from N votes with fractions f, the scatter p(1−p) has the unbiased estimate ``f(1−f)·N/(N−1)``.
    The model's square error against f contains that of the N votes themselves, ``f(1−f)/(N−1)``,
    which is taken off, so that few votes do not make a good model look poor. W+22 compare with f
    as if it were p: the same for many votes.

    Parameters
    ----------
    fractions, counts
        Of one question, (galaxies, answers), with at least one vote each.

    Returns
    -------
    scatter, error
        (galaxies,) each, 0 for galaxies of a single vote, which tell nothing of scatter. The model
        is worth ``Σ scatter / Σ error`` volunteers; where Σ error is not above 0, votes cannot tell
        it from the truth.
    """
    votes = np.asarray(counts, np.float64)
    total = votes.sum(axis=1)
    several = total > 1
    shares = votes / np.maximum(total, 1)[:, None]
    spread = (shares * (1 - shares)).sum(axis=1) / np.maximum(total - 1, 1)
    missed = ((np.asarray(fractions) - shares) ** 2).sum(axis=1)
    return np.where(several, spread * total, 0.0), np.where(several, missed - spread, 0.0)


# ---- scores of two classes -----------------------------------------------------------------------


@dataclass(frozen=True)
class BinaryFigures:
    """How well a score tells two classes apart.

    Attributes
    ----------
    galaxies
        Of both classes.
    area_under_curve
        See :func:`area_under_curve`.
    accuracy, best_accuracy
        At a score of one half, and at the threshold at which it is highest.
    majority
        Accuracy of always saying the commoner class.
    """

    galaxies: int
    area_under_curve: float
    accuracy: float
    best_accuracy: float
    majority: float


def binary_figures(scores: ArrayLike, positive: ArrayLike) -> BinaryFigures:
    """Figures of scores (n,) by the class, bool (n,)."""
    values, yes = np.asarray(scores), np.asarray(positive, dtype=bool)
    ordered = yes[np.argsort(-values)]
    right = np.concatenate([[0], np.cumsum(ordered)]) + np.concatenate(
        [np.cumsum(~ordered[::-1])[::-1], [0]]
    )
    return BinaryFigures(
        galaxies=len(yes),
        area_under_curve=area_under_curve(values, yes),
        accuracy=float(((values > 0.5) == yes).mean()),
        best_accuracy=float(right.max() / len(yes)),
        majority=float(max(yes.mean(), 1 - yes.mean())),
    )


def area_under_curve(scores: Any, positive: NDArray[np.bool_]) -> float:
    """Chance that a positive outranks a negative (Mann & Whitney 1947); ties count half."""
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    yes, no = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - yes * (yes + 1) / 2) / (yes * no))
