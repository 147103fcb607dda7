"""How probable votes are under predicted concentrations: Dirichlet-multinomial, NumPy float64.

The twin of :mod:`gzactive.model.loss` for judging and for fitting the head: no Keras, no gradient
tape, any real-valued counts. How concentrations come about is told in :mod:`gzactive.model.head`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp, psi

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = [
    "agreement",
    "dirichlet_multinomial_nll",
    "per_question_nll",
    "predictive_nll",
    "question_predictive_nll",
    "question_totals",
    "votes_gradient",
]

_BLOCK = 1024  # galaxies at a time where every sample is held in float64 (about 80 MB at 34 × 30)


def question_totals(values: NDArray[np.float64], tree: DecisionTree) -> NDArray[np.float64]:
    """Sum the answers of each question: (n, answers, …) → (n, questions, …)."""
    starts = [tree.slice(question.name).start for question in tree.modelled]
    totals: NDArray[np.float64] = np.add.reduceat(values, starts, axis=1)
    return totals


def _per_question(
    votes: NDArray[np.float64], concentrations: NDArray[np.float64], tree: DecisionTree
) -> NDArray[np.float64]:
    """−log DirMult for votes and concentrations of shapes that broadcast: (n, answers, …)."""
    by_answer = gammaln(concentrations) - gammaln(concentrations + votes) + gammaln(votes + 1.0)
    asked = question_totals(votes, tree)
    evidence = question_totals(concentrations, tree)
    by_question = gammaln(evidence + asked) - gammaln(evidence) - gammaln(asked + 1.0)
    # Every term of a question without votes is a difference of equal numbers: exactly 0.
    total: NDArray[np.float64] = by_question + question_totals(by_answer, tree)
    return total


def per_question_nll(
    votes: ArrayLike, concentrations: ArrayLike, tree: DecisionTree
) -> NDArray[np.float64]:
    """Negative log-probability of the votes, question by question.

    Parameters
    ----------
    votes : (n, answers)
        Counts in the order of ``tree.columns``; whole numbers, or weighted ones.
    concentrations : (n, answers)
        Dirichlet parameters, 1…101.
    tree : DecisionTree

    Returns
    -------
    (n, questions) float64, in nats
        In the order of ``tree.modelled``; exactly 0 where a question has no votes.
    """
    return _per_question(
        np.asarray(votes, np.float64), np.asarray(concentrations, np.float64), tree
    )


def dirichlet_multinomial_nll(
    votes: ArrayLike, concentrations: ArrayLike, tree: DecisionTree
) -> NDArray[np.float64]:
    """Negative log-probability of each galaxy's votes, ``−Σ_q log DirMult(k_q | Σk_q, α_q)``.

    The arguments are those of :func:`per_question_nll`; the result is (n,) float64, in nats.
    """
    total: NDArray[np.float64] = per_question_nll(votes, concentrations, tree).sum(axis=1)
    return total


def predictive_nll(
    votes: ArrayLike, concentrations: ArrayLike, tree: DecisionTree
) -> NDArray[np.float64]:
    """Negative log-probability of the votes under the mixture of all samples.

    ``−Σ_q log mean_t DirMult(k_q | Σk_q, α_qt)``: the questions are taken as independent given
    the image, and the passes as equally likely.

    Parameters
    ----------
    votes : (n, answers)
    concentrations : (n, answers, samples)
    tree : DecisionTree

    Returns
    -------
    (n,) float64, in nats
    """
    total: NDArray[np.float64] = question_predictive_nll(votes, concentrations, tree).sum(axis=1)
    return total


def question_predictive_nll(
    votes: ArrayLike, concentrations: ArrayLike, tree: DecisionTree
) -> NDArray[np.float64]:
    """The terms of :func:`predictive_nll`, (n, questions): exactly 0 without votes."""
    counts = np.asarray(votes, np.float64)
    sampled = np.asarray(concentrations)
    result = np.zeros((len(counts), len(tree.modelled)))
    for start in range(0, len(counts), _BLOCK):
        rows = slice(start, start + _BLOCK)
        for place, question in enumerate(tree.modelled):
            part = tree.slice(question.name)
            asked = np.flatnonzero(counts[rows, part].sum(axis=1) > 0)
            if len(asked):
                given = counts[rows, part][asked]
                log_p = _log_votes(given, sampled[rows, part][asked].astype(np.float64))
                mixed = logsumexp(log_p, axis=1) - np.log(log_p.shape[1])
                result[start + asked, place] = -mixed
    return result


def _log_votes(votes: NDArray[np.float64], alpha: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log DirMult of the votes on one question, (n, answers), in each sample: (n, samples).

    Most answers have no votes and contribute nothing: their gamma functions are not computed.
    """
    row, answer = np.nonzero(votes)
    given = votes[row, answer]
    by_answer = gammaln(alpha[row, answer] + given[:, None]) - gammaln(alpha[row, answer])
    by_answer -= gammaln(given + 1.0)[:, None]
    asked, evidence = votes.sum(axis=1)[:, None], alpha.sum(axis=1)
    total = gammaln(evidence) - gammaln(evidence + asked) + gammaln(asked + 1.0)
    starts = np.flatnonzero(np.diff(row, prepend=-1))
    result: NDArray[np.float64] = total + np.add.reduceat(by_answer, starts, axis=0)
    return result


def agreement(votes: ArrayLike, concentrations: ArrayLike, tree: DecisionTree) -> float:
    """Share of the questions with votes whose most voted answer is the likeliest, over galaxies.

    Parameters
    ----------
    votes, concentrations : (n, answers)

    Returns
    -------
    float
        0 to 1; NaN without a vote.
    """
    counts, alpha = np.asarray(votes), np.asarray(concentrations)
    right = asked = 0
    for question in tree.modelled:
        part = tree.slice(question.name)
        voted = counts[:, part].sum(axis=1) > 0
        said = alpha[voted, part].argmax(axis=1) == counts[voted, part].argmax(axis=1)
        right, asked = right + int(said.sum()), asked + len(said)
    return right / asked if asked else float("nan")


def votes_gradient(
    votes: ArrayLike, concentrations: ArrayLike, tree: DecisionTree
) -> NDArray[np.float64]:
    """Derivative of :func:`dirichlet_multinomial_nll` by each concentration, (n, answers)."""
    counts = np.asarray(votes, np.float64)
    alpha = np.asarray(concentrations, np.float64)
    evidence = question_totals(alpha, tree)
    by_question = psi(evidence + question_totals(counts, tree)) - psi(evidence)
    sizes = [len(question.answers) for question in tree.modelled]
    gradient: NDArray[np.float64] = (
        np.repeat(by_question, sizes, axis=1) - psi(alpha + counts) + psi(alpha)
    )
    return gradient
