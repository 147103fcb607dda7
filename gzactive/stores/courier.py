"""Between the labels on this computer and those of the team on a server: a thread that carries.

What is labelled is on this computer's disk first, in the log of this copy; the courier sends what
the server does not have yet, in its order, and fetches what others sent. Since a log has no gaps
and the server knows how far it has each one, what waits is simply what lies beyond: there is no
outbox to lose, a killed program goes on where it was, and nothing is ever stored twice.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Column, Engine, MetaData, Table, Text, delete, insert, inspect, select
from sqlalchemy.engine import URL

from gzactive.stores.carrying import carry_catalogue, carry_issued
from gzactive.stores.claims import make_claims
from gzactive.stores.engines import open_engine, reading, writing
from gzactive.stores.events import LabelError
from gzactive.stores.merging import carry_events, heads
from gzactive.stores.opening import make_tables
from gzactive.stores.schema import POSITION
from gzactive.stores.server import ServerAway

__all__ = ["Courier", "Delivery", "waiting_in"]

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

#: Seconds between two looks at what others sent; without a word, after which a server is away; and
#: until it is tried again.
_EVERY = 5.0
_SILENCE = 20.0
_AGAIN = (1.0, 2.0, 5.0, 10.0)

_beside = MetaData()
# How far the server had each log when it was reached last, so that it is known while it is away.
_sent = Table(
    "sent",
    _beside,
    Column("log_id", Text, primary_key=True),
    Column("sequence", POSITION, nullable=False),
)


@dataclass(frozen=True)
class Delivery:
    """How things stand between this copy of the labels and the server.

    Attributes
    ----------
    waiting
        Events here that the server is not known to have.
    problem
        Why the last attempt failed, as a sentence; empty if it did not.
    away
        Whether the server did not answer, so that it is tried again; else it refused.
    passes
        How often the two were brought together since the project was opened.
    """

    waiting: int = 0
    problem: str = ""
    away: bool = False
    passes: int = 0


def waiting_in(local: Engine) -> int:
    """How many events of a copy wait to be sent, as far as is known without asking the server."""
    with reading(local) as connection:
        known: dict[str, int] = {}
        if inspect(connection).has_table(_sent.name):
            known = {row[0]: row[1] for row in connection.execute(select(_sent))}
        return sum(max(0, head - known.get(one, 0)) for one, head in heads(connection).items())


class Courier:
    """Brings a copy and its server together, on a thread of its own, for as long as it is open.

    Parameters
    ----------
    path
        The SQLite file of this copy; its tables are made.
    server
        The address of the team's database.
    every
        Seconds between two looks at what others sent.
    """

    def __init__(self, path: Path, server: URL, every: float = _EVERY) -> None:
        self._local = open_engine(path)
        self._server = open_engine(server.render_as_string(hide_password=False))
        self._every = every
        #: Asked when a pass begins for what is to be done when everything has been sent.
        self.chore: Callable[[], Callable[[Engine], None] | None] = _no_chore
        self._ready = False
        self._failures = 0
        self._begun = 0
        # When the server was heard of last, while something is asked of it.
        self._heard: float | None = None
        self._due = threading.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._asked: deque[tuple[Callable[[Engine], Any], Future[Any]]] = deque()
        self._passed = threading.Condition()
        self._forced = False
        with writing(self._local) as connection:
            _beside.create_all(connection)
        self._state = Delivery(waiting_in(self._local))
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> Delivery:
        """How things stand; read from memory, at once."""
        heard = self._heard
        if heard is not None and time.monotonic() - heard > _SILENCE and not self._state.problem:
            return replace(self._state, problem=_SILENT, away=True)
        return self._state

    def wake(self) -> None:
        """There is something to send: go as soon as the server can be expected to answer."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
                self._thread.start()
        self._due.set()

    def catch_up(self, patience: float) -> Delivery:
        """Bring the two together now, waiting so many seconds at most; how things stand then."""
        # The pass that is under way may have looked already.
        wanted = self._begun + 1
        self._forced = True
        self.wake()
        with self._passed:
            answered = self._passed.wait_for(lambda: self._state.passes >= wanted, patience)
        if answered:
            return self._state
        left = waiting_in(self._local)
        return replace(self._state, waiting=left, problem=_SILENT, away=True)

    def ask(self, question: Callable[[Engine], _T], patience: float) -> _T:
        """What the server answers, asked on the courier's thread.

        Raises
        ------
        LabelError
            If it refuses, or does not answer within so many seconds.
        """
        future: Future[_T] = Future()
        self._asked.append((question, future))
        self._forced = True
        self.wake()
        try:
            return future.result(patience)
        except (TimeoutError, CancelledError) as error:
            future.cancel()
            raise ServerAway(_SILENT) from error

    def stop(self, patience: float) -> Delivery:
        """Send what waits if the server answers, then end; how things stand."""
        with self._lock:
            thread, self._thread = self._thread, None
        self._stop.set()
        self._due.set()
        if thread is not None:
            thread.join(patience)
        if thread is None:
            self._dispose()
        return self._state

    # --- on the courier's thread ------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._pass()
                self._sleep()
            if not self._state.problem and waiting_in(self._local):
                self._pass()
        finally:
            while self._asked:
                self._asked.popleft()[1].cancel()
            self._dispose()  # here, for whoever stopped us may not have waited

    def _dispose(self) -> None:
        self._server.dispose()
        self._local.dispose()

    def _sleep(self) -> None:
        if self._stop.is_set():
            return
        if not self._failures:
            self._due.wait(self._every)
            self._due.clear()
            return
        # Each answer wakes us, but a server that is away is not called at each answer.
        until = time.monotonic() + _AGAIN[min(self._failures, len(_AGAIN)) - 1]
        while not (self._stop.is_set() or self._forced) and (left := until - time.monotonic()) > 0:
            self._due.wait(left)
            self._due.clear()
            if not self._forced:
                self._tell(replace(self._state, waiting=waiting_in(self._local)))

    def _pass(self) -> None:
        self._begun += 1
        self._forced = False
        self._due.clear()
        problem, away = "", False
        try:
            self._bring_together()
            self._answer()
            self._failures = 0
            self._heard = None
        except LabelError as error:
            self._heard = None
            problem, away = str(error), isinstance(error, ServerAway)
            self._failures += 1
            _log.info("Labels were not brought together: %s", problem)
            while self._asked:
                _, future = self._asked.popleft()
                if future.set_running_or_notify_cancel():
                    future.set_exception(error)
        now = Delivery(waiting_in(self._local), problem, away, self._begun)
        self._tell(now)

    def _bring_together(self) -> None:
        self._hear()
        first = not self._ready
        chore = self.chore()
        if first:
            make_tables(self._server, None)
            make_claims(self._server)
        carry_events(self._local, self._server, self._hear)
        self._note_sent()
        carry_events(self._server, self._local, self._hear)
        self._note_sent()
        if chore is not None:
            chore(self._server)
        carry_catalogue(self._local, self._server, self._hear)
        carry_catalogue(self._server, self._local, self._hear)
        if first:
            carry_issued(self._local, self._server)
        self._ready = True

    def _hear(self, stage: str = "", done: int = 0, total: int = 0) -> None:
        """The server answered just now, or is asked."""
        self._heard = time.monotonic()

    def _note_sent(self) -> None:
        """Keep how far the server has each log."""
        with reading(self._server) as connection:
            there = heads(connection)
        with reading(self._local) as connection:
            known = {row[0]: row[1] for row in connection.execute(select(_sent))}
        if there != known:
            rows = [{"log_id": one, "sequence": head} for one, head in there.items()]
            with writing(self._local) as connection:
                connection.execute(delete(_sent))
                connection.execute(insert(_sent), rows)

    def _answer(self) -> None:
        while self._asked:
            question, future = self._asked.popleft()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(question(self._server))
                except LabelError as error:
                    future.set_exception(error)
                    raise

    def _tell(self, state: Delivery) -> None:
        with self._passed:
            self._state = state
            self._passed.notify_all()


def _no_chore() -> None:
    """There is nothing else to do."""


_SILENT = "The label server does not answer in time: check the network, and that the server runs."
