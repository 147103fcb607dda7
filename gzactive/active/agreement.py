"""How steady a labeller's answers are: what was said of galaxies that were shown twice.

Galaxies are shown again at least :data:`REPEAT_AFTER` galaxies later, without a word, and marked
as repeats in the label log; they are no votes. A person's agreement with themselves is what any
model, or other person, can at best reach with them.
"""

from typing import TYPE_CHECKING

from gzactive.project import Project

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["REPEAT_AFTER", "self_agreement"]

#: So many galaxies lie between the first time and the next: nobody remembers an ordinary one.
REPEAT_AFTER = 50


def self_agreement(project: Project) -> "pd.DataFrame":
    """How often labellers gave the same answer to a galaxy that was shown to them again.

    Answers count that were asked for both times: where the two paths through the tree part, the
    answer at the parting counts and what follows does not.

    Returns
    -------
    pandas.DataFrame
        One row a labeller, indexed by name: ``galaxies`` shown again, ``answers`` compared,
        ``agreed`` among them, and their ``share``.
    """
    pairs = project.labels.repeats(project.tree)
    # Ticked boxes are a set: the order in which they were ticked says nothing.
    same = [
        set(first.split("|")) == set(again.split("|"))
        for first, again in zip(pairs["first"], pairs["again"], strict=True)
    ]
    grouped = pairs.assign(same=same).astype({"same": int}).groupby("labeller")
    table = grouped.agg(
        galaxies=("id_str", "nunique"), answers=("same", "size"), agreed=("same", "sum")
    )
    return table.assign(share=table["agreed"] / table["answers"])
