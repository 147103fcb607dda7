"""What a person sees without a project: open one, go on with a recent one, or try the sky."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE

if TYPE_CHECKING:
    from gzactive.app.banner import Banner
    from gzactive.app.recent import RecentProject
    from gzactive.app.start.recent_row import RecentRow

__all__ = ["StartPage"]

_WIDTH = 640
_APP_ICON = 72


class StartPage(QWidget):
    """The first page; nothing heavy is imported for it.

    Parameters
    ----------
    actions
        The app's actions.
    icons
        Draws icons and gives the theme.
    parent
        The window.
    """

    chosen = Signal(Path)
    #: A project is to be taken off the list.
    forgotten = Signal(Path)

    def __init__(self, actions: ActionSet, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icons = icons
        self._sign = QLabel(self)
        self._sign.setFixedSize(_APP_ICON, _APP_ICON)
        title = QLabel("gzactive", self)
        title.setProperty("role", "title")
        words = QLabel(
            "Label the galaxies your model is least sure of, and watch it learn from you.", self
        )
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        self.images = self._button("Open images…", primary=True)
        self.open = self._button("Open a project…")
        self.sky = self._button("Try the simulated sky")
        self.sample = self._button("Download a sample")
        for button, action in (
            (self.images, "project.import"),
            (self.open, "project.open"),
            (self.sky, "project.sky"),
            (self.sample, "project.sample"),
        ):
            actions.tell_on(button, action)
            button.clicked.connect(actions[action].trigger)
        hint = QLabel(
            "A folder or a ZIP of images, a table, or both: drop them anywhere on this window.",
            self,
        )
        hint.setProperty("role", "small")
        self.rows: list[RecentRow] = []
        self._recent = QVBoxLayout()
        self._recent.setSpacing(SPACE.tight)

        top = QHBoxLayout()
        top.setSpacing(SPACE.large)
        top.addWidget(self._sign)
        name = QVBoxLayout()
        name.setSpacing(SPACE.hair)
        name.addStretch(1)
        name.addWidget(title)
        name.addWidget(words)
        name.addStretch(1)
        top.addLayout(name, 1)
        buttons = QGridLayout()
        buttons.setSpacing(SPACE.medium)
        for number, button in enumerate((self.images, self.open, self.sky, self.sample)):
            buttons.addWidget(button, number // 2, number % 2)
        middle = QWidget(self)
        middle.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(middle)
        column.setSpacing(SPACE.large)
        column.addStretch(2)
        self._column = column
        column.addLayout(top)
        column.addLayout(buttons)
        column.addLayout(self._recent)
        column.addWidget(hint)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(middle, 4)
        row.addStretch(1)
        icons.theme.changed.connect(self._retint)

    @cached_property
    def banner(self) -> "Banner":
        """Says what went wrong, above all else."""
        from gzactive.app.banner import Banner

        banner = Banner(self._icons, self)
        self._column.insertWidget(1, banner)
        return banner

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.images.setFocus()  # never a row's cross, which takes a project off the list

    def show_recent(self, projects: "list[RecentProject]") -> None:
        """List the projects opened lately; called first when the window is on screen."""
        self._retint()
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.rows = []
        if not projects:
            return
        from gzactive.app.start.recent_row import RecentRow

        heading = QLabel("Recent", self)
        heading.setProperty("role", "heading")
        self._recent.addWidget(heading)
        for project in projects:
            row = RecentRow(project, self._icons, self)
            row.chosen.connect(self.chosen)
            row.removed.connect(self.forgotten)
            self._recent.addWidget(row)
            self.rows.append(row)

    def _button(self, text: str, *, primary: bool = False) -> QPushButton:
        button = QPushButton(text, self)
        if primary:
            button.setProperty("role", "primary")
        button.setMinimumHeight(52)
        button.setAutoDefault(True)  # Return presses it too
        return button

    def _retint(self) -> None:
        colours = self._icons.theme.colours
        self._sign.setPixmap(self._icons.app_pixmap(_APP_ICON, self.devicePixelRatioF()))
        for button, name, colour in (
            (self.images, "images", colours.on_accent),
            (self.open, "open", ""),
            (self.sky, "sky", ""),
            (self.sample, "download", ""),
        ):
            self._icons.put_on(button, name, 24, colour)
