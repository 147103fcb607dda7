"""A box that opens a menu of choices, drawn flat like everything else."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QWidget

from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE

__all__ = ["MenuBox"]

_ARROW = 12
_MOST_SEEN = 14


class MenuBox(QComboBox):
    """A combo box with the app's own arrow; it is as wide as its place, not as its longest choice.

    Parameters
    ----------
    icons
        Draws the arrow.
    parent
        The panel.
    """

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setProperty("role", "menu")
        self.setMaxVisibleItems(_MOST_SEEN)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        icons.theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        colour = self._icons.theme.colours.muted
        arrow = self._icons.pixmap("choose", _ARROW, colour, self.devicePixelRatioF())
        painter.drawPixmap(
            self.width() - _ARROW - SPACE.medium, (self.height() - _ARROW) // 2, arrow
        )
        painter.end()
