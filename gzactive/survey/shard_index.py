"""Where each galaxy lies in a folder of shards, and its votes: arrays, kept beside the shards.

Walking through every record of a survey takes minutes, and what it finds never changes while the
shards are the same. So it is written down when the shards are finished, or when shards without it
are opened in a folder that can be written to:

    index.npz             one row a galaxy, in the order of the files

It belongs to the shards whose SHA-256 it names; for any others it is not used. Nothing of what
shards hold depends on it: without it, opening takes longer.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.paths import atomic_write
from gzactive.progress import Progress, silent
from gzactive.tfrecords import DamagedRecord, Example, record_bounds

__all__ = ["INDEX", "ShardIndex", "check_sizes", "damaged", "scan", "shard_index"]

INDEX = "index.npz"


@dataclass(frozen=True, eq=False)
class ShardIndex:
    """Of each galaxy, in the order of the files, (n,) if not said otherwise."""

    shard: NDArray[np.int32]  #: number of its file
    start: NDArray[np.int64]  #: of its record's data, bytes
    end: NDArray[np.int64]
    image: NDArray[np.int64]  #: where its pixels start
    row: NDArray[np.int64]  #: in the catalogue
    id_str: NDArray[np.bytes_]  #: UTF-8
    votes: NDArray[np.int32]  #: (n, answers)

    def sorted(self) -> ShardIndex:
        """The same in the catalogue's order."""
        order = np.argsort(self.row, kind="stable")
        return ShardIndex(*(getattr(self, field.name)[order] for field in fields(self)))


def shard_index(
    folder: Path, manifest: dict[str, Any], columns: Sequence[str], progress: Progress = silent
) -> ShardIndex:
    """The index of a folder of shards, from its file or from the records, and kept if it can be.

    Parameters
    ----------
    folder
        Of the shards.
    manifest
        What it says of itself.
    columns
        Answers whose votes the records hold.
    progress
        Called for every shard; may cancel.

    Raises
    ------
    GzactiveError
        If a shard is missing, cut off or damaged.
    """
    check_sizes(folder, manifest)
    found = _read(folder / INDEX, manifest, columns)
    if found is None:
        found = scan(folder, manifest, columns, progress)
        with contextlib.suppress(OSError):  # on a disk that cannot be written to it takes longer
            _write(folder / INDEX, found, manifest, columns)
    return found


def check_sizes(folder: Path, manifest: dict[str, Any]) -> None:
    """Compare each shard's size with that in the manifest; GzactiveError if one is missing."""
    for shard in manifest["shards"]:
        file = folder / shard["file"]
        try:
            size = file.stat().st_size
        except FileNotFoundError as error:
            raise GzactiveError(
                f"The shard '{file}' is missing: fetch it again, or make the shards again."
            ) from error
        if size != shard["bytes"]:
            reason = DamagedRecord(f"it has {size:,} bytes, not {shard['bytes']:,}")
            raise damaged(file, reason) from reason


def scan(
    folder: Path, manifest: dict[str, Any], columns: Sequence[str], progress: Progress = silent
) -> ShardIndex:
    """Read the index from the records themselves; raises as :func:`shard_index` does."""
    settings, shards = manifest["settings"], manifest["shards"]
    pixels = settings["size"] ** 2 * settings["channels"]
    places: list[tuple[int, int, int, int, int]] = []
    ids: list[bytes] = []
    votes: list[list[float]] = []
    for number, shard in enumerate(shards):
        progress("opening shards", number, len(shards))
        try:
            for start, end, example in _examples(folder / shard["file"]):
                first, last = example.span("matrix")
                if last - first != pixels:
                    raise DamagedRecord(f"an image has {last - first:,} bytes, not {pixels:,}")
                places.append((number, start, end, first, example.integer("row")))
                ids.append(example.text("id_str").encode())
                votes.append([example.number(column) for column in columns])
        except DamagedRecord as error:
            raise damaged(folder / shard["file"], error) from error
    progress("opening shards", len(shards), len(shards))
    place = np.array(places, np.int64).reshape(-1, 5)
    return ShardIndex(
        shard=place[:, 0].astype(np.int32),
        start=place[:, 1],
        end=place[:, 2],
        image=place[:, 3],
        row=place[:, 4],
        id_str=np.array(ids, np.bytes_),
        votes=np.array(votes).reshape(-1, len(columns)).astype(np.int32),
    )


def damaged(file: Path, error: DamagedRecord) -> GzactiveError:
    """What to say of a shard that is not whole."""
    return GzactiveError(
        f"The shard '{file}' is damaged ({error}): fetch it again, or delete it and give the "
        "command that makes the shards again."
    )


def _examples(file: Path) -> Iterator[tuple[int, int, Example]]:
    """Start, end and example of each record of a shard."""
    if not file.stat().st_size:  # none of its images could be read; nothing to map
        return
    content = np.memmap(file, np.uint8, "r")
    for start, end in record_bounds(content):
        yield start, end, Example(content, start, end)


def _write(path: Path, index: ShardIndex, manifest: dict[str, Any], columns: Sequence[str]) -> None:
    arrays: dict[str, Any] = {field.name: getattr(index, field.name) for field in fields(index)}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, of=_identity(manifest, columns), **arrays)
    atomic_write(path, buffer.getvalue())


def _read(path: Path, manifest: dict[str, Any], columns: Sequence[str]) -> ShardIndex | None:
    """What the file holds, if it is of these shards and whole."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            if not np.array_equal(stored["of"], _identity(manifest, columns)):
                return None
            return ShardIndex(**{field.name: stored[field.name] for field in fields(ShardIndex)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def _identity(manifest: dict[str, Any], columns: Sequence[str]) -> NDArray[np.str_]:
    """Which shards, and which of their answers."""
    files = [f"{shard['file']} {shard['sha256']}" for shard in manifest["shards"]]
    return np.array([*files, *columns])
