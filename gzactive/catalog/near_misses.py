"""Columns that look like misspelt answers of a tree: a vote must not be dropped in silence."""

import difflib
from collections.abc import Iterable

from gzactive.trees import DecisionTree

__all__ = ["near_misses"]

_NOT_COUNTS = ("_total-votes", "_fraction", "_debiased")


def near_misses(columns: Iterable[str], tree: DecisionTree) -> list[str]:
    """A sentence on each column that begins like a question of the tree and is no answer of it."""
    questions = tuple(f"{question.name}_" for question in tree.questions)
    known = {*tree.columns, *tree.unmodelled_columns}
    return [
        f"Column '{name}' is no answer of tree '{tree.id}' and was ignored; did you mean "
        f"'{difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]}'?"
        for name in columns
        if name not in known and name.startswith(questions) and not name.endswith(_NOT_COUNTS)
    ]
