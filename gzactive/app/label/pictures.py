"""The decoded pictures of the galaxies that are labelled, and which of them could not be had."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from gzactive.app.label.frame import Frame
from gzactive.app.label.left_out import LeftOut
from gzactive.app.label.prefetch import Prefetcher
from gzactive.project import Project

__all__ = ["DISPLAY", "Pictures"]

#: Stage under which the table of problems lists what could not be shown.
DISPLAY = "display"


class Pictures(QObject):
    """Decodes what is wanted next, and keeps the books of what could not be decoded.

    Parameters
    ----------
    project
        Its settings, and its table of problems.
    parent
        Owner.
    """

    #: A picture came in (id_str).
    ready = Signal(str)
    #: A folder or an archive is gone as a whole (its path).
    lost = Signal(str)

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problems = project.problems
        self._prefetcher = Prefetcher(project.settings.images.stretch, parent=self)
        self._prefetcher.ready.connect(self.ready)
        self._left_out = LeftOut()

    @property
    def nothing_left(self) -> str:
        """What to say when there is no galaxy to be shown."""
        return self._left_out.nothing_left

    def get(self, id_str: str) -> Frame | None:
        """A galaxy's picture, or why there is none; None while it is not decoded."""
        return self._prefetcher.get(id_str)

    def want(self, galaxies: Iterable[tuple[str, str]]) -> None:
        """Decode these (id_str, file_loc), in this order."""
        self._prefetcher.want(galaxies)

    def leave_out(self, frame: Frame) -> str:
        """Record that a galaxy cannot be shown; the sentence to tell."""
        self._problems.record([(frame.id_str, frame.file_loc, DISPLAY, frame.problem)])
        told = self._left_out.tell(frame)
        if frame.away:
            self.lost.emit(frame.away)
        return told

    def bring_back(self, ids: Iterable[str]) -> str:
        """Images are there again: read them anew when they are wanted; the sentence to tell."""
        again = list(ids)
        for id_str in again:
            self._prefetcher.forget(id_str)
        return self._left_out.bring_back(again)

    def close(self) -> None:
        """Stop decoding."""
        self._prefetcher.close()
