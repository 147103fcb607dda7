"""Whether predictions are as sure as they may be, measured against finite votes.

Volunteers' votes are counts, so they are compared with the predicted distribution of counts (the
Dirichlet-multinomial, mixed over passes) and never with the predicted fraction alone: 4 of 5 votes
are no miss of a fraction of 0.7. Correcting what is found wrong is in
:mod:`gzactive.model.recalibration`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

__all__ = [
    "BINS",
    "LEVELS",
    "PredictedCounts",
    "central_coverage",
    "coverage",
    "expected_error",
    "predicted_counts",
    "reliability_sums",
]

#: Credible levels at which coverage is reported.
LEVELS = np.round(np.arange(0.05, 1.0, 0.05), 2)
#: Equal steps of the predicted fraction by which reliability is reported.
BINS = 10
#: Largest deviation, in votes, at which W+20's coverage is reported.
_ERRORS = 20
_VALUES = 1 << 15  # concentrations worked on at once: they stay in a core's own cache
#: Two outcomes whose probabilities differ by less than this share are equally probable.
_SAME = 1e-9
#: Votes a galaxy and Σα up to which no probability of a count is too small for a float.
_SAFE, _SAFE_EVIDENCE = 100, 101.0 * 6


@dataclass(frozen=True, eq=False)
class PredictedCounts:
    """Where the observed count of each answer lies in its predicted distribution.

    Attributes
    ----------
    above, level
        Probability of counts that are more probable than the observed one, and of those that are
        exactly as probable, (galaxies, answers). A highest-density interval of content c holds the
        share ``(c − above) / level`` of the observed one, cut to 0…1.
    missed
        |k − E[k]| in votes, (galaxies, answers).
    within
        Predicted probability that it is at most 0, 1, … votes, mean over answers, (galaxies, e).
    variance
        Of the predicted vote fraction k/N, (galaxies, answers).
    """

    above: NDArray[np.float64]
    level: NDArray[np.float64]
    missed: NDArray[np.float64]
    within: NDArray[np.float64]
    variance: NDArray[np.float64]

    @property
    def errors(self) -> NDArray[np.intp]:
        """The deviations of ``within``, in votes."""
        return np.arange(self.within.shape[1])

    @property
    def observed_within(self) -> NDArray[np.float64]:
        """How often k is within each deviation of E[k], mean over answers, (galaxies, e)."""
        inside = self.missed[:, :, None] <= self.errors + 1e-9
        share: NDArray[np.float64] = inside.mean(axis=1)
        return share


def predicted_counts(counts: ArrayLike, concentrations: ArrayLike) -> PredictedCounts:
    """Compare the votes on one question with the predicted distribution of each answer's count.

    The count of one answer among N votes is Beta-binomial for each pass, and a mixture over passes.

    Parameters
    ----------
    counts
        Whole votes, (galaxies, answers), at least one a galaxy.
    concentrations
        (galaxies, answers, samples).
    """
    votes = np.rint(np.asarray(counts)).astype(np.int64)
    alpha = np.asarray(concentrations)
    total = votes.sum(axis=1)
    n, size = votes.shape
    errors = min(_ERRORS, int(total.max(initial=0))) + 1
    above, level, missed, variance = (np.empty((n, size)) for _ in range(4))
    found = PredictedCounts(above, level, missed, np.empty((n, errors)), variance)
    for rows, pmf in _count_probabilities(alpha, total):
        observed = votes[rows][:, :, None]
        at = np.take_along_axis(pmf, observed, axis=2)
        outcomes = np.arange(pmf.shape[2])
        found.above[rows] = np.where(pmf > at * (1 + _SAME), pmf, 0.0).sum(axis=2)
        same = np.abs(pmf - at) <= at * _SAME
        found.level[rows] = np.where(same, pmf, 0.0).sum(axis=2)
        mean = pmf @ outcomes
        found.missed[rows] = np.abs(votes[rows] - mean)
        distance = np.abs(outcomes - mean[:, :, None])
        for error in range(errors):
            inside = np.where(distance <= error + 1e-9, pmf, 0.0).sum(axis=2)
            found.within[rows, error] = inside.mean(axis=1)
        spread = pmf @ (outcomes.astype(float) ** 2) - mean**2
        found.variance[rows] = spread / (total[rows][:, None].astype(float) ** 2)
    return found


def coverage(predicted: PredictedCounts, levels: NDArray[Any] = LEVELS) -> NDArray[np.float64]:
    """How much of each galaxy's counts lies in highest-density intervals, (galaxies, levels).

    Mean over answers. Counts are whole numbers, so an interval of exactly 80 % may have to cut
    through one of them: it then holds the part of it that fits, which makes the expectation exactly
    the level wherever the prediction is true (randomised intervals, without the randomness). The
    measure is W+22's (sec. 4.3), there of vote fractions.
    """
    inside = (levels - predicted.above[:, :, None]) / np.maximum(
        predicted.level[:, :, None], 1e-300
    )
    share: NDArray[np.float64] = np.clip(inside, 0.0, 1.0).mean(axis=1)
    return share


def reliability_sums(
    fractions: ArrayLike, counts: ArrayLike, bins: int = BINS
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """By galaxy, answer and step of the predicted fraction: what was predicted and observed.

    Parameters
    ----------
    fractions, counts
        Of one question, (galaxies, answers).

    Returns
    -------
    predicted, observed, number
        (galaxies, answers · bins) each, bin after bin of an answer: the predicted fraction where it
        lies in the bin, the vote fraction there, and 1; else 0.
    """
    said = np.asarray(fractions, np.float64)
    votes = np.asarray(counts, np.float64)
    shares = votes / votes.sum(axis=1, keepdims=True)
    step = np.minimum((said * bins).astype(np.intp), bins - 1)
    member = (step[:, :, None] == np.arange(bins)).astype(np.float64)
    n = len(said)
    return (
        (member * said[:, :, None]).reshape(n, -1),
        (member * shares[:, :, None]).reshape(n, -1),
        member.reshape(n, -1),
    )


def expected_error(
    predicted: NDArray[Any], observed: NDArray[Any], number: NDArray[Any]
) -> NDArray[np.float64]:
    """Expected calibration error, ``Σ_b n_b/n · |mean predicted − mean observed|``; (…,).

    Of sums over galaxies by bin, (…, bins), each answer with bins of its own (Naeini et al. 2015;
    by class, Nixon et al. 2019): what one answer gets too much, another must not make up for. Of
    few galaxies it is too high, since chance alone moves every bin.
    """
    result: NDArray[np.float64] = np.abs(predicted - observed).sum(axis=-1) / number.sum(axis=-1)
    return result


def central_coverage(concentrations: Any, counts: NDArray[Any], level: float) -> float:
    """How often counts lie inside the central interval of what was predicted, by answer.

    Parameters
    ----------
    concentrations, counts
        Of one question, (galaxies, answers): a single pass.
    level
        Content of the interval, 0 to 1.
    """
    from scipy.stats import betabinom

    total = counts.sum(axis=1, keepdims=True)
    rest = concentrations.sum(axis=1, keepdims=True) - concentrations
    predicted = betabinom(total, concentrations, rest)
    # A count on the edge of the interval counts by the part of it that is inside.
    below, upto = predicted.cdf(counts - 1), predicted.cdf(counts)
    low, high = (1 - level) / 2, (1 + level) / 2
    inside = (np.clip(upto, low, high) - np.clip(below, low, high)) / np.maximum(
        upto - below, 1e-12
    )
    return float(inside.mean())


def _count_probabilities(
    alpha: NDArray[Any], total: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """Yield rows, and P(k) of each answer for k = 0…N of the largest N among them.

    ``P(k+1)/P(k) = (N−k)(a+k) / ((k+1)(b+N−k−1))``, pass by pass; galaxies of like N are taken
    together. P(0) is above 1e-300 for concentrations as heads give them while N is at most
    ``_SAFE``; beyond, logarithms are multiplied, which takes three times as long.
    """
    order = np.argsort(total, kind="stable")
    size, samples = alpha.shape[1:]
    step = max(1, _VALUES // (size * samples))
    for start in range(0, len(order), step):
        rows = order[start : start + step]
        a = alpha[rows].astype(np.float64)
        evidence = a.sum(axis=1, keepdims=True)
        b = evidence - a
        votes = total[rows].astype(np.float64)[:, None, None]
        most = int(total[rows].max())
        log_p = gammaln(b + votes) + gammaln(evidence) - gammaln(b) - gammaln(evidence + votes)
        pmf = np.empty((len(rows), size, most + 1))
        logarithms = most > _SAFE or bool(evidence.max() > _SAFE_EVIDENCE)
        p = log_p if logarithms else np.exp(log_p)
        for k in range(most + 1):
            pmf[:, :, k] = (np.exp(p) if logarithms else p).mean(axis=2)
            left = np.maximum(votes - k, 0.0)
            over = (k + 1) * (b + np.maximum(left - 1, 0.0))
            if logarithms:
                with np.errstate(divide="ignore"):
                    p += np.log(left * (a + k)) - np.log(over)
            else:
                p *= left * (a + k)
                p /= over
        yield rows, pmf
