"""Entropies of predicted votes on one question, in nats: the arithmetic under the acquisition.

A question with M answers and n_votes votes has C(n_votes + M - 1, M - 1) outcomes. They are
enumerated, but never one by one: outcome probabilities are products over answers, so the answers
are split into two halves and one batched matrix product over samples makes the mean probability
of every outcome. Choosing galaxies happens elsewhere.
"""

from functools import lru_cache
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from gzactive.active.votes import sample_mean
from gzactive.errors import GzactiveError
from gzactive.trees import DecisionTree

__all__ = [
    "checked_votes",
    "expected_entropy",
    "predictive_entropy",
    "rows_for_memory",
    "single_vote_measures",
]

Array = NDArray[np.floating[Any]]

#: Outcomes above which enumeration would take gigabytes; N = 10 needs 3,003 for six answers.
MAX_OUTCOMES = 5_000_000

#: Working memory that one block of galaxies may take, in float64 values (16 MB: faster than more).
_WORKING_VALUES = 2_000_000


def checked_votes(n_votes: int, n_answers: int) -> int:
    """``n_votes`` as an int, or an error when it is below 1 or has too many outcomes."""
    if isinstance(n_votes, bool) or int(n_votes) != n_votes or n_votes < 1:
        raise GzactiveError(f"n_votes is {n_votes}: it must be a whole number of at least 1.")
    outcomes = comb(int(n_votes) + n_answers - 1, n_answers - 1)
    if n_votes > 1 and outcomes > MAX_OUTCOMES:
        raise GzactiveError(
            f"n_votes={n_votes} on a question with {n_answers} answers has {outcomes:,} outcomes, "
            f"more than the {MAX_OUTCOMES:,} that are enumerated: choose fewer votes."
        )
    return int(n_votes)


def predictive_entropy(alpha: Array, n_votes: int) -> NDArray[np.float64]:
    """Entropy of the predicted votes, ``H[ mean_t DirMult(k | n_votes, α_t) ]``.

    Parameters
    ----------
    alpha
        Concentrations of one question, shape (galaxies, answers, samples).
    n_votes
        Votes that the question would get; 1 is closed form, more is enumerated exactly.

    Returns
    -------
    numpy.ndarray
        Shape (galaxies,), nats.
    """
    if n_votes == 1:
        fractions = alpha / alpha.sum(axis=1, keepdims=True)
        return _plain_entropy(sample_mean(fractions))
    return _enumerated_entropy(alpha.astype(np.float64), n_votes)


def expected_entropy(alpha: Array, n_votes: int) -> NDArray[np.float64]:
    """Mean over samples of the entropy of one sample's votes, ``mean_t H[ DirMult(k | …) ]``.

    Parameters, shapes and units as in :func:`predictive_entropy`.
    """
    if n_votes == 1:
        fractions = alpha / alpha.sum(axis=1, keepdims=True)
        # Every fraction is above 0, so the plain logarithm is safe, and faster than xlogy.
        entropy = -np.einsum("mat,mat->m", fractions, np.log(fractions)) / alpha.shape[2]
    else:
        entropy = _marginal_entropy(alpha.astype(np.float64), n_votes).mean(axis=1)
    return np.asarray(entropy, np.float64)


def single_vote_measures(
    fractions: Array, tree: DecisionTree
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Entropy and mutual information of one vote on every question of the tree at once.

    Parameters
    ----------
    fractions
        Answer fractions of every sample, shape (galaxies, answers, samples).
    tree
        The tree whose ``columns`` name the answers.

    Returns
    -------
    entropy, information
        Each (galaxies, questions) in the order of ``tree.modelled``, nats.
    """
    starts = [tree.slice(question.name).start for question in tree.modelled]
    mean = sample_mean(fractions)
    # Every fraction is above 0, so the plain logarithm is safe, and faster than xlogy.
    surprise = -mean * np.log(mean)
    own = -np.einsum("mat,mat->ma", fractions, np.log(fractions)) / fractions.shape[2]
    entropy = np.add.reduceat(surprise, starts, axis=1)
    information = np.add.reduceat(surprise - own, starts, axis=1)
    return entropy, np.maximum(information, 0.0)


def rows_for_memory(n_answers: int, n_samples: int, n_votes: int) -> int:
    """Galaxies that may be worked on at once so that memory stays small."""
    if n_votes == 1:
        return max(1, 262_144 // (n_answers * n_samples))
    half = n_answers - n_answers // 2
    values = (
        2 * comb(n_votes + half, half) * n_samples  # the two tables of half outcomes
        + comb(n_votes + n_answers - 1, n_answers - 1)  # mean probabilities
        + 6 * n_answers * (n_votes + 1) * n_samples  # weights and marginals
    )
    return max(1, min(256, _WORKING_VALUES // values))


def _plain_entropy(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy over the last axis, with 0 log 0 = 0."""
    entropy: NDArray[np.float64] = -np.asarray(xlogy(probabilities, probabilities)).sum(axis=-1)
    return entropy


def _enumerated_entropy(alpha: NDArray[np.float64], n_votes: int) -> NDArray[np.float64]:
    """Entropy of the mean over samples of the probability of every outcome."""
    n_galaxies, n_answers, n_samples = alpha.shape
    total = alpha.sum(axis=1)
    # DirMult(k) = N!/(S)_N · Π_a (α_a)_k/k!, (x)_k the rising factorial. Both halves of that are
    # scaled by (N/(S+N−1))^N, which keeps every factor within float64 for any N of use.
    scale = n_votes / (total + n_votes - 1)
    weights = np.ones((n_galaxies, n_answers, n_votes + 1, n_samples))
    for step in range(n_votes):
        ratio = (alpha + step) * (scale[:, None] / (step + 1))
        np.multiply(weights[:, :, step], ratio, out=weights[:, :, step + 1])
    front = np.ones((n_galaxies, n_samples))
    for step in range(n_votes):
        front *= ((step + 1) / n_votes) * ((total + n_votes - 1) / (total + step))
    middle = n_answers // 2
    left = _outcomes_by_sum(weights[:, :middle])
    right = _outcomes_by_sum(weights[:, middle:])
    entropy = np.zeros(n_galaxies)
    for votes in range(n_votes + 1):
        ours = left[votes] * front[:, None]
        means = np.matmul(ours, right[n_votes - votes].transpose(0, 2, 1)) / n_samples
        entropy += _plain_entropy(means.reshape(n_galaxies, -1))
    return entropy


def _outcomes_by_sum(weights: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Products of weights over answers for every outcome, grouped by the outcome's vote count.

    ``weights`` is (galaxies, answers, votes, samples); entry s of the result holds all outcomes in
    which these answers together got s votes, shape (galaxies, C(s + answers − 1, s), samples).
    """
    n_galaxies, n_answers, n_counts, n_samples = weights.shape
    grouped = [weights[:, 0, votes, None] for votes in range(n_counts)]
    for answer in range(1, n_answers):
        wider = []
        for votes in range(n_counts):
            size = sum(grouped[votes - count].shape[1] for count in range(votes + 1))
            products = np.empty((n_galaxies, size, n_samples))
            start = 0
            for count in range(votes + 1):
                before = grouped[votes - count]
                stop = start + before.shape[1]
                np.multiply(before, weights[:, answer, count, None], out=products[:, start:stop])
                start = stop
            wider.append(products)
        grouped = wider
    return grouped


@lru_cache(maxsize=64)
def _log_factorials(n_votes: int) -> NDArray[np.float64]:
    """log j! for j = 0 … n_votes."""
    table = np.asarray(gammaln(np.arange(n_votes + 1) + 1.0))
    table.setflags(write=False)
    return table


def _marginal_entropy(alpha: NDArray[np.float64], n_votes: int) -> NDArray[np.float64]:
    """Entropy of DirMult(· | n_votes, α) of every sample, shape (galaxies, samples).

    log P(k) is a sum over answers, so its mean needs each answer's marginal only, which is
    Beta-binomial: M·(N+1) terms instead of C(N+M−1, M−1).
    """
    n_galaxies, n_answers, n_samples = alpha.shape
    total = alpha.sum(axis=1)
    log_factorials = _log_factorials(n_votes)
    shape = (n_votes + 1, n_galaxies, n_answers, n_samples)
    rising = np.zeros(shape)  # log (α)_j
    rising_rest = np.zeros(shape)  # log (S − α)_j
    rest = total[:, None] - alpha
    log_total = np.zeros(total.shape)  # log (S)_N
    for step in range(n_votes):
        rising[step + 1] = rising[step] + np.log(alpha + step)
        rising_rest[step + 1] = rising_rest[step] + np.log(rest + step)
        log_total += np.log(total + step)
    choose = log_factorials[n_votes] - log_factorials - log_factorials[::-1]
    rising -= log_factorials[:, None, None, None]
    mean_log = np.zeros(total.shape)
    for votes in range(n_votes + 1):
        log_marginal = rising[votes] + log_factorials[votes] + rising_rest[n_votes - votes]
        log_marginal += choose[votes] - log_total[:, None]
        mean_log += (np.exp(log_marginal) * rising[votes]).sum(axis=1)
    entropy: NDArray[np.float64] = log_total - log_factorials[n_votes] - mean_log
    return entropy
