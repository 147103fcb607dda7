"""One question: confusion matrix, coverage, reliability, and what they say in sentences."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gzactive.app.evaluate.confusion import ConfusionMatrix
from gzactive.app.evaluate.controller import EvaluateController
from gzactive.app.evaluate.plot import Plot
from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE

__all__ = ["QuestionPage"]


class QuestionPage(QWidget):
    """Shows the question that is chosen.

    Parameters
    ----------
    controller
        What it shows.
    icons
        Draws the answers' icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, controller: EvaluateController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._title = QLabel(self)
        self._title.setProperty("role", "heading")
        self._title.setWordWrap(True)
        self.matrix = ConfusionMatrix(icons, self)
        self.coverage = Plot(icons.theme, "What intervals hold", self)
        self.reliability = Plot(icons.theme, "Fractions, predicted and voted", self)
        self.notes = QLabel(self)
        self.notes.setWordWrap(True)
        self.notes.setTextFormat(Qt.TextFormat.RichText)
        self.notes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.notes.setContentsMargins(0, 0, SPACE.large, 0)  # clear of the scroll bar
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(self.notes)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName("What the figures say")
        halves = QHBoxLayout()
        halves.setSpacing(SPACE.huge)
        for parts in ((self.matrix, self._scroll), (self.coverage, self.reliability)):
            half = QVBoxLayout()
            half.setSpacing(SPACE.medium)
            for part in parts:
                half.addWidget(part, 1)
            halves.addLayout(half, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.small)
        column.addWidget(self._title)
        column.addLayout(halves, 1)

    def refresh(self) -> None:
        """Show what is known of the question now."""
        it = self._controller
        question = next((one for one in it.tree.modelled if one.name == it.chosen), None)
        if question is None or it.assessment is None or it.assessment.judgement is None:
            return
        self._title.setText(question.text)
        found = it.assessment.judgement.question(question.name)
        for each in (self.matrix, self.coverage, self.reliability):
            each.setVisible(found is not None)
        if found is None:
            self.notes.setText(
                "No test galaxy has votes enough on this question yet, or none that at least half "
                "of its volunteers were asked it of."
            )
            return
        from gzactive.evaluation.words import question_notes

        self.matrix.show_counts(question.answers, found.confusion)
        self.coverage.show_coverage(found.calibration, found.uncorrected)
        self.reliability.show_reliability(found.calibration)
        notes = "".join(
            f"<p style='margin: 0 0 {SPACE.small}px 0'>{escape(_whole(note))}</p>"
            for note in question_notes(found)
        )
        self.notes.setText(notes)
        self._scroll.verticalScrollBar().setValue(0)


def _whole(words: str) -> str:
    """The same words, no line of which begins with a per cent sign."""
    return words.replace(" %", "\u00a0%")
