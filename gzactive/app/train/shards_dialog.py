"""Asks how shards are to be made, and tells how much room they take."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QPushButton, QWidget

from gzactive.app.icons import Icons
from gzactive.app.project.words import size
from gzactive.app.train.form_dialog import FormDialog
from gzactive.app.train.networks import NetworksController
from gzactive.app.train.source_box import SourceBox
from gzactive.app.train.training_plan import ShardsChoice

__all__ = ["ShardsDialog"]

_NOTE = (
    "TFRecords as Zoobot v1 reads them, for training on another machine: a few large files travel "
    "and load faster than many small ones. Cancelled, or when gzactive is closed, they stay as far "
    "as they are; the same folder and settings go on."
)


class ShardsDialog(FormDialog):
    """Settings with sensible defaults.

    Parameters
    ----------
    controller
        Begins the work.
    icons
        Draws arrows.
    parent
        The page.
    """

    def __init__(
        self, controller: NetworksController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Make shards", "Make shards", parent)
        self._controller = controller
        #: Asks for a folder; "" if none was chosen.
        self.ask: Callable[[], str] = self._ask
        place = controller.project.path
        self.source = SourceBox(place, ("table",), icons, self)
        self.add_row("Galaxies", self.source, "Images and the votes that people gave them")
        self.folder = QPushButton(self)
        self.folder.setProperty("role", "path")
        self._out = place.with_name(f"{place.name}-shards")
        self.add_row("Folder", self.folder, "Where the shards are written; it is made if need be")
        self.folder.clicked.connect(self._choose_folder)
        self.pixels = self.number(16, 1024, ShardsChoice.size, 4)
        self.add_row(
            "Size", self.pixels, "Zoobot reads 300; smaller ones are quick to try", "pixels"
        )
        self.split = QLineEdit(ShardsChoice.split, self)
        self.add_row("Split", self.split, "Shares of train, test and validation, by the ids")
        self.limit = self.number(0, 100_000_000, 0, 100)
        self.limit.setSpecialValueText("All")
        self.add_row(
            "At most", self.limit, "Only so many, drawn at random: a small set to try", "galaxies"
        )
        self.grey = QCheckBox("Grey: a third of the room, but not for Zoobot", self)
        self.add_row("Colour", self.grey, "Zoobot reads three colours and takes their mean itself")
        self.note.setText(_NOTE)
        self.source.chosen.connect(self.refresh)
        for box in (self.pixels, self.limit):
            box.valueChanged.connect(self.refresh)
        self.split.textChanged.connect(self.refresh)
        self.grey.toggled.connect(self.refresh)
        controller.changed.connect(self.refresh)
        self.accepted.connect(lambda: controller.make_shards(self.choice))
        controller.count()
        self.refresh()

    @property
    def choice(self) -> ShardsChoice:
        """What is chosen."""
        project = self._controller.project
        return ShardsChoice(
            source=self.source.source,
            out=self._out,
            size=self.pixels.value(),
            split=self.split.text().strip(),
            limit=self.limit.value(),
            grey=self.grey.isChecked(),
            tree="" if self.source.of_project else str(project.tree.file or project.tree.id),
        )

    def refresh(self) -> None:
        """Say again how much room they take, and whether they can be made."""
        galaxies = self._controller.galaxies
        self.source.tell_galaxies(galaxies)
        self.folder.setText(str(self._out))
        self.refuse(self._reason(galaxies))
        if not self.source.of_project or not galaxies:
            each = size(replace(self.choice, limit=0).room(1))
            self.cost.setText(f"Each galaxy takes {each}.")
            return
        free = shutil.disk_usage(_there(self._out)).free
        self.cost.setText(
            f"They take {size(self.choice.room(galaxies))}; {size(free)} are free there."
        )

    def _reason(self, galaxies: int | None) -> str:
        if self.source.of_project and galaxies == 0:
            return (
                "No galaxy has votes yet, and shards hold images with votes: label some, or import "
                "votes on the Project page."
            )
        shares = self.split.text().split(":")
        try:
            whole = [float(share) for share in shares]
        except ValueError:
            whole = []
        if len(whole) != 3 or min(whole) < 0 or not sum(whole) > 0:
            return "Give the split as three shares, 7:2:1, for train, test and validation."
        return ""

    def _choose_folder(self) -> None:
        answer = self.ask()
        if answer:
            self._out = Path(answer)
            self.refresh()

    def _ask(self) -> str:
        return QFileDialog.getExistingDirectory(self, "Folder of the shards", str(self._out.parent))


def _there(path: Path) -> Path:
    """The folder itself, or the nearest above it that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
