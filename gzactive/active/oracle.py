"""Votes that are known already, revealed as if volunteers gave them now.

A retrospective oracle, as in Walmsley et al. 2020: of a galaxy's stored votes some are drawn
without replacement, down the tree, so that nobody answers a question that they were not led to.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.errors import GzactiveError
from gzactive.trees import DecisionTree

__all__ = ["Retirement", "revealed"]

_ARTIFACT = "artifact"


@dataclass(frozen=True)
class Retirement:
    """When a galaxy is not shown to volunteers any more.

    Walmsley et al. 2022 retired galaxies after 40 votes, or 5 for artifact.

    Parameters
    ----------
    votes
        Volunteers a galaxy; 0 for all that there are.
    artifacts
        Fewer, once so many of them said artifact; 0 to take no notice of that.
    """

    votes: int = 0
    artifacts: int = 0

    def __post_init__(self) -> None:
        if self.votes < 0 or self.artifacts < 0:
            raise GzactiveError(
                f"A galaxy cannot be retired after {min(self.votes, self.artifacts)} votes: give "
                "0 or more."
            )


def revealed(
    votes: ArrayLike, tree: DecisionTree, retirement: Retirement, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Part of the stored votes, as of the first volunteers of each galaxy.

    Parameters
    ----------
    votes
        Counts, shape (galaxies, answers).
    tree
        The tree whose ``columns`` name the answers.
    retirement
        How many volunteers.
    rng
        Who comes first.

    Returns
    -------
    numpy.ndarray
        Shape (galaxies, answers), never more than ``votes``. Of a question below, as many votes are
        drawn as volunteers were led to it, or all where fewer are stored.

    Raises
    ------
    GzactiveError
        If galaxies are to be retired as artifacts by a tree that knows none.
    """
    stored = np.asarray(votes, dtype=np.int64)
    if not retirement.votes and not retirement.artifacts:
        return stored
    result = np.zeros_like(stored)
    for question in tree.questions:  # parents come first
        if not question.modelled:
            continue
        part = tree.slice(question.name)
        parents = tree.parents(question.name)
        if parents:
            columns = [tree.columns.index(f"{name}_{answer}") for name, answer in parents]
            led = result[:, columns].sum(axis=1)
            # A table may tell of a question alone, and of nothing that leads to it.
            alone = stored[:, columns].sum(axis=1) == 0
            led = np.where(alone, _volunteers(stored[:, part], retirement), led)
        else:
            led = _volunteers(stored[:, part], retirement)
        counts = _drawn(stored[:, part], led, rng)
        if not parents and retirement.artifacts:
            counts = _until_artifact(counts, question.name, tree, retirement, rng)
        result[:, part] = counts
    return result


def _volunteers(counts: NDArray[np.int64], retirement: Retirement) -> NDArray[np.int64]:
    total: NDArray[np.int64] = counts.sum(axis=1)
    return np.minimum(total, retirement.votes) if retirement.votes else total


def _drawn(
    counts: NDArray[np.int64], n: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draws without replacement, (galaxies, answers), answer after answer."""
    left, total = np.minimum(n, counts.sum(axis=1)), counts.sum(axis=1)
    result = np.zeros_like(counts)
    for answer in range(counts.shape[1]):
        others = total - counts[:, answer]
        result[:, answer] = rng.hypergeometric(counts[:, answer], others, left)
        left, total = left - result[:, answer], others
    return result


def _until_artifact(
    counts: NDArray[np.int64],
    question: str,
    tree: DecisionTree,
    retirement: Retirement,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Of volunteers in random order, those up to the last artifact that is waited for."""
    names = [answer.name for answer in tree.question(question).answers]
    if _ARTIFACT not in names:
        raise GzactiveError(
            f"Tree '{tree.id}' has no answer '{_ARTIFACT}' to its first question '{question}': "
            "leave out --artifacts."
        )
    place = names.index(_ARTIFACT)
    result = counts.copy()
    for row in np.flatnonzero(counts[:, place] >= retirement.artifacts):
        order = rng.permutation(np.repeat(np.arange(len(names)), counts[row]))
        last = np.flatnonzero(order == place)[retirement.artifacts - 1]
        result[row] = np.bincount(order[: last + 1], minlength=len(names))
    return result
