"""The model's vote fractions beside a person's answers, one bar a question, drawn by hand."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from gzactive.app.elide import draw_elided
from gzactive.app.icons import Icons
from gzactive.app.label.bar_legend import FADED
from gzactive.app.label.reveal import RevealRow
from gzactive.app.percent import percent
from gzactive.app.tokens import SPACE, TYPE

__all__ = ["FractionBars"]

_BAR = 10


class FractionBars(QWidget):
    """Rows of: your answer, the model's fraction for it with its spread, and all fractions.

    Parameters
    ----------
    icons
        Gives the theme and draws the sign of agreement.
    parent
        The reveal card.
    """

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._rows: tuple[RevealRow, ...] = ()
        icons.theme.changed.connect(self.update)

    def show_rows(self, rows: tuple[RevealRow, ...]) -> None:
        """Show these questions."""
        self._rows = rows
        self.setMinimumHeight(self._row_height() * len(rows))
        self.setAccessibleDescription(" ".join(_spoken(row) for row in rows))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, self._row_height() * max(1, len(self._rows)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for position, row in enumerate(self._rows):
            self._paint_row(painter, row, float(position * self._row_height()))
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            position = event.pos().y() // self._row_height()
            if 0 <= position < len(self._rows):
                QToolTip.showText(event.globalPos(), _all_fractions(self._rows[position]), self)
            return True
        return super().event(event)

    def _row_height(self) -> int:
        return self._line_height() + _BAR + SPACE.medium

    def _line_height(self) -> int:
        return self.fontMetrics().height() + SPACE.hair

    def _paint_row(self, painter: QPainter, row: RevealRow, top: float) -> None:
        colours = self._icons.theme.colours
        line = QRectF(0, top, self.width(), self._line_height())
        painter.setFont(self._icons.theme.font(TYPE.body, bold=True))
        painter.setPen(QColor(colours.text))
        figures = _figures(row)
        room = painter.fontMetrics().horizontalAdvance(figures)
        painter.drawText(
            line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), figures
        )
        left = line.adjusted(0, 0, -room - SPACE.small, 0)
        if row.agrees:
            size = 14
            tick = self._icons.pixmap("done", size, colours.accent, self.devicePixelRatioF())
            painter.drawPixmap(0, int(top + (line.height() - size) / 2), tick)
            left.setLeft(size + SPACE.tight)
        drawn = draw_elided(painter, left, _said(row))
        if row.fractions and row.yours is not None and not row.agrees:
            painter.setFont(self._icons.theme.font(TYPE.small))
            painter.setPen(QColor(colours.muted))
            rest = left.adjusted(drawn + SPACE.small, 0, 0, 0)
            draw_elided(painter, rest, f"model: {_favourite(row)}")
        if row.fractions:
            self._paint_bar(painter, row, QRectF(0, line.bottom(), self.width(), _BAR))

    def _paint_bar(self, painter: QPainter, row: RevealRow, bar: QRectF) -> None:
        """From 0 to 1: your answer's fraction as a bar with its spread, the others as dots."""
        colours = self._icons.theme.colours
        middle = bar.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.hover))
        painter.drawRoundedRect(bar.adjusted(0, 2, 0, -2), 3, 3)
        painter.setBrush(QColor(colours.muted))
        for position, fraction in enumerate(row.fractions):
            if position not in _solid(row):
                centre = QPointF(min(max(fraction * bar.width(), 3), bar.width() - 3), middle)
                painter.drawEllipse(centre, 3, 3)
        for position in _solid(row):
            spread = row.spreads[position] if row.spreads else 0.0
            self._paint_yours(painter, row.fractions[position], spread, bar)

    def _paint_yours(self, painter: QPainter, fraction: float, spread: float, bar: QRectF) -> None:
        """A bar that is certain up to one spread below the fraction and fades to one above it."""
        colours = self._icons.theme.colours
        low = max(0.0, fraction - spread) * bar.width()
        high = min(1.0, fraction + spread) * bar.width()
        body = bar.adjusted(0, 1, 0, -1)
        accent = QColor(colours.accent)
        painter.setBrush(accent)
        painter.drawRect(QRectF(0, body.top(), low, body.height()))
        accent.setAlpha(FADED)
        painter.setBrush(accent)
        painter.drawRect(QRectF(low, body.top(), high - low, body.height()))
        painter.setBrush(QColor(colours.text))
        painter.drawRect(QRectF(fraction * bar.width() - 1, bar.top() - 1, 2, bar.height() + 2))


def _solid(row: RevealRow) -> tuple[int, ...]:
    """Positions of the answers that have a bar: yours, or the model's before you answer."""
    if row.yours is not None:
        return row.yours
    return () if row.favourite is None else (row.favourite,)


def _said(row: RevealRow) -> str:
    return ", ".join(row.answers[position] for position in _solid(row)) or "none"


def _favourite(row: RevealRow) -> str:
    return "cannot tell" if row.favourite is None else row.answers[row.favourite]


def _figures(row: RevealRow) -> str:
    return _percent(row, _solid(row)[0]) if row.fractions and _solid(row) else ""


def _all_fractions(row: RevealRow) -> str:
    lines = [row.question]
    if row.fractions:
        lines += [f"{answer}: {_percent(row, i)}" for i, answer in enumerate(row.answers)]
    return "\n".join(lines)


def _percent(row: RevealRow, position: int) -> str:
    return percent(row.fractions[position], row.spreads[position] if row.spreads else None)


def _spoken(row: RevealRow) -> str:
    who = "The model" if row.yours is None else "You"
    return f"{row.question} {who}: {_said(row)}; model {_figures(row)}."
