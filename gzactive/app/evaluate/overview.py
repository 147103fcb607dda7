"""All questions at once: their figures, what rounds brought, and what active choice saves."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gzactive.app.evaluate.controller import EvaluateController
from gzactive.app.evaluate.figures_table import FiguresTable
from gzactive.app.evaluate.plot import Plot
from gzactive.app.evaluate.rows_model import RowsModel
from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE

__all__ = ["Overview"]

_HEADINGS = (
    ("Question", "Open a row for its confusion matrix and curves."),
    ("Galaxies", "Test galaxies that the question concerns and that have votes on it."),
    ("Right", "How often the model's leading answer is the volunteers', with the 90 % interval."),
    ("Confident", "The same where more than 80 % of at least five volunteers agree."),
    ("Off by", "Mean error of the predicted vote fractions."),
    ("Worth", "So many volunteers would give the vote fractions as well."),
    ("In 80 %", "What 80 % intervals of the predicted votes hold: less means too sure."),
)


class Overview(QWidget):
    """Table above, learning curve and saving below.

    Parameters
    ----------
    controller
        What it shows.
    theme
        Gives the colours.
    parent
        The page.
    """

    #: A question was opened, by its name.
    opened = Signal(str)

    def __init__(
        self, controller: EvaluateController, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._names: list[str] = []
        self._rows = RowsModel(_HEADINGS, self)
        self.table = FiguresTable(self._rows, "Figures of all questions", self)
        self.table.activated.connect(lambda index: self.opened.emit(self._names[index.row()]))
        self.rounds = Plot(theme, "What rounds brought", self)
        self.saving = Plot(theme, "Against random choice", self)
        below = QHBoxLayout()
        below.setSpacing(SPACE.huge)
        below.addWidget(self.rounds, 1)
        below.addWidget(self.saving, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.medium)
        column.addWidget(self.table, 5)
        column.addLayout(below, 4)

    def refresh(self) -> None:
        """Show what is known now."""
        it = self._controller
        found = it.assessment
        if found is None or found.judgement is None:
            return
        from gzactive.evaluation.words import between, short_share, worth

        asked = [one.name for one in it.tree.questions]
        judged = sorted(found.judgement.questions, key=lambda one: asked.index(one.question))
        self._names = [one.question for one in judged]
        self._rows.show_rows(
            [
                (
                    one.question.replace("-", " "),
                    f"{one.galaxies:,}",
                    f"{short_share(one.accuracy)}  {_ends(one.accuracy)}",
                    short_share(one.confident_accuracy),
                    between(one.mean_absolute).split(" ")[0],
                    worth(one.volunteers).split(" (")[0],
                    short_share(one.calibration.eighty),
                )
                for one in judged
            ]
        )
        if len(found.rounds) > 1:
            from gzactive.assessment import rounds_sentence

            self.rounds.show_rounds(found.rounds, rounds_sentence(found.rounds))
        else:
            self.rounds.clear("The curve begins with the first round on the network in use.")
        if it.saving is not None and it.saving.curve:
            self.saving.show_saving(it.saving.curve, it.saving.sentence)
        elif it.saving is not None:
            self.saving.clear(it.saving.sentence)
        else:
            self.saving.clear("Comparing labels of the two kinds …" if it.comparing else "")


def _ends(one) -> str:  # type: ignore[no-untyped-def]
    return f"{100 * one.low:.0f}–{100 * one.high:.0f}" if one.known else ""
