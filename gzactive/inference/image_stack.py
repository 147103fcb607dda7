"""All images of a training, decoded once into one file that is read by memory map.

A network is shown each image dozens of times, and decoding costs as much as a training step on an
accelerator. Made in blocks, so that a killed run goes on; what cannot be read is listed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.images import ImageProblem, ImageSettings, load_resized
from gzactive.paths import atomic_write
from gzactive.progress import Progress, silent

__all__ = ["ImageStack", "stack_images"]

_BLOCK = 256  # images between two records of how far it is
_SPARE = 1 << 28  # bytes that are left free on the disk


@dataclass(frozen=True)
class ImageStack:
    """Decoded images, and which could not be read."""

    images: NDArray[np.uint8]  #: (n, size, size, channels), mapped from the disk, read-only
    problems: dict[int, str]  #: row → why its image is all zero


def stack_images(
    file_loc: Sequence[str],
    path: Path,
    settings: ImageSettings,
    *,
    workers: int | None = None,
    progress: Progress = silent,
) -> ImageStack:
    """Decode and resize images into ``path``, or go on with, or open, what is there.

    Parameters
    ----------
    file_loc
        n files, see :func:`gzactive.images.load_resized`.
    path
        The ``.npy`` file; beside it, ``.json`` tells how far it is. One of other images or
        settings is made anew.
    settings
        Size and channels.
    workers
        Threads that decode; by default one a core.
    progress
        Called with the number of images; may cancel.

    Raises
    ------
    GzactiveError
        If the disk has not enough room or the file cannot be written.
    """
    shape = (len(file_loc), settings.size, settings.size, settings.channels)
    names = hashlib.sha256("\n".join([settings.key, *file_loc]).encode()).hexdigest()
    record = path.with_suffix(".json")
    state = _read(record)
    try:
        if state.get("names") != names or not path.exists():
            state = {"names": names, "done": 0, "problems": {}}
            path.unlink(missing_ok=True)
            _check_room(path, shape)
            np.lib.format.open_memmap(path, "w+", np.uint8, shape).flush()
        if state["done"] < len(file_loc):
            _decode(file_loc, path, record, state, settings, workers, progress)
    except OSError as error:
        raise GzactiveError(
            f"The decoded images cannot be written to '{path}': {error.strerror or error}."
        ) from error
    problems = {int(row): reason for row, reason in state["problems"].items()}
    return ImageStack(np.load(path, mmap_mode="r"), problems)


def _decode(
    file_loc: Sequence[str],
    path: Path,
    record: Path,
    state: dict[str, Any],
    settings: ImageSettings,
    workers: int | None,
    progress: Progress,
) -> None:
    images = np.lib.format.open_memmap(path, "r+")

    def load(row: int) -> str | None:
        try:
            images[row] = load_resized(file_loc[row], settings)
        except ImageProblem as problem:
            return problem.reason
        return None

    with ThreadPoolExecutor(workers or os.cpu_count(), thread_name_prefix="decode") as pool:
        for start in range(state["done"], len(file_loc), _BLOCK):
            progress("decoding images", start, len(file_loc))
            rows = range(start, min(start + _BLOCK, len(file_loc)))
            for row, reason in zip(rows, pool.map(load, rows), strict=True):
                if reason is not None:
                    state["problems"][str(row)] = reason
            images.flush()
            state["done"] = rows.stop
            atomic_write(record, json.dumps(state))
    progress("decoding images", len(file_loc), len(file_loc))


def _read(record: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(record.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return state


def _check_room(path: Path, shape: tuple[int, ...]) -> None:
    needed, free = int(np.prod(shape)), shutil.disk_usage(path.parent).free
    if needed + _SPARE > free:
        raise GzactiveError(
            f"{shape[0]:,} decoded images take {needed / 1e9:.1f} GB and '{path.parent}' has "
            f"{free / 1e9:.1f} GB left: choose a folder on a larger disk, or a smaller catalogue."
        )
