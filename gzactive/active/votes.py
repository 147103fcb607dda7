"""What the predicted concentrations say in volunteers' terms: fractions, spreads and paths.

Plain functions of (galaxy, answer, sample) arrays, public to every sibling of this package. How
uncertain a galaxy is, in nats, is told by :mod:`gzactive.active.acquisition`.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.errors import GzactiveError
from gzactive.trees import DecisionTree

__all__ = [
    "BLOCK_ELEMENTS",
    "blocks",
    "checked_concentrations",
    "fraction_spread",
    "path_probabilities",
    "sample_fractions",
    "sample_mean",
    "sample_paths",
    "sample_spread",
    "vote_fractions",
]

#: Concentrations worked on at once: 0.5 MB of float32, which stays in a core's own cache.
BLOCK_ELEMENTS = 1 << 17

#: Beyond this (and its inverse) fractions would under- or overflow float32's 1e±38.
_FLOAT32_SAFE = 1e-18

Array = NDArray[np.floating[Any]]


def vote_fractions(concentrations: ArrayLike, tree: DecisionTree) -> NDArray[np.float64]:
    """Predicted share of each answer among the votes on its question.

    Parameters
    ----------
    concentrations
        Dirichlet parameters, shape (galaxies, answers, samples), all finite and above 0.
    tree
        The tree whose ``columns`` name the answers.

    Returns
    -------
    numpy.ndarray
        Shape (galaxies, answers): α / Σα within a question, mean over samples.

    Raises
    ------
    GzactiveError
        If the shape does not fit the tree, or a concentration is not finite or not above 0.
    """
    alpha = checked_concentrations(concentrations, tree)
    fractions = np.empty(alpha.shape[:2])
    for rows in blocks(alpha):
        fractions[rows] = sample_mean(sample_fractions(alpha[rows], tree))
    return fractions


def fraction_spread(concentrations: ArrayLike, tree: DecisionTree) -> NDArray[np.float64]:
    """Standard deviation over dropout samples of each answer's share.

    Parameters, shapes and errors as in :func:`vote_fractions`; 0 where there is one sample.
    """
    alpha = checked_concentrations(concentrations, tree)
    spread = np.empty(alpha.shape[:2])
    for rows in blocks(alpha):
        fractions = sample_fractions(alpha[rows], tree)
        spread[rows] = sample_spread(fractions, sample_mean(fractions))
    return spread


def path_probabilities(concentrations: ArrayLike, tree: DecisionTree) -> NDArray[np.float64]:
    """Probability that a volunteer is asked each question at all.

    For one sample it is the product of the answer fractions along the path from the root, summed
    over the question's parents; the result is the mean over samples.

    Parameters
    ----------
    concentrations
        Dirichlet parameters, shape (galaxies, answers, samples), all finite and above 0.
    tree
        The tree whose ``columns`` name the answers.

    Returns
    -------
    numpy.ndarray
        Shape (galaxies, questions), questions in the order of ``tree.modelled``.

    Raises
    ------
    GzactiveError
        If the shape does not fit the tree, or a concentration is not finite or not above 0.
    """
    alpha = checked_concentrations(concentrations, tree)
    probabilities = np.empty((len(alpha), len(tree.modelled)))
    for rows in blocks(alpha):
        paths = sample_paths(sample_fractions(alpha[rows], tree), tree)
        for column, question in enumerate(tree.modelled):
            probabilities[rows, column] = sample_mean(paths[question.name])
    return probabilities


def checked_concentrations(concentrations: ArrayLike, tree: DecisionTree) -> Array:
    """Concentrations as a floating array of shape (galaxies, answers, samples), or an error.

    A NaN that slips through here would come out as a galaxy ranked first or last for ever, so
    every value is looked at. Samples lie next to each other in the array that is returned.

    Raises
    ------
    GzactiveError
        If the shape does not fit the tree, or a concentration is not finite or not above 0.
    """
    alpha = np.asarray(concentrations)
    if alpha.dtype not in (np.float32, np.float64):
        alpha = alpha.astype(np.float32 if alpha.dtype == np.float16 else np.float64)
    n_answers = len(tree.columns)
    if alpha.ndim != 3 or alpha.shape[1] != n_answers or alpha.shape[2] < 1:
        raise GzactiveError(
            f"Concentrations have shape {alpha.shape}: tree '{tree.id}' needs "
            f"(galaxies, {n_answers} answers, samples) with at least one sample."
        )
    # A NaN makes both comparisons false; min and max need no temporary array.
    smallest, largest = (alpha.min(), alpha.max()) if alpha.size else (1.0, 1.0)
    if not (smallest > 0 and largest < np.inf):
        bad = ~(np.isfinite(alpha) & (alpha > 0))
        galaxy, answer, sample = (int(index) for index in np.argwhere(bad)[0])
        raise GzactiveError(
            f"Concentrations must be finite and above 0, but that of galaxy {galaxy}, "
            f"answer '{tree.columns[answer]}', sample {sample} is "
            f"{alpha[galaxy, answer, sample]}: predict these galaxies again."
        )
    if smallest < _FLOAT32_SAFE or largest > 1 / _FLOAT32_SAFE:
        alpha = alpha.astype(np.float64)
    return np.ascontiguousarray(alpha)


def blocks(array: Array, elements: int = BLOCK_ELEMENTS) -> Iterator[slice]:
    """Slices of whole rows that hold about ``elements`` values each (at least one row)."""
    per_row = max(1, int(np.prod(array.shape[1:])))
    step = max(1, elements // per_row)
    for start in range(0, len(array), step):
        yield slice(start, min(start + step, len(array)))


def sample_fractions(alpha: Array, tree: DecisionTree) -> Array:
    """Answer fractions of every sample, shape and dtype of ``alpha`` (already checked)."""
    fractions = np.empty_like(alpha)
    for question in tree.modelled:
        part = tree.slice(question.name)
        # Adding answer by answer is twice as fast as a sum over an axis of two to six.
        total = alpha[:, part.start].copy()
        for column in range(part.start + 1, part.stop):
            total += alpha[:, column]
        np.divide(alpha[:, part], total[:, None], out=fractions[:, part])
    return fractions


def sample_mean(values: Array) -> NDArray[np.float64]:
    """Mean over the last axis, the samples, as a matrix product: several times faster."""
    ones = np.ones(values.shape[-1], dtype=values.dtype)
    mean: NDArray[np.float64] = (values @ ones).astype(np.float64) / values.shape[-1]
    return mean


def sample_spread(values: Array, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation over the last axis of (galaxies, answers, samples), given the mean."""
    deviations = values - mean[:, :, None].astype(values.dtype)
    squares = np.einsum("mat,mat->ma", deviations, deviations)
    spread: NDArray[np.float64] = np.sqrt(squares.astype(np.float64) / values.shape[-1])
    return spread


def sample_paths(fractions: Array, tree: DecisionTree) -> dict[str, Array]:
    """Path probability of every question in every sample.

    Parameters
    ----------
    fractions
        Shape (galaxies, answers, samples), as from :func:`sample_fractions`.
    tree
        The tree whose ``columns`` name the answers.

    Returns
    -------
    dict
        Question name to an array of shape (galaxies, samples), for the modelled questions.
    """
    paths: dict[str, Array] = {}

    def path(name: str) -> Array:
        if name not in paths:
            total = np.zeros((fractions.shape[0], fractions.shape[2]), dtype=fractions.dtype)
            parents = tree.parents(name)
            if not parents:
                total += 1
            leading: dict[str, list[str]] = {}
            for parent, answer in parents:
                leading.setdefault(parent, []).append(answer)
            for parent, answers in leading.items():
                total += passed_on(parent, answers)
            paths[name] = total
        return paths[name]

    def passed_on(parent: str, leading: list[str]) -> Array:
        """Who is asked the parent question and answers it in one of these ways."""
        answers = [one.name for one in tree.question(parent).answers]
        if len(leading) == len(answers):
            return path(parent)  # their fractions add up to 1
        start = tree.slice(parent).start
        share = fractions[:, start + answers.index(leading[0])].copy()
        for answer in leading[1:]:
            share += fractions[:, start + answers.index(answer)]
        share *= path(parent)
        return share

    for question in tree.modelled:
        path(question.name)
    return paths
