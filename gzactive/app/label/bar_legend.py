"""What the marks of the fraction bars mean, drawn with the same marks."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gzactive.app.elide import draw_elided
from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE, TYPE

__all__ = ["BarLegend"]

_SWATCH = 18
_HEIGHT = 8
#: How strong the part of a bar is that one spread makes uncertain, of 255.
FADED = 110


class BarLegend(QWidget):
    """One line: your answer's share, its spread, and the dots.

    Parameters
    ----------
    icons
        Gives the theme.
    parent
        The reveal card.
    """

    WORDS = ("your answer", "how unsure", "each other answer")
    #: Before you have answered, the bar is the model's own.
    BEFORE = ("its first choice", *WORDS[1:])

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._words = self.WORDS
        self.setAccessibleName("What the bars mean")
        self.setAccessibleDescription(
            "From left to right, no votes to all votes. The bar is the share of the votes that the "
            "model expects for your answer, its faded end how unsure it is; each dot is the share "
            "of another answer."
        )
        self.setToolTip(self.accessibleDescription())
        icons.theme.changed.connect(self.update)

    def show_words(self, *, before: bool) -> None:
        """Explain bars of answers that were given, or of the model's own before there are any."""
        self._words = self.BEFORE if before else self.WORDS
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, self.fontMetrics().height() + SPACE.tight)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._icons.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(TYPE.small))
        accent, faded, muted = (
            QColor(theme.colours.accent),
            QColor(theme.colours.accent),
            QColor(theme.colours.muted),
        )
        faded.setAlpha(FADED)
        left, middle = 0.0, self.height() / 2
        for position, words in enumerate(self._words):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush((accent, faded, muted)[position])
            if position < 2:
                painter.drawRect(QRectF(left, middle - _HEIGHT / 2, _SWATCH, _HEIGHT))
                left += _SWATCH
            else:
                painter.drawEllipse(QPointF(left + 4, middle), 3, 3)
                left += 8
            left += SPACE.tight
            painter.setPen(muted)
            room = QRectF(left, 0, max(0.0, self.width() - left), self.height())
            left += draw_elided(painter, room, words) + SPACE.medium
        painter.end()
