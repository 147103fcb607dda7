"""A scale bar and arrows to north and east, drawn over the galaxy where they are known."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE, TYPE
from gzactive.images.plate import Plate

__all__ = ["SkyMarks", "bar_of"]

#: The bar is at most this part of the view's width, and at least half of that or so.
_MOST = 0.25
_ARROW = 26
#: (arcseconds, sign) of the units, the largest first.
_UNITS = ((3600.0, "°"), (60.0, "′"), (1.0, "″"))


def bar_of(most: float) -> tuple[float, str]:
    """The longest round angle of at most ``most`` arcseconds, and how it is written."""
    power = 10.0 ** math.floor(math.log10(most))
    length = next(step * power for step in (5, 2, 1) if step * power <= most)
    size, sign = next((unit for unit in _UNITS if length >= unit[0]), _UNITS[-1])
    if size > 1:  # round in its own unit too
        of_unit = most / size
        power = 10.0 ** math.floor(math.log10(of_unit)) if of_unit >= 1 else 1.0
        length = next(step * power for step in (5, 2, 1) if step * power <= of_unit) * size
    return length, f"{length / size:g}{sign}"


class SkyMarks(QWidget):
    """Lies over the galaxy and lets the mouse through.

    Parameters
    ----------
    theme
        Gives the font.
    parent
        The galaxy's view.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._plate: Plate | None = None
        self._per_pixel = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def words(self) -> str:
        """What is drawn: length of the bar, and directions; empty if nothing is."""
        if self._plate is None:
            return ""
        bar = self._bar()
        arrows = "north and east" if self._plate.north is not None else ""
        return ", ".join(part for part in (bar[1] if bar else "", arrows) if part)

    def show_plate(self, plate: Plate | None, image_pixels: float) -> None:
        """Draw for a plate; ``image_pixels`` of the file are one pixel of the screen."""
        self._plate = plate
        self._per_pixel = image_pixels
        self.setVisible(bool(self.words))
        self.setAccessibleName(f"Scale: {self.words}" if self.words else "")
        self.update()

    def _bar(self) -> tuple[float, str] | None:
        """Length in pixels of the screen, and what it says."""
        plate = self._plate
        if plate is None or plate.scale is None or self._per_pixel <= 0 or self.width() < 1:
            return None
        arcseconds = plate.scale * self._per_pixel  # of one pixel of the screen
        length, text = bar_of(arcseconds * self.width() * _MOST)
        return length / arcseconds, text

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(TYPE.small, bold=True))
        base = QPointF(SPACE.large, self.height() - SPACE.large)
        bar = self._bar()
        if bar is not None:
            length, text = bar
            path = QPainterPath(base)
            path.lineTo(base + QPointF(length, 0))
            for end in (base, base + QPointF(length, 0)):
                path.moveTo(end - QPointF(0, 4))
                path.lineTo(end + QPointF(0, 4))
            self._stroke(painter, path)
            self._write(painter, base + QPointF(length / 2, -SPACE.medium), text)
        if self._plate is not None and self._plate.north and self._plate.east:
            foot = QPointF(
                self.width() - SPACE.large - _ARROW, self.height() - SPACE.large - _ARROW
            )
            for name, (right, up) in (("N", self._plate.north), ("E", self._plate.east)):
                tip = foot + QPointF(right, -up) * _ARROW
                self._arrow(painter, foot, tip)
                self._write(painter, foot + QPointF(right, -up) * (_ARROW + 9), name)
        painter.end()

    def _arrow(self, painter: QPainter, foot: QPointF, tip: QPointF) -> None:
        path = QPainterPath(foot)
        path.lineTo(tip)
        along = (tip - foot) / _ARROW
        across = QPointF(-along.y(), along.x())
        for side in (1.0, -1.0):
            path.moveTo(tip)
            path.lineTo(tip - along * 6 + across * (4 * side))
        self._stroke(painter, path)

    def _stroke(self, painter: QPainter, path: QPainterPath) -> None:
        """White with a dark rim: seen on sky, on light and on an inverted picture alike."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(0, 0, 0, 190), 4.5), (QColor(255, 255, 255), 1.8)):
            painter.setPen(QPen(colour, width, c=Qt.PenCapStyle.RoundCap))
            painter.drawPath(path)

    def _write(self, painter: QPainter, middle: QPointF, text: str) -> None:
        metrics = painter.fontMetrics()
        box = QRectF(0, 0, metrics.horizontalAdvance(text) + 2, metrics.height())
        box.moveCenter(middle)
        path = QPainterPath()
        left = QPointF(box.left() + 1, box.top() + metrics.ascent())
        path.addText(left, painter.font(), text)
        painter.setPen(QPen(QColor(0, 0, 0, 190), 3.0, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPath(path)
        painter.fillPath(path, QColor(255, 255, 255))
