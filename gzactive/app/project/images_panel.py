"""The part of the Project page about galaxies and their images, and those that cannot be used."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from gzactive.app.handing_on import hand_on
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
        self.look_for_new = self.button(
            "Look for new images",
            "add",
            "Look where the project's images lie for others that it does not have",
        )
        self.look_for_new.clicked.connect(controller.look_for_new)
        #: Asks for the folder that the images lie in now; tests put theirs here.
        self.ask_folder: Callable[[], str] = self._ask_folder
        self.look_for_moved = self.button(
            "Images moved…", "images", "Choose the folder that the images lie in now"
        )
        self.look_for_moved.clicked.connect(self._look_for_moved)
        self.list = FactList(self)
        self.column.addWidget(self.list)
        self.new = self.label("small")
        self.add = QPushButton(self)
        self.add.setAccessibleName("Add the new images")
        self.add.setToolTip("They become galaxies of the project, which is then opened again")
        self.add.clicked.connect(self._add)
        self.column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self.moved = self.label("small")
        self.take = QPushButton("Take the images from there", self)
        self.take.setToolTip("Labels and features stay; the project is then opened again")
        self.take.clicked.connect(self._take)
        self.column.addWidget(self.take, 0, Qt.AlignmentFlag.AlignLeft)
        self.told = self.label("small")
        self.table = RowsTable(
            "Images that cannot be used", ("Galaxy", "Why, and what to do"), wide=1, parent=self
        )
        self.column.addWidget(self.table)
        hand_on(self.again, self.look_for_new)
        hand_on(self.add, self.look_for_new)
        hand_on(self.take, self.look_for_moved)
        controller.changed.connect(self.refresh)
        controller.found_new.connect(self._on_new)
        controller.found_moved.connect(self._on_moved)
        self._on_new()
        self._on_moved()
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
            [(one.id_str, f"{_sentence(one.reason)} {one.remedy}") for one in problems],
            [f"{one.file_loc}\n{one.reason}\n{one.remedy}" for one in problems],
        )
        self.table.setVisible(bool(problems))
        self.again.setEnabled(bool(problems) and not self._controller.read_only)

    def _on_new(self) -> None:
        """Say what was found, and offer to add it."""
        found = self._controller.new
        there = found is not None and len(found) > 0
        if found is not None and there:
            first = Path(found["file_loc"].iloc[0]).name
            are = "is" if len(found) == 1 else "are"
            self.new.setText(
                f"{count(len(found), 'image')} there {are} not in the project, such as {first}."
            )
            self.add.setText(f"Add {count(len(found), 'galaxy', 'galaxies')}")
        self.new.setVisible(there)
        self.add.setVisible(there)
        self.add.setEnabled(there and not self._controller.read_only)

    def _look_for_moved(self) -> None:
        folder = self.ask_folder()
        if folder:
            self._controller.look_for_moved(Path(folder))

    def _on_moved(self) -> None:
        """Say how many images are in their new folder, and offer to take them from there."""
        found = self._controller.moved
        self.moved.setText(found.words if found is not None else "")
        self.moved.setVisible(found is not None)
        fit = found is not None and len(found.table) > 0 and not found.changed
        self.take.setVisible(fit)
        self.take.setEnabled(fit and not self._controller.read_only)

    def _take(self) -> None:
        self.take.setEnabled(False)
        self._controller.take_moved()

    def _ask_folder(self) -> str:
        start = str(self._controller.project.path.parent)
        return QFileDialog.getExistingDirectory(self, "Where the images lie now", start)

    def _add(self) -> None:
        self.add.setEnabled(False)
        self._controller.add_new()


def _sentence(reason: str) -> str:
    """A clause as a sentence of its own."""
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
