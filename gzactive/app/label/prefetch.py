"""Decodes the next galaxies before they are wanted; keeps the last ones, within a byte limit."""

from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from PySide6.QtCore import QObject, Qt, Signal

from gzactive.app.label.frame import Frame, load_frame

__all__ = ["Prefetcher"]

_MEGABYTE = 2**20


class Prefetcher(QObject):
    """A cache of decoded galaxies that fills itself off the UI thread.

    Parameters
    ----------
    how
        Stretch for pixels of more than 8 bits.
    limit
        Bytes kept beyond what is wanted now.
    """

    #: A frame came in; it is in the cache.
    ready = Signal(str)

    _decoded = Signal(object)

    def __init__(
        self, how: str = "asinh", limit: int = 256 * _MEGABYTE, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._how = how
        self._limit = limit
        self._frames: OrderedDict[str, Frame] = OrderedDict()
        self._pending: dict[str, Future[None]] = {}
        self._wanted: set[str] = set()
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="decode")
        self._closed = False
        self._decoded.connect(self._on_decoded, Qt.ConnectionType.QueuedConnection)

    def get(self, id_str: str) -> Frame | None:
        """The decoded galaxy, or None while it is not here yet."""
        frame = self._frames.get(id_str)
        if frame is not None:
            self._frames.move_to_end(id_str)
        return frame

    def want(self, galaxies: Iterable[tuple[str, str]]) -> None:
        """Decode these (id_str, file_loc), in this order; let go of others that still wait."""
        wanted = dict(galaxies)
        self._wanted = set(wanted)
        for id_str in [each for each in self._pending if each not in wanted]:
            if self._pending[id_str].cancel():
                del self._pending[id_str]
        for id_str, file_loc in wanted.items():
            if id_str not in self._frames and id_str not in self._pending:
                self._pending[id_str] = self._workers.submit(self._decode, id_str, file_loc)

    def forget(self, id_str: str) -> None:
        """Drop a frame, so that its file is read again when it is next wanted."""
        self._frames.pop(id_str, None)

    def close(self) -> None:
        """Stop decoding and wait for what is under way, which is handed to nobody."""
        self._closed = True
        self._workers.shutdown(wait=True, cancel_futures=True)

    def _decode(self, id_str: str, file_loc: str) -> None:
        self._decoded.emit(load_frame(id_str, file_loc, self._how))

    def _on_decoded(self, frame: Frame) -> None:
        if self._closed:
            return
        self._pending.pop(frame.id_str, None)
        self._frames[frame.id_str] = frame
        self._trim()
        self.ready.emit(frame.id_str)

    def _trim(self) -> None:
        total = sum(frame.nbytes for frame in self._frames.values())
        for id_str in list(self._frames):
            if total <= self._limit:
                return
            if id_str not in self._wanted:
                total -= self._frames.pop(id_str).nbytes
