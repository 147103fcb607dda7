"""Galaxies in the order of how alike they are: to some that were chosen, or to those labelled so.

Array work for the thread that finds; the way back to the list before is in
:mod:`gzactive.app.explore.trail`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gzactive.active.browsing import most_confident
from gzactive.active.search import labelled_examples
from gzactive.app.explore.listing import Query
from gzactive.errors import GzactiveError
from gzactive.inference.similarity import Likeness, likeness
from gzactive.project import Project

__all__ = ["Alikes", "most_alike"]

_MEANING = "in standard deviations (σ)"


@dataclass(frozen=True, eq=False)
class Alikes:
    """Galaxies in falling likeness.

    Attributes
    ----------
    id_str
        Which, (m,): the examples first, where they were chosen.
    likeness
        Standard deviations above the catalogue's mean galaxy, (m,); NaN for examples.
    words
        A sentence on what they are like, or why there are none.
    """

    id_str: NDArray[np.object_]
    likeness: NDArray[np.float32]
    words: str


def most_alike(project: Project, query: Query) -> Alikes:
    """Galaxies like those of the query, or like those labelled with its answer.

    In the second case galaxies with a label are left out: what is like them is looked for.
    """
    try:
        return _like_examples(project, query) if query.like else _like_labelled(project, query)
    except GzactiveError as error:  # an example without features: there is a way back
        return _nothing(str(error))


def _like_examples(project: Project, query: Query) -> Alikes:
    found = likeness(project, query.like)
    order = _others(found, query.like)
    count = len(query.like)
    first = np.array(query.like, dtype=object)
    return Alikes(
        np.concatenate([first, found.id_str[order]]),
        np.concatenate([np.full(count, np.nan, np.float32), found.score[order]]),
        f"{'The example comes' if count == 1 else 'Examples come'} first, then the most alike, "
        f"{_MEANING}.",
    )


def _like_labelled(project: Project, query: Query) -> Alikes:
    text = project.tree.locate(query.answer)[1].text
    like, unlike = labelled_examples(project, query.answer)
    if not like:
        return _nothing(
            f"No galaxy is labelled “{text}” yet. Label some, or select a few and look for more "
            "like these."
        )
    found = likeness(project, like, unlike)
    order = _others(found, [*like, *unlike, *project.labels.labelled()])
    against = f" and unlike {len(unlike):,} others" if unlike else ""
    return Alikes(
        found.id_str[order],
        found.score[order],
        f"Not labelled yet, most like the {len(like):,} labelled “{text}”{against}, {_MEANING}.",
    )


def _others(found: Likeness, examples: tuple[str, ...] | list[str]) -> NDArray[np.intp]:
    """Rows in falling likeness, without the examples."""
    import pandas as pd

    order = most_confident(found.score)
    # NumPy would sort a million texts to find a few among them; this looks each of them up.
    return order[~pd.Index(found.id_str[order], dtype=object).isin(list(examples))]


def _nothing(words: str) -> Alikes:
    return Alikes(np.empty(0, dtype=object), np.empty(0, dtype=np.float32), words)
