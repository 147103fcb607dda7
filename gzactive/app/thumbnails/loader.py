"""Loads thumbnails for a grid: what is on screen first, what was scrolled past not at all.

Threads decode; the window's thread only looks up what is ready. Asking anew replaces what was asked
before, so that a fast scroll over a million galaxies decodes the few that it stops at.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QImageWriter

from gzactive.app.label.frame import load_frame
from gzactive.app.thumbnails.folder import ThumbnailFolder
from gzactive.images import ImageProblem

__all__ = ["SIDE", "Thumbnail", "ThumbnailLoader"]

#: Side of a stored thumbnail in pixels: sharp in a grid on screens of high density too.
SIDE = 256

_log = logging.getLogger(__name__)

_MEGABYTE = 2**20
_QUALITY = 88
_TELL_EVERY_MS = 16  # a screen's frame: many thumbnails come in with one repaint
_THREADS = 2


@dataclass(frozen=True)
class Thumbnail:
    """A small picture, or the reason why there is none.

    Parameters
    ----------
    file_loc
        The image.
    picture
        The middle square, of the loader's ``side``; None if there is a problem.
    problem
        Why it cannot be shown, as a clause; empty if it can.
    """

    file_loc: str
    picture: QImage | None = None
    problem: str = ""

    @property
    def nbytes(self) -> int:
        """Memory that it holds, roughly."""
        return 200 + (self.picture.sizeInBytes() if self.picture is not None else 0)


class ThumbnailLoader(QObject):
    """A cache of thumbnails that fills itself off the UI thread.

    Parameters
    ----------
    folder
        Where they are kept on disk.
    how
        Stretch for pixels of more than 8 bits.
    limit
        Bytes kept in memory.
    parent
        Owner.
    """

    #: These came in (a list of file_loc) and can be had from :meth:`get`.
    ready = Signal(list)

    _made = Signal(object)

    def __init__(
        self,
        folder: ThumbnailFolder,
        how: str = "asinh",
        limit: int = 96 * _MEGABYTE,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        #: Side in pixels of the pictures handed out: what a screen shows, so that painting them
        #: is copying. What comes in later has it.
        self.side = SIDE
        self._folder = folder
        self._how = how
        self._limit = limit
        self._kept: OrderedDict[str, Thumbnail] = OrderedDict()
        self._bytes = 0
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._under_way: set[str] = set()
        self._more = threading.Condition()
        self._closing = False
        self._threads: list[threading.Thread] = []
        self._news: list[str] = []
        self._timer = QTimer(self, interval=_TELL_EVERY_MS, singleShot=True)
        self._timer.timeout.connect(self._tell)
        self._made.connect(self._on_made, Qt.ConnectionType.QueuedConnection)

    @property
    def nbytes(self) -> int:
        """Bytes held in memory."""
        return self._bytes

    @property
    def waiting(self) -> int:
        """How many are asked for and not begun."""
        with self._more:
            return len(self._waiting)

    def get(self, file_loc: str) -> Thumbnail | None:
        """The thumbnail of an image, or None while it is not here."""
        found = self._kept.get(file_loc)
        if found is not None:
            self._kept.move_to_end(file_loc)
        return found

    def want(self, file_locs: Iterable[str]) -> None:
        """Load these, the first first; whatever else was asked for and is not begun is let go."""
        with self._more:
            self._waiting = OrderedDict.fromkeys(
                one for one in file_locs if one not in self._kept and one not in self._under_way
            )
            if self._waiting and not self._closing:
                self._begin()
                self._more.notify_all()

    def close(self) -> None:
        """Let go of what waits, and wait for what is under way."""
        with self._more:
            self._closing = True
            self._waiting.clear()
            self._more.notify_all()
        for thread in self._threads:
            thread.join()
        self._timer.stop()

    def _begin(self) -> None:
        """Start the threads, once somebody wants something."""
        while len(self._threads) < _THREADS:
            thread = threading.Thread(target=self._loop, name="thumbnails")
            self._threads.append(thread)
            thread.start()

    def _loop(self) -> None:
        while True:
            with self._more:
                while not self._waiting and not self._closing:
                    self._more.wait()
                if self._closing:
                    return
                file_loc, _ = self._waiting.popitem(last=False)
                self._under_way.add(file_loc)
            try:
                made = self._load(file_loc)
            except Exception:  # noqa: BLE001
                # One picture must not end the thread that makes all the others.
                _log.exception("no thumbnail of %s", file_loc)
                made = Thumbnail(file_loc, problem="it could not be shown: see the log")
            self._made.emit(made)

    def _load(self, file_loc: str) -> Thumbnail:
        try:
            name = self._folder.name(file_loc, f"{SIDE}-{self._how}")
        except ImageProblem as problem:
            return Thumbnail(file_loc, problem=problem.reason)
        stored = self._folder.read(name)
        picture = QImage.fromData(stored) if stored else QImage()
        if picture.isNull():
            frame = load_frame(file_loc, file_loc, self._how)
            if frame.picture is None:
                return Thumbnail(file_loc, problem=frame.problem)
            picture = _shrunk(frame.picture)
            self._folder.write(name, _jpeg(picture))
        return Thumbnail(file_loc, _square(picture, self.side))

    def _on_made(self, made: Thumbnail) -> None:
        with self._more:
            self._under_way.discard(made.file_loc)
        before = self._kept.pop(made.file_loc, None)
        self._kept[made.file_loc] = made
        self._bytes += made.nbytes - (before.nbytes if before is not None else 0)
        while self._bytes > self._limit and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.nbytes
        self._news.append(made.file_loc)
        if not self._timer.isActive():
            self._timer.start()

    def _tell(self) -> None:
        news, self._news = self._news, []
        self.ready.emit(news)


def _shrunk(pixels: NDArray[np.uint8]) -> QImage:
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_RGB888 if pixels.ndim == 3 else QImage.Format.Format_Grayscale8
    # QImage does not own the array's memory; scaled() and copy() take out of it.
    whole = QImage(pixels.data, width, height, pixels.strides[0], kind)
    if max(width, height) <= SIDE:
        return whole.copy()
    return whole.scaled(
        SIDE,
        SIDE,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def _square(picture: QImage, side: int) -> QImage:
    """The middle square of a picture, at the size in which it is shown."""
    least = min(picture.width(), picture.height())
    left, top = (picture.width() - least) // 2, (picture.height() - least) // 2
    middle = picture.copy(left, top, least, least)
    if least != side:
        middle = middle.scaled(
            side,
            side,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    return middle.convertToFormat(QImage.Format.Format_RGB32)


def _jpeg(picture: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"jpg"))
    writer.setQuality(_QUALITY)
    writer.write(picture)
    return bytes(data.data())
