"""One HDF5 file of features: written so that it is whole or absent, and checked when read.

Every file carries checksums, so that a truncated copy or a flipped bit is found before a number of
it is used. Which files there are, and which of their rows count, is for
:mod:`gzactive.stores.features`.
"""

import os
import secrets
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BLOCK",
    "TEMPORARY_SUFFIX",
    "BadPart",
    "FeatureFile",
    "blocks_of",
    "fsync_folder",
    "link_file",
    "write_feature_file",
]

#: Rows under one checksum: 2.5 MB of 1280 float16 features.
BLOCK = 1024

#: How the names of half-written files end.
TEMPORARY_SUFFIX = ".h5.tmp"

_FORMAT = 1
_END = b"\0"  # of a text
_TEXTS = ("id_str", "image_hash", "image_stamp", "merged")


class BadPart(Exception):
    """A file that is not what was written, with the reason in a clause."""


@dataclass(frozen=True)
class FeatureFile:
    """A checked file of features: its texts are in memory, its rows are still on the disk.

    Attributes
    ----------
    path : Path
    number : int
        Later numbers win where a galaxy is in several files.
    texts : mapping of ndarray
        ``id_str``, ``image_hash`` and ``image_stamp``: (n,) object arrays of str; ``merged``: the
        names of the part files that this one holds.
    good : ndarray
        (n,) bool: rows whose checksum agrees.
    file : h5py.File
        Open for reading; close it with :meth:`close`.
    """

    path: Path
    number: int
    texts: Mapping[str, NDArray[np.object_]]
    good: NDArray[np.bool_]
    file: Any

    def __len__(self) -> int:
        return len(self.good)

    @property
    def rows(self) -> Any:
        """The dataset (n, width) float16."""
        return self.file["features"]

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    @classmethod
    def open(cls, path: Path, *, width: int, fingerprint: str, check: bool = True) -> "FeatureFile":
        """Open and check a file.

        Parameters
        ----------
        path : Path
        width : int
            Features a galaxy.
        fingerprint : str
            Of the backbone; a file of another one is refused.
        check : bool
            Compare every row with its checksum; otherwise shapes and texts only, and ``good`` is
            all true.

        Raises
        ------
        BadPart
            If the file cannot be opened, or is not of this width and backbone, or its texts are not
            what was written. Rows that are not what was written are told by ``good``.
        FileNotFoundError, PermissionError
            If it has gone meanwhile or may not be read: no fault of its content.
        """
        try:
            # Files never change once they have their name, so no lock is needed, and network
            # drives may refuse one.
            file = h5py.File(path, "r", locking=False)
        except (FileNotFoundError, PermissionError):
            raise
        except OSError as error:
            raise BadPart(f"it cannot be opened ({error})") from error
        try:
            return cls._checked(path, file, width, fingerprint, check)
        except (KeyError, OSError, ValueError, TypeError, RuntimeError) as error:
            file.close()
            raise BadPart(f"it cannot be read ({error})") from error
        except BadPart:
            file.close()
            raise

    @classmethod
    def _checked(
        cls, path: Path, file: Any, width: int, fingerprint: str, check: bool
    ) -> "FeatureFile":
        if int(file.attrs["format"]) != _FORMAT:
            raise BadPart(f"its format is {file.attrs['format']}, not {_FORMAT}")
        if str(file.attrs["backbone"]) != fingerprint:
            raise BadPart(f"it is of the backbone {file.attrs['backbone']}, not {fingerprint}")
        rows = file["features"]
        count = int(file.attrs["galaxies"])
        if rows.shape != (count, width) or rows.dtype != np.float16:
            raise BadPart(
                f"its features are {rows.dtype} {rows.shape}, not float16 {(count, width)}"
            )
        texts = _Texts()
        for name in _TEXTS:
            data = file[name][:].tobytes()
            if zlib.crc32(data) != int(file.attrs[f"checksum_{name}"]):
                raise BadPart(f"its {name} fails the checksum")
            texts.packed[name] = data
            found = data.count(_END)
            if name != "merged" and found != count:
                raise BadPart(f"it has {found} {name} for {count} galaxies")
        sums = file["checksums"][:]
        if len(sums) != -(-count // BLOCK) or zlib.crc32(sums.tobytes()) != int(
            file.attrs["checksum"]
        ):
            raise BadPart("its checksums are damaged")
        good = np.ones(count, dtype=bool)
        if check:
            good = _rows_that_agree(rows, sums, range(len(sums)))
        return cls(path, int(file.attrs["number"]), texts, good, file)

    def agree(self, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which of some rows (m,) lie in blocks that agree with their checksums, read now."""
        blocks = np.unique(rows // BLOCK).tolist()
        return _rows_that_agree(self.rows, self.file["checksums"][:], blocks)[rows]


def _rows_that_agree(
    rows: Any, sums: NDArray[np.uint32], blocks: Iterable[int]
) -> NDArray[np.bool_]:
    """Which rows (n,) agree with their checksums, as far as these blocks are concerned."""
    good = np.ones(rows.shape[0], dtype=bool)
    buffer = np.empty((BLOCK, rows.shape[1]), dtype=np.float16)
    for index in blocks:
        place = slice(index * BLOCK, min((index + 1) * BLOCK, rows.shape[0]))
        block = buffer[: place.stop - place.start]
        try:
            rows.read_direct(block, place)
        except OSError:  # the disk itself, or a file cut short
            good[place] = False
            continue
        if zlib.crc32(block.data) != int(sums[index]):
            good[place] = False
    return good


def write_feature_file(
    path: Path,
    texts: Mapping[str, Sequence[str]],
    blocks: Iterable[NDArray[np.float16]],
    *,
    width: int,
    fingerprint: str,
    number: int,
) -> None:
    """Write a file under a temporary name, make it durable, then give it its name.

    Parameters
    ----------
    path : Path
        Replaced if it exists; a reader sees the old or the new, whole.
    texts : mapping
        ``id_str``, ``image_hash``, ``image_stamp``: n texts each; ``merged``: any number.
    blocks : iterable of ndarray
        float16 (m, width) with m = :data:`BLOCK` but for the last; together n rows.
    width, fingerprint, number
        As in :meth:`FeatureFile.open`.
    """
    count = len(texts["id_str"])
    temporary = path.parent / f".{os.getpid()}-{secrets.token_hex(4)}{TEMPORARY_SUFFIX}"
    try:
        with h5py.File(temporary, "x", locking=False) as file:
            # Contiguous, not chunked: read in one go, at the disk's speed.
            rows = file.create_dataset("features", (count, width), np.float16)
            start, sums = 0, []
            for block in blocks:
                rows[start : start + len(block)] = block
                sums.append(zlib.crc32(np.ascontiguousarray(block).data))
                start += len(block)
            if start != count:
                raise ValueError(f"{start} rows of features for {count} galaxies")
            checksums = np.asarray(sums, dtype=np.uint32)
            file["checksums"] = checksums
            for key in _TEXTS:
                data = _pack(texts[key])
                file[key] = np.frombuffer(data, dtype=np.uint8)
                file.attrs[f"checksum_{key}"] = zlib.crc32(data)
            file.attrs["format"] = _FORMAT
            file.attrs["backbone"] = fingerprint
            file.attrs["galaxies"] = count
            file.attrs["number"] = number
            file.attrs["checksum"] = zlib.crc32(checksums.tobytes())
        with temporary.open("r+b") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
        fsync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def fsync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut, where the system can (Windows does itself)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def link_file(path: Path, target: Path) -> None:
    """The same file at a second place; a copy, whole when it has its name, where links are not."""
    if target.exists():
        return
    try:
        target.hardlink_to(path)
    except OSError:
        temporary = target.with_name(f".{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
        try:
            shutil.copyfile(path, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def _pack(texts: Sequence[str]) -> bytes:
    """Texts as one UTF-8 block, each ended by NUL: read back far faster than HDF5's strings."""
    for text in texts:
        if "\0" in text:
            raise ValueError(f"{text!r} holds a NUL")
    return ("\0".join(texts) + "\0").encode() if len(texts) else b""


class _Texts(dict[str, NDArray[np.object_]]):
    """Texts by name, unpacked when they are asked for: of a million galaxies most never are."""

    def __init__(self) -> None:
        super().__init__()
        self.packed: dict[str, bytes] = {}

    def __missing__(self, name: str) -> NDArray[np.object_]:
        found = self[name] = _unpack(self.packed[name])
        return found


def _unpack(data: bytes) -> NDArray[np.object_]:
    texts = data.decode().split("\0")[:-1] if data else []
    return np.array(texts, dtype=object)


def blocks_of(values: NDArray[np.float16]) -> Iterator[NDArray[np.float16]]:
    """An array (n, width) in pieces of :data:`BLOCK` rows."""
    for start in range(0, len(values), BLOCK):
        yield values[start : start + BLOCK]
