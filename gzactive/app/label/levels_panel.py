"""Levels by a histogram: which brightness is shown as black, and which as white.

Two handles stand on the histogram of the stretched picture. They are dragged, or moved by the
arrow keys: left and right for black, down and up for white.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gzactive.app.theme import Theme
from gzactive.app.tokens import RADIUS, SPACE, TYPE

__all__ = ["LevelsPanel"]

_LEAST_APART = 0.01
_STEP = 0.01
_FOOT = 12
_GRIP = 7
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up)


class LevelsPanel(QWidget):
    """Hidden until it is asked for.

    Parameters
    ----------
    theme
        Gives the colours.
    parent
        The galaxy's view.
    """

    #: The handles were moved: black and white, 0 to 1.
    moved = Signal(float, float)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shares: NDArray[np.float64] = np.zeros(0)
        self._black, self._white = 0.0, 1.0
        self._held = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setAccessibleName("Levels")
        self.setToolTip(
            "Drag the handles: what is left of the first is black, right of the second white. "
            "Keys: ← → for black, ↓ ↑ for white. Double click: all of it."
        )
        theme.changed.connect(self.update)
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(300, 104)

    def show_levels(self, shares: NDArray[np.float64], black: float, white: float) -> None:
        """Show a histogram (shares of the pixels) and the handles."""
        self._shares = shares
        self._black, self._white = black, white
        self.setAccessibleDescription(f"Black at {black:.0%}, white at {white:.0%}.")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(colours.surface)
        ground.setAlpha(235)
        ring = colours.accent if self.hasFocus() else colours.border
        painter.setPen(QPen(QColor(ring), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        self._paint_histogram(painter)
        for name, value in (("black", self._black), ("white", self._white)):
            self._paint_handle(painter, name, value)
        painter.setFont(self._theme.font(TYPE.small))
        painter.setPen(QColor(colours.muted))
        words = f"black {self._black:.0%} · white {self._white:.0%}".replace("%", " %")
        top = self.rect().adjusted(SPACE.medium, SPACE.tight, -SPACE.medium, 0)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignLeft), "Levels")
        painter.drawText(top, int(Qt.AlignmentFlag.AlignRight), words)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().x()
        near = {
            "black": abs(at - self._place(self._black)),
            "white": abs(at - self._place(self._white)),
        }
        self._held = min(near, key=lambda name: near[name])
        self._drag(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._drag(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = ""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._set(0.0, 1.0)

    def event(self, event: QEvent) -> bool:
        # Elsewhere an arrow may mean something to the page; here it moves a handle.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _ARROWS
        ):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (-_STEP, 0.0),
            Qt.Key.Key_Right: (_STEP, 0.0),
            Qt.Key.Key_Down: (0.0, -_STEP),
            Qt.Key.Key_Up: (0.0, _STEP),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
            return
        self._set(self._black + move[0], self._white + move[1])

    def _drag(self, at: float) -> None:
        box = self._box()
        value = (at - box.left()) / box.width()
        if self._held == "black":
            self._set(value, self._white)
        else:
            self._set(self._black, value)

    def _set(self, black: float, white: float) -> None:
        """Move the handles as far as they go: they never meet."""
        if black != self._black:
            black = min(max(black, 0.0), self._white - _LEAST_APART)
        if white != self._white:
            white = max(min(white, 1.0), black + _LEAST_APART)
        black, white = round(max(black, 0.0), 4), round(min(white, 1.0), 4)
        if (black, white) != (self._black, self._white):
            self.show_levels(self._shares, black, white)
            self.moved.emit(black, white)

    def _box(self) -> QRectF:
        line = self.fontMetrics().height()
        return QRectF(self.rect()).adjusted(
            SPACE.large, line + SPACE.small, -SPACE.large, -_FOOT - SPACE.tight
        )

    def _place(self, value: float) -> float:
        box = self._box()
        return box.left() + value * box.width()

    def _paint_histogram(self, painter: QPainter) -> None:
        if not len(self._shares):
            return
        box = self._box()
        # The square root shows a thousand pixels of a galaxy beside a hundred thousand of sky.
        heights = np.sqrt(self._shares / max(self._shares.max(), 1e-9))
        width = box.width() / len(heights)
        path = QPainterPath()
        for place, height in enumerate(heights.tolist()):
            tall = height * box.height()
            path.addRect(QRectF(box.left() + place * width, box.bottom() - tall, width, tall))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillPath(path, QColor(self._theme.colours.muted))
        painter.setPen(QPen(QColor(self._theme.colours.border), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())

    def _paint_handle(self, painter: QPainter, name: str, value: float) -> None:
        colours = self._theme.colours
        box = self._box()
        at = self._place(value)
        painter.setPen(QPen(QColor(colours.accent), 1.5))
        painter.drawLine(QPointF(at, box.top()), QPointF(at, box.bottom()))
        grip = QPainterPath(QPointF(at, box.bottom() + 1))
        grip.lineTo(at - _GRIP, box.bottom() + _FOOT)
        grip.lineTo(at + _GRIP, box.bottom() + _FOOT)
        grip.closeSubpath()
        painter.setBrush(QColor("#000000" if name == "black" else "#ffffff"))
        painter.drawPath(grip)
