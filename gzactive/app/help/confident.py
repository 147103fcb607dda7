"""The galaxies of a project that most surely have each answer of a question."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.active.browsing import answer_view, most_confident
from gzactive.trees import Question

if TYPE_CHECKING:
    from gzactive.app.explore.controller import ExploreController
    from gzactive.stores.predictions import Scores

__all__ = ["ConfidentGalaxy", "confident_galaxies"]

_MOST = 4
#: An answer that the model gives less than this has no galaxy to be shown for it.
_LEAST = 0.5


@dataclass(frozen=True)
class ConfidentGalaxy:
    """A galaxy that the model is sure of.

    Attributes
    ----------
    id_str, file_loc
        Which.
    fraction
        The answer's share of the votes that the model expects.
    """

    id_str: str
    file_loc: str
    fraction: float


def confident_galaxies(
    scores: "Scores", rows: NDArray[np.intp], explore: "ExploreController", question: Question
) -> dict[str, list[ConfidentGalaxy]]:
    """Look up, for each answer by its column, the few galaxies that most surely have it.

    Parameters
    ----------
    scores
        What the model says.
    rows
        The catalogue's row of each scored galaxy, -1 for those that are not in it.
    explore
        The project's tree and catalogue.
    question
        One that the tree models. An answer of which the model says nearly the same of all
        galaxies has none.
    """
    found: dict[str, list[ConfidentGalaxy]] = {}
    for answer in question.answers:
        view = answer_view(scores, explore.tree, answer.column)
        found[answer.column] = []
        if view.flat:
            continue
        score = np.where(view.above(_LEAST), view.score, 0)
        for row in most_confident(score, _MOST):
            place = int(rows[row])
            if score[row] > 0 and place >= 0:
                found[answer.column].append(
                    ConfidentGalaxy(
                        str(explore.places.id_str[place]),
                        str(explore.places.file_loc[place]),
                        float(view.fraction[row]),
                    )
                )
    return found
