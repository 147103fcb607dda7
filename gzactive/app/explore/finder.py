"""Finds what the grid shows, off the window's thread: array work over the scores of a catalogue.

One worker calls it, one question after another, so it keeps what the next question needs again:
the order of an answer while its cut is moved.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.active.browsing import (
    AnswerView,
    answer_view,
    disagreements,
    expected_information,
    most_confident,
)
from gzactive.app.explore.alikes import most_alike
from gzactive.app.explore.listing import Listing, Query
from gzactive.app.explore.places import Places
from gzactive.project import Project

if TYPE_CHECKING:
    from gzactive.stores.predictions import Scores

__all__ = ["Finder"]

_NOT_LOOKED = (
    "The model has not looked at these galaxies yet: they stand in the order of the catalogue."
)
_FRESH = (
    "The model has learnt nothing of this tree yet, so this order means little. A first round "
    "after some labels will change that."
)
_FLAT = (
    "The model says nearly the same of every galaxy here: on this question it cannot tell them "
    "apart yet. More labels will help."
)

#: Below so many nats a vote tells the model next to nothing: a coin's toss is 0.69.
_LITTLE = 0.005


class Finder:
    """Answers queries about one project's scores.

    Parameters
    ----------
    project
        Its tree and labels.
    places
        Its catalogue.
    scores
        What ranked it; None while nothing is scored.
    """

    def __init__(self, project: Project, places: Places, scores: "Scores | None") -> None:
        self._project = project
        self._places = places
        self._scores = scores if scores is not None and len(scores) else None
        self._rows: NDArray[np.intp] | None = None
        self._order: tuple[tuple[str, str], NDArray[np.intp]] | None = None
        self._fresh: bool | None = None

    def find(self, query: Query) -> Listing:
        """The galaxies for a query; those that left the catalogue are left out."""
        scores = self._scores
        if scores is None:
            count = len(self._places)
            return Listing(query, np.arange(count), total=count, words=_NOT_LOOKED)
        import pandas as pd

        tree = self._project.tree
        view = answer_view(scores, tree, query.answer)
        beside: NDArray[np.float32] = np.empty(0, np.float32)
        above = view.above(query.cut)
        words = self._doubt(view)
        if query.order == "disagree":
            found = disagreements(scores, tree, query.answer, self._project.labels.votes(tree))
            chosen, beside = found.rows, found.label_share
            words = words or _on_labels(len(chosen), found.labelled)
        elif query.order == "alike":
            found_alike = most_alike(self._project, query)
            rows_of = pd.Index(scores.id_str, dtype=object).get_indexer(
                pd.Index(found_alike.id_str, dtype=object)
            )
            chosen, beside = rows_of[rows_of >= 0], found_alike.likeness[rows_of >= 0]
            words = found_alike.words
        elif query.order == "unsure":
            question = tree.locate(query.answer)[0].name
            nats = expected_information(scores, tree, question)
            chosen = self._ordered(("unsure", question), nats)
            beside = nats[chosen]
            words = words or _on_information(float(nats.max(initial=0)))
        else:
            chosen = self._ordered(("confident", query.answer), view.score)
            chosen = chosen[above[chosen]]
            words = words or _on_cut(view, query.cut, len(chosen))
        rows = self._catalogue_rows()[chosen]
        here = rows >= 0
        if not here.all():
            rows, chosen = rows[here], chosen[here]
            beside = beside[here] if len(beside) else beside
        return Listing(
            query,
            rows,
            view.fraction[chosen],
            beside,
            view.path_probability[chosen],
            above=int(np.count_nonzero(above)),
            total=len(scores),
            histogram=view.histogram(),
            words=words,
        )

    def score_rows(self) -> NDArray[np.intp]:
        """For each row of the catalogue its row in the scores, -1 without one; (n,)."""
        found = np.full(len(self._places), -1, dtype=np.intp)
        if self._scores is not None:
            rows = self._catalogue_rows()
            found[rows[rows >= 0]] = np.flatnonzero(rows >= 0)
        return found

    def _ordered(self, key: tuple[str, str], score: NDArray[np.float32]) -> NDArray[np.intp]:
        if self._order is None or self._order[0] != key:
            self._order = (key, most_confident(score))
        return self._order[1]

    def _catalogue_rows(self) -> NDArray[np.intp]:
        if self._rows is None:
            ids = self._scores.id_str if self._scores is not None else np.empty(0, object)
            self._rows = self._places.rows_of(ids)
        return self._rows

    def _doubt(self, view: AnswerView) -> str:
        if self._fresh is None:
            from gzactive.active.strategies import is_fresh
            from gzactive.inference import current_head

            self._fresh = is_fresh(current_head(self._project)[0])
        if self._fresh:
            return _FRESH
        return _FLAT if view.flat else ""


def _on_labels(apart: int, labelled: int) -> str:
    if not labelled:
        return "No galaxy has a label on this question yet, so there is nothing to disagree about."
    galaxies = "galaxy" if labelled == 1 else "galaxies"
    if not apart:
        return f"Labels and model agree on all {labelled:,} {galaxies} labelled on this question."
    return "Under each galaxy: the answer's share of its labels → the model's fraction."


def _on_information(most: float) -> str:
    if most >= _LITTLE:
        return ""
    return (
        "On this question one vote would tell the model next to nothing, whatever the galaxy, so "
        "this order means little."
    )


def _on_cut(view: AnswerView, cut: float, above: int) -> str:
    asked = view.fraction[view.relevant]
    if not len(asked):
        rest = "" if cut <= 0 else " Show all to see them nevertheless."
        return f"The model thinks that most volunteers would be asked this of no galaxy here.{rest}"
    if above or cut <= 0:
        return ""
    return (
        f"No galaxy is above {100 * cut:.0f} %: the highest has {100 * float(asked.max()):.0f} %. "
        "Lower the cut to see the best there are."
    )
