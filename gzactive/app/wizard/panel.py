"""A part of the wizard's page: a heading, what can be done, and room for what it is about."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE

__all__ = ["Panel"]

_ICON = 16
_HEAD = 26


class Panel(QWidget):
    """A framed column with a heading.

    Parameters
    ----------
    heading
        What it is about.
    icons
        Draws the buttons' icons.
    parent
        The page.
    """

    def __init__(self, heading: str, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icons = icons
        self._buttons: dict[QPushButton, str] = {}
        self.heading = QLabel(heading, self)
        self.heading.setProperty("role", "heading")
        self._head = QHBoxLayout()
        self._head.setSpacing(SPACE.small)
        self._head.addStrut(_HEAD)  # as high without a button
        self._head.addWidget(self.heading)
        self._head.addStretch(1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.large)
        self.column.setSpacing(SPACE.small)
        self.column.addLayout(self._head)
        icons.theme.changed.connect(self._retint)

    def button(self, text: str, icon: str, tip: str) -> QPushButton:
        """A quiet button beside the heading."""
        made = QPushButton(text, self)
        made.setProperty("role", "quiet")
        made.setToolTip(tip)
        made.setAccessibleName(text.rstrip("…"))
        made.setAccessibleDescription(tip)
        self._buttons[made] = icon
        self._head.addWidget(made)
        self._retint()
        return made

    def label(self, role: str, text: str = "") -> QLabel:
        """A label that wraps, added to the column."""
        made = QLabel(text, self)
        made.setProperty("role", role)
        made.setWordWrap(True)
        self.column.addWidget(made)
        return made

    def _retint(self) -> None:
        for button, icon in self._buttons.items():
            self._icons.put_on(button, icon, _ICON)
