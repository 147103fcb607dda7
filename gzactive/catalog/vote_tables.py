"""Votes in tables, under any names that a decision tree knows, as whole numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.tables import checked_ids, read_table, some_names
from gzactive.catalog.vote_formats import find_format
from gzactive.errors import GzactiveError
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_votes"]


def read_votes(source: str | Path | pd.DataFrame, tree: DecisionTree) -> pd.DataFrame:
    """Votes of a table as whole numbers in the tree's columns.

    They are found in any form of :mod:`gzactive.catalog.vote_formats`, such as the tree's own
    names, Zoobot's or the Galaxy Zoo catalogues'. Any fault stops it; where rows at fault are to
    be left out and told, use :func:`gzactive.catalog.survey_votes.read_survey`.

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
    found = find_format(table.columns, tree)
    if found is None:
        raise GzactiveError(
            f"{where} has no answer of the tree '{tree.id}': its columns are "
            f"{some_names(table.columns)}, the tree's are {some_names(tree.columns)}."
        )
    id_str = checked_ids(table["id_str"], where, "id_str")
    _, reader = found
    read = reader(table, tree, None)
    votes: dict[str, Any] = {"id_str": id_str.to_numpy()}
    for column in (*tree.columns, *tree.unmodelled_columns):
        if column in read.counts:
            name = read.names[column]
            _refuse_faults(table[name], read.counts[column], where, id_str)
            votes[column] = np.nan_to_num(read.counts[column]).astype(np.int64)
        elif column in tree.columns:
            votes[column] = np.zeros(len(table), dtype=np.int64)
    return pd.DataFrame(votes)


def _refuse_faults(
    column: pd.Series[Any], counts: NDArray[np.float64], where: str, id_str: pd.Series[str]
) -> None:
    """Complain of the first number that is no vote; a missing one is 0."""
    numberless = np.flatnonzero(np.isnan(counts) & column.notna().to_numpy())
    bad = numberless if numberless.size else np.flatnonzero((counts < 0) | np.isinf(counts))
    if bad.size:
        row = int(bad[0])
        raise GzactiveError(
            f"{where} has '{column.iloc[row]}' in column '{column.name}', row {row + 1:,} (id "
            f"{id_str.iloc[row]}): votes are counts from 0."
        )
    broken = np.flatnonzero(np.isfinite(counts) & (counts != np.trunc(counts)))
    if broken.size:
        row = int(broken[0])
        raise GzactiveError(
            f"{where} has {counts[row]:g} votes in column '{column.name}', row {row + 1:,} (id "
            f"{id_str.iloc[row]}): votes are whole numbers; multiply fractions by the number of "
            "people who were asked."
        )
