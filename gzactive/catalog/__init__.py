"""Catalogues: which galaxies there are and where their images lie.

Everything that comes in is checked once, so that the rest may rely on unique text ids, absolute
paths and whole, non-negative votes. Files of tables are read in :mod:`gzactive.catalog.tables`,
images without a table are found in :mod:`gzactive.catalog.image_lists`, votes read in
:mod:`gzactive.catalog.vote_tables`; import them all from here. Pixels are not looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.image_lists import Join, find_images, image_stem, join_images
from gzactive.catalog.locations import absolute_locations, existing
from gzactive.catalog.tables import as_text, checked_ids, read_table, row_numbers, some_names
from gzactive.catalog.vote_tables import read_votes
from gzactive.errors import GzactiveError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "PARTS",
    "Join",
    "find_images",
    "image_stem",
    "join_images",
    "load_catalog",
    "read_table",
    "read_votes",
    "reserved_mask",
    "split_parts",
]


PARTS = ("train", "test", "validation")  #: of a split, see :func:`split_parts`


def load_catalog(path: str | Path, *, id_column: str | None = None) -> pd.DataFrame:
    """Read and check a table of galaxies.

    Parameters
    ----------
    path
        See :func:`gzactive.catalog.tables.read_table`.
    id_column
        Column to use as ``id_str``; by default the one of that name.

    Returns
    -------
    DataFrame
        ``id_str`` (unique text) and ``file_loc`` (absolute; relative paths start at the table's
        folder, also inside ZIPs), then all other columns. If some images are missing,
        ``attrs["remarks"]`` holds a sentence about them: each will be listed among the project's
        problems until it is there.

    Raises
    ------
    GzactiveError
        If a column is missing or empty in places, an id occurs twice, the table has no rows, or
        none of its images exists.
    """
    path = Path(path).expanduser()
    table = read_table(path)
    columns = some_names(table.columns)
    name = id_column or "id_str"
    if name not in table.columns:
        remedy = "rename the column with the galaxies' ids to id_str"
        raise GzactiveError(f"'{path}' has no column '{name}', only {columns}: {remedy}.")
    if "file_loc" not in table.columns:
        raise GzactiveError(
            f"'{path}' has no column 'file_loc', only {columns}: add one with each image's path, "
            "or give the folder of images as well."
        )
    if table.empty:
        raise GzactiveError(f"'{path}' has columns but no rows: there is no galaxy in it.")
    id_str = checked_ids(table[name], f"'{path}'", name)
    locations = as_text(table["file_loc"], f"The paths in 'file_loc' of '{path}'")
    empty = np.flatnonzero((locations == "").to_numpy())
    if empty.size:
        raise GzactiveError(
            f"'{path}' has no file_loc in {row_numbers(empty)} (first: id "
            f"{id_str.iloc[empty[0]]}): fill it in, or leave these rows out."
        )
    file_loc = absolute_locations(locations, path.absolute().parent)
    others = table.drop(columns=["id_str", "file_loc"], errors="ignore")
    others.insert(0, "id_str", id_str.to_numpy())
    others.insert(1, "file_loc", file_loc.to_numpy())
    missing = np.flatnonzero(~existing(others["file_loc"].to_list()))
    if missing.size:
        first = others["file_loc"].iloc[missing[0]]
        if missing.size == len(others):
            raise GzactiveError(
                f"None of the {len(others):,} images in '{path}' exists (first: {first}): correct "
                "file_loc; relative paths start at the table's folder."
            )
        others.attrs["remarks"] = [
            f"{missing.size:,} of {len(others):,} images are missing (first: {first})."
        ]
    return others


def reserved_mask(
    id_str: Sequence[str] | NDArray[Any] | pd.Series[Any], seed: int, share: float = 0.2
) -> NDArray[np.bool_]:
    """Which galaxies are reserved: never trained on, the unbiased held-out set.

    A hash of the id and the seed decides, so a galaxy's fate is the same in any order, any subset
    and after others are added.

    Parameters
    ----------
    id_str
        (n,) text.
    seed
        The project's.
    share
        Of all galaxies, in [0, 1].

    Returns
    -------
    ndarray
        bool (n,).
    """
    return _uniform(id_str, f"reserved {seed}") < share


def split_parts(
    id_str: Sequence[str] | NDArray[Any] | pd.Series[Any],
    seed: int,
    shares: tuple[float, float, float] = (0.7, 0.2, 0.1),
) -> NDArray[np.str_]:
    """Part of each galaxy when a network is trained: "train", "test" or "validation".

    Parameters
    ----------
    id_str
        (n,) text; as for :func:`reserved_mask`, a hash of it and the seed decides.
    seed
        Another seed, other parts.
    shares
        Of train, test and validation, in any unit: (7, 2, 1) will do.

    Returns
    -------
    ndarray
        str (n,).
    """
    if min(shares) < 0 or not sum(shares) > 0:
        raise GzactiveError(
            f"Shares {':'.join(f'{share:g}' for share in shares)} do not split anything: give "
            "three that are not negative, such as 7:2:1."
        )
    bounds = np.cumsum(shares)[:2] / sum(shares)
    return np.array(PARTS)[np.searchsorted(bounds, _uniform(id_str, f"split {seed}"), side="right")]


def _uniform(
    id_str: Sequence[str] | NDArray[Any] | pd.Series[Any], purpose: str
) -> NDArray[np.float64]:
    """A number in [0, 1) for each id, (n,), that hangs on nothing but it and the purpose."""
    import pandas as pd

    key = hashlib.sha256(purpose.encode()).hexdigest()[:16]
    text = np.asarray(id_str, dtype=object)
    hashed = pd.util.hash_array(text, hash_key=key, categorize=False)
    # The upper 53 bits are a uniform number in [0, 1) that float64 holds exactly.
    return np.asarray((hashed >> np.uint64(11)) * 2.0**-53)
