"""The strip of what is next: thumbnails of the galaxies that are already decoded."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gzactive.app.label.upcoming import PREFETCHED
from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE, TYPE

__all__ = ["UpcomingStrip"]

_SIDE = 56


class UpcomingStrip(QWidget):
    """Up to ten thumbnails, the very next one first.

    Parameters
    ----------
    theme
        Gives the colours.
    parent
        The page.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbnails: list[QImage | None] = []
        self._more = 0
        self.setAccessibleName("Next galaxies")
        self.setToolTip("The next galaxies, from left to right")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize((_SIDE + SPACE.small) * PREFETCHED + 120, _SIDE)

    def minimumSizeHint(self) -> QSize:
        return QSize(_SIDE * 5, _SIDE)

    def show_thumbnails(self, thumbnails: list[QImage | None], more: int) -> None:
        """Show these, None for one that is still being decoded, and how many follow them."""
        self._thumbnails = thumbnails
        self._more = more
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        font = self._theme.font(TYPE.small)
        painter.setFont(font)
        painter.setPen(QColor(colours.muted))
        word = painter.fontMetrics().horizontalAdvance("Next") + SPACE.small
        painter.drawText(QRectF(0, 0, word, self.height()), Qt.AlignmentFlag.AlignVCenter, "Next")
        left = float(word)
        rest = f"+{self._more:,}" if self._more else ""
        room = self.width() - word - painter.fontMetrics().horizontalAdvance(rest)
        side = min(_SIDE, room // PREFETCHED - SPACE.small)
        for position, thumbnail in enumerate(self._thumbnails):
            box = QRectF(left, (self.height() - side) / 2, side, side)
            outline = QPainterPath()
            outline.addRoundedRect(box, 6, 6)
            painter.save()
            painter.setClipPath(outline)
            painter.fillRect(box, QColor(colours.raised))
            if thumbnail is not None:
                painter.drawImage(box, thumbnail, _middle(thumbnail))
            painter.restore()
            painter.setPen(QPen(QColor(colours.accent if position == 0 else colours.border), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(outline)
            left += side + SPACE.small
        if rest:
            painter.setPen(QColor(colours.muted))
            painter.drawText(
                QRectF(left, 0, self.width() - left, self.height()),
                Qt.AlignmentFlag.AlignVCenter,
                rest,
            )
        painter.end()


def _middle(image: QImage) -> QRectF:
    """The largest square about the middle of an image."""
    side = min(image.width(), image.height())
    return QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)
