"""One counterpart: its picture, and below it where it is from and what is said of it there."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gzactive.app.elided_label import ElidedLabel
from gzactive.app.explore.companions import Beside
from gzactive.app.explore.linked_view import LinkedView
from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE, TYPE

__all__ = ["BesidePanel"]

_LINES = 3


class BesidePanel(QWidget):
    """A picture with two lines of words.

    Parameters
    ----------
    icons
        Gives the theme.
    parent
        The page.
    """

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = LinkedView(icons.theme, self)
        self._name = ElidedLabel("strong", self)
        self._shares = QLabel(self)
        self._shares.setProperty("role", "small")
        self._shares.setWordWrap(True)
        self._shares.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._shares.setMinimumWidth(1)
        self._shares.setAlignment(Qt.AlignmentFlag.AlignTop)
        # Of one height in all panels, so that the pictures stand side by side.
        lines = QFontMetrics(icons.theme.font(TYPE.small)).lineSpacing()
        self._shares.setFixedHeight(_LINES * lines + SPACE.tight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.tight)
        column.addWidget(self.view, 1)
        column.addWidget(self._name)
        column.addWidget(self._shares)

    def show_words(self, name: str, shares: str) -> None:
        """Say whose picture it is, and what is said of it; nothing takes the lines away."""
        for label, words in ((self._name, name), (self._shares, shares)):
            label.setText(words)
            label.setToolTip(words)
            label.setVisible(bool(words))

    def show_beside(self, beside: Beside) -> None:
        """Show a counterpart."""
        one = beside.counterpart
        self.view.show_galaxy(beside.frame, one.scale)
        self.view.setAccessibleName(f"{one.id_str} in {one.survey}")
        self.show_words(
            f"{one.survey}   {one.id_str}",
            f"{one.separation:.1f}″ away   {one.shares.words}",
        )
