"""What computes for one open project: by kind, seconds before hours, and all of it stopped."""

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from gzactive.app.job import Job
from gzactive.app.jobs import ComputeThread

__all__ = ["SessionJobs"]

#: Asked for again by whoever wants them, so that they need not step aside.
_SLOW = {"views", "saving"}


class SessionJobs(QObject):
    """The jobs of one project on the app's compute thread, until each has ended.

    There may be several of a kind: whoever puts a round in use, and at once another, has two.

    Parameters
    ----------
    compute
        The app's compute thread.
    parent
        The session.
    """

    #: One has begun to wait, or has ended.
    changed = Signal()
    #: Nothing else is to do, so the features that stepped aside can go on.
    features_due = Signal()
    #: After :meth:`end`: nothing computes any more.
    ended = Signal()

    def __init__(self, compute: ComputeThread, parent: QObject) -> None:
        super().__init__(parent)
        self._compute = compute
        self._jobs: list[tuple[str, Job]] = []
        self._ending = False
        #: Whether features stepped aside, or are to be looked for once more.
        self.features_wait = False

    @property
    def busy(self) -> bool:
        """Whether anything computes or waits to."""
        return bool(self._jobs) or self.features_wait

    def any_of(self, *kinds: str) -> bool:
        """Whether a job of one of these kinds runs or waits."""
        return any(kind in kinds for kind, _ in self._jobs)

    def submit(self, kind: str, title: str, run: Any, *, first: bool = False) -> Job:
        """Put a job behind all others, or ``first``."""
        job = self._compute.submit(title, run, first=first)
        self._jobs.append((kind, job))
        job.state_changed.connect(self._forget)
        self.changed.emit()
        return job

    def submit_urgent(self, kind: str, title: str, run: Any) -> Job:
        """Put a job before all others, also before features under way.

        A survey's features take hours and a round or a ranking takes seconds, so the features step
        aside; what they computed is kept, and they go on when nothing else is left to do.
        """
        self.set_features_aside()
        self._cancel(*_SLOW)
        return self.submit(kind, title, run, first=True)

    def set_features_aside(self) -> bool:
        """Stop the features under way until nothing else is to do; whether there were any."""
        if not self.any_of("features"):
            return False
        self.features_wait = True
        self._cancel("features")
        return True

    def cancel(self) -> None:
        """Cancel what computes now and what waits."""
        self.features_wait = False
        self._cancel(*(kind for kind, _ in self._jobs))

    def end(self) -> None:
        """Cancel everything, and let nobody act on what comes of it; ``ended`` follows.

        Except of what opened the project, which is to be closed then.
        """
        self._ending = True
        for kind, job in self._jobs:
            if kind != "open":
                job.forsake()
        self.cancel()
        if not self._jobs:
            self.ended.emit()

    def _cancel(self, *kinds: str) -> None:
        """Cancel all of these kinds; those that only wait end at once."""
        for job in [job for kind, job in self._jobs if kind in kinds]:
            self._compute.cancel(job)

    def _forget(self, job: Job) -> None:
        if job.over:
            self._jobs = [(kind, each) for kind, each in self._jobs if each is not job]
            self.changed.emit()
            # After those who act on the outcome, who may ask for more.
            QTimer.singleShot(0, self, self._go_on)

    def _go_on(self) -> None:
        if self._jobs:
            return
        if self._ending:
            self.ended.emit()
        elif self.features_wait:
            self.features_wait = False
            self.features_due.emit()
