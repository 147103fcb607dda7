"""Which rows of a table a person's query holds for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.tables import some_names
from gzactive.errors import GzactiveError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["rows_where"]


def rows_where(
    table: pd.DataFrame, where: str, told: str, *, part: bool = False
) -> NDArray[np.bool_]:
    """Which rows a query holds for, bool (n,).

    Parameters
    ----------
    table
        Whose columns the query speaks of.
    where
        A pandas query, such as ``sample == 'original'``; names with hyphens stand in backquotes.
    told
        What the table is called, to begin a sentence with.
    part
        Whether this is a part of a table, for none of whose rows the query need hold.

    Raises
    ------
    GzactiveError
        If it is no such query, is neither true nor false of a row, or holds for none.
    """
    import pandas as pd

    try:
        # Only names and values of the table: no "@" reaches into this program.
        holds = table.eval(where, local_dict={}, global_dict={})
    except Exception as error:
        raise GzactiveError(
            f"'{where}' is no query that rows can be chosen by ({error}): write, for instance, "
            f'"`{table.columns[0]}` == 1", with names among {some_names(table.columns)}.'
        ) from error
    if not isinstance(holds, pd.Series) or holds.dtype != bool:
        raise GzactiveError(
            f"'{where}' is neither true nor false of a row: compare something, for instance "
            f'"`{table.columns[0]}` == 1".'
        )
    if not part and not holds.any():
        raise GzactiveError(f'"{where}" holds for none of the {len(table):,} rows of {told}.')
    return holds.to_numpy()
