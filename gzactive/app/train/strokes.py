"""How the curves of several runs are told apart: a colour, a pattern and a mark for each.

The colours are distinct for every kind of colour vision and stand out from the surface of their
mode; patterns and marks tell the runs apart without them.
"""

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from gzactive.app.theme import Theme
from gzactive.evaluation.run_figures import DASHES, look_of

__all__ = ["PALETTES", "Stroke", "stroke"]

#: After Okabe & Ito, lighter on dark and darker on light: at least 3:1 against the surface.
PALETTES = {
    "dark": ("#5aaee8", "#f0803c", "#2fc795", "#e79ac6", "#f2d652", "#b6a6ff"),
    "light": ("#0072b2", "#c24a00", "#007a57", "#a8478a", "#7d6400", "#5b4bc4"),
}
_MARKS = ("o", "s", "t1", "d", "t", "p")
_BOLD, _THIN = 2.2, 1.0
_SAMPLE = (34, 16)


@dataclass(frozen=True)
class Stroke:
    """How one run is drawn.

    Parameters
    ----------
    colour
        As ``#rrggbb``.
    dashes
        Lengths of lines and gaps in widths of the pen; none for a whole line.
    mark
        Pyqtgraph's name of the sign at its best epoch; empty for none.
    """

    colour: str
    dashes: tuple[float, ...] = ()
    mark: str = ""

    def pen(self, *, bold: bool) -> QPen:
        """For the validation's curve, bold, or for the training's, thin."""
        pen = QPen(QColor(self.colour), _BOLD if bold else _THIN)
        pen.setCosmetic(True)
        if self.dashes:
            # Qt counts a pattern in widths: as it is, that of a thin line would be too fine.
            scale = 1.0 if bold else _BOLD / _THIN
            pen.setDashPattern([length * scale for length in self.dashes])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen

    def sample(self, ratio: float = 2.0) -> QIcon:
        """A piece of the line with its mark, for lists and legends."""
        width, height = _SAMPLE
        picture = QPixmap(round(width * ratio), round(height * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.pen(bold=True))
        painter.drawLine(QPointF(1, height / 2), QPointF(width - 1, height / 2))
        if self.mark:
            painter.translate(width / 2, height / 2)
            painter.scale(8, 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.colour))
            painter.drawPath(pg.graphicsItems.ScatterPlotItem.Symbols[self.mark])
        painter.end()
        icon = QIcon(picture)
        icon.addPixmap(picture, QIcon.Mode.Selected)  # not tinted: it is compared with the plot
        return icon


def stroke(place: int, theme: Theme) -> Stroke:
    """How the run at a place is drawn, as in the figure that is saved."""
    colour, dashes, mark = look_of(place)
    return Stroke(PALETTES[theme.mode][colour], DASHES[dashes], _MARKS[mark])
