"""A page over the Project page for one larger task: heading, scrolling parts, and a foot line."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.announce import announce
from gzactive.app.banner import Banner
from gzactive.app.handing_on import hand_on
from gzactive.app.icons import Icons
from gzactive.app.project.task_controller import TaskController
from gzactive.app.tokens import SPACE

__all__ = ["TaskPage"]

_BAR = 160
_WIDEST = 1400


class TaskPage(QWidget):
    """What tasks have in common; each puts its parts into ``column``.

    Parameters
    ----------
    controller
        What it shows and steers.
    title, words
        What it is for.
    act
        What the button does that does it.
    icons
        Draws icons and gives the theme.
    parent
        The Project page.
    """

    #: The person goes back.
    left = Signal()

    def __init__(
        self,
        controller: TaskController,
        title: str,
        words: str,
        act: str,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._task = controller
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.heading = title
        told = QLabel(title, self)
        told.setProperty("role", "title")
        about = QLabel(words, self)
        about.setProperty("role", "muted")
        about.setWordWrap(True)
        self.banner = Banner(icons, self)
        self.column = QVBoxLayout()
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE.medium)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_BAR)
        self.bar.setAccessibleName(f"Progress: {title}")
        self.stage = QLabel(self)
        self.stage.setProperty("role", "muted")
        self.back = QPushButton("Back", self)
        self.back.clicked.connect(self.back_out)
        self.act = QPushButton(act, self)
        self.act.setProperty("role", "primary")
        self._lay_out(told, about)
        hand_on(self.act, self.back)
        controller.changed.connect(self.refresh)
        controller.progress.connect(self._on_progress)
        controller.refused.connect(self._on_refused)

    @property
    def busy(self) -> bool:
        """Whether the task is at work."""
        return self._task.busy

    def begin(self) -> None:
        """Start anew; tasks do so in their ways."""

    def back_out(self) -> None:
        """Stop what runs; where nothing runs, leave the page."""
        if self._task.busy:
            self._task.cancel()
        else:
            self.left.emit()

    def refresh(self) -> None:
        """Show what runs; tasks show more."""
        busy = self._task.busy
        self.bar.setVisible(busy)
        self.back.setText("Cancel" if busy else "Back")
        self.back.setToolTip(
            "Stop; nothing is left half-done (Esc)" if busy else "Back to the project (Esc)"
        )
        self.act.setEnabled(not busy and self.ready)
        if busy:
            self._on_progress(self._task.doing, 0, 0)
        else:
            self.stage.setText(self.summary)

    @property
    def ready(self) -> bool:
        """Whether the button can be pressed."""
        return True

    @property
    def summary(self) -> str:
        """How things stand, in one line at the foot."""
        return ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc stops or leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.back_out()
        else:
            super().keyPressEvent(event)

    # --- inside -----------------------------------------------------------------------------------

    def _lay_out(self, told: QLabel, about: QLabel) -> None:
        inner = QWidget(self)
        inner.setMaximumWidth(_WIDEST)
        inner.setLayout(self.column)
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        self.area = area
        head = QVBoxLayout()
        head.setSpacing(SPACE.hair)
        head.addWidget(told)
        head.addWidget(about)
        below = QWidget(self)
        below.setMaximumWidth(_WIDEST)
        foot = QHBoxLayout(below)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(SPACE.medium)
        foot.addWidget(self.bar)
        foot.addWidget(self.stage, 1)
        foot.addWidget(self.back)
        foot.addWidget(self.act)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.medium)
        column.setSpacing(SPACE.medium)
        column.addLayout(head)
        column.addWidget(self.banner)
        column.addWidget(area, 1)
        column.addWidget(below)

    def _on_progress(self, stage: str, done: int, total: int) -> None:
        counted = f": {done:,} of {total:,}" if total else f": {done:,} so far" if done else " …"
        self.stage.setText(f"{stage[:1].upper()}{stage[1:]}{counted}")
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _on_refused(self, sentence: str) -> None:
        if sentence:
            self.banner.say(sentence, fault=True)
            announce(self, sentence)
        else:
            self.banner.hide()
