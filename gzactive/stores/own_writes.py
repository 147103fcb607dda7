"""Transactions of one label log, and how many events came from elsewhere meanwhile.

Programs share a log: a window is open on a project while a table is added in a terminal. Every
event moves the head of its log by one, so what is beyond the head that was met at opening and the
events that this object appended was appended by others.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select

from gzactive.stores.engines import reading, writing
from gzactive.stores.events import LabelError
from gzactive.stores.schema import logs

__all__ = ["OwnWrites"]


class OwnWrites:
    """Begins transactions that write, and counts what they append.

    Parameters
    ----------
    engine
        Of the database.
    read_only
        Why nothing may be written; empty if it may.
    """

    def __init__(self, engine: Engine, read_only: str = "") -> None:
        self._engine = engine
        self._read_only = read_only
        # Held from the first row of a transaction to its count: nobody reads between the two.
        self._lock = threading.RLock()
        self._appended = 0
        self._pending = 0
        self._at_opening = 0
        #: Called when something was written.
        self.after: Callable[[], None] = _nothing

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that is durable when the block ends, and leaves nothing if it raises.

        Raises
        ------
        LabelError
            If the log was opened to be read only.
        """
        if self._read_only:
            raise LabelError(f"Nothing can be written here. {self._read_only}")
        with self._lock:
            self._pending = 0
            with writing(self._engine) as connection:
                yield connection
            self._appended += self._pending
        self.after()

    def count(self, events: int) -> None:
        """So many events were appended in the transaction that is open."""
        self._pending += events

    def start(self) -> None:
        """Count from what is there now."""
        self._at_opening = self._total()
        self._appended = 0

    def from_elsewhere(self) -> int:
        """How many events others have appended since :meth:`start`."""
        with self._lock:
            return self._total() - self._at_opening - self._appended

    def _total(self) -> int:
        with reading(self._engine) as connection:
            return int(connection.scalar(select(func.sum(logs.c.sequence))) or 0)


def _nothing() -> None:
    """Nobody waits for what is written."""
