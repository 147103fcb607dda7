"""The compute thread: every Keras job runs here, in turn, and nowhere else.

It is one plain thread of the threading module with a queue, not a QThreadPool: Keras and
TensorFlow want the same thread for life (a pool lets its thread expire), no Qt event loop is needed
on it, and coverage and the leak check of the tests can see it.
"""

import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal

from gzactive.app.job import Job
from gzactive.progress import Progress

if TYPE_CHECKING:
    from gzactive.app.process_job import ProcessJob

__all__ = ["ComputeThread"]

_TELL_EVERY_MS = 100  # ten progress reports a second, however many the work makes
_NICENESS = 10
_HISTORY = 50


class ComputeThread(QObject):
    """Runs jobs one after another on a thread of its own.

    Signals tell the list of jobs what is going on; each job has signals of its own.
    """

    job_listed = Signal(object)
    job_started = Signal(object)
    job_ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Job] = deque()
        self._current: Job | None = None
        # A QObject must die on its own thread. The window's thread holds every job until long after
        # the compute thread has let go of it, so that none dies over there.
        self._held: deque[Job | ProcessJob] = deque()
        self._more = threading.Condition()
        self._closing = False
        self._timer = QTimer(self, interval=_TELL_EVERY_MS)
        self._timer.timeout.connect(self._tell)
        self._thread = threading.Thread(target=self._loop, name="compute")
        self._thread.start()

    @property
    def current(self) -> Job | None:
        """The job that runs now."""
        return self._current

    @property
    def waiting(self) -> list[Job]:
        """Those that wait, the next one first."""
        with self._more:
            return list(self._waiting)

    @property
    def history(self) -> "list[Job | ProcessJob]":
        """The latest jobs, the oldest first: those that ended, the one that runs, those waiting."""
        return list(self._held)

    @property
    def idle(self) -> bool:
        """Whether nothing runs and nothing waits."""
        with self._more:
            return self._current is None and not self._waiting

    def submit(self, title: str, work: Callable[[Progress], Any], *, first: bool = False) -> Job:
        """Queue work; ``first`` puts it before everything that still waits.

        Returns
        -------
        Job
            Connect to its signals before control returns to the event loop: none is emitted
            earlier.
        """
        job = Job(title, work)
        job.state_changed.connect(self._on_state_changed)
        self._hold(job)
        with self._more:
            if self._closing:
                raise RuntimeError("the compute thread is closed")
            if first:
                self._waiting.appendleft(job)
            else:
                self._waiting.append(job)
            self._more.notify()
        self._timer.start()
        self.job_listed.emit(job)
        return job

    def follow(self, job: "ProcessJob") -> None:
        """List a job that runs in a process of its own; whoever started it looks after it."""
        self._hold(job)
        self.job_listed.emit(job)

    def cancel(self, job: "Job | ProcessJob") -> None:
        """Cancel a job: at once if it waits, at its next progress report if it runs."""
        with self._more:
            waiting = next((each for each in self._waiting if each is job), None)
            if waiting is not None:
                self._waiting.remove(waiting)
        if waiting is not None:
            waiting.withdraw()
        else:
            job.cancel()

    def close(self) -> None:
        """Cancel everything, wait for the running job to stop, and end the thread."""
        with self._more:
            self._closing = True
            withdrawn = list(self._waiting)
            self._waiting.clear()
            current = self._current
            self._more.notify()
        for job in withdrawn:
            job.withdraw()
        if current is not None:
            current.cancel()
        self._thread.join()
        self._timer.stop()
        if current is not None:
            # Its outcome is still in the post: deliver it, so that nobody waits for it for ever.
            QCoreApplication.sendPostedEvents(current, QEvent.Type.MetaCall)

    def _hold(self, job: "Job | ProcessJob") -> None:
        self._held.append(job)
        while len(self._held) > _HISTORY and self._held[0].over:
            self._held.popleft()

    def _loop(self) -> None:
        _yield_to_the_window()
        while True:
            with self._more:
                self._current = None
                while not self._waiting and not self._closing:
                    self._more.wait()
                if self._closing:
                    return
                job = self._current = self._waiting.popleft()
            job.run()
            del job

    def _tell(self) -> None:
        job = self._current
        if job is not None:
            job.publish()
        elif self.idle:
            self._timer.stop()

    def _on_state_changed(self, job: Job) -> None:
        if job.over:
            self.job_ended.emit(job)
        else:
            self.job_started.emit(job)


def _yield_to_the_window() -> None:
    """Lower this thread's priority where the system can: a key press comes before any job.

    On Linux niceness belongs to a thread and is inherited by those it starts, so TensorFlow's own
    pools follow.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
