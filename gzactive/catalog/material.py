"""What a catalogue is made from: images found, a table read, and a first look at some pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gzactive.catalog.findings import EXAMPLES, Finding, Level, counted
from gzactive.catalog.image_lists import find_images
from gzactive.catalog.tables import read_table
from gzactive.errors import GzactiveError
from gzactive.images import IMAGE_SUFFIXES, ImageProblem, read_image
from gzactive.progress import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Look",
    "Material",
    "look_at_some",
    "read_material",
    "sort_sources",
    "unused_tables",
]

_TABLE = re.compile(
    r"\.(csv|tsv|txt|dat|parquet|pq|feather|arrow|ecsv|vot|votable|xml|csv\.gz|tsv\.gz)$", re.I
)
#: Tables that a folder of images brings along: a text beside images is rather a note.
_BESIDE = re.compile(r"\.(csv|tsv|parquet|feather|ecsv|vot|csv\.gz|tsv\.gz)$", re.I)
_FITS = re.compile(r"\.(fits|fit|fts)$", re.I)
_IMAGE = re.compile("(" + "|".join(re.escape(suffix) for suffix in IMAGE_SUFFIXES) + ")$", re.I)
_HEADERS = 200 * 2880  # bytes of a FITS file in which its first table must begin
_SAMPLE = 60  # images looked at before a project is made


@dataclass(frozen=True)
class Material:
    """Images and perhaps a table, read and not yet brought together.

    Attributes
    ----------
    images
        ``id_str`` and ``file_loc``, as :func:`gzactive.catalog.find_images` returns them.
    table
        Its columns as they are.
    table_path
        Where the table lies: relative paths in it start at its folder.
    findings
        What came up on the way.
    """

    images: pd.DataFrame | None = None
    table: pd.DataFrame | None = None
    table_path: Path | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Look:
    """What a look at some images told.

    Attributes
    ----------
    seen
        How many were looked at.
    grey
        Whether all that could be read are without colour.
    problems
        Those that cannot be read: (file, reason).
    """

    seen: int
    grey: bool
    problems: tuple[tuple[str, str], ...] = field(default=())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is worth telling of it."""
        if not self.problems:
            return ()
        of = "the image" if self.seen == 1 else f"{self.seen} images"
        if len(self.problems) == self.seen:
            sentence = f"None of {of} looked at can be read: {self.problems[0][1]}."
        else:
            sentence = f"{len(self.problems)} of {of} looked at cannot be read."
        return (
            Finding(
                "unreadable",
                Level.AMISS,
                sentence,
                "They stay in the project and are listed with their reasons until they can be "
                "read; no person is shown them.",
                tuple(
                    f"{Path(file_loc).name}: {reason}"
                    for file_loc, reason in self.problems[:EXAMPLES]
                ),
            ),
        )


def sort_sources(paths: Sequence[str | Path]) -> tuple[list[Path], list[Path], list[Finding]]:
    """Tell folders and archives of images from tables, by their kind.

    A folder that holds one table beside its images, at its top, brings it along.

    Returns
    -------
    tuple
        Places of images, tables, and what was not taken.

    Raises
    ------
    GzactiveError
        If a path does not exist or is neither.
    """
    images: list[Path] = []
    tables: list[Path] = []
    beside: list[Path] = []
    for given in paths:
        path = Path(given).expanduser().absolute()
        if path.is_dir():
            images.append(path)
            try:
                beside += sorted(one for one in path.iterdir() if _is_table_beside(one))
            except OSError as error:
                raise GzactiveError(f"'{path}' cannot be searched: {error.strerror}.") from error
        elif not path.exists():
            raise GzactiveError(f"'{path}' does not exist: check its path.")
        elif _TABLE.search(path.name) or (_FITS.search(path.name) and _is_fits_table(path)):
            tables.append(path)
        elif path.suffix.lower() == ".zip" or _IMAGE.search(path.name):
            images.append(path)
        else:
            raise GzactiveError(
                f"'{path.name}' is neither images nor a table: give a folder or a ZIP of images, "
                "or a table as CSV, Parquet, Feather, FITS, VOTable or ECSV."
            )
    if len(tables) > 1:
        raise GzactiveError(
            f"Two tables were given, '{tables[0].name}' and '{tables[1].name}': a project is made "
            "from one; join them first, or leave one out."
        )
    if tables or not beside:
        return images, tables, []
    if len(beside) == 1:
        return images, beside, []
    finding = Finding(
        "tables",
        Level.NOTE,
        f"{counted(len(beside), 'table')} lie beside the images, and none is used.",
        "To use one, add it.",
        tuple(path.name for path in beside[:EXAMPLES]),
    )
    return images, [], [finding]


def read_material(
    images: Sequence[str | Path], table: str | Path | None, progress: Progress = silent
) -> Material:
    """Find images and read a table, either or both.

    Raises
    ------
    GzactiveError
        If there is neither, a place holds no image, or the table cannot be read.
    """
    if not images and table is None:
        raise GzactiveError(
            "A project needs galaxies: give --images with a folder or ZIP, --catalog with a "
            "table, or both."
        )
    found = read = path = None
    findings: list[Finding] = []
    if table is not None:
        path = Path(table).expanduser().absolute()
        progress(f"Reading {path.name}", 0, 0)
        read = read_table(path)
    if images:
        found = find_images(images, progress)
        remarks = found.attrs.get("remarks", [])
        findings = [Finding("names", Level.NOTE, remark) for remark in remarks]
    progress("Reading", 0, 0)
    return Material(found, read, path, tuple(findings))


def unused_tables(images: Sequence[str | Path]) -> list[Finding]:
    """That tables lie beside the images of a project for which none was given."""
    _, tables, several = sort_sources(images)
    if several:
        return [replace(several[0], remedy="To use one, give it with --catalog.")]
    return [
        Finding(
            "tables",
            Level.NOTE,
            f"The table {path.name} lies beside the images and was not used:",
            f"to use it, make the project with --catalog {path}.",
        )
        for path in tables
    ]


def look_at_some(locations: Sequence[str], n: int = _SAMPLE, progress: Progress = silent) -> Look:
    """Read some images, evenly spread, before anything is made of all of them.

    Parameters
    ----------
    locations
        Files, or members of ZIPs.
    n
        How many to read.
    progress
        Told how many were read.
    """
    rows = np.unique(np.linspace(0, len(locations) - 1, min(n, len(locations))).astype(int))
    problems = []
    grey = True
    for number, row in enumerate(rows):
        progress("Looking at some images", number, len(rows))
        try:
            pixels = read_image(locations[row])
        except ImageProblem as problem:
            problems.append((locations[row], problem.reason))
            continue
        grey = grey and (pixels.ndim == 2 or bool((pixels == pixels[..., :1]).all()))
    progress("Looking at some images", len(rows), len(rows))
    return Look(len(rows), grey and len(problems) < len(rows), tuple(problems))


def _is_table_beside(path: Path) -> bool:
    return bool(_BESIDE.search(path.name)) and not path.name.startswith(".") and path.is_file()


def _is_fits_table(path: Path) -> bool:
    """Whether the first data of a FITS file are a table and not a picture, packed or plain."""
    try:
        with path.open("rb") as file:
            start = file.read(_HEADERS)
    except OSError as error:
        raise GzactiveError(f"'{path}' cannot be read: {error.strerror}.") from error
    cards = [start[at : at + 80] for at in range(0, len(start), 80)]
    extension = next((at for at, card in enumerate(cards) if card.startswith(b"XTENSION")), None)
    primary = next((card for card in cards if card.startswith(b"NAXIS   =")), b"")
    if extension is None or primary[10:].split(b"/")[0].strip() != b"0":
        return False
    packed = any(card.startswith(b"ZIMAGE") for card in cards[extension : extension + 36 * 20])
    return b"TABLE" in cards[extension] and not packed
