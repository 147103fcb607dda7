"""What a survey says of galaxies: people's vote fractions, or those that a model predicts.

A table says what its columns of votes hold; a project what its labellers and the votes that it was
given say, or what its model predicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    from gzactive.project import Project

__all__ = ["RELEVANT", "Opinions", "project_opinions"]

#: A prediction on a question counts where at least so many people would be asked it, as in W+22.
RELEVANT = 0.5


@dataclass(frozen=True, eq=False)
class Opinions:
    """Shares of a question's votes, galaxy by galaxy.

    Attributes
    ----------
    what
        Whose, in a word: "votes" or "predictions".
    tree
        Whose answers.
    shares
        (n, answers): 0 to 1, NaN where nothing is known.
    votes
        (n, modelled questions): how many votes a share is of; infinite where a model predicts it,
        0 where it says nothing of the question.
    """

    what: str
    tree: DecisionTree
    shares: NDArray[np.float32]
    votes: NDArray[np.float32]

    def of(
        self, rows: NDArray[np.intp], answers: tuple[str, ...], least: int
    ) -> dict[str, NDArray[np.float64]]:
        """Shares of some galaxies' votes, (m,) an answer; NaN where there are too few votes."""
        questions = [question.name for question in self.tree.modelled]
        found = {}
        for answer in answers:
            votes = self.votes[rows, questions.index(self.tree.locate(answer)[0].name)]
            share = self.shares[rows, self.tree.columns.index(answer)].astype(np.float64)
            found[answer] = np.where(votes >= max(1, least), share, np.nan)
        return found


def project_opinions(folder: Path, *, predictions: bool = False) -> Opinions | None:
    """What a project says of its galaxies, in its catalogue's order.

    Parameters
    ----------
    folder
        The project's.
    predictions
        What its model predicts, instead of votes; without it, predictions stand in where the
        project has no votes at all.

    Returns
    -------
    Opinions or None
        None where there are neither votes nor predictions.

    Raises
    ------
    GzactiveError
        If it cannot be read, or predictions are wanted and there are none.
    """
    from gzactive.project import Project

    with Project.open(folder, read_only="It is only looked at.") as project:
        found = None if predictions else _votes(project)
        if found is None and project.scores_path.is_file():
            found = _predicted(project)
        if found is None and predictions:
            raise GzactiveError(
                f"{project.name} has no predictions yet: run `gzactive rank {folder}` first."
            )
        return found


def _votes(project: Project) -> Opinions | None:
    from gzactive.survey.exporters.galaxies import votes_of

    tree = project.tree
    counts = votes_of(project, project.catalog).counts[:, : len(tree.columns)]
    if not counts.any():
        return None
    shares = np.full(counts.shape, np.nan, np.float32)
    votes = np.zeros((len(counts), len(tree.modelled)), np.float32)
    for number, question in enumerate(tree.modelled):
        part = counts[:, tree.slice(question.name)]
        votes[:, number] = total = part.sum(axis=1)
        np.divide(
            part,
            total[:, None],
            out=shares[:, tree.slice(question.name)],
            where=total[:, None] > 0,
            casting="unsafe",
        )
    return Opinions("votes", tree, shares, votes)


def _predicted(project: Project) -> Opinions:
    import pandas as pd

    from gzactive.stores.predictions import read_scores

    tree, catalog = project.tree, project.catalog
    scores = read_scores(project.scores_path, ["fractions", "path_probability"])
    place = pd.Index(scores.id_str, dtype=object).get_indexer(
        pd.Index(catalog["id_str"].to_numpy(dtype=object), dtype=object)
    )
    found = place >= 0
    shares = np.full((len(place), len(tree.columns)), np.nan, np.float32)
    votes = np.zeros((len(place), len(tree.modelled)), np.float32)
    shares[found] = scores["fractions"][place[found]]
    asked = scores["path_probability"][place[found]] >= RELEVANT
    votes[found] = np.where(asked, np.inf, 0)
    return Opinions("predictions", tree, shares, votes)
