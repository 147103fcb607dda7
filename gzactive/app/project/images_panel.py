"""The part of the Project page about galaxies and their images, and those that cannot be used."""

from PySide6.QtWidgets import QWidget

from gzactive.app.icons import Icons
from gzactive.app.project.controller import ProjectController
from gzactive.app.project.fact_list import FactList
from gzactive.app.project.rows_table import RowsTable
from gzactive.app.project.words import count
from gzactive.app.wizard.panel import Panel

__all__ = ["ImagesPanel"]


class ImagesPanel(Panel):
    """How many galaxies, and what is wrong with which image.

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
        super().__init__("Galaxies and images", icons, parent)
        self._controller = controller
        self.again = self.button(
            "Look again", "restart", "Try the images that could not be used once more"
        )
        self.again.clicked.connect(controller.look_again)
        self.list = FactList(self)
        self.column.addWidget(self.list)
        self.told = self.label("small")
        self.table = RowsTable(
            "Images that cannot be used", ("Galaxy", "Why", "What to do"), wide=2, parent=self
        )
        self.column.addWidget(self.table)
        controller.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say again what is so."""
        facts = self._controller.facts
        problems = () if facts is None else facts.problems
        if facts is not None:
            left = facts.galaxies - facts.features - len(problems)
            seen = f"{facts.features:,} of {facts.galaxies:,}"
            unseen = f"{seen}; {left:,} are still to come" if left > 0 else seen
            self.list.show_facts(
                [
                    (
                        "Galaxies",
                        f"{facts.galaxies:,}, of which {facts.reserved:,} judge the model",
                        "Galaxies that judge the model are drawn once and never train it.",
                    ),
                    ("Looked at", unseen, "Galaxies that the network in use has features of."),
                    ("Images in", "\n".join(facts.folders), "Where most of the images lie."),
                ]
            )
        else:
            self.list.show_facts([("Galaxies", "counting …", "")])
        self.told.setText(f"{count(len(problems), 'image')} cannot be used:" if problems else "")
        self.told.setVisible(bool(problems))
        self.table.rows.show_rows(
            [(one.id_str, one.reason, one.remedy) for one in problems],
            [f"{one.file_loc}\n{one.reason}\n{one.remedy}" for one in problems],
        )
        self.table.setVisible(bool(problems))
        self.again.setEnabled(bool(problems) and not self._controller.read_only)
