"""Remembers of which galaxies a person was shown the model's view here.

What they answer about those on the Label page afterwards is not blind. It is kept in the project,
so that it holds in later sessions too, and is written a moment later, off the window's thread.
"""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from gzactive.app.worker import Worker
from gzactive.errors import GzactiveError
from gzactive.project import Project

__all__ = ["Looked"]

_WRITE_MS = 1000


class Looked(QObject):
    """Collects galaxies and writes them in batches.

    Parameters
    ----------
    project
        Which keeps them.
    labeller
        Who looks.
    worker
        Writes.
    parent
        Owner.
    """

    #: The model's view of galaxies was shown for the first time: list of id_str.
    shown = Signal(list)

    def __init__(
        self, project: Project, labeller: str, worker: Worker, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._labeller = labeller
        self._worker = worker
        self._known: set[str] = set()
        self._unwritten: set[str] = set()
        self._timer = QTimer(self, singleShot=True, interval=_WRITE_MS)
        self._timer.timeout.connect(self._write)

    def add(self, ids: Iterable[str]) -> None:
        """Galaxies are on screen with what the model says of them."""
        new = [one for one in ids if one not in self._known]
        if not new:
            return
        self._known.update(new)
        self.shown.emit(new)
        if not self._project.read_only:
            self._unwritten.update(new)
            self._timer.start()

    def close(self) -> None:
        """Write what is left; where that fails, the next session takes those galaxies for new."""
        self._timer.stop()
        if self._unwritten:
            try:
                self._store(sorted(self._unwritten))
            except GzactiveError:
                return  # the drive is gone, and whoever answers is told so
            self._unwritten.clear()

    def _write(self) -> None:
        ids = sorted(self._unwritten)
        self._worker.submit(
            "looked", lambda: self._store(ids), lambda _: self._unwritten.difference_update(ids)
        )

    def _store(self, ids: list[str]) -> None:
        self._project.labels.record_seen(self._labeller, ids)
