"""Galaxies that labellers disagree on, for somebody who has not seen them.

Every question counts by how evenly its votes are divided, and only where two or more people were
asked; what the model thinks does not matter here.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

from gzactive.model.likelihood import question_totals
from gzactive.project import Project
from gzactive.trees import DecisionTree

__all__ = ["dispute", "second_opinion"]

#: Galaxies that are asked for at once.
_MANY = 20


def dispute(votes: ArrayLike, tree: DecisionTree) -> NDArray[np.float64]:
    """How far people disagree on each galaxy, nats; (galaxies,), 0 where they agree or are alone.

    The sum over questions of the entropy of the votes, each as Miller and Madow (1955) correct it
    for few votes and times the share of the galaxy's volunteers who were asked.

    Parameters
    ----------
    votes
        Counts, (galaxies, answers).
    tree
        Whose ``columns`` name the answers.
    """
    counts = np.asarray(votes, np.float64)
    asked = question_totals(counts, tree)
    sizes = [len(question.answers) for question in tree.modelled]
    share = counts / np.repeat(np.maximum(asked, 1), sizes, axis=1)
    entropy = question_totals(-xlogy(share, share), tree)
    given = question_totals((counts > 0).astype(np.float64), tree)
    corrected = entropy + np.maximum(given - 1, 0) / (2 * np.maximum(asked, 1))
    several = asked > 1
    volunteers = np.maximum(asked.max(axis=1, keepdims=True), 1)
    total: NDArray[np.float64] = np.where(
        several & (entropy > 0), corrected * asked / volunteers, 0.0
    ).sum(axis=1)
    return total


def second_opinion(project: Project, labeller: str, n: int = _MANY) -> list[str]:
    """The most disputed galaxies that a labeller has not finished, at most ``n``.

    Votes of people and of tables count, catalogue votes do not: those are closed.
    """
    votes: Any = project.labels.votes(project.tree)
    scores = dispute(votes.to_numpy(), project.tree)
    seen = project.labels.finished(labeller)
    known = set(project.catalog["id_str"])
    order = np.argsort(-scores, kind="stable")
    ids = votes.index.to_numpy(dtype=object)
    found = [
        str(ids[row])
        for row in order[: np.count_nonzero(scores > 0)]
        if ids[row] not in seen and ids[row] in known
    ]
    return found[:n]
