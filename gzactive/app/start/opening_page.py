"""What is seen while a project opens and the model wakes, before anybody touches a key."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gzactive.app.tokens import SPACE

__all__ = ["OpeningPage"]

_WIDTH = 460


class OpeningPage(QWidget):
    """A title, what is being done, and a way past it as soon as there is one."""

    skipped = Signal()
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._title.setWordWrap(True)
        self._stage = QLabel(self)
        self._stage.setProperty("role", "muted")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._skip = QPushButton("Start labelling now", self)
        self._skip.setToolTip("The window may stutter for some seconds while the model wakes.")
        self._skip.clicked.connect(self.skipped)
        self._cancel = QPushButton("Cancel", self)
        self._cancel.setToolTip("Back to the start page; what was computed is kept")
        self._cancel.clicked.connect(self.given_up)
        buttons = QHBoxLayout()
        buttons.addWidget(self._skip)
        buttons.addWidget(self._cancel)
        buttons.addStretch(1)
        middle = QWidget(self)
        middle.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(middle)
        column.setSpacing(SPACE.medium)
        column.addStretch(2)
        column.addWidget(self._title)
        column.addWidget(self._stage)
        column.addWidget(self._bar)
        column.addLayout(buttons)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(middle, 4)
        row.addStretch(1)

    def begin(self, title: str) -> None:
        """Show what is opened."""
        self._title.setText(title)
        self._skip.hide()
        self.show_progress("", 0, 0)

    def show_progress(self, stage: str, done: int, total: int) -> None:
        """Show how far it is; a total of 0 is unknown."""
        self._stage.setText(stage)
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def offer_skip(self) -> None:
        """The project is open: labelling can begin before the model is awake."""
        self._skip.show()
        self._skip.setFocus()
