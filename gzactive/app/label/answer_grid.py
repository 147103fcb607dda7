"""The answers of a question as a grid of large buttons that are made once and used again."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from gzactive.app.icons import Icons
from gzactive.app.label.answer_button import AnswerButton
from gzactive.app.tokens import SPACE
from gzactive.trees import Question

__all__ = ["AnswerGrid"]

#: Columns for a number of answers: rows stay even and the buttons large.
_COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2}
_MOST_COLUMNS = 3
_HEIGHT = 320


class AnswerGrid(QWidget):
    """Buttons for the answers of one question at a time.

    Its height does not follow the number of answers, so that nothing jumps under a hand that
    answers one question a second.

    Parameters
    ----------
    icons
        Draws the answers' icons.
    parent
        The panel.
    """

    #: Position of the answer, from 0.
    chosen = Signal(int)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._buttons: list[AnswerButton] = []
        self._keys: list[str] = []
        self._count = 0
        self.setMaximumHeight(_HEIGHT)
        icons.theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(440, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 200)

    @property
    def buttons(self) -> list[AnswerButton]:
        """The buttons in use, in the order of the answers."""
        return self._buttons[: self._count]

    def show_question(self, question: Question | None) -> None:
        """Show the answers of a question; without one, none."""
        answers = question.answers if question is not None else ()
        self._count = len(answers)
        while len(self._buttons) < self._count:
            self._add_button()
        box = question is not None and question.kind == "checkboxes"
        for button, answer in zip(self._buttons, answers, strict=False):
            button.show_answer(answer.text, answer.icon, answer.help, box=box)
        self._place()

    def show_keys(self, keys: list[str]) -> None:
        """Show with which keys the answers are given; answers beyond them have none."""
        self._keys = keys
        for position, button in enumerate(self._buttons):
            button.show_key(self._key(position))

    def tick(self, ticked: set[int]) -> None:
        """Show which boxes are ticked."""
        for position, button in enumerate(self.buttons):
            button.setChecked(position in ticked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _add_button(self) -> None:
        position = len(self._buttons)
        button = AnswerButton(self._icons, self._key(position), self)
        button.clicked.connect(lambda: self.chosen.emit(position))
        self._buttons.append(button)

    def _key(self, position: int) -> str:
        return self._keys[position] if position < len(self._keys) else ""

    def _place(self) -> None:
        columns = _COLUMNS.get(self._count, _MOST_COLUMNS)
        rows = -(-self._count // columns)
        gap = SPACE.small
        for position, button in enumerate(self._buttons):
            if position >= self._count:
                button.hide()
                continue
            row, column = divmod(position, columns)
            left, right = (
                (column * (self.width() + gap)) // columns,
                ((column + 1) * (self.width() + gap)) // columns,
            )
            top, bottom = (
                (row * (self.height() + gap)) // rows,
                ((row + 1) * (self.height() + gap)) // rows,
            )
            button.setGeometry(left, top, right - left - gap, bottom - top - gap)
            button.show()
