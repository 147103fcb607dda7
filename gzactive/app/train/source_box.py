"""A menu of what is learnt from: the project, or a table, or shards that are chosen on the disk."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from gzactive.app.file_kinds import TABLE_FILES
from gzactive.app.icons import Icons
from gzactive.app.menu_box import MenuBox

__all__ = ["SourceBox"]

_ASKED = {"table": "A table of images and votes…", "shards": "A folder of shards…"}


class SourceBox(MenuBox):
    """Holds the project first; choosing another asks for its place.

    Parameters
    ----------
    project
        The open project's folder.
    kinds
        What else can be chosen: "table", "shards".
    icons
        Draws the arrow.
    parent
        The dialog.
    """

    #: Something else was chosen.
    chosen = Signal()

    def __init__(
        self, project: Path, kinds: tuple[str, ...], icons: Icons, parent: QWidget
    ) -> None:
        super().__init__(icons, parent)
        self._project = project
        #: Asks for a place on the disk; "" if none was chosen.
        self.ask: Callable[[str], str] = self._ask
        self._before = 0
        self.addItem("This project's galaxies with votes", str(project))
        for kind in kinds:
            self.addItem(_ASKED[kind], kind)
        self.activated.connect(self._on_activated)

    @property
    def source(self) -> Path:
        """What is chosen."""
        return Path(str(self.currentData()))

    @property
    def of_project(self) -> bool:
        """Whether that is the project."""
        return self.source == self._project

    def tell_galaxies(self, galaxies: int | None) -> None:
        """Say how many galaxies of the project there are to learn from."""
        told = "counting …" if galaxies is None else f"{galaxies:,}"
        self.setItemText(0, f"This project's galaxies with votes ({told})")

    def choose(self, path: Path) -> None:
        """Choose a table or a folder of shards; it joins the menu."""
        place = self.findData(str(path))
        if place < 0:
            place = 1
            self.insertItem(place, path.name, str(path))
            self.setItemData(place, str(path), 3)  # Qt.ItemDataRole.ToolTipRole
        self.setCurrentIndex(place)
        self._before = place
        self.chosen.emit()

    def _on_activated(self, place: int) -> None:
        kind = str(self.itemData(place))
        if kind not in _ASKED:
            self._before = place
            self.chosen.emit()
            return
        self.setCurrentIndex(self._before)
        answer = self.ask(kind)
        if answer:
            self.choose(Path(answer))

    def _ask(self, kind: str) -> str:
        start = str(self._project.parent)
        if kind == "shards":
            return QFileDialog.getExistingDirectory(self, "A folder of shards", start)
        title = "A table of images and votes"
        return QFileDialog.getOpenFileName(self, title, start, TABLE_FILES)[0]
