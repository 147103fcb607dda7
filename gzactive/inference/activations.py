"""What the frozen front of a network says of galaxies in several views, computed once, on disk.

Part files of some 16 MB appear whole, so that a killed run goes on at the first one that is
missing. What they are for is told in :mod:`gzactive.model.unfreezing`.
"""

import math
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.images import ImageProblem, ImageSettings, load_for_model
from gzactive.inference.extraction import BATCH, cores, dihedral
from gzactive.inference.features import N_VIEWS
from gzactive.progress import Progress

__all__ = ["Activations", "views_that_fit"]

_PART_BYTES = 16e6
_MOST_BYTES = 4e9  # with more galaxies each is looked at from fewer sides

Front = Callable[[NDArray[np.float32]], NDArray[np.float16]]


def views_that_fit(galaxies: int, shape: tuple[int, ...], folder: Path) -> int:
    """From how many of the eight sides galaxies can be looked at within 4 GB.

    Raises
    ------
    GzactiveError
        If the disk has no room for a single one.
    """
    one = 2.0 * galaxies * math.prod(shape)
    views = int(max(1, min(N_VIEWS, _MOST_BYTES // max(one, 1))))
    free = shutil.disk_usage(folder).free
    if views * one > 0.9 * free:
        raise GzactiveError(
            f"Training blocks on {galaxies:,} galaxies needs {views * one / 1e9:.1f} GB of disk "
            f"for a while, and {free / 1e9:.1f} GB are free: free some, or choose fewer galaxies."
        )
    return views


class Activations:
    """Activations of n galaxies in several views, read from the disk as they are asked for.

    Parameters
    ----------
    folder : Path
        Of the part files.
    galaxies, views : int
    shape : (height, width, channels)
    """

    def __init__(self, folder: Path, galaxies: int, views: int, shape: tuple[int, ...]) -> None:
        self.folder, self.galaxies, self.views, self.shape = folder, galaxies, views, shape
        self._per_part = max(1, int(_PART_BYTES // (2 * views * math.prod(shape))))
        self._opened: list[NDArray[np.float16]] = []

    def compute(
        self,
        file_loc: Sequence[str],
        front: Front,
        settings: ImageSettings,
        progress: Progress,
    ) -> None:
        """Fill in what is missing; with everything there, no image is read.

        Raises
        ------
        GzactiveError
            If an image cannot be read.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        total = self.galaxies * self.views
        with ThreadPoolExecutor(cores(), thread_name_prefix="decode") as pool:
            for start in range(0, self.galaxies, self._per_part):
                part = file_loc[start : start + self._per_part]
                path = self.folder / f"galaxies-{start:06d}-{len(part)}.npy"
                if not path.exists():
                    done = start * self.views
                    looks = _look(
                        pool,
                        part,
                        self.views,
                        front,
                        settings,
                        lambda more, done=done: progress(  # type: ignore[misc]
                            f"Looking from {self.views} sides", done + more, total
                        ),
                    )
                    unfinished = path.with_suffix(".unfinished")
                    with unfinished.open("wb") as file:
                        np.save(file, looks)
                    unfinished.replace(path)
                self._opened.append(np.load(path, mmap_mode="r"))
        progress(f"Looking from {self.views} sides", total, total)

    def take(self, rows: NDArray[np.int64], views: NDArray[np.int64]) -> NDArray[np.float16]:
        """Activations of rows, each in its view: (n, height, width, channels)."""
        found = np.empty((len(rows), *self.shape), np.float16)
        for index, (row, view) in enumerate(zip(rows.tolist(), views.tolist(), strict=True)):
            found[index] = self._opened[row // self._per_part][row % self._per_part, view]
        return found


def _look(
    pool: ThreadPoolExecutor,
    file_loc: Sequence[str],
    views: int,
    front: Front,
    settings: ImageSettings,
    tell: Callable[[int], None],
) -> NDArray[np.float16]:
    """Some galaxies in all views: (galaxies, views, height, width, channels)."""

    def decode(location: str) -> NDArray[np.float32]:
        try:
            return load_for_model(location, settings)
        except ImageProblem as problem:
            raise GzactiveError(
                f"{location} cannot be read any more ({problem.reason}): bring it back, or leave "
                "its galaxy out (`--where`)."
            ) from problem

    parts: list[Any] = []
    for start in range(0, len(file_loc), BATCH // views):
        tell(start * views)
        images = list(pool.map(decode, file_loc[start : start + BATCH // views]))
        seen = np.stack([dihedral(image, view) for image in images for view in range(views)])
        looks = front(seen)
        parts.append(looks.reshape(len(images), views, *looks.shape[1:]))
    return np.concatenate(parts)
