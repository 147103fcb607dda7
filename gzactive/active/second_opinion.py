"""Galaxies that somebody labelled and another person should: people disagree, or a sure model does.

What people say counts first. Where they are divided, each question counts by how evenly its votes
are; where one or two answered and nobody contradicted them, by how far a model that is sure of
another answer stands from theirs. Both are in nats.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

from gzactive.active.browsing import RELEVANT, confident_cut
from gzactive.active.ranking import current_scores
from gzactive.active.scoring import TREE
from gzactive.model.likelihood import question_totals
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SECOND_OPINION", "contradiction", "dispute", "doubtful"]

#: What such a queue is ranked by, and how its galaxies are said to have been chosen.
SECOND_OPINION = "second-opinion"
#: Where so many agree with each other, it is the model that is wrong, and labels will teach it.
_ENOUGH = 3


def dispute(votes: ArrayLike, tree: DecisionTree) -> NDArray[np.float64]:
    """How far people disagree, nats; (galaxies, questions), 0 where they agree or are alone.

    The entropy of the votes on a question, as Miller and Madow (1955) correct it for few votes,
    times the share of the galaxy's volunteers who were asked.

    Parameters
    ----------
    votes
        Counts, (galaxies, answers).
    tree
        Whose ``columns`` name the answers.
    """
    counts = np.asarray(votes, np.float64)
    asked, share = _shares(counts, tree)
    surprise = np.asarray(-xlogy(share, share), np.float64)
    entropy = question_totals(surprise, tree)
    given = question_totals((counts > 0).astype(np.float64), tree)
    corrected = entropy + np.maximum(given - 1, 0) / (2 * np.maximum(asked, 1))
    divided = (asked > 1) & (entropy > 0)
    result: NDArray[np.float64] = np.where(divided, corrected * _weight(asked), 0.0)
    return result


def contradiction(
    votes: ArrayLike, fractions: ArrayLike, path_probability: ArrayLike, tree: DecisionTree
) -> NDArray[np.float64]:
    """How far a sure model stands from labels that agree, nats; (galaxies, questions), else 0.

    ``log(f of the model's answer / f of the labels' answer)`` times the share of the galaxy's
    volunteers who were asked, where one or two were, the question concerns the galaxy, and the
    model's fraction is above the published cut (:func:`gzactive.active.browsing.confident_cut`).

    Parameters
    ----------
    votes
        Counts, (galaxies, answers).
    fractions
        What the model expects, (galaxies, answers).
    path_probability
        That each question is asked at all, (galaxies, questions).
    tree
        Whose ``columns`` name the answers.
    """
    counts, said = np.asarray(votes, np.float64), np.asarray(fractions, np.float64)
    asked, _ = _shares(counts, tree)
    result = np.zeros_like(asked)
    for place, question in enumerate(tree.modelled):
        part = tree.slice(question.name)
        given, expected = counts[:, part], said[:, part]
        rows = np.arange(len(given))
        top, meant = expected.argmax(axis=1), given.argmax(axis=1)
        agreed = (given > 0).sum(axis=1) == 1
        few = (asked[:, place] > 0) & (asked[:, place] < _ENOUGH)
        sure = expected[rows, top] > confident_cut(question.name)
        concerned = np.asarray(path_probability)[:, place] >= RELEVANT
        apart = np.log(expected[rows, top] / np.maximum(expected[rows, meant], 1e-6))
        result[:, place] = np.where(agreed & few & sure & concerned, apart, 0.0)
    weighted: NDArray[np.float64] = result * _weight(asked)
    return weighted


def doubtful(
    project: Project, question: str = TREE, *, progress: Progress = silent
) -> "pd.Series[float]":
    """All galaxies that need a second opinion, by ``id_str``, in nats, the neediest first.

    Votes of people and of tables count; catalogue votes do not: those are closed.

    Parameters
    ----------
    question
        One of the tree's modelled questions, or ``tree`` for all of them.
    progress
        Told what is done while galaxies are scored.
    """
    import pandas as pd

    tree = project.tree
    votes: Any = project.labels.votes(tree)
    votes = votes[votes.index.isin(project.catalog["id_str"])]
    counts = votes[list(tree.columns)].to_numpy(np.float64)
    found = dispute(counts, tree)
    scores = current_scores(project, progress=progress) if len(votes) else None
    if scores is not None and len(scores):
        # Labelled galaxies are few and scored ones many: the small side is the one to index.
        place = pd.Index(votes.index, dtype=object).get_indexer(
            pd.Index(scores.id_str, dtype=object)
        )
        rows = np.flatnonzero(place >= 0)
        found[place[rows]] += contradiction(
            counts[place[rows]], scores["fractions"][rows], scores["path_probability"][rows], tree
        )
    names = [one.name for one in tree.modelled]
    by_galaxy = found.sum(axis=1) if question == TREE else found[:, names.index(question)]
    order = np.argsort(-by_galaxy, kind="stable")[: np.count_nonzero(by_galaxy > 0)]
    return pd.Series(by_galaxy[order], index=votes.index[order])


def _shares(
    counts: NDArray[np.float64], tree: DecisionTree
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Votes by question, (galaxies, questions), and each answer's share, (galaxies, answers)."""
    asked = question_totals(counts, tree)
    sizes = [len(question.answers) for question in tree.modelled]
    return asked, counts / np.repeat(np.maximum(asked, 1), sizes, axis=1)


def _weight(asked: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of a galaxy's volunteers who were asked each question."""
    result: NDArray[np.float64] = asked / np.maximum(asked.max(axis=1, keepdims=True), 1)
    return result
