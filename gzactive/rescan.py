"""Images that came after a project was made: found beside those it has, and added to it.

What is reserved to judge the model is told by each id alone, so galaxies that come later are split
as if they had been there from the start.
"""

import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from gzactive.catalog import find_images
from gzactive.errors import GzactiveError
from gzactive.images import split_location
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.stores import catalog_file
from gzactive.stores.refusals import refusal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["add_galaxies", "new_images", "replace_catalog"]


def new_images(project: Project, *, progress: Progress = silent) -> "pd.DataFrame":
    """Images in the folders and ZIPs of a project's images that it does not have.

    Returns
    -------
    DataFrame
        ``id_str`` (the file's stem, or its path where the project has a galaxy of that name) and
        ``file_loc``, sorted by path; ``attrs["remarks"]`` tells of folders that are not there.
    """
    import pandas as pd

    catalog = project.catalog
    places = _places(catalog["file_loc"].tolist())
    there = [place for place in places if place.exists()]
    gone = [f"{place} is not there." for place in places if not place.exists()]
    parts = [pd.DataFrame({"id_str": [], "file_loc": []}, dtype="str")]
    for place in there:
        try:
            parts.append(find_images([place], progress))
        except GzactiveError:  # nothing but what is no image any more
            gone.append(f"{place} holds no image any more.")
    found = pd.concat(parts, ignore_index=True).drop_duplicates("file_loc")
    found = found[~found["file_loc"].isin(catalog["file_loc"])]
    taken = found["id_str"].isin(catalog["id_str"]) | found["id_str"].duplicated(keep=False)
    found["id_str"] = found["id_str"].where(~taken, found["file_loc"])
    found = found.sort_values("file_loc", ignore_index=True)
    found.attrs["remarks"] = gone
    return found


def add_galaxies(project: Project, table: "pd.DataFrame") -> int:
    """Add galaxies to a project's catalogue, durably; how many.

    Whoever has the project open goes on with the galaxies that it read, until it is opened again.

    Parameters
    ----------
    project
        Gets them.
    table
        ``id_str`` and ``file_loc`` (absolute), of galaxies that it does not have.

    Raises
    ------
    GzactiveError
        If an id is there already, or the folder cannot be written to.
    """
    import pandas as pd

    with project.compute_lock("catalogue", "adding galaxies", timeout=10.0):
        before = catalog_file.read_catalog(project.path)
        for name in before.columns.difference(table.columns):
            # Gaps must not turn whole numbers into fractions, whose last digits are lost.
            if before[name].dtype.kind in "iub" and name != "reserved":
                before[name] = before[name].convert_dtypes()
        grown = pd.concat([before, table[["id_str", "file_loc"]]], ignore_index=True)
        replace_catalog(project, grown)
    return len(table)


def replace_catalog(project: Project, catalog: "pd.DataFrame") -> None:
    """Write another catalogue in the stead of a project's; a reader meets the old or the new.

    Raises
    ------
    GzactiveError
        If the folder cannot be written to.
    """
    scratch = project.path / f".catalogue-{secrets.token_hex(4)}"
    try:
        scratch.mkdir()
        catalog_file.write_catalog(catalog, scratch, project.path, project.seed)
        os.replace(scratch / catalog_file.NAME, project.path / catalog_file.NAME)  # noqa: PTH105
    except OSError as error:
        raise GzactiveError(refusal(project.path / catalog_file.NAME, error)) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    vars(project).pop("catalog", None)


def _places(locations: list[str]) -> list[Path]:
    """Folders and ZIPs of images, without those inside others."""
    places = set()
    for location in locations:
        path, member = split_location(location)
        places.add(path if member else os.path.dirname(path))  # noqa: PTH120
    outermost: list[Path] = []
    for place in sorted(map(Path, places)):
        if not any(one in place.parents for one in outermost):
            outermost.append(place)
    return outermost
