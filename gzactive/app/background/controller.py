"""What runs in the background, what waits, and what has been done since the app was started.

Without widgets. The compute thread tells of the jobs, also of those that run in a process of their
own.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from gzactive.app.background.time_left import TimeLeft
from gzactive.app.background.words import left_words, stage_words
from gzactive.app.job import JobState
from gzactive.app.jobs import ComputeThread

__all__ = ["JobEntry", "JobsController"]

_KEPT = 100
_LOOK_EVERY_MS = 250


@dataclass(eq=False)
class JobEntry:
    """One job, as long as it is listed.

    Parameters
    ----------
    job
        The job; None once it is over, so that nothing it holds is kept.
    title
        What it does, for people.
    state, sentence
        Where it is in its life; why it failed.
    began
        When, in seconds since 1970; None if it never did.
    seconds
        How long it ran; None before it has ended, and if it never began.
    stage, done, total
        Its latest report.
    stopping
        Whether it was asked to stop and has not yet.
    """

    job: Any
    title: str
    state: JobState = JobState.WAITING
    sentence: str = ""
    began: float | None = None
    seconds: float | None = None
    stage: str = ""
    done: int = 0
    total: int = 0
    stopping: bool = False
    left: TimeLeft = field(default_factory=TimeLeft)

    def words(self, now: float) -> str:
        """What it does, how far it is, and how long that takes if it can be told."""
        if self.stopping:
            return "Stopping…"
        told = (
            stage_words(self.title, self.stage, self.done, self.total),
            left_words(self.left.seconds(now)),
        )
        return " · ".join(part for part in told if part)


class JobsController(QObject):
    """Keeps the list of jobs: those of the compute thread and those that it follows.

    Parameters
    ----------
    compute
        The app's compute thread, which knows what waits.
    parent
        The window.
    """

    #: A job came, began or ended.
    changed = Signal()
    #: A job that runs is further than before.
    progressed = Signal()

    def __init__(self, compute: ComputeThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._compute = compute
        self._entries: list[JobEntry] = []
        self._look = QTimer(self, interval=_LOOK_EVERY_MS)
        self._look.timeout.connect(self._see)
        for job in compute.history:
            self._list(job)
        compute.job_listed.connect(self._list)

    @property
    def running(self) -> list[JobEntry]:
        """Those that run now, the longest first."""
        return [each for each in self._entries if each.state is JobState.RUNNING]

    @property
    def waiting(self) -> list[JobEntry]:
        """Those that wait, in the order in which they will run."""
        order = {id(job): place for place, job in enumerate(self._compute.waiting)}
        entries = [each for each in self._entries if each.state is JobState.WAITING]
        return sorted(entries, key=lambda each: order.get(id(each.job), -1))

    @property
    def ended(self) -> list[JobEntry]:
        """Those that are over, the latest first."""
        over = [each for each in self._entries if each.job is None]
        return over[::-1]

    def cancel(self, entry: JobEntry) -> None:
        """Stop a job that runs, or withdraw one that waits."""
        job = entry.job
        if job is None or entry.stopping:
            return
        entry.stopping = entry.state is JobState.RUNNING
        self._compute.cancel(job)
        self.progressed.emit()

    # --- inside ---------------------------------------------------------------------------------

    def _list(self, job: Any) -> None:
        self._entries.append(JobEntry(job, job.title))
        if not job.over:  # of one that is over, Qt's side may be gone
            job.state_changed.connect(self._on_state)
        self._on_state(job)

    def _on_state(self, job: Any) -> None:
        entry = next((each for each in self._entries if each.job is job), None)
        if entry is None:
            return
        entry.state = job.state
        if job.began_at is not None and entry.began is None:
            entry.began = time.time() - (time.monotonic() - job.began_at)
        if job.over:
            if job.began_at is not None and job.ended_at is not None:
                entry.seconds = job.ended_at - job.began_at
            entry.sentence = job.sentence
            entry.job = None
            # What ended goes behind what is under way, so that the list tells the order of ends.
            self._entries.remove(entry)
            self._entries.append(entry)
            self._trim()
        if self.running:
            self._look.start()
        else:
            self._look.stop()
        self.changed.emit()

    def _see(self) -> None:
        """Look how far those are that run."""
        now = time.monotonic()
        for entry in self.running:
            entry.stage, entry.done, entry.total = entry.job.latest
            entry.left.see(entry.stage, entry.done, entry.total, now)
        self.progressed.emit()

    def _trim(self) -> None:
        over = [each for each in self._entries if each.job is None]
        for each in over[: max(0, len(over) - _KEPT)]:
            self._entries.remove(each)
