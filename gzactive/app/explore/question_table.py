"""Every question about one galaxy with its answers' vote fractions, drawn by hand.

The report's Table 2: confident answers are bold, questions that do not concern the galaxy are
dimmed; your own answers carry a tick.
"""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gzactive.active.detail import Detail, DetailAnswer, DetailQuestion
from gzactive.app.elide import draw_elided
from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE, TYPE

__all__ = ["QuestionTable"]

_ICON = 18
_TICK = 14
_DIM = 0.45
_BAR = 6


class QuestionTable(QWidget):
    """As tall as its rows; it stands in a scroll area.

    Parameters
    ----------
    icons
        Draws the answers' icons and gives the theme.
    parent
        The scroll area.
    """

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._questions: tuple[DetailQuestion, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the model says of this galaxy")
        icons.theme.changed.connect(self.update)

    def show_detail(self, detail: Detail | None) -> None:
        """Show a galaxy's questions."""
        self._questions = detail.questions if detail is not None else ()
        self.setFixedHeight(self._tall())
        self.setAccessibleDescription(" ".join(_spoken(one) for one in self._questions))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, self._tall())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = 0.0
        for question in self._questions:
            painter.setOpacity(1.0 if question.relevant else _DIM)
            self._paint_heading(painter, question, top)
            top += self._heading()
            for answer in question.answers:
                self._paint_answer(painter, answer, top)
                top += self._line()
            top += SPACE.medium
        painter.end()

    def _tall(self) -> int:
        rows = sum(self._heading() + self._line() * len(one.answers) for one in self._questions)
        return rows + SPACE.medium * len(self._questions)

    def _heading(self) -> int:
        return QFontMetrics(self._icons.theme.font(TYPE.small)).height() + SPACE.tight

    def _line(self) -> int:
        return max(_ICON, QFontMetrics(self._icons.theme.font(TYPE.body)).height()) + SPACE.tight

    def _paint_heading(self, painter: QPainter, question: DetailQuestion, top: float) -> None:
        theme = self._icons.theme
        painter.setFont(theme.font(TYPE.small))
        painter.setPen(QColor(theme.colours.muted))
        line = QRectF(0, top, self.width(), self._heading())
        asked = _asked(question)
        room = painter.fontMetrics().horizontalAdvance(asked)
        flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(line, flags, asked)
        draw_elided(painter, line.adjusted(0, 0, -room - SPACE.medium, 0), question.text)

    def _paint_answer(self, painter: QPainter, answer: DetailAnswer, top: float) -> None:
        theme, ratio = self._icons.theme, self.devicePixelRatioF()
        colours = theme.colours
        tall = self._line()
        middle = top + tall / 2
        picture = self._icons.pixmap(answer.icon, _ICON, colours.text, ratio)
        painter.drawPixmap(0, int(middle - _ICON / 2), picture)
        painter.setFont(theme.font(TYPE.body, bold=answer.confident))
        painter.setPen(QColor(colours.text))
        # All bars begin at one place, whether the words beside them are bold or not.
        figure = QFontMetrics(theme.font(TYPE.body, bold=True)).horizontalAdvance("100 % ")
        bar = max(60.0, self.width() * 0.34)
        right = self.width() - figure - bar - SPACE.medium
        words = QRectF(_ICON + SPACE.small, top, right - _ICON - SPACE.small, tall)
        if answer.yours:
            words.setWidth(words.width() - _TICK - SPACE.small)
        drawn = draw_elided(painter, words, answer.text)
        if answer.yours:
            tick = self._icons.pixmap("done", _TICK, colours.accent, ratio)
            left = words.left() + drawn + SPACE.small
            painter.drawPixmap(int(left), int(middle - _TICK / 2), tick)
        if answer.fraction is None:
            return
        box = QRectF(right + SPACE.medium, middle - _BAR / 2, bar, _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.hover))
        painter.drawRoundedRect(box, 3, 3)
        painter.setBrush(QColor(colours.accent if answer.confident else colours.muted))
        filled = QRectF(box.left(), box.top(), box.width() * answer.fraction, _BAR)
        painter.drawRoundedRect(filled, 3, 3)
        painter.setPen(QColor(colours.text))
        flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = QRectF(0, top, self.width(), tall)
        painter.drawText(line, flags, f"{100 * answer.fraction:.0f} %")


def _asked(question: DetailQuestion) -> str:
    if question.path_probability is None:
        return ""
    return f"asked {100 * question.path_probability:.0f} %"


def _spoken(question: DetailQuestion) -> str:
    parts = []
    for answer in question.answers:
        share = "" if answer.fraction is None else f" {100 * answer.fraction:.0f} %"
        yours = ", your answer" if answer.yours else ""
        sure = ", confident" if answer.confident else ""
        parts.append(f"{answer.text}{share}{sure}{yours}")
    aside = "" if question.relevant else " (does not concern this galaxy)"
    return f"{question.text}{aside} {'; '.join(parts)}."
