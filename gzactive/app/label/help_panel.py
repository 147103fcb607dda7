"""Help with the present question: what to look for, and what its answers mean."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from gzactive.app.tokens import SPACE
from gzactive.trees import Question

__all__ = ["HelpPanel"]


class HelpPanel(QWidget):
    """One tab of the side panel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
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
        column.addWidget(scroll, 1)

    def show_question(self, question: Question | None) -> None:
        """Show the help of a question."""
        lines = []
        if question is not None:
            lines = [question.help] if question.help else []
            lines += [f"{each.text}: {each.help}" for each in question.answers if each.help]
        self._words.setText("\n\n".join(lines) or "There is no help for this question.")
