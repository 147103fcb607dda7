"""A table of chosen galaxies for other programs: ids, coordinates, fractions."""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gzactive.app.explore.listing import Listing
from gzactive.app.explore.places import Places
from gzactive.errors import GzactiveError
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    from gzactive.stores.predictions import Scores

__all__ = ["write_table"]


def write_table(
    path: Path,
    listing: Listing,
    positions: NDArray[np.intp],
    places: Places,
    tree: DecisionTree,
    scores: "Scores | None",
    score_rows: NDArray[np.intp],
) -> int:
    """Write galaxies of a listing to a CSV file, which appears when it is complete.

    Columns: ``rank`` in the listing from 1, ``id_str``, ``ra`` and ``dec`` (degrees) if known, and
    ``<answer>_fraction`` for every modelled answer.

    Parameters
    ----------
    path
        The file.
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
    if places.known:
        sky = np.array([places.sky(int(row)) or (np.nan, np.nan) for row in rows]).reshape(-1, 2)
        columns |= {"ra": sky[:, 0], "dec": sky[:, 1]}
    table = pd.DataFrame(columns)
    if scores is not None and len(scores):
        found = score_rows[rows]
        fractions = np.where((found >= 0)[:, None], scores["fractions"][found], np.nan)
        named = [f"{column}_fraction" for column in tree.columns]
        table = pd.concat([table, pd.DataFrame(fractions, columns=named).round(5)], axis=1)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        table.to_csv(temporary, index=False)
        os.replace(temporary, path)  # noqa: PTH105
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise GzactiveError(
            f"{path} cannot be written ({error.strerror or error}): choose another place."
        ) from error
    return len(table)
