"""Rows and images brought together, the rows that cannot come along told apart and counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.findings import Finding, Level, counted, examples, left_out
from gzactive.catalog.image_lists import image_stem, join_images
from gzactive.catalog.locations import absolute_locations, existing
from gzactive.catalog.material import Material
from gzactive.catalog.tables import and_other_ids, as_text, row_numbers
from gzactive.errors import GzactiveError
from gzactive.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Refused", "aside", "from_table", "joined"]


class Refused(Exception):
    """No catalogue can be made, for a reason that a finding tells."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.told)
        self.finding = finding


def from_table(
    material: Material,
    bearer: Mapping[str, str],
    keep_first: bool,
    findings: list[Finding],
    progress: Progress,
) -> pd.DataFrame:
    """A catalogue of a table that says where the images are."""
    table, path = material.table, material.table_path
    assert table is not None
    assert path is not None
    if table.empty:
        raise GzactiveError(f"'{path}' has columns but no rows: there is no galaxy in it.")
    if "file_loc" not in bearer:
        raise Refused(
            Finding(
                "no-images",
                Level.REFUSED,
                f"'{path.name}' has no column with the images' paths (file_loc).",
                "Say which column holds them, add the folder or ZIP of the images, or fetch the "
                "images from a survey.",
            )
        )
    name = bearer["file_loc"]
    locations = as_text(table[name], f"The paths in '{name}' of '{path}'")
    there = (locations != "").to_numpy()
    if not there.any():
        raise GzactiveError(f"'{path}' has no path in any row of '{name}': fill them in.")
    if not there.all():
        rows = np.flatnonzero(~there)
        findings += left_out(
            rows.size,
            "row",
            f"no path in '{name}'",
            kind="rows-without-image",
            remedy=f"Fill it in to have them ({row_numbers(rows)}).",
        )
        table, locations = table[there], locations[there]
    file_loc = absolute_locations(locations, path.parent)
    if "id_str" in bearer:
        source = bearer["id_str"]
        ids = as_text(table[source], f"The ids in '{source}' of '{path}'")
    else:
        source = name
        ids = file_loc.map(image_stem)
        findings.append(
            Finding(
                "ids",
                Level.NOTE,
                "No column holds ids: each galaxy is called as its image.",
                "To call them otherwise, choose the column with their ids.",
            )
        )
    catalog = table.drop(columns=[source] if source != name else [])
    catalog = catalog.drop(columns=[name])
    catalog = aside(catalog, ("id_str", "file_loc"))
    catalog.insert(0, "id_str", ids.to_numpy(dtype=object))
    catalog.insert(1, "file_loc", file_loc.to_numpy(dtype=object))
    catalog = _with_ids(catalog.reset_index(drop=True), source, keep_first, findings)
    return _with_images(catalog, path, findings, progress)


def _with_ids(
    catalog: pd.DataFrame, source: str, keep_first: bool, findings: list[Finding]
) -> pd.DataFrame:
    """The rows that have an id of their own."""
    ids = catalog["id_str"].to_numpy()
    empty = np.flatnonzero(ids == "")
    if empty.size == len(ids):
        raise GzactiveError(f"The column '{source}' has no id in any row: choose another.")
    if empty.size:
        findings += left_out(
            empty.size,
            "row",
            f"no id in '{source}'",
            kind="rows-without-id",
            remedy=f"Fill it in to have them ({row_numbers(empty)}).",
        )
        catalog = catalog[ids != ""].reset_index(drop=True)
    again = catalog["id_str"].duplicated().to_numpy()
    if not again.any():
        return catalog
    _settle_duplicates(catalog["id_str"].to_numpy(), again, source, keep_first, findings)
    return catalog[~again].reset_index(drop=True)


def _settle_duplicates(
    ids: NDArray[np.object_],
    again: NDArray[np.bool_],
    source: str,
    keep_first: bool,
    findings: list[Finding],
) -> None:
    """Refuse rows whose id is taken, or note that they are left out."""
    rows = np.flatnonzero(again)
    if not keep_first:
        first = ids[rows[0]]
        at = row_numbers(np.flatnonzero(ids == first))
        several = len(set(ids[rows]))
        raise Refused(
            Finding(
                "duplicates",
                Level.REFUSED,
                f"The {source} '{first}' is in {at}{and_other_ids(several - 1)}.",
                "Give each galaxy one row, keep the first row of each, or choose another column "
                "as the id.",
                examples(rows, ids),
            )
        )
    findings.append(
        Finding(
            "duplicates",
            Level.LEFT_OUT,
            f"{counted(rows.size, 'row')} left out: an earlier row has the same {source}.",
            rows=examples(rows, ids),
        )
    )


def _with_images(
    catalog: pd.DataFrame, path: Path, findings: list[Finding], progress: Progress
) -> pd.DataFrame:
    """Note which images are missing; all of them missing is refused."""
    locations = catalog["file_loc"].to_numpy()
    missing = np.flatnonzero(~existing(locations.tolist(), progress))
    if not missing.size:
        return catalog
    if missing.size == len(catalog):
        raise GzactiveError(
            f"None of the {len(catalog):,} images in '{path}' exists (first: {locations[0]}): "
            "correct file_loc; relative paths start at the table's folder."
        )
    findings.append(
        Finding(
            "missing",
            Level.AMISS,
            f"{missing.size:,} of {len(catalog):,} images are missing (first: "
            f"{locations[missing[0]]}).",
            "Their rows come along, and each is listed among the problems until its image is "
            "there.",
            examples(missing, locations),
        )
    )
    return catalog


def joined(
    material: Material, bearer: Mapping[str, str], keep_first: bool, findings: list[Finding]
) -> pd.DataFrame:
    """A catalogue of the rows that have an image."""
    table, images = material.table, material.images
    assert table is not None
    assert images is not None
    match = bearer.get("id_str")
    if match is not None:
        keys = as_text(table[match], f"The values of '{match}'")
        again = (keys.duplicated() & (keys != "")).to_numpy()
        if again.any():
            _settle_duplicates(keys.to_numpy(dtype=object), again, match, keep_first, findings)
            table = table[~again].reset_index(drop=True)
    join = join_images(table, images, match)
    without = join.rows_without_image
    findings += [
        Finding(
            "rows-without-image",
            Level.LEFT_OUT,
            one.sentence,
            "Add the folder with their images to have them.",
            tuple(f"{join.match} {value}" for value in without[join.match].head(5)),
        )
        for one in left_out(len(without), "row", "no image")
    ]
    rowless = join.images_without_row
    findings += [
        Finding(
            "images-without-row",
            Level.LEFT_OUT,
            one.sentence,
            "Add rows for them, or leave the table out to have all images.",
            tuple(rowless["file_loc"].head(5)),
        )
        for one in left_out(len(rowless), "image", "no row in the table")
    ]
    return join.catalog


def aside(catalog: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Columns that have a catalogue's own names and another meaning are kept under ``table_…``."""
    return catalog.rename(
        columns={name: f"table_{name}" for name in names if name in catalog.columns}
    )
