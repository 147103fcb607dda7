"""Which tree people will be asked, with its questions."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QInputDialog, QWidget

from gzactive.app.icons import Icons
from gzactive.app.menu_box import MenuBox
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.panel import Panel
from gzactive.errors import GzactiveError

__all__ = ["TreePanel"]

_QUESTIONS = 12  # lines before the rest is only counted


class TreePanel(Panel):
    """A menu of trees; a file of one's own joins it.

    Parameters
    ----------
    controller
        Whose tree.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    file_wanted = Signal()

    def __init__(
        self, controller: ImportController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Questions", icons, parent)
        self._controller = controller
        self.yes_no = self.button(
            "Yes or no…", "ask", "Ask one yes/no question of your own: name what to look for"
        )
        self.yes_no.clicked.connect(self._ask_for_feature)
        self.own = self.button("Own file…", "open", "Ask the questions of a TOML file of your own")
        self.own.clicked.connect(self.file_wanted)
        self.menu = MenuBox(icons, self)
        self.menu.setAccessibleName("Decision tree")
        self.menu.setToolTip("Which questions are asked of each galaxy")
        self.menu.activated.connect(self._on_activated)
        self.column.addWidget(self.menu)
        self.words = self.label("small")
        self._fill()
        controller.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the tree that is asked."""
        prepared = self._controller.prepared
        if prepared is None:
            self.words.setText("")
            return
        tree = prepared.tree
        shipped = self.menu.findData(tree.id)
        if shipped < 0:
            self._add_own(tree.file, tree.title)
            shipped = self.menu.findData(str(tree.file))
        self.menu.setCurrentIndex(shipped)
        lines = [f"{n}.  {one.text}" for n, one in enumerate(tree.questions, start=1)]
        more = len(lines) - _QUESTIONS
        if more > 0:
            lines = [*lines[:_QUESTIONS], f"and {more} more"]
        self.words.setText("\n".join(lines))
        self.menu.setToolTip(tree.description or tree.title)

    def _fill(self) -> None:
        from gzactive.trees import available_trees, load_tree

        for name in available_trees():
            self.menu.addItem(load_tree(name).title, name)

    def _add_own(self, file: Path | None, title: str) -> None:
        if self.menu.findData(str(file)) < 0:
            self.menu.addItem(f"{title} (your own)", str(file))

    def _ask_for_feature(self) -> None:
        """What is to be looked for, in a word or two."""
        asking = QInputDialog(self)
        asking.setWindowTitle("A question of my own")
        asking.setLabelText("What do you look for? For instance rings, or a tidal tail.")
        asking.setOkButtonText("Ask that")
        asking.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asking.textValueSelected.connect(self._on_feature)
        asking.open()

    def _on_feature(self, feature: str) -> None:
        from gzactive.app.wizard.own_question import yes_no_file

        try:
            self._controller.choose_tree(str(yes_no_file(feature)))
        except GzactiveError as error:
            self._controller.refused.emit(str(error))

    def _on_activated(self, index: int) -> None:
        self._controller.choose_tree(str(self.menu.itemData(index)))
