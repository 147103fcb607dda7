"""A copy of a label database, taken while others write, that goes on as a log of its own."""

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from gzactive.progress import Progress, silent
from gzactive.stores.engines import reading
from gzactive.stores.labels import LabelLog
from gzactive.trees import DecisionTree

__all__ = ["copy_labels"]

#: Pages copied between two looks at whether to go on: 16 MB.
_PAGES = 4096
_STAGE = "Copying labels"


def copy_labels(log: LabelLog, path: Path, tree: DecisionTree, progress: Progress = silent) -> None:
    """Copy a label database to a new SQLite file, as it is at one moment.

    What is labelled in the copy goes to a log of its own, so that it can be merged back whatever
    happened to the original meanwhile.

    Parameters
    ----------
    log
        What to copy; others may go on writing to it.
    path
        Of the new file.
    tree
        Whose catalogue votes to copy, where the labels are not in SQLite.
    """
    progress(_STAGE, 0, 0)
    if log._engine.dialect.name == "sqlite":
        _back_up(log, path, progress)
    else:
        _take_over(log, path, tree)
    own = secrets.token_hex(8)
    with closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")  # all of it in one file
        with copy:
            copy.execute("UPDATE about SET value = ? WHERE name = 'log_id'", (own,))
            copy.execute("INSERT INTO logs (log_id, sequence) VALUES (?, 0)", (own,))


def _back_up(log: LabelLog, path: Path, progress: Progress) -> None:
    """SQLite's own backup: page by page, also of a file that is written to."""

    def told(status: int, left: int, total: int) -> None:
        progress(_STAGE, total - left, total)

    with reading(log._engine) as connection, closing(sqlite3.connect(path)) as copy:
        # Its transaction has begun to read, so all pages are of this moment.
        connection.exec_driver_sql("SELECT count(*) FROM about").fetchone()
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(copy, pages=_PAGES, progress=told)


def _take_over(log: LabelLog, path: Path, tree: DecisionTree) -> None:
    """Another database's events and what stands beside them."""
    with LabelLog(path) as copy:
        copy.merge(log)
        source = log.catalogue_source(tree)
        if source is not None:
            copy.set_catalogue_votes(log.catalogue_votes(tree), tree, str(source["source"]))
        copy.record_issued(log.issued().reset_index())
