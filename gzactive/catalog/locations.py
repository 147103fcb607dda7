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
from gzactive.progress import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["absolute_locations", "existing"]

_TELL_EVERY = 20_000


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


def existing(locations: Sequence[str], progress: Progress = silent) -> NDArray[np.bool_]:
    """Which files exist. Each folder is listed once: a million calls would take a minute."""
    listed: dict[str, frozenset[str]] = {}
    found = np.zeros(len(locations), dtype=bool)
    for index, location in enumerate(locations):
        if index % _TELL_EVERY == 0:
            progress("Looking whether the images are there", index, len(locations))
        plain = location.split("!/", 1)[0]
        cut = max(plain.rfind("/"), plain.rfind(os.sep))
        folder, name = plain[: cut + 1], plain[cut + 1 :]
        if folder not in listed:
            try:
                listed[folder] = frozenset(os.listdir(folder or "."))  # noqa: PTH208
            except OSError:
                listed[folder] = frozenset()
        # A listing has one spelling; a file system that ignores case has many.
        found[index] = name in listed[folder] or (bool(listed[folder]) and Path(plain).exists())
    return found
