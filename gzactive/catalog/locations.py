"""Where a table's images lie: paths made absolute, and which of them exist, a million at a time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.tables import row_numbers
from gzactive.errors import GzactiveError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["absolute_locations", "existing"]


def absolute_locations(locations: pd.Series[str], folder: Path) -> pd.Series[str]:
    """Absolute paths, without touching each row of a million that is already plain."""
    web = np.flatnonzero(locations.str.match(r"[a-z]+://", case=False).to_numpy(dtype=bool))
    if web.size:
        raise GzactiveError(
            f"file_loc holds web addresses in {row_numbers(web)} ({locations.iloc[web[0]]}): "
            "download the images and give their paths."
        )
    home = locations.str.startswith("~")
    if home.any():
        locations = locations.where(~home, locations[home].map(os.path.expanduser))
    rooted = locations.str.match(r"[/\\]|[A-Za-z]:[/\\]" if os.name == "nt" else "/")
    joined = locations.where(rooted, f"{folder}{os.sep}" + locations)
    untidy = joined.str.contains(r"(?:^|[/\\])\.{1,2}[/\\]|//", regex=True)
    if untidy.any():
        joined = joined.where(~untidy, joined[untidy].map(os.path.normpath))
    return joined


def existing(locations: Sequence[str]) -> NDArray[np.bool_]:
    """Which files exist. Each folder is listed once: a million calls would take a minute."""
    plain = [location.split("!/", 1)[0] for location in locations]
    listed: dict[str, frozenset[str]] = {}
    found = np.zeros(len(plain), dtype=bool)
    for index, location in enumerate(plain):
        folder, name = os.path.split(location)
        if folder not in listed:
            try:
                listed[folder] = frozenset(os.listdir(folder))  # noqa: PTH208
            except OSError:
                listed[folder] = frozenset()
        # A listing has one spelling; a file system that ignores case has many.
        found[index] = name in listed[folder] or (bool(listed[folder]) and Path(location).exists())
    return found
