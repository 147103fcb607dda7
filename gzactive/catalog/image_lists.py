"""Images without a table, found in folders and ZIPs, and joined to a table by their names."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.tables import as_text, is_id_name, row_numbers, some_names
from gzactive.errors import GzactiveError, meant
from gzactive.images import IMAGE_SUFFIXES
from gzactive.progress import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Join", "find_images", "image_stem", "join_images", "matching_column"]

_TELL_EVERY = 500  # files between two reports of a search

#: (n,) text as objects: what NumPy and pandas compare fastest.
Texts = NDArray[np.object_]

_SUFFIX = re.compile("(" + "|".join(re.escape(suffix) for suffix in IMAGE_SUFFIXES) + ")$", re.I)


def image_stem(location: str) -> str:
    """File name without folders and image suffix: ``/a/J0+1.2.fits.gz`` gives ``J0+1.2``."""
    return _SUFFIX.sub("", re.split(r"[/\\]", location)[-1])


def find_images(sources: Sequence[str | Path], progress: Progress = silent) -> pd.DataFrame:
    """Find images in folders (nested), ZIPs and single files.

    Hidden files and folders are left out. A folder without images but with ZIPs stands for them.

    Parameters
    ----------
    sources
        Where to look.
    progress
        Told how many were found so far.

    Returns
    -------
    DataFrame
        ``id_str`` and ``file_loc`` (absolute), sorted by path. The id is the file's stem; files
        that share a stem get their path below the source instead (``north/a``, ``south/a``), and
        ``attrs["remarks"]`` says how many.

    Raises
    ------
    GzactiveError
        If a source does not exist, is damaged or holds no image.
    """
    import pandas as pd

    found: dict[str, str] = {}  # file_loc to path below its source
    for source in sources:
        path = Path(source).expanduser().absolute()
        if not path.exists():
            raise GzactiveError(f"'{path}' does not exist: give a folder or a ZIP of images.")
        before = len(found)
        stage = f"Looking for images in {path.name}"
        progress(stage, before, 0)
        if path.is_dir():
            found.update(_in_folder(path, partial(_tell, progress, stage, before)))
        elif path.suffix.lower() == ".zip":
            found.update(_in_zip(path))
        elif _SUFFIX.search(path.name):
            found[str(path)] = path.name
        if len(found) == before:
            raise GzactiveError(
                f"'{path}' holds no {'new ' if before else ''}image: JPEG, PNG, TIFF, GIF, BMP, "
                "WebP and FITS are looked for."
            )
    frame = pd.DataFrame(sorted(found.items()), columns=["file_loc", "below"])
    frame.insert(0, "id_str", [image_stem(below) for below in frame["below"]])
    frame, shared = _tell_apart(frame)
    frame = frame.drop(columns="below")
    if shared:
        frame.attrs["remarks"] = [
            f"{shared:,} images share their file's name with another: their ids are paths, such as "
            f"'{frame['id_str'][frame['id_str'].str.contains('/')].iloc[0]}'."
            if frame["id_str"].str.contains("/").any()
            else f"{shared:,} images share their name with another and keep their suffix as id."
        ]
    return frame


def _tell_apart(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Make ids unique: by path below the source, then with the suffix, then by the whole path."""
    shared = frame["id_str"].duplicated(keep=False)
    count = int(shared.sum())
    longer = (
        frame["below"].str.replace(_SUFFIX, "", regex=True),
        frame["below"],
        frame["file_loc"],
    )
    for names in longer:
        repeated = frame["id_str"].duplicated(keep=False)
        if not repeated.any():
            break
        frame["id_str"] = frame["id_str"].where(~repeated, names)
    return frame, count


def _tell(progress: Progress, stage: str, before: int, more: int) -> None:
    progress(stage, before + more, 0)


def _in_folder(folder: Path, tell: Callable[[int], None]) -> dict[str, str]:
    images: list[str] = []
    archives: list[str] = []
    for number, path in enumerate(_walk(folder)):
        if number % _TELL_EVERY == 0:
            tell(len(images))
        if _SUFFIX.search(path):
            images.append(path)
        elif path.lower().endswith(".zip"):
            archives.append(path)
    start = len(str(folder).rstrip(os.sep)) + 1
    if images:
        return {path: path[start:].replace(os.sep, "/") for path in images}
    return {
        location: f"{path[start:].replace(os.sep, '/')}/{below}"
        for path in archives
        for location, below in _in_zip(Path(path)).items()
    }


def _walk(folder: Path) -> Iterator[str]:
    """Files below a folder, links followed but no folder visited twice."""
    visited: set[tuple[int, int]] = set()
    folders = [str(folder)]
    while folders:
        current = folders.pop()
        try:
            status = os.stat(current)  # noqa: PTH116
            if (status.st_dev, status.st_ino) in visited and status.st_ino:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(current) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir():
                        folders.append(entry.path)
                    else:
                        yield entry.path
        except OSError as error:
            raise GzactiveError(f"'{current}' cannot be searched: {error.strerror}.") from error


def _in_zip(path: Path) -> dict[str, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, EOFError) as error:
        raise GzactiveError(f"'{path}' is no readable ZIP: make or download it again.") from error
    except OSError as error:
        raise GzactiveError(f"'{path}' cannot be read: {error.strerror}.") from error
    return {
        f"{path}!/{name}": name
        for name in names
        if _SUFFIX.search(name)
        and not any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))
    }


@dataclass(frozen=True)
class Join:
    """Images and a table brought together.

    Attributes
    ----------
    catalog
        ``id_str`` (the file's stem), ``file_loc``, then the table's columns, in its order.
    rows_without_image
        The table's rows that no image belongs to.
    images_without_row
        The images that no row belongs to: ``id_str`` and ``file_loc``.
    match
        The table's column that was compared with the stems.
    """

    catalog: pd.DataFrame
    rows_without_image: pd.DataFrame
    images_without_row: pd.DataFrame
    match: str


def join_images(table: pd.DataFrame, images: pd.DataFrame, match: str | None = None) -> Join:
    """Join a table to images by the images' file stems.

    Parameters
    ----------
    table
        Any columns.
    images
        As :func:`find_images` returns it.
    match
        The table's column that holds the stems, or paths that end in them. By default the column
        in which most of them are found.

    Raises
    ------
    GzactiveError
        If the column does not exist, no row has an image, two rows claim the same image, or two
        images the same row.
    """
    import pandas as pd

    if match is not None and match not in table.columns:
        raise GzactiveError(f"The table has no column '{match}': {meant(match, table.columns)}")
    if table.empty:
        raise GzactiveError("The table has columns but no rows: there is no galaxy in it.")
    stems = np.array([image_stem(location) for location in images["file_loc"]], dtype=object)
    distinct, first_image = np.unique(stems, return_index=True)
    name, keys, place = matching_column(table, pd.Index(distinct), match)
    known = place >= 0
    if not known.any():
        raise GzactiveError(
            f"No row has an image: '{name}' holds values such as '{keys[0]}', the images are "
            f"called like '{stems[0]}'. Name the column that holds their names."
        )
    claims = np.bincount(place[known], minlength=len(distinct))
    if claims.max() > 1:
        rows = np.flatnonzero(place == np.argmax(claims > 1))
        raise GzactiveError(
            f"The table has '{keys[rows[0]]}' of column '{name}' in {row_numbers(rows)}: "
            "give each image one row."
        )
    if len(distinct) < len(stems):
        _refuse_ambiguous(images["file_loc"].to_numpy(), stems, distinct[claims > 0])
    catalog = table[known].reset_index(drop=True)
    if "id_str" in catalog.columns and (catalog["id_str"].astype(str) != keys[known]).any():
        # The id is the file's stem; what the table called the galaxy is kept beside it.
        catalog["table_id_str"] = catalog["id_str"]
    catalog = catalog.drop(columns=["id_str", "file_loc"], errors="ignore")
    catalog.insert(0, "id_str", keys[known])
    catalog.insert(1, "file_loc", images["file_loc"].to_numpy()[first_image[place[known]]])
    unclaimed = np.isin(np.searchsorted(distinct, stems), np.flatnonzero(claims == 0))
    return Join(
        catalog=catalog,
        rows_without_image=table[~known].reset_index(drop=True),
        images_without_row=images[unclaimed].reset_index(drop=True),
        match=name,
    )


def _refuse_ambiguous(locations: Texts, stems: Texts, claimed: Texts) -> None:
    """An error if two images bear a name that a row claims."""
    names, counts = np.unique(stems, return_counts=True)
    shared = np.intersect1d(names[counts > 1], claimed)
    if shared.size:
        both = locations[stems == shared[0]]
        raise GzactiveError(
            f"{len(both)} images are called '{shared[0]}' ({both[0]} and {both[1]}), and one row "
            "of the table: rename one, or leave its folder out."
        )


def matching_column(
    table: pd.DataFrame, stems: pd.Index[Any], match: str | None
) -> tuple[str, Texts, NDArray[np.intp]]:
    """The column with the images' names, its values as stems, and each one's place in ``stems``.

    Raises
    ------
    GzactiveError
        If no column could hold names.
    """
    import pandas as pd

    names = [match] if match else [name for name in table.columns if _may_name(table[name])]
    if not names:
        raise GzactiveError(
            f"The table has no column of text or integers: {some_names(table.columns)}."
        )
    names.sort(key=lambda name: (name != "id_str", not is_id_name(name)))
    best: tuple[str, Texts, NDArray[np.intp]] | None = None
    most = -1
    for name in names:
        text = as_text(table[name], f"The values of '{name}'").to_numpy(dtype=object)
        keys = text
        place = stems.get_indexer(pd.Index(keys))
        if not (place >= 0).any():  # only then may they be paths
            keys = np.array([image_stem(value) for value in text], dtype=object)
            place = stems.get_indexer(pd.Index(keys))
        matches = int((place >= 0).sum())
        if matches > most:
            best, most = (name, keys, place), matches
        if matches == len(table):
            break
    assert best is not None
    return best


def _may_name(column: pd.Series[Any]) -> bool:
    import pandas as pd

    return column.dtype.kind in "iu" or pd.api.types.is_string_dtype(column)
