"""Reading what cannot, or must not, be changed: a folder, a full disk, a SQLite file."""

import atexit
import errno
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlencode

from sqlalchemy.engine import URL

from gzactive.stores.events import LabelError

__all__ = ["read_only_url", "unwritable"]

#: Bytes that opening a project may write: SQLite's shared memory is 32 KiB for each of two files.
_ROOM = 256 * 1024

#: What a disk, a quota and a limit on files' sizes say when nothing more fits.
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def unwritable(folder: Path) -> str:
    """Why a project's folder can only be read; empty if it can be written to."""
    effective = {"effective_ids": True} if os.access in os.supports_effective_ids else {}
    if os.access(folder, os.W_OK, **effective):
        return _full(folder)
    return (
        f"The folder {folder} cannot be written to, so the project is open for reading only: copy "
        "it to a place of your own to label in it."
    )


def _full(folder: Path) -> str:
    """Why nothing fits into a folder any more; empty where there is room.

    Only writing tells: the free space of a disk says nothing of a quota.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(bytes(_ROOM))
    except OSError as error:
        if error.errno in _FULL:
            return (
                f"The disk that {folder} lies on is full ({error.strerror}), so the project is "
                "open for reading only: make room there and open it again to label."
            )
    # Another fault is told by whoever meets it, in its own words.
    return ""


def read_only_url(path: Path) -> URL:
    """How SQLite reads a file that it may not change.

    A log in WAL mode needs a file of shared memory beside it. Where that can neither be found nor
    made, nobody writes either, so the file can be read as one that does not change; what a killed
    program left in the write-ahead log would be missed then, and is read from a copy.
    """
    place = path.absolute().as_posix()
    modes = ({"mode": "ro"}, {"mode": "ro", "immutable": "1"})
    if not path.is_file():
        raise LabelError(f"There are no labels in '{path}': check the path.")
    for mode in modes:
        try:
            with closing(sqlite3.connect(_uri(place, mode), uri=True)) as trial:
                trial.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error:
            continue
        log = path.with_name(f"{path.name}-wal")
        if "immutable" in mode and log.is_file() and log.stat().st_size:
            copy = Path(tempfile.mkdtemp(prefix="gzactive-"))
            atexit.register(shutil.rmtree, copy, ignore_errors=True)
            try:
                for part in (path, log):
                    shutil.copyfile(part, copy / part.name)
            except OSError as error:
                raise LabelError(
                    f"{_what(path)} cannot be read without a copy, and {copy} cannot take one "
                    f"({error.strerror}): make room on its disk."
                ) from error
            return URL.create("sqlite", database=str(copy / path.name))
        return URL.create("sqlite", database=f"file:{quote(place)}", query=mode | {"uri": "true"})
    raise LabelError(f"{_what(path)} cannot be read: check that you may read that file.")


def _what(path: Path) -> str:
    return f"The file '{path}'"


def _uri(place: str, mode: dict[str, str]) -> str:
    return f"file:{quote(place)}?{urlencode(mode)}"
