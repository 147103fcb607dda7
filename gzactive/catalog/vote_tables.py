"""Votes in tables, under any names that a decision tree knows, as whole numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.columns import guess_votes, total_of
from gzactive.catalog.tables import checked_ids, read_table, some_names
from gzactive.errors import GzactiveError
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_votes"]


def read_votes(source: str | Path | pd.DataFrame, tree: DecisionTree) -> pd.DataFrame:
    """Votes of a table as whole numbers in the tree's columns.

    Columns are found by their own names (``<question>_<answer>``) or by those of any scheme that
    the tree knows, such as Zoobot's or the Galaxy Zoo catalogues'. Where a scheme's columns hold
    fractions, they are multiplied by the question's total and rounded.

    Parameters
    ----------
    source
        A table's path, or a DataFrame with ``id_str``.
    tree
        Whose answers to look for.

    Returns
    -------
    DataFrame
        ``id_str`` and ``tree.columns`` as int64 (a missing column or value is 0), then those
        unmodelled answers, such as rare features, that the table has.

    Raises
    ------
    GzactiveError
        If no answer is found, an id is missing or repeated, or a vote is negative, not whole or
        not a number: the row and the value are named.
    """
    import pandas as pd

    table = source if isinstance(source, pd.DataFrame) else read_table(source)
    where = "The table" if isinstance(source, pd.DataFrame) else f"'{source}'"
    if "id_str" not in table.columns:
        raise GzactiveError(
            f"{where} has no column 'id_str', only {some_names(table.columns)}: rename "
            "the column with the galaxies' ids to id_str."
        )
    found = _answer_columns(table, tree)
    if not found:
        raise GzactiveError(
            f"{where} has no answer of the tree '{tree.id}': its columns are "
            f"{some_names(table.columns)}, the tree's are {some_names(tree.columns)}."
        )
    id_str = checked_ids(table["id_str"], where, "id_str")
    votes: dict[str, Any] = {"id_str": id_str.to_numpy()}
    for column in (*tree.columns, *tree.unmodelled_columns):
        if column in found:
            name, total = found[column]
            counts = _numbers(table[name], where, name, id_str)
            if total is not None:
                counts = np.rint(counts * _numbers(table[total], where, total, id_str))
            votes[column] = _whole(counts, where, name, id_str)
        elif column in tree.columns:
            votes[column] = np.zeros(len(table), dtype=np.int64)
    return pd.DataFrame(votes)


def _answer_columns(table: pd.DataFrame, tree: DecisionTree) -> dict[str, tuple[str, str | None]]:
    """Tree's column to the table's, and to that with the total where the table's is a fraction."""
    guessed = guess_votes(table.columns, tree)
    fractions: set[str] = set()
    for scheme in tree.fraction_schemes:
        for column, name in tree.column_names(scheme).items():
            fractions.add(name)
            if column not in guessed and name in table.columns:
                total = tree.locate(column)[0].names.get(scheme)
                raise GzactiveError(
                    f"The fractions in '{name}' cannot become votes without the question's "
                    f"total in a column '{total}': add it."
                )
    found: dict[str, tuple[str, str | None]] = {}
    for column in (*tree.columns, *tree.unmodelled_columns):
        if name := guessed.get(column, ""):
            total = guessed.get(total_of(tree.locate(column)[0].name))
            found[column] = (name, total if name in fractions else None)
    return found


def _numbers(
    column: pd.Series[Any], where: str, name: str, id_str: pd.Series[str]
) -> NDArray[np.float64]:
    """Finite, non-negative numbers; a missing one is 0."""
    import pandas as pd

    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    numberless = np.flatnonzero(np.isnan(values) & column.notna().to_numpy())
    bad = numberless if numberless.size else np.flatnonzero((values < 0) | np.isinf(values))
    if bad.size:
        row = int(bad[0])
        raise GzactiveError(
            f"{where} has '{column.iloc[row]}' in column '{name}', row {row + 1:,} (id "
            f"{id_str.iloc[row]}): votes are counts from 0."
        )
    return np.where(np.isnan(values), 0.0, values)


def _whole(
    counts: NDArray[np.float64], where: str, name: str, id_str: pd.Series[str]
) -> NDArray[np.int64]:
    bad = np.flatnonzero(counts != np.trunc(counts))
    if bad.size:
        row = int(bad[0])
        raise GzactiveError(
            f"{where} has {counts[row]:g} votes in column '{name}', row {row + 1:,} (id "
            f"{id_str.iloc[row]}): votes are whole numbers; multiply fractions by the number of "
            "people who were asked."
        )
    return counts.astype(np.int64)
