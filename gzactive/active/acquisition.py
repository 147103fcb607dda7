"""What is worth asking: entropy and mutual information of predicted votes, in nats.

Plain functions of arrays, one number a galaxy. Nothing here knows projects, queues or diversity;
the sums underneath are in :mod:`gzactive.active.entropies`.

References
----------
Walmsley et al. 2020 (arXiv:1905.07424): binomial mutual information of one answer.
Walmsley et al. 2022 (arXiv:2102.08414): Dirichlet-multinomial votes on a decision tree.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, xlog1py, xlogy

from gzactive.active.entropies import (
    checked_votes,
    expected_entropy,
    predictive_entropy,
    rows_for_memory,
    single_vote_measures,
)
from gzactive.active.votes import (
    blocks,
    checked_concentrations,
    sample_fractions,
    sample_mean,
    sample_paths,
)
from gzactive.errors import GzactiveError, meant
from gzactive.trees import DecisionTree

__all__ = [
    "binomial_mutual_information",
    "entropy",
    "mutual_information",
    "tree_mutual_information",
]

Array = NDArray[np.floating[Any]]


def binomial_mutual_information(rho: ArrayLike, n_votes: int) -> NDArray[np.float64]:
    """Mutual information between the model and ``n_votes`` yes/no votes.

    ``H[ mean_t Bin(k | ρ_t, n_votes) ] − mean_t H[ Bin(k | ρ_t, n_votes) ]``, as Walmsley et al.
    2020 use it for one answer (there with n_votes = 40, and ρ rounded to 3 decimals, which is not
    done here).

    Parameters
    ----------
    rho
        Probability of a yes in each sample, shape (galaxies, samples), within [0, 1].
    n_votes
        Votes that the question would get, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (galaxies,), nats, never below 0.

    Raises
    ------
    GzactiveError
        If ``rho`` has another shape, lies outside [0, 1], or ``n_votes`` is below 1.
    """
    probability = np.asarray(rho, dtype=np.float64)
    if probability.ndim != 2 or probability.shape[1] < 1:
        raise GzactiveError(
            f"rho has shape {probability.shape}: it must be (galaxies, samples) with at least "
            "one sample."
        )
    n_votes = checked_votes(n_votes, 2)
    if probability.size and not (probability.min() >= 0 and probability.max() <= 1):
        raise GzactiveError(
            "rho must be probabilities, finite and between 0 and 1, but its values run from "
            f"{probability.min()} to {probability.max()}."
        )
    votes = np.arange(n_votes + 1.0)[:, None]
    log_choose = gammaln(n_votes + 1) - gammaln(votes + 1) - gammaln(n_votes - votes + 1)
    information = np.empty(len(probability))
    step = max(1, 1_000_000 // ((n_votes + 1) * probability.shape[1]))
    for start in range(0, len(probability), step):
        rows = slice(start, start + step)
        part = probability[rows, None, :]
        log_mass = log_choose + xlogy(votes, part) + xlog1py(n_votes - votes, -part)
        mass = np.exp(log_mass)
        mean = mass.mean(axis=2)
        # 0 · −inf: an outcome that cannot happen adds nothing.
        own = np.where(mass > 0, mass * np.maximum(log_mass, -1e300), 0.0).sum(axis=1).mean(axis=1)
        information[rows] = own - np.asarray(xlogy(mean, mean)).sum(axis=1)
    return np.maximum(information, 0.0)


def entropy(
    concentrations: ArrayLike, tree: DecisionTree, question: str, n_votes: int = 10
) -> NDArray[np.float64]:
    """Entropy of the predicted votes on one question, over all that the samples allow.

    ``H[ mean_t DirMult(k | n_votes, α_t) ]``; every outcome with ``n_votes`` votes is enumerated.

    Parameters
    ----------
    concentrations
        Dirichlet parameters, shape (galaxies, answers, samples), all finite and above 0.
    tree
        The tree whose ``columns`` name the answers.
    question
        Name of one of the tree's modelled questions.
    n_votes
        Votes that the question would get, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (galaxies,), nats, between 0 and the logarithm of the number of outcomes.

    Raises
    ------
    GzactiveError
        If the tree does not model the question, the shape does not fit the tree, a concentration
        is not finite or not above 0, or ``n_votes`` is below 1.
    """
    alpha = _of_question(checked_concentrations(concentrations, tree), tree, question)
    return _blocked(predictive_entropy, alpha, checked_votes(n_votes, alpha.shape[1]))


def mutual_information(
    concentrations: ArrayLike, tree: DecisionTree, question: str, n_votes: int = 10
) -> NDArray[np.float64]:
    """How much the votes on one question would tell about the model.

    ``H[ mean_t P_t ] − mean_t H[ P_t ]`` with ``P_t = DirMult(· | n_votes, α_t)``: high where the
    samples each are sure, but of different things. With ``n_votes=1`` this is categorical BALD.

    Parameters, errors and units as in :func:`entropy`; never below 0, and 0 for a single sample.
    """
    alpha = _of_question(checked_concentrations(concentrations, tree), tree, question)
    return _blocked(_information, alpha, checked_votes(n_votes, alpha.shape[1]))


def tree_mutual_information(
    concentrations: ArrayLike, tree: DecisionTree, n_votes: int = 1
) -> NDArray[np.float64]:
    """How much one walk through the whole tree would tell about the model.

    ``Σ_q P(path to q) · MI_q``: the mutual information of each question, weighted by the
    probability that it is asked; an approximation to the information in a complete path.

    Parameters
    ----------
    concentrations
        Dirichlet parameters, shape (galaxies, answers, samples), all finite and above 0.
    tree
        The tree whose ``columns`` name the answers.
    n_votes
        Votes that each question would get, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (galaxies,), nats, never below 0.

    Raises
    ------
    GzactiveError
        If the shape does not fit the tree, a concentration is not finite or not above 0, or
        ``n_votes`` is below 1.
    """
    alpha = checked_concentrations(concentrations, tree)
    for question in tree.modelled:
        n_votes = checked_votes(n_votes, len(question.answers))
    score = np.zeros(len(alpha))
    for rows in blocks(alpha):
        fractions = sample_fractions(alpha[rows], tree)
        paths = sample_paths(fractions, tree)
        if n_votes == 1:
            information = single_vote_measures(fractions, tree)[1]
        else:
            parts = [alpha[rows, tree.slice(question.name)] for question in tree.modelled]
            information = np.stack([_blocked(_information, part, n_votes) for part in parts], 1)
        for column, question in enumerate(tree.modelled):
            score[rows] += sample_mean(paths[question.name]) * information[:, column]
    return score


def _information(alpha: Array, n_votes: int) -> NDArray[np.float64]:
    """Mutual information of one question's votes, clipped where rounding leaves less than 0."""
    return np.maximum(predictive_entropy(alpha, n_votes) - expected_entropy(alpha, n_votes), 0.0)


def _of_question(alpha: Array, tree: DecisionTree, question: str) -> Array:
    """The answers of one modelled question."""
    names = [modelled.name for modelled in tree.modelled]
    if question not in names:
        raise GzactiveError(
            f"Tree '{tree.id}' models no question '{question}': {meant(question, names)}"
        )
    return alpha[:, tree.slice(question)]


def _blocked(
    measure: Callable[[Array, int], NDArray[np.float64]], alpha: Array, n_votes: int
) -> NDArray[np.float64]:
    """A measure of one question, over blocks of galaxies that keep memory small."""
    result = np.empty(len(alpha))
    step = rows_for_memory(alpha.shape[1], alpha.shape[2], n_votes)
    for start in range(0, len(alpha), step):
        result[start : start + step] = measure(alpha[start : start + step], n_votes)
    return result
