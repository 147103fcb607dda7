"""Cutouts for the wizard's table: one run after another, what came, and what did not."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from gzactive.app.job import Job
from gzactive.app.wizard import preparation as work
from gzactive.app.wizard.preparation import Fetched

__all__ = ["Fetching"]


class Fetching(QObject):
    """Fetches images into a folder; those that failed can be asked for again.

    Parameters
    ----------
    submit
        Runs a job: its title, and its work.
    parent
        The wizard's controller.
    """

    #: A run has begun or ended.
    changed = Signal()
    #: Images came.
    came = Signal(object)
    #: A run could not be finished, as a sentence.
    failed = Signal(str)

    def __init__(self, submit: Callable[[str, Any], Job], parent: QObject) -> None:
        super().__init__(parent)
        self._submit = submit
        #: The folder that a person has chosen; None for one beside the project's.
        self.folder: Path | None = None
        self.fetched: Fetched | None = None
        self.job: Job | None = None
        self._last: tuple[Path, Path, str, str] | None = None

    @property
    def busy(self) -> bool:
        """Whether images are being fetched."""
        return self.job is not None

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Galaxies whose images did not come, and why."""
        return self.fetched.failures if self.fetched is not None else ()

    def start(self, table: Path, out: Path, survey: str, scale: str) -> None:
        """Fetch a cutout of each galaxy of a table that is not in the folder yet."""
        if self.busy:
            return
        self._last = (table, out, survey, scale)
        self.job = self._submit("Fetching images", partial(work.fetch, *self._last))
        self.job.state_changed.connect(self._on_state)
        self.job.finished.connect(self._on_fetched)
        self.job.failed.connect(self.failed)
        self.changed.emit()

    def again(self) -> None:
        """Ask once more for those that did not come."""
        if self._last is not None:
            self.start(*self._last)

    def forget(self) -> None:
        """Another table is looked at: what came of this one matters no more."""
        self.fetched = self._last = None
        self.folder = None

    def _on_state(self, job: Job) -> None:
        if job.over and job is self.job:
            self.job = None
            self.changed.emit()

    def _on_fetched(self, fetched: Fetched) -> None:
        self.fetched = fetched
        self.came.emit(fetched)
