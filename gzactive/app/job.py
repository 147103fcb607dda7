"""One piece of work for the compute thread, as its watchers see it.

A job lives on the thread that made it, and all its public signals are emitted there, whatever
thread they are connected from; only :meth:`Job.run` is called on the compute thread.
"""

import enum
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from gzactive.errors import GzactiveError
from gzactive.progress import Cancelled, Progress
from gzactive.stores.refusals import refused_by_disk

__all__ = ["Job", "JobState"]

_log = logging.getLogger(__name__)


class JobState(enum.Enum):
    """Where a job is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(QObject):
    """A callable with a name, a life and signals.

    Parameters
    ----------
    title
        What it does, for people: "Fine-tune round".
    work
        Called with a progress callback that raises
        :class:`~gzactive.progress.Cancelled` once the job is cancelled.
    """

    started = Signal()
    progress = Signal(str, int, int)
    #: The losses of a fit so far, a list of values for each name; as often as progress.
    losses = Signal(object)
    finished = Signal(object)
    failed = Signal(str)
    cancelled = Signal()
    #: The job itself, each time its state has changed, just before the signal that says how.
    state_changed = Signal(object)

    _began = Signal()
    _ran = Signal(object, object)

    def __init__(self, title: str, work: Callable[[Progress], Any]) -> None:
        super().__init__()
        self.title = title
        self.state = JobState.WAITING
        self.sentence = ""
        self.began_at: float | None = None
        self.ended_at: float | None = None
        self._work = work
        self._stop = threading.Event()
        self._latest: tuple[str, int, int] | None = None
        self._told: tuple[str, int, int] | None = None
        self._losses: Mapping[str, Sequence[float]] = {}
        self._losses_told = 0
        self._forsaken = False
        queued = Qt.ConnectionType.QueuedConnection
        self._began.connect(self._on_began, queued)
        self._ran.connect(self._on_ran, queued)

    @property
    def latest(self) -> tuple[str, int, int]:
        """The newest (stage, done, total); a total of 0 is unknown."""
        return self._latest or (self.title, 0, 0)

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.state not in (JobState.WAITING, JobState.RUNNING)

    def cancel(self) -> None:
        """Ask it to stop; ``cancelled`` follows when it has, at its next progress report."""
        self._stop.set()

    def forsake(self) -> None:
        """Cancel it, and let nobody act on what comes of it; that it ends is still told."""
        self._forsaken = True
        self.cancel()

    def publish(self) -> None:
        """Emit the newest progress, if it is new.

        The compute thread's owner calls this ten times a second, which throttles any number of
        reports without ever losing the last one.
        """
        if self.state is JobState.RUNNING and self._latest not in (None, self._told):
            self._told = self._latest
            self.progress.emit(*self._latest)
        losses = self._losses
        epochs = max((len(values) for values in losses.values()), default=0)
        if epochs > self._losses_told:
            self._losses_told = epochs
            self.losses.emit({name: list(values) for name, values in losses.items()})

    def withdraw(self) -> None:
        """End a job that never began."""
        self._stop.set()
        self._end(JobState.CANCELLED)

    def run(self) -> None:
        """Do the work; on the compute thread only. Nothing is raised: signals tell the outcome."""
        if self._stop.is_set():
            self._ran.emit(JobState.CANCELLED, None)
            return
        self._began.emit()
        try:
            result = self._work(_Report(self))
        except Cancelled:
            self._ran.emit(JobState.CANCELLED, None)
        except GzactiveError as error:
            _log.info("%s: %s", self.title, error)
            self._ran.emit(JobState.FAILED, str(error))
        except Exception as error:  # noqa: BLE001
            # The one place where anything may be caught: the thread must outlive its jobs.
            _log.exception("%s failed", self.title)
            self._ran.emit(
                JobState.FAILED,
                refused_by_disk(error)
                or f"{self.title} stopped by a fault in the program ({type(error).__name__}): your "
                "answers are safe, and the details are in the log (Help ▸ Show the log).",
            )
        else:
            self._ran.emit(JobState.FINISHED, result)
        finally:
            # The closure may hold a project open; a finished job is kept for its history only.
            self._work = _nothing

    def take_report(self, stage: str, done: int, total: int) -> None:
        """Note how far the work is, on its thread; raises once the job is cancelled."""
        if self._stop.is_set():
            raise Cancelled
        self._latest = (stage, done, total)

    def take_losses(self, history: Mapping[str, Sequence[float]]) -> None:
        """Note the losses of a fit, on its thread; they are read when they are published."""
        self._losses = history

    def _on_began(self) -> None:
        if not self.over:
            self.state = JobState.RUNNING
            self.began_at = time.monotonic()
            self.state_changed.emit(self)
            self.started.emit()

    def _on_ran(self, state: JobState, outcome: object) -> None:
        if not self.over:
            self._end(state, outcome)

    def _end(self, state: JobState, outcome: object = None) -> None:
        self.publish()
        self.ended_at = time.monotonic()
        self.state = state
        if state is JobState.FAILED:
            self.sentence = str(outcome)
        # First those who keep the books, then those who act on the outcome.
        self.state_changed.emit(self)
        if self._forsaken:
            return
        if state is JobState.FINISHED:
            self.finished.emit(outcome)
        elif state is JobState.FAILED:
            self.failed.emit(self.sentence)
        else:
            self.cancelled.emit()


class _Report:
    """The progress callback that the work gets."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def __call__(self, stage: str, done: int, total: int) -> None:
        self._job.take_report(stage, done, total)

    def losses(self, history: Mapping[str, Sequence[float]]) -> None:
        self._job.take_losses(history)


def _nothing(progress: Progress) -> None:
    """Stand in for work that is done."""
