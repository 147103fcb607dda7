"""A confusion matrix, painted by hand: what the model says against what volunteers say."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gzactive.app.elide import draw_elided
from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE, TYPE
from gzactive.trees import Answer

__all__ = ["ConfusionMatrix"]

_ICON = 22
_STRONGEST = 150  # of 255: the tint of a cell that holds all of its column
_MOST = 64  # pixels: no cell needs to be higher


class ConfusionMatrix(QWidget):
    """Cells are tinted by their share of what volunteers call so; those on the diagonal are bold.

    Parameters
    ----------
    icons
        Draws the answers' icons and gives the theme.
    parent
        The page.
    """

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._answers: Sequence[Answer] = ()
        self.counts: NDArray[np.int64] = np.zeros((0, 0), dtype=np.int64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(220, 150)
        self.setMouseTracking(True)
        self.setAccessibleName("Confusion matrix")
        icons.theme.changed.connect(self.update)

    def show_counts(self, answers: Sequence[Answer], counts: NDArray[np.int64]) -> None:
        """Show galaxies by the model's answer (rows) and the volunteers' (columns)."""
        self._answers, self.counts = answers, counts
        said = [
            f"model {one.text}: "
            + ", ".join(
                f"{count} volunteers {other.text}"
                for other, count in zip(answers, row, strict=True)
            )
            for one, row in zip(answers, counts.tolist(), strict=True)
        ]
        self.setAccessibleDescription("; ".join(said))
        # What cells do not need is left to what stands below.
        self.setMaximumHeight(math.ceil(self._grid()[1]) + _MOST * len(answers) + 1)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(380, 260)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._answers:
            return
        theme, colours = self._icons.theme, self._icons.theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, top, wide, tall = self._grid()
        painter.setFont(theme.font(TYPE.small))
        painter.setPen(QColor(colours.muted))
        words = painter.fontMetrics()
        painter.drawText(QPointF(left, words.ascent()), "volunteers say →")
        painter.drawText(QPointF(0, top - SPACE.small), "model says ↓")
        shares = self.counts / np.maximum(1, self.counts.sum(axis=0))
        for place, answer in enumerate(self._answers):
            across = left + place * wide
            ratio = self.devicePixelRatioF()
            picture = self._icons.pixmap(answer.icon, _ICON, colours.text, ratio)
            painter.drawPixmap(
                int(across + (wide - _ICON) / 2), int(top - _ICON - SPACE.tight), picture
            )
            middle = top + (place + 0.5) * tall
            painter.drawPixmap(0, int(middle - _ICON / 2), picture)
            painter.setFont(theme.font(TYPE.small))
            painter.setPen(QColor(colours.text))
            label = QRectF(
                _ICON + SPACE.tight, middle - tall / 2, left - _ICON - SPACE.medium, tall
            )
            draw_elided(painter, label, answer.text)
            for column in range(len(self._answers)):
                self._paint_cell(
                    painter,
                    QRectF(left + column * wide, top + place * tall, wide, tall),
                    int(self.counts[place, column]),
                    float(shares[place, column]),
                    place == column,
                )
        painter.end()

    def mouseMoveEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        left, top, wide, tall = self._grid()
        column = int((event.position().x() - left) // wide)
        row = int((event.position().y() - top) // tall)
        size = len(self._answers)
        if 0 <= row < size and 0 <= column < size:
            count, total = int(self.counts[row, column]), int(self.counts[:, column].sum())
            QToolTip.showText(
                event.globalPosition().toPoint(),
                f"Volunteers say “{self._answers[column].text}”, the model “"
                f"{self._answers[row].text}”: {count:,} of {total:,} galaxies",
                self,
            )

    def _grid(self) -> tuple[float, float, float, float]:
        """Left and top of the cells, width and height of one."""
        small = QFontMetrics(self._icons.theme.font(TYPE.small))
        size = max(1, len(self._answers))
        widest = max((small.horizontalAdvance(one.text) for one in self._answers), default=0)
        left = min(_ICON + SPACE.medium + widest + SPACE.small, 0.36 * self.width())
        top = small.height() + SPACE.small + _ICON + SPACE.tight
        tall = min(_MOST, (self.height() - top - 1) / size)
        return left, top, (self.width() - left - 1) / size, tall

    def _paint_cell(
        self, painter: QPainter, cell: QRectF, count: int, share: float, diagonal: bool
    ) -> None:
        colours = self._icons.theme.colours
        tint = QColor(colours.accent)
        tint.setAlpha(round(_STRONGEST * share) if count else 0)
        box = cell.adjusted(1, 1, -1, -1)
        painter.setPen(QColor(colours.border))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QColor(colours.text if count else colours.muted))
        painter.setFont(self._icons.theme.font(TYPE.body, bold=diagonal))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), f"{count:,}")
