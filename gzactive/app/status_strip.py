"""The quiet line at the foot of the window: what computes, what came of it, what is next."""

import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.background.time_left import TimeLeft
from gzactive.app.background.words import left_words, stage_words
from gzactive.app.job import Job
from gzactive.app.passing_line import PassingLine
from gzactive.app.process_job import ProcessJob
from gzactive.app.tokens import SPACE

__all__ = ["StatusStrip"]

_BAR = 160
#: How long a result stays: it is read between two galaxies, perhaps.
_SECONDS = 30.0


class StatusStrip(QWidget):
    """Progress of the job that runs, with cancel; else the last result.

    Parameters
    ----------
    actions
        Give the cancel button and the one that opens the list of jobs.
    parent
        The window.
    """

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.words = PassingLine(self, seconds=_SECONDS, until_key=False)
        self.words.setProperty("role", "muted")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_BAR)
        self._cancel = actions.button("train.cancel", self)
        self.jobs = actions.button("view.jobs", self)
        self.schedule = QLabel(self)
        self.schedule.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.large, SPACE.tight, SPACE.large, SPACE.tight)
        row.setSpacing(SPACE.medium)
        row.addWidget(self.jobs)
        row.addWidget(self._bar)
        row.addWidget(self._cancel)
        row.addWidget(self.words, 1)
        row.addWidget(self.schedule)
        # The line keeps its height when the bar comes and goes.
        self.setFixedHeight(self._cancel.sizeHint().height() + 2 * SPACE.tight)
        self._job: Job | ProcessJob | None = None
        self._aside: list[ProcessJob] = []
        self._left = TimeLeft()
        self._show_bar(False)

    def watch(self, job: Job | ProcessJob) -> None:
        """Show this job's progress until it ends; a process steps back behind a job of seconds."""
        if isinstance(job, ProcessJob):
            self._aside.append(job)
            if isinstance(self._job, Job):
                return
        self._show(job)

    def leave(self, job: Job | ProcessJob) -> None:
        """The job has ended; what it came to is said by whoever started it."""
        if isinstance(job, ProcessJob) and job in self._aside:
            self._aside.remove(job)
        if job is self._job:
            self._let_go()
            self._show_bar(False)
            self.words.clear()
            if self._aside:
                self._show(self._aside[-1])

    def _let_go(self) -> None:
        if self._job is not None:
            self._job.progress.disconnect(self._on_progress)
            self._job = None

    def _show(self, job: Job | ProcessJob) -> None:
        self._let_go()
        self._job = job
        # Its own method and no closure: a job may outlive this line, which Qt then lets go of.
        job.progress.connect(self._on_progress)
        self.words.clear()
        self._left = TimeLeft()
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(f"Progress of {job.title}")
        self.words.setText(job.title)
        self._show_bar(True)

    def say(self, sentence: str) -> None:
        """One line for a while, or until the next job begins."""
        if self._job is None:
            self.words.say(sentence)
            self.words.setToolTip(sentence)

    def _on_progress(self, stage: str, done: int, total: int) -> None:
        if (job := self._job) is None:
            return
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        now = time.monotonic()
        self._left.see(stage, done, total, now)
        told = (
            job.title,
            stage_words(job.title, stage, done, total),
            left_words(self._left.seconds(now)),
        )
        self.words.setText(" · ".join(part for part in told if part))

    def _show_bar(self, shown: bool) -> None:
        self._bar.setVisible(shown)
        self._cancel.setVisible(shown)
