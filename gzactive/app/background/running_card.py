"""One job that runs: what it does, how far it is, how long that takes, and a way to stop it."""

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from gzactive.app.background.controller import JobEntry
from gzactive.app.tokens import SPACE

__all__ = ["RunningCard"]


class RunningCard(QWidget):
    """Shows one job after another; it is made once and used again."""

    #: The job that is shown is to be stopped.
    cancel_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.entry: JobEntry | None = None
        self.title = QLabel(self)
        self.title.setProperty("role", "heading")
        self.title.setWordWrap(True)
        self.words = QLabel(self)
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setAutoDefault(True)
        self.cancel.setToolTip("Stop this work; what it has finished is kept")
        self.cancel.clicked.connect(lambda: self.cancel_wanted.emit(self.entry))
        grid = QGridLayout(self)
        grid.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.medium)
        grid.setVerticalSpacing(SPACE.small)
        grid.setHorizontalSpacing(SPACE.large)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.cancel, 0, 1, 3, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.bar, 1, 0)
        grid.addWidget(self.words, 2, 0)
        grid.setColumnStretch(0, 1)

    def show_entry(self, entry: JobEntry) -> None:
        """Show a job as it is now."""
        self.entry = entry
        self.title.setText(entry.title)
        self.bar.setRange(0, entry.total)
        self.bar.setValue(entry.done)
        self.bar.setAccessibleName(f"Progress of {entry.title}")
        words = entry.words(time.monotonic())
        self.words.setText(f"{words[:1].upper()}{words[1:]}" or "Working")
        self.cancel.setEnabled(not entry.stopping)
        self.cancel.setAccessibleName(f"Cancel {entry.title}")
        self.cancel.setAccessibleDescription(words)
