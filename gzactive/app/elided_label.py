"""A line of words that takes what room is left, and ends in dots where that is too little."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gzactive.app.elide import draw_elided

__all__ = ["ElidedLabel"]


class ElidedLabel(QLabel):
    """Its tip tells the whole.

    Parameters
    ----------
    role
        How it looks, by the style sheet.
    parent
        The page.
    """

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def cut(self) -> bool:
        """Whether there is too little room for all of it."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def setText(self, words: str) -> None:
        super().setText(words)
        self.setToolTip(words)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.cut:  # whole, it can be selected by the mouse where it may be
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        draw_elided(painter, QRectF(self.contentsRect()), self.text())
        painter.end()
