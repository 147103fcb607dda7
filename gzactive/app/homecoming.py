"""Notices when a folder, an archive or a drive that was away is back, and brings its galaxies back.

Whether something is there is asked on a thread of its own: a drive that is gone may take a minute
to say so.
"""

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from gzactive.errors import GzactiveError

if TYPE_CHECKING:
    from gzactive.project import Project

__all__ = ["Homecoming"]

_log = logging.getLogger(__name__)

_EVERY_SECONDS = 2.0
#: How long closing waits for a look that is under way.
_PATIENCE = 2.0


class Homecoming(QObject):
    """Looks every other second for what is away, as long as anything is.

    Parameters
    ----------
    project
        Whose images.
    every
        Seconds between two looks.
    parent
        Owner.
    """

    #: Images are there again (a :class:`gzactive.returned.Returned`).
    back = Signal(object)

    _found = Signal(object)

    def __init__(
        self, project: "Project", every: float = _EVERY_SECONDS, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._every = every
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._places: set[str] = set()
        self._look_up = True
        self._thread: threading.Thread | None = None
        self._found.connect(self._on_found, Qt.ConnectionType.QueuedConnection)
        self._begin()

    def wait_for(self, place: str) -> None:
        """A folder or an archive is away."""
        with self._lock:
            self._places.add(place)
        self._begin()

    def wait_for_missing(self) -> None:
        """Some images were missing: wait for the places that the table of problems tells."""
        with self._lock:
            self._look_up = True
        self._begin()

    def close(self) -> None:
        """Wait for nothing any more."""
        self._stop.set()
        thread = self._thread  # which may end, and be forgotten, at any moment
        if thread is not None:
            thread.join(_PATIENCE)

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None and not self._project.read_only:
                self._thread = threading.Thread(target=self._loop, name="homecoming", daemon=True)
                self._thread.start()

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except GzactiveError as error:  # the database is busy: the next look may succeed
                _log.info("What was away could not be looked for: %s", error)
            with self._lock:
                if not self._places and not self._look_up:
                    self._thread = None
                    return
            self._stop.wait(self._every)

    def _look(self) -> None:
        from gzactive.returned import places_away, take_back

        with self._lock:
            look_up, self._look_up = self._look_up, False  # whoever asks from now on asks again
        if look_up:
            try:
                found = places_away(self._project)
            except GzactiveError:
                self._look_up = True
                raise
            with self._lock:
                self._places |= found
        here = {place for place in set(self._places) if _is_there(place)}
        if here:
            returned = take_back(self._project)
            with self._lock:
                self._places -= here
            if returned.ids:
                self._found.emit(returned)

    def _on_found(self, returned: object) -> None:
        if not self._stop.is_set():
            self.back.emit(returned)


def _is_there(place: str) -> bool:
    try:
        return Path(place).exists()
    except OSError:
        return False
