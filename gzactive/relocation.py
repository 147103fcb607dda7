"""Images that were moved since a project was made: found in their new place, and taken from there.

A galaxy keeps its id, and with it its labels and features; only where its image lies is changed.
Features are of an image's content, so those that were computed stay valid; that the content is the
same is checked on some images by the hashes that were kept with the features.
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog import find_images
from gzactive.errors import GzactiveError
from gzactive.images import ImageProblem, image_hash, split_location
from gzactive.inference import feature_store
from gzactive.inference.changes import file_stamps
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.rescan import replace_catalog
from gzactive.stores import catalog_file

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Relocation", "find_moved", "take_from_new_place"]

_CHECKED = 40  # images whose content is compared


@dataclass(frozen=True, eq=False)
class Relocation:
    """Where a project's images are now.

    Attributes
    ----------
    old, new
        The folder that they lay in, and the one that they lie in.
    table
        ``id_str`` and the new ``file_loc`` of galaxies whose images were found.
    missing
        Ids of those whose images were not.
    checked
        How many images' contents were compared with what the model has looked at.
    changed
        Ids of those whose content differs.
    """

    old: Path
    new: Path
    table: pd.DataFrame
    missing: tuple[str, ...]
    checked: int
    changed: tuple[str, ...]

    @property
    def words(self) -> str:
        """What was found, in sentences."""
        count = len(self.table)
        total = count + len(self.missing)
        told = [f"{count:,} of {total:,} images that lay in {self.old} are in {self.new}."]
        if self.missing:
            told.append(
                f"Not found: {self.missing[0]} and {len(self.missing) - 1:,} more."
                if len(self.missing) > 1
                else f"Not found: {self.missing[0]}."
            )
        if self.changed:
            told.append(
                f"{len(self.changed)} of {self.checked} that were compared are other images, such "
                f"as that of {self.changed[0]}."
            )
        elif self.checked:
            told.append(
                f"{self.checked} were compared with what the model has looked at: they are the "
                "same."
            )
        return " ".join(told)


def find_moved(
    project: Project, new: Path, old: Path | None = None, *, progress: Progress = silent
) -> Relocation:
    """Look for a project's images in a new folder: by their paths in it, else by their names.

    Parameters
    ----------
    project
        Nothing of it is changed.
    new
        The folder that the images lie in now.
    old
        The one that they lay in; by default that of all images which are not where they were.
    progress
        Told how many were looked for; may cancel.

    Raises
    ------
    GzactiveError
        If the new folder is none, or no image is missing or lay in the old one.
    """
    import pandas as pd

    there = Path(os.path.abspath(new.expanduser()))  # noqa: PTH100 (links stay as they are given)
    if not there.is_dir():
        raise GzactiveError(f"{there} is no folder: give the one that the images lie in now.")
    catalog = project.catalog
    ids = catalog["id_str"].to_numpy(dtype=object)
    places = catalog["file_loc"].to_numpy(dtype=object)
    with ThreadPoolExecutor(8) as pool:
        if old is None:
            stamps, _ = file_stamps(places, pool, progress)
            gone = np.flatnonzero(stamps == "")
            if not gone.size:
                raise GzactiveError(
                    "All images are where the project says: there is nothing to look for."
                )
            before = _shared_folder(places[gone])
        else:
            before = Path(os.path.abspath(old.expanduser()))  # noqa: PTH100
            gone = np.flatnonzero([_within(one, before) for one in places])
            if not gone.size:
                raise GzactiveError(
                    f"No image of {project.name} lies in {before}: the first is {places[0]}."
                )
        moved = np.array(
            [str(there / os.path.relpath(one, before)) for one in places[gone]], dtype=object
        )
        stamps, _ = file_stamps(moved, pool, progress)
    lost = np.flatnonzero(stamps == "")
    if lost.size:
        moved[lost] = _by_name(there, places, gone[lost], progress)
    found = np.array([bool(one) for one in moved])
    table = pd.DataFrame({"id_str": ids[gone][found], "file_loc": moved[found]})
    checked, changed = _compare(project, table, progress)
    return Relocation(before, there, table, tuple(ids[gone][~found]), checked, changed)


def take_from_new_place(project: Project, found: Relocation) -> int:
    """Let a project take images from their new place, durably; how many.

    Raises
    ------
    GzactiveError
        If none was found, contents differ, or the project cannot be written to.
    """
    if not len(found.table):
        raise GzactiveError(f"None of the images is in {found.new}: choose another folder.")
    if found.changed:
        raise GzactiveError(
            f"{found.words} They would be taken for galaxies that they are not: choose the folder "
            "with the same images, or make a project of these."
        )
    with project.compute_lock("catalogue", "changing where images lie", timeout=10.0):
        catalog = catalog_file.read_catalog(project.path)
        new = found.table.set_index("id_str")["file_loc"].reindex(catalog["id_str"])
        here = new.notna().to_numpy()
        catalog["file_loc"] = np.where(here, new.to_numpy(object), catalog["file_loc"])
        catalog["file_loc"] = catalog["file_loc"].astype("str")
        replace_catalog(project, catalog)
    project.problems.clear()
    return int(here.sum())


def _folder(location: str) -> str:
    """The folder of a file, or of the ZIP that it lies in."""
    return os.path.dirname(split_location(location)[0])  # noqa: PTH120


def _shared_folder(locations: NDArray[np.object_]) -> Path:
    """The innermost folder that all images lie in."""
    try:
        return Path(os.path.commonpath({_folder(one) for one in locations}))
    except ValueError as error:  # on Windows
        raise GzactiveError(
            "The images that are missing lay on several drives: move one folder after the other "
            "(`gzactive rescan PROJECT --moved OLD NEW`)."
        ) from error


def _within(location: str, folder: Path) -> bool:
    return location.startswith(f"{folder}{os.sep}")


def _by_name(
    folder: Path, places: NDArray[np.object_], rows: NDArray[np.intp], progress: Progress
) -> NDArray[np.object_]:
    """Images of the same names anywhere in a folder; "" where there is none.

    A name that two images have, here or there, tells neither of them.
    """
    try:
        found = find_images([folder], progress)["file_loc"].tolist()
    except GzactiveError:  # it holds no image
        found = []
    ours = Counter(map(_name, places))
    there = Counter(map(_name, found))
    by_name = {_name(one): one for one in found if there[_name(one)] == 1}
    names = [_name(one) for one in places[rows]]
    return np.array([by_name.get(one, "") if ours[one] == 1 else "" for one in names], object)


def _name(location: str) -> str:
    return os.path.basename(location)  # noqa: PTH119 (also of a member of a ZIP)


def _compare(
    project: Project, table: pd.DataFrame, progress: Progress
) -> tuple[int, tuple[str, ...]]:
    """How many images, evenly spread, were compared with their kept hashes; those that differ."""
    kept = feature_store(project).known().set_index("id_str")["image_hash"]
    some = table[table["id_str"].isin(kept.index)]
    rows = np.unique(np.linspace(0, len(some) - 1, min(_CHECKED, len(some))).astype(int))
    changed = []
    for number, row in enumerate(rows):
        progress("Comparing images", number, len(rows))
        one = some.iloc[row]
        try:
            same = image_hash(one["file_loc"]) == kept[one["id_str"]]
        except ImageProblem:
            same = False
        if not same:
            changed.append(str(one["id_str"]))
    return len(rows), tuple(changed)
