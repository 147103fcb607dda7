"""What the model says of galaxies by their rows in the catalogue. Values only."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.survey.counterparts import Shares, question_shares
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    from gzactive.stores.predictions import Scores

__all__ = ["Scored"]


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores, and where each galaxy stands in them.

    Attributes
    ----------
    tree
        Whose answers.
    scores
        What ranked the galaxies; None while nothing is scored.
    rows
        For each row of the catalogue its row in the scores, -1 without one; None until it is known.
    """

    tree: DecisionTree
    scores: "Scores | None" = None
    rows: NDArray[np.intp] | None = None

    def of(self, row: int) -> tuple[NDArray[np.floating], NDArray[np.floating]] | None:
        """Vote fractions (answers,) and path probabilities (questions,) of a galaxy, if scored."""
        if self.scores is None or self.rows is None or self.rows[row] < 0:
            return None
        scored = int(self.rows[row])
        return self.scores["fractions"][scored], self.scores["path_probability"][scored]

    def shares(self, row: int, question: str) -> Shares:
        """A galaxy's vote fractions on one question; empty if it is not scored."""
        found = self.of(row)
        return question_shares(found[0], self.tree, question) if found is not None else Shares()
