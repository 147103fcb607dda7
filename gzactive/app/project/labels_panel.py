"""The part of the Project page about labels: who gave them, how steadily, and others' to merge."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from gzactive.app.icons import Icons
from gzactive.app.percent import percent
from gzactive.app.project.controller import ProjectController
from gzactive.app.project.fact_list import FactList
from gzactive.app.project.facts import Person
from gzactive.app.project.rows_table import RowsTable
from gzactive.app.project.words import count, span
from gzactive.app.wizard.panel import Panel

__all__ = ["LabelsPanel"]

_HEADINGS = ("Labeller", "Finished", "When", "Artifacts", "Steady")
_NONE = "–"
_EXAMPLE = "postgresql+psycopg://USER@HOST/DATABASE"


class LabelsPanel(Panel):
    """Labellers in a table.

    Parameters
    ----------
    controller
        Whose project.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, controller: ProjectController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Labels", icons, parent)
        self._controller = controller
        self.votes = self.button(
            "Import votes…", "table", "Bring in what a survey's volunteers said of these galaxies"
        )
        self.votes.clicked.connect(lambda: controller.task_wanted.emit("votes"))
        #: Asks for the other project's folder; tests put theirs here.
        self.ask: Callable[[], str] = self._ask
        self.merge = self.button(
            "Merge…",
            "merge",
            "Take over the labels of another copy of this project; twice is as good as once",
        )
        self.merge.clicked.connect(self._merge)
        #: Asks where the labels shall lie, "" for no change; tests put theirs here.
        self.ask_place: Callable[[], str] = self._ask_place
        self.share = self.button(
            "Team…", "link", "Share the labels with others, on a PostgreSQL server, or no more"
        )
        self.share.clicked.connect(self._share)
        self.list = FactList(self)
        self.column.addWidget(self.list)
        self.table = RowsTable("Labellers", _HEADINGS, (1, 3, 4), wide=2, parent=self)
        self.column.addWidget(self.table)
        controller.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say again what is so."""
        facts = self._controller.facts
        people = () if facts is None else facts.people
        rows = []
        if facts is None:
            rows.append(("Finished", "counting …", ""))
        else:
            total = sum(one.finished for one in people)
            by = f" by {count(len(people), 'person', 'people')}" if people else " yet"
            rows.append(("Kept in", facts.place, "Where the labels lie."))
            rows.append(("Finished", f"{count(total, 'classification')}{by}", ""))
            if facts.tables:
                rows.append(("From tables", "yes, they count beside people's", ""))
            rows.append(("Catalogue votes", facts.catalogue, "Votes that came with the catalogue."))
        self.list.show_facts(rows)
        self.table.rows.show_rows([_row(one) for one in people], [_tip(one) for one in people])
        self.table.setVisible(bool(people))
        for button in (self.merge, self.share):
            button.setEnabled(not self._controller.read_only)

    def _merge(self) -> None:
        folder = self.ask()
        if folder:
            self._controller.merge([Path(folder)])

    def _share(self) -> None:
        place = self.ask_place().strip()
        if place and place != self._controller.project.server:
            self._controller.move_labels(place)

    def _ask_place(self) -> str:
        place, chosen = QInputDialog.getText(
            self,
            "Labels of a team",
            "Address of the team's PostgreSQL database, or sqlite for this computer alone.\n"
            "The password comes from your password file and is not asked for here (see the guide).",
            text=self._controller.project.server or _EXAMPLE,
        )
        return place if chosen and place != _EXAMPLE else ""

    def _ask(self) -> str:
        start = str(self._controller.project.path.parent)
        return QFileDialog.getExistingDirectory(self, "Merge the labels of a project", start)


def _row(one: Person) -> tuple[str, ...]:
    artifacts = _NONE if one.artifacts is None else percent(one.artifacts)
    steady = _NONE if one.steady is None else percent(one.steady)
    return one.name, f"{one.finished:,}", span(one.first, one.last), artifacts, steady


def _tip(one: Person) -> str:
    told = [
        f"{one.name}: {count(one.finished, 'galaxy', 'galaxies')}, {span(one.first, one.last)}."
    ]
    if one.artifacts is not None:
        told.append(f"{percent(one.artifacts)} of them were called an artifact.")
    if one.steady is not None:
        told.append(
            f"Shown again, {percent(one.steady)} of {count(one.repeated, 'answer')} were the same."
        )
    else:
        told.append("No galaxy was shown again yet, so how steady the answers are is not known.")
    return "\n".join(told)
