"""A row of small examples, one an answer, above the words of the help."""

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gzactive.app.elide import draw_elided
from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE, TYPE

__all__ = ["ExampleStrip"]

_LARGEST = 96
_ROUND = 6
#: Where the simulated sky cannot show an answer.
_LACKING = "No example"
_SIMULATED = "Simulated galaxies, one for each answer; the field guide says more"
_PICKED = "Galaxies of this project that were picked for the answers below them"
_WORDS = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)


class ExampleStrip(QWidget):
    """Pictures with the answers' texts below; hidden while there are none.

    Parameters
    ----------
    theme
        Gives the colours.
    parent
        The panel.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tiles: list[tuple[str, QImage | None]] = []
        self._lacking: frozenset[str] = frozenset()
        self.setAccessibleName("Examples of the answers")
        self.setToolTip(_SIMULATED)
        theme.changed.connect(self.update)
        self.hide()

    @property
    def shown(self) -> int:
        """How many pictures are seen."""
        return sum(picture is not None for _, picture in self._tiles)

    def sizeHint(self) -> QSize:
        line = self._theme.font(TYPE.small).pointSizeF() * 2
        return QSize(200, _LARGEST + round(line) + SPACE.tight)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def show_examples(
        self,
        tiles: list[tuple[str, QImage | None]],
        lacking: Iterable[str] = (),
        *,
        picked: bool = False,
    ) -> None:
        """Show these: an answer's text and its picture, None where there is none yet.

        Of answers that are ``lacking``, by their text, there will be none; that is said. They are
        simulated, or ``picked`` among the project's own.
        """
        self._tiles = tiles
        self.setToolTip(_PICKED if picked else _SIMULATED)
        self._lacking = frozenset(lacking)
        told = list(dict.fromkeys(text for text, picture in tiles if picture is not None))
        without = f"; no example of: {', '.join(sorted(self._lacking))}" if self._lacking else ""
        self.setAccessibleDescription(", ".join(told) + without)
        self.setVisible(bool(told))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._tiles:
            return
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.setFont(self._theme.font(TYPE.small))
        line = painter.fontMetrics().height()
        gap = SPACE.small
        room = (self.width() - gap * (len(self._tiles) - 1)) / len(self._tiles)
        side = min(_LARGEST, room, self.height() - line - SPACE.tight)
        for place, (text, picture) in enumerate(self._tiles):
            box = QRectF(place * (side + gap), 0, side, side)
            outline = QPainterPath()
            outline.addRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), _ROUND, _ROUND)
            painter.fillPath(outline, QColor(colours.raised))
            if picture is not None:
                painter.save()
                painter.setClipPath(outline)
                painter.drawImage(box, picture)
                painter.restore()
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawPath(outline)
            painter.setPen(QColor(colours.muted))
            if text in self._lacking:
                painter.drawText(box.adjusted(4, 4, -4, -4), _WORDS, _LACKING)
            below = QRectF(box.left(), side + SPACE.hair, side, line)
            draw_elided(painter, below, text, Qt.AlignmentFlag.AlignHCenter)
        painter.end()
