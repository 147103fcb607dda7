"""One command of gzactive's in a process of its own, as its watchers see it: like a job.

For work of hours that shares nothing with the window: neither its memory nor Python's lock, and a
crash of one is none of the other. The process ends with the app: its input is a pipe that the
system closes when the app is gone, however that came about, and the command stops at that.
"""

import codecs
import sys
import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from gzactive.app.job import JobState
from gzactive.relay import LINES, PROGRESS, parse_report

__all__ = ["ProcessJob"]

_TELL_EVERY_MS = 100
#: How long a command may take to stop by itself; what it writes is replaced whole, so it is killed.
_GRACE_MS = 400
_STOPPED = 130
_KEPT = 8000  # characters of what it says of faults
_FAULT = "gzactive: "


class ProcessJob(QObject):
    """A command that runs until it ends, is cancelled, or the app is closed.

    Its signals and its properties are those of :class:`gzactive.app.job.Job`.

    Parameters
    ----------
    title
        What it does, for people: "Training a network".
    arguments
        Of ``gzactive``: ``["train", "votes.csv", …]``.
    parent
        Owner.
    """

    started = Signal()
    progress = Signal(str, int, int)
    #: What the command said when it was done, line by line.
    finished = Signal(object)
    failed = Signal(str)
    cancelled = Signal()
    #: The job itself, each time its state has changed, just before the signal that says how.
    state_changed = Signal(object)

    def __init__(self, title: str, arguments: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.arguments = tuple(arguments)
        self.state = JobState.WAITING
        self.sentence = ""
        self.began_at: float | None = None
        self.ended_at: float | None = None
        self._cancelling = False
        self._latest: tuple[str, int, int] | None = None
        self._told: tuple[str, int, int] | None = None
        self._lines: list[str] = []
        self._half = ""
        self._faults = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._timer = QTimer(self, interval=_TELL_EVERY_MS)
        self._timer.timeout.connect(self.publish)
        self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert(PROGRESS, LINES)
        environment.insert("PYTHONIOENCODING", "utf-8")
        environment.insert("COLUMNS", "1000")  # its lines are not broken: that is for us to do
        self._process.setProcessEnvironment(environment)
        self._process.started.connect(self._on_started)
        self._process.readyReadStandardOutput.connect(self._on_output)
        self._process.readyReadStandardError.connect(self._on_fault)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)

    @property
    def latest(self) -> tuple[str, int, int]:
        """The newest (stage, done, total); a total of 0 is unknown."""
        return self._latest or (self.title, 0, 0)

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.state not in (JobState.WAITING, JobState.RUNNING)

    @property
    def process_id(self) -> int:
        """Of the process, while it runs; else 0."""
        return int(self._process.processId())

    def start(self) -> None:
        """Start the process; signals tell the rest."""
        if self._cancelling:
            self._end(JobState.CANCELLED)
            return
        packed = getattr(sys, "frozen", False)  # then this program is the command itself
        program = [] if packed else ["-m", "gzactive"]
        self._process.start(sys.executable, [*program, *self.arguments])
        self._timer.start()

    def cancel(self) -> None:
        """Stop it; ``cancelled`` follows within a second."""
        if self.over or self._cancelling:
            return
        self._cancelling = True
        self._process.closeWriteChannel()
        QTimer.singleShot(_GRACE_MS, self, self._kill)

    def close(self) -> None:
        """Stop it and wait until it is gone, a second at most: the app is about to close."""
        self.cancel()
        if self._process.state() == QProcess.ProcessState.NotRunning:
            self._end(JobState.CANCELLED)
        elif not self.over and not self._process.waitForFinished(_GRACE_MS):
            self._kill()
            self._process.waitForFinished()

    def publish(self) -> None:
        """Emit the newest progress, if it is new."""
        if self.state is JobState.RUNNING and self._latest not in (None, self._told):
            self._told = self._latest
            self.progress.emit(*self._latest)

    # --- the process ----------------------------------------------------------------------------

    def _kill(self) -> None:
        if not self.over:
            self._process.kill()

    def _on_started(self) -> None:
        self.state = JobState.RUNNING
        self.began_at = time.monotonic()
        self.state_changed.emit(self)
        self.started.emit()

    def _on_output(self) -> None:
        text = self._half + self._decoder.decode(
            bytes(self._process.readAllStandardOutput().data())
        )
        *lines, self._half = text.split("\n")
        for line in lines:
            report = parse_report(line)
            if report is not None:
                self._latest = report
            elif line.strip():
                self._lines.append(line.rstrip())

    def _on_fault(self) -> None:
        said = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._faults = (self._faults + said)[-_KEPT:]

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._on_output()
        self._on_fault()
        if self._cancelling or code == _STOPPED:
            self._end(JobState.CANCELLED)
        elif code == 0 and status == QProcess.ExitStatus.NormalExit:
            self._end(JobState.FINISHED)
        else:
            self._end(JobState.FAILED, self._why(code, status))

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._end(
                JobState.FAILED,
                f"{self.title} cannot be started ({self._process.errorString()}): install gzactive "
                "again, or run it in a terminal.",
            )

    def _why(self, code: int, status: QProcess.ExitStatus) -> str:
        """The sentence that the command ended with, or what else is known."""
        told = [
            line.removeprefix(_FAULT)
            for line in self._faults.splitlines()
            if line.startswith(_FAULT)
        ]
        if told:
            return told[-1][:1].upper() + told[-1][1:]
        how = f"exit code {code}" if status == QProcess.ExitStatus.NormalExit else "it was killed"
        return (
            f"{self.title} ended before it was done ({how}), perhaps for want of memory: what was "
            "finished is kept, and it can go on from there."
        )

    def _end(self, state: JobState, sentence: str = "") -> None:
        if self.over:
            return
        self.publish()
        self._timer.stop()
        self.ended_at = time.monotonic()
        self.state = state
        self.sentence = sentence
        self.state_changed.emit(self)
        if state is JobState.FINISHED:
            self.finished.emit(list(self._lines))
        elif state is JobState.FAILED:
            self.failed.emit(sentence)
        else:
            self.cancelled.emit()
