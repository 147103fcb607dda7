"""Something larger that is done to a project from its page: one piece of work after another.

Reading tables and matching catalogues has a thread of its own, so that a round of the open project
never holds it up.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from gzactive.app.job import Job
from gzactive.app.jobs import ComputeThread
from gzactive.progress import Progress

__all__ = ["TaskController"]


class TaskController(QObject):
    """Runs the work of one task; what is asked for anew takes the place of what runs.

    Parameters
    ----------
    parent
        The project's controller.
    """

    #: Anything that is shown may be different.
    changed = Signal()
    #: How far the work is: (stage, done, total); a total of 0 is unknown.
    progress = Signal(str, int, int)
    #: Something cannot be done, as a sentence; an empty one takes back the last.
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: ComputeThread | None = None
        self._job: Job | None = None

    @property
    def busy(self) -> bool:
        """Whether something runs."""
        return self._job is not None

    @property
    def doing(self) -> str:
        """What runs, in words; empty if nothing does."""
        return "" if self._job is None else self._job.title

    def cancel(self) -> None:
        """Stop what runs; nothing is left half-done."""
        if self._job is not None and self._thread is not None:
            self._thread.cancel(self._job)

    def close(self) -> None:
        """Stop everything and end the thread."""
        if self._thread is not None:
            self._thread.close()
            self._thread = None

    def _run(
        self, title: str, work: Callable[[Progress], Any], then: Callable[[Any], object]
    ) -> None:
        """Do some work, then hand its result over, unless something else was asked for."""
        if self._thread is None:
            self._thread = ComputeThread(self)
        if self._job is not None:
            self._thread.cancel(self._job)
        job = self._thread.submit(title, work)
        self._job = job
        self.refused.emit("")
        job.progress.connect(lambda *told: self._on_progress(job, *told))
        job.finished.connect(lambda result: self._on_over(job, lambda: then(result)))
        job.failed.connect(lambda sentence: self._on_over(job, lambda: self.refused.emit(sentence)))
        job.cancelled.connect(lambda: self._on_over(job, lambda: None))
        self.changed.emit()

    def _on_progress(self, job: Job, stage: str, done: int, total: int) -> None:
        if job is self._job:
            self.progress.emit(stage, done, total)

    def _on_over(self, job: Job, act: Callable[[], object]) -> None:
        if job is self._job:
            self._job = None
            act()
            self.changed.emit()
