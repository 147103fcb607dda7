"""The cut on the vote fraction, moved over the histogram of what it cuts."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSlider, QWidget

from gzactive.app.theme import Theme

__all__ = ["CutSlider"]

_HEIGHT = 44
_EDGE = 8
_KNOB = 6


class CutSlider(QSlider):
    """From 0 to 99 %; the published cut is marked by a small notch.

    Parameters
    ----------
    theme
        Gives the colours.
    parent
        The page.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._counts: NDArray[np.float64] = np.zeros(0)
        self._published = 0.0
        self.setRange(0, 99)
        self.setPageStep(10)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Vote fraction above which galaxies are listed, in per cent")
        self.setToolTip("List galaxies above this vote fraction only; the notch is published (P)")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def show_histogram(self, counts: NDArray[np.int64], published: float) -> None:
        """Show how many galaxies there are by vote fraction, and where the published cut is."""
        self._counts = np.sqrt(counts.astype(float))  # few and many both seen
        self._published = published
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._move_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        base = self.height() - 2 * _KNOB - 1.0
        left, width = float(_EDGE), self.width() - 2.0 * _EDGE
        cut = left + width * self.value() / 100
        painter.setPen(Qt.PenStyle.NoPen)
        most = self._counts.max(initial=0)
        lit = self.isEnabled()
        if most > 0:
            step = width / len(self._counts)
            for position, count in enumerate(self._counts):
                tall = (base - 4) * count / most
                start = left + position * step
                inside = lit and start + step / 2 >= cut
                painter.setBrush(QColor(colours.accent if inside else colours.border))
                painter.drawRect(QRectF(start + 0.5, base - tall, step - 1, tall))
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawLine(int(left), int(base), int(left + width), int(base))
        if self._published:
            notch = int(left + width * self._published)
            painter.setPen(QPen(QColor(colours.muted), 1, Qt.PenStyle.DotLine))
            painter.drawLine(notch, 2, notch, int(base))
        if lit:
            painter.setPen(QPen(QColor(colours.text), 2))
            painter.drawLine(int(cut), 2, int(cut), int(base))
            ring = colours.accent if self.hasFocus() else colours.text
            painter.setPen(QPen(QColor(ring), 2))
            painter.setBrush(QColor(colours.raised))
            knob = QRectF(cut - _KNOB, base - 1, 2.0 * _KNOB, 2.0 * _KNOB)
            painter.drawEllipse(knob)
        painter.end()

    def _move_to(self, x: float) -> None:
        width = max(1, self.width() - 2 * _EDGE)
        self.setValue(round(100 * (x - _EDGE) / width))
