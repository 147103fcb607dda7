"""The path taken: the icons and texts of the answers so far."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE, TYPE
from gzactive.trees import DecisionTree, Step

__all__ = ["Breadcrumb"]

_ICON = 20


class Breadcrumb(QWidget):
    """One line; where it is too long, the oldest answers are left out first.

    Parameters
    ----------
    icons
        Draws the answers' icons.
    parent
        The panel.
    """

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._crumbs: list[tuple[str, str]] = []
        self.setAccessibleName("Answers so far")
        icons.theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(320, max(_ICON, self.fontMetrics().height()) + SPACE.tight)

    minimumSizeHint = sizeHint

    def show_path(self, tree: DecisionTree, path: tuple[Step, ...]) -> None:
        """Show the answers given so far."""
        self._crumbs = []
        spoken = []
        for step in path:
            question = tree.question(step.question)
            given = [question.answer(name) for name in step.answers]
            text = ", ".join(answer.text for answer in given) or "None of these"
            self._crumbs.append((given[0].icon if given else "", text))
            spoken.append(f"{question.text} {text}")
        self.setToolTip("\n".join(spoken))
        self.setAccessibleDescription("; ".join(spoken))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._icons.theme.colours
        painter = QPainter(self)
        painter.setFont(self._icons.theme.font(TYPE.small))
        painter.setPen(QColor(colours.muted))
        metrics = painter.fontMetrics()
        arrow = metrics.horizontalAdvance("›") + 2 * SPACE.small
        widths = [
            (_ICON + SPACE.tight if icon else 0) + metrics.horizontalAdvance(text)
            for icon, text in self._crumbs
        ]
        first = 0
        while first < len(widths) - 1 and (
            sum(widths[first:]) + arrow * (len(widths) - first) > self.width()
        ):
            first += 1
        left = 0.0
        align = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        if not self._crumbs:
            painter.drawText(QRectF(self.rect()), align, "First question")
        if first:
            painter.drawText(QRectF(0, 0, arrow, self.height()), align, "…")
            left += arrow
        for position in range(first, len(self._crumbs)):
            icon, text = self._crumbs[position]
            if icon:
                picture = self._icons.pixmap(icon, _ICON, colours.muted, self.devicePixelRatioF())
                painter.drawPixmap(int(left), (self.height() - _ICON) // 2, picture)
                left += _ICON + SPACE.tight
            width = metrics.horizontalAdvance(text)
            painter.drawText(QRectF(left, 0, width + 2, self.height()), align, text)
            left += width
            if position < len(self._crumbs) - 1:
                box = QRectF(left, 0, arrow, self.height())
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), "›")
                left += arrow
        painter.end()
