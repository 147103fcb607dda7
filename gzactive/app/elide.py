"""Text that fits: the one place where a painted text is cut with an ellipsis."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

__all__ = ["draw_elided"]


def draw_elided(
    painter: QPainter,
    box: QRectF,
    text: str,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    how: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> float:
    """Draw one line of text within a box, cut where it is too long; returns the width drawn."""
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, how, int(box.width()))
    painter.drawText(box, int(align | Qt.AlignmentFlag.AlignVCenter), shown)
    return float(metrics.horizontalAdvance(shown))
