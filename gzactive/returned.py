"""Images that were away when they were looked at, as on an unplugged drive, and are back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gzactive.images.files import is_missing, is_there, place_away
from gzactive.project import Project

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Returned", "places_away", "take_back"]


@dataclass(frozen=True)
class Returned:
    """Galaxies whose images are there again.

    Attributes
    ----------
    ids
        Which galaxies.
    unseen
        Whether the network has not looked at some of them, for want of the image.
    """

    ids: tuple[str, ...]
    unseen: bool


def places_away(project: Project) -> set[str]:
    """Folders and archives that are gone, of the images that were missing when looked at."""
    return {place for place in map(place_away, _missing(project)["file_loc"]) if place}


def take_back(project: Project) -> Returned:
    """Forget the problem of every image that was missing and is there now."""
    missing = _missing(project)
    back = missing[missing["file_loc"].map(is_there).astype(bool)]
    ids = tuple(dict.fromkeys(back["id_str"]))
    if ids:
        project.problems.clear(ids)
    return Returned(ids, bool(back["stage"].eq("features").any()))


def _missing(project: Project) -> "pd.DataFrame":
    problems = project.problems.frame()
    return problems[problems["reason"].map(is_missing).astype(bool)]
