"""Galaxies with their places in the sky, from any table or from a project's folder."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.columns import best_tree, guess_columns
from gzactive.catalog.coordinates import degrees
from gzactive.catalog.tables import as_text, read_table, row_numbers, some_names
from gzactive.errors import GzactiveError
from gzactive.stores.catalog_file import NAME, read_catalog
from gzactive.survey.opinions import Opinions, project_opinions

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Positions", "positions_in", "read_positions"]


@dataclass(frozen=True, eq=False)
class Positions:
    """A survey's galaxies.

    Attributes
    ----------
    name
        What people call it: the file's name without endings, or the folder's.
    id_str
        Texts, (n,), every digit of them.
    ra, dec
        ICRS degrees, (n,); NaN where they are unknown.
    table
        All columns, in the same order; one named ``id_str`` holds the ids.
    remarks
        Sentences about rows without a place.
    opinions
        What a project says of the galaxies; None for a table, whose columns tell.
    """

    name: str
    id_str: NDArray[np.object_]
    ra: NDArray[np.float64]
    dec: NDArray[np.float64]
    table: "pd.DataFrame"
    remarks: tuple[str, ...] = ()
    opinions: Opinions | None = None

    def __len__(self) -> int:
        return len(self.id_str)

    @property
    def placed(self) -> NDArray[np.intp]:
        """Rows whose place is known."""
        return np.flatnonzero(np.isfinite(self.ra) & np.isfinite(self.dec))


def read_positions(
    source: str | Path, *, opinions: bool = False, predictions: bool = False
) -> Positions:
    """Read a table of any kind that :func:`gzactive.catalog.read_table` reads, or a project.

    Parameters
    ----------
    source
        The table, or the project's folder.
    opinions
        Whether to read what a project says of its galaxies, too.
    predictions
        Of that, what its model predicts instead of votes.

    Raises
    ------
    GzactiveError
        If it cannot be read, or has no columns of coordinates.
    """
    path = Path(source).expanduser()
    if (path / NAME).is_file():
        found = positions_in(read_catalog(path), path.resolve().name)
        if not opinions:
            return found
        return replace(found, opinions=project_opinions(path, predictions=predictions))
    return positions_in(read_table(path), path.name.partition(".")[0] or path.name)


def positions_in(table: "pd.DataFrame", name: str) -> Positions:
    """Find ids and coordinates among a table's columns.

    Parameters
    ----------
    table
        Any columns; ids and coordinates are known by their names. Without ids, rows are named by
        their numbers.
    name
        What to call it.

    Raises
    ------
    GzactiveError
        If there are no columns of coordinates.
    """
    meanings = guess_columns(table, best_tree(table.columns))
    column = {meaning: given for given, meaning in meanings.items() if meaning}
    missing = [one for one in ("ra", "dec") if one not in column]
    if missing:
        raise GzactiveError(
            f"'{name}' has no column {' and '.join(missing)} in degrees, only "
            f"{some_names(table.columns)}: rename the columns with the coordinates to ra and dec."
        )
    ids = (
        as_text(table[column["id_str"]], f"The ids in '{column['id_str']}' of '{name}'")
        if "id_str" in column
        else None
    )
    id_str = (
        np.array([str(row) for row in range(1, len(table) + 1)], dtype=object)
        if ids is None
        else ids.to_numpy(dtype=object)
    )
    ra, odd_ra, expected_ra = degrees(table[column["ra"]], "ra")
    dec, odd_dec, expected_dec = degrees(table[column["dec"]], "dec")
    remarks = [
        f"'{name}': {column[which]} is not a coordinate in {row_numbers(odd)} "
        f"('{table[column[which]].iloc[odd[0]]}'; {expected})."
        for which, odd, expected in (("ra", odd_ra, expected_ra), ("dec", odd_dec, expected_dec))
        if odd.size
    ]
    placed = np.isfinite(ra) & np.isfinite(dec)
    without = int(np.count_nonzero(~placed))
    if without:
        remarks.append(
            f"'{name}': {without:,} of {len(table):,} galaxies have no place in the sky and are "
            "left out."
        )
    if ids is None:
        remarks.append(f"'{name}' has no column of ids: galaxies are named by their rows, from 1.")
    ra, dec = (np.where(placed, one, np.nan) for one in (ra, dec))
    return Positions(name, id_str, ra, dec, table.assign(id_str=id_str), tuple(remarks))
