"""A table of chosen galaxies for other programs: ids, coordinates, fractions."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gzactive.app.explore.listing import Listing
from gzactive.app.explore.places import Places
from gzactive.progress import silent
from gzactive.survey.exporters.sheet import Sheet, plain_column, write_sheet
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    from gzactive.stores.predictions import Scores

__all__ = ["write_table"]

_UNITS = {"ra": "deg", "dec": "deg"}


def write_table(
    path: Path,
    listing: Listing,
    positions: NDArray[np.intp],
    places: Places,
    tree: DecisionTree,
    scores: "Scores | None",
    score_rows: NDArray[np.intp],
) -> int:
    """Write galaxies of a listing in the format that the file's ending names.

    Columns: ``rank`` in the listing from 1, ``id_str``, ``ra`` and ``dec`` (degrees) if known,
    ``likeness`` (standard deviations) if that is the order, and ``<answer>_fraction`` for every
    modelled answer. The file appears when it is complete.

    Parameters
    ----------
    path
        ``.csv``, ``.parquet``, ``.fits`` or ``.vot``.
    listing, positions
        Which galaxies, (m,).
    places
        The catalogue.
    tree, scores, score_rows
        The model's fractions, and the row of each catalogue row in them (-1 without one).

    Returns
    -------
    int
        How many galaxies.

    Raises
    ------
    GzactiveError
        If the file cannot be written.
    """
    rows = listing.rows[positions]
    columns: dict[str, object] = {"rank": positions + 1, "id_str": places.id_str[rows]}
    if places.ra is not None and places.dec is not None:
        columns |= {"ra": places.ra[rows], "dec": places.dec[rows]}
    if listing.query.order == "alike":
        columns["likeness"] = listing.beside[positions]
    table = pd.DataFrame(columns)
    if scores is not None and len(scores):
        found = score_rows[rows]
        fractions = np.where((found >= 0)[:, None], scores["fractions"][found], np.nan)
        named = [f"{column}_fraction" for column in tree.columns]
        table = pd.concat([table, pd.DataFrame(fractions, columns=named)], axis=1)
    sheet = [
        plain_column(name, table[name], unit=_UNITS.get(name, ""))
        for name in map(str, table.columns)
    ]
    write_sheet(Sheet(sheet, len(table)), path, silent)
    return len(table)
