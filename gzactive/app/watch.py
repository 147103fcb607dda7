"""Notices what other programs do to a project while a window is open on it.

A thread of its own looks at the stamps of a few files, and only when one of them has changed at
what it says: how many events others appended to the label log, which rounds there are and which
serves. Nothing is waited for on the window's thread.
"""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from gzactive.errors import GzactiveError

if TYPE_CHECKING:
    from gzactive.project import Project

__all__ = ["Outside", "ProjectWatch"]

_log = logging.getLogger(__name__)

_EVERY_SECONDS = 1.5
#: How long closing waits for a look that is under way; a drive that is gone may hold it for long.
_PATIENCE = 2.0


@dataclass(frozen=True)
class Outside:
    """What others have done, and what lies on the disk.

    Parameters
    ----------
    events
        Events that others appended to the label log since the window opened it.
    rounds
        Numbers of the rounds.
    current
        The round in use; 0 is the start.
    """

    events: int
    rounds: tuple[int, ...]
    current: int


class ProjectWatch(QObject):
    """Looks at a project every second or two, on a thread of its own.

    Parameters
    ----------
    project
        The open project.
    every
        Seconds between two looks.
    parent
        Owner.
    """

    #: Something has changed, by this window or by others.
    changed = Signal(object)

    _found = Signal(object)

    def __init__(
        self, project: "Project", every: float = _EVERY_SECONDS, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._every = every
        self._stop = threading.Event()
        self._last: Outside | None = None
        self._found.connect(self._on_found, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._loop, name="watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join(_PATIENCE)

    def _loop(self) -> None:
        stamps: tuple[object, ...] = ()
        while not self._stop.is_set():
            now = tuple(_stamp(path) for path in self._files())
            if now != stamps or not self._local:
                try:
                    seen = look(self._project)
                except GzactiveError as error:
                    # Half-way through a change, or a drive that is away: whoever needs it tells.
                    _log.info("The project could not be looked at: %s", error)
                else:
                    stamps = now
                    self._found.emit(seen)
            self._stop.wait(self._every)

    @property
    def _local(self) -> bool:
        """Whether the labels lie in a file, which has a stamp."""
        return (self._project.path / "labels.sqlite").exists()

    def _files(self) -> list[Path]:
        folder = self._project.path
        names = ("labels.sqlite", "labels.sqlite-wal", "rounds", "rounds/current.json")
        return [folder / name for name in names]

    def _on_found(self, seen: Outside) -> None:
        if not self._stop.is_set() and seen != self._last:
            self._last = seen
            self.changed.emit(seen)


def look(project: "Project") -> Outside:
    """What lies in a project now, in a few milliseconds."""
    from gzactive.active.rounds import current_round, rounds

    made = tuple(each.number for each in rounds(project))
    return Outside(project.labels.from_elsewhere(), made, current_round(project))


def _stamp(path: Path) -> object:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
