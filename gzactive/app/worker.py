"""One thread for array work and log writes of a page; results come back on the window's thread."""

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from gzactive.errors import GzactiveError
from gzactive.stores.refusals import refused_by_disk

__all__ = ["Worker"]

_log = logging.getLogger(__name__)


class Worker(QObject):
    """Does one thing after another; of the same kind only the latest matters.

    It is no place for Keras: that belongs to the compute thread, which may be busy for hours.
    """

    #: Something could not be done: one sentence.
    failed = Signal(str)

    _done = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="worker")
        self._latest: dict[str, Future[Any]] = {}
        self._closed = False
        self._done.connect(self._on_done, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether something is under way or waits."""
        return bool(self._latest)

    def submit(self, kind: str, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Do some work, then hand its result over; earlier work of its kind is forgotten."""
        if self._closed:
            return
        if kind in self._latest:
            self._latest.pop(kind).cancel()
        future = self._pool.submit(work)
        self._latest[kind] = future
        future.add_done_callback(partial(self._post, kind, then))

    def close(self) -> None:
        """Let go of what waits, and wait for what is under way; nothing is handed over any more."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._latest.clear()

    def _post(self, kind: str, then: Callable[[Any], object], future: Future[Any]) -> None:
        if not self._closed:
            self._done.emit(kind, then, future)

    def _on_done(self, kind: str, then: Callable[[Any], object], future: Future[Any]) -> None:
        if self._latest.get(kind) is not future:
            return
        del self._latest[kind]
        try:
            result = future.result()
        except CancelledError:
            return
        except GzactiveError as error:
            self.failed.emit(str(error))
        except Exception as error:  # noqa: BLE001
            _log.error("%s failed", kind, exc_info=error)
            self.failed.emit(
                refused_by_disk(error)
                or f"That stopped by a fault in the program ({type(error).__name__}): your answers "
                "are safe, and the details are in the log (Help ▸ Show the log)."
            )
        else:
            then(result)
