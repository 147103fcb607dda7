"""Help with the present question: what to look for, and what its answers mean."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from gzactive.app.label.example_strip import ExampleStrip
from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE
from gzactive.trees import DecisionTree, Question

if TYPE_CHECKING:
    from gzactive.app.help.pictures import HelpPictures

__all__ = ["HelpPanel"]

#: Whoever answers faster than this has no need of pictures.
_PAUSE_MS = 600
_NONE = "There is no help for this question."
_PICKED = "These galaxies were picked as examples of the answers."


class HelpPanel(QWidget):
    """One tab of the side panel.

    Parameters
    ----------
    theme
        Gives the colours.
    parent
        The side panel.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._question: Question | None = None
        self._help = ""
        self._tree: DecisionTree | None = None
        self._pictures: HelpPictures | None = None
        self.examples = ExampleStrip(theme, self)
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        scroll = QScrollArea(self)
        scroll.setWidget(self._words)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.medium, SPACE.medium, SPACE.medium, SPACE.small)
        column.setSpacing(SPACE.small)
        column.addWidget(self.examples)
        column.addWidget(scroll, 1)
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._ask)

    def use(self, pictures: "HelpPictures", tree: DecisionTree) -> None:
        """Show examples of a tree's answers too, from now on."""
        self._pictures, self._tree = pictures, tree
        pictures.drawn.connect(self._on_drawn)
        pictures.chosen.connect(self._show_examples)
        self._show_examples()

    def show_question(self, question: Question | None) -> None:
        """Show the help of a question."""
        self._question = question
        lines = []
        if question is not None:
            lines = [question.help] if question.help else []
            lines += [f"{each.text}: {each.help}" for each in question.answers if each.help]
        self._help = "\n\n".join(lines)
        self._show_examples()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_examples()

    def _show_examples(self) -> None:
        """Show what is drawn; what is not is asked for once nothing else is going on."""
        tiles: list[tuple[str, QImage | None]] = []
        lacking: list[str] = []
        given = self._given()
        if self._pictures is not None and self._tree is not None and self._question is not None:
            tiles = [
                (answer.text, self._pictures.small(self._tree, answer.column))
                for answer in self._question.answers
            ]
            lacking = [
                answer.text
                for answer in self._question.answers
                if self._pictures.lacks(self._tree, answer.column)
            ]
            none = len(lacking) == len(tiles) and not given  # picked ones may be looked up
            if self.isVisible() and (sum(one is None for _, one in tiles) > len(lacking) or none):
                self._pause.start()
        self.examples.show_examples(given or tiles, [] if given else lacking, picked=bool(given))
        self._words.setText(self._help or (_PICKED if given else _NONE))

    def _given(self) -> list[tuple[str, QImage | None]]:
        """Tiles of the galaxies that a question of one's own began from."""
        if self._pictures is None or self._tree is None or self._question is None:
            return []
        return [
            (answer.text, picture)
            for answer in self._question.answers
            for picture in self._pictures.given(self._tree, answer.column)
        ]

    def _ask(self) -> None:
        known = self._question is not None and self._tree is not None
        if self._pictures is not None and known and self.isVisible():
            self._pictures.want(self._tree, self._question)  # type: ignore[arg-type]

    def _on_drawn(self, tree: str, column: str) -> None:
        if self._question is not None and any(
            answer.column == column for answer in self._question.answers
        ):
            self._show_examples()
