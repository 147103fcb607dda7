"""Reading what cannot, or must not, be changed: a folder without write access, a SQLite file."""

import atexit
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


def unwritable(folder: Path) -> str:
    """Why a project's folder can only be read; empty if it can be written to."""
    effective = {"effective_ids": True} if os.access in os.supports_effective_ids else {}
    if os.access(folder, os.W_OK, **effective):
        return ""
    return (
        f"The folder {folder} cannot be written to, so the project is open for reading only: copy "
        "it to a place of your own to label in it."
    )


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
            for part in (path, log):
                shutil.copyfile(part, copy / part.name)
            return URL.create("sqlite", database=str(copy / path.name))
        return URL.create("sqlite", database=f"file:{quote(place)}", query=mode | {"uri": "true"})
    raise LabelError(f"The labels in '{path}' cannot be read: check that you may read them.")


def _uri(place: str, mode: dict[str, str]) -> str:
    return f"file:{quote(place)}?{urlencode(mode)}"
