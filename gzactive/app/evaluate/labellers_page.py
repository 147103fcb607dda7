"""The labellers: how far they agree, with each other and with themselves."""

import math

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gzactive.app.evaluate.controller import EvaluateController
from gzactive.app.evaluate.figures_table import FiguresTable
from gzactive.app.evaluate.rows_model import RowsModel
from gzactive.app.tokens import SPACE

__all__ = ["LabellersPage"]

_HEADINGS = (
    ("Labeller", "Who, scripted tables included."),
    ("Galaxies", "Galaxies with votes of this labeller."),
    ("With others", "Mean share of the others' votes that the labeller's answers got there."),
    ("By chance", "What answers drawn at random from those of the others would have got."),
    ("With self", "Same answers where a galaxy was shown again; in brackets, how many."),
    ("Artifacts", "Share of galaxies called an artifact."),
    ("", "What stands out."),
)
_TOLD = (
    "How large a share of the others' votes somebody's answers got. Who stands far below the rest "
    "can be weighed less in the project's settings; nobody's votes are dropped by themselves."
)


class LabellersPage(QWidget):
    """A row a labeller, and the way to second opinions.

    Parameters
    ----------
    controller
        What it shows.
    parent
        The page.
    """

    def __init__(self, controller: EvaluateController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        title = QLabel("Labellers", self)
        title.setProperty("role", "heading")
        told = QLabel(_TOLD, self)
        told.setProperty("role", "muted")
        told.setWordWrap(True)
        self._rows = RowsModel(_HEADINGS, self)
        self.table = FiguresTable(self._rows, "Figures of the labellers", self)
        self.second = QPushButton("Give second opinions", self)
        self.second.setToolTip(
            "Put galaxies that others disagree on, or on which a sure model contradicts them, and "
            "that you have not labelled, at the front of the Label page's queue"
        )
        self.second.clicked.connect(controller.ask_second_opinions)
        row = QHBoxLayout()
        row.addWidget(self.second)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.medium)
        column.addWidget(title)
        column.addWidget(told)
        column.addWidget(self.table, 100)
        column.addLayout(row)
        column.addStretch(1)

    def refresh(self) -> None:
        """Show what is known now."""
        reason = self._controller.session.read_only
        self.second.setEnabled(not reason)
        self._rows.show_rows(
            [
                (
                    one.name,
                    f"{one.figures.galaxies:,}",
                    _percent(one.figures.agreement),
                    _percent(one.figures.expected),
                    f"{_percent(one.steady)} ({one.repeated})" if one.repeated else "–",
                    _percent(one.figures.artifact_rate),
                    one.note,
                )
                for one in self._controller.labellers
            ]
        )


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.0f} %"
