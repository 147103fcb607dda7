"""Which weights the project starts from, and their card."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from gzactive.app.icons import Icons
from gzactive.app.menu_box import MenuBox
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.panel import Panel

__all__ = ["NetworkPanel"]

_CARD = ("data", "limits", "credits", "licence")


class NetworkPanel(Panel):
    """A menu of weights; a file joins it.

    Parameters
    ----------
    controller
        Whose weights.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    file_wanted = Signal()

    def __init__(
        self, controller: ImportController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Network", icons, parent)
        self._controller = controller
        self.file = self.button(
            "From a file…", "open", "Start from a weights file (see “gzactive import-weights”)"
        )
        self.file.clicked.connect(self.file_wanted)
        self.menu = MenuBox(icons, self)
        self.menu.setAccessibleName("Weights that the network starts from")
        self.menu.setToolTip("What the network has learnt before it meets your galaxies")
        self.menu.activated.connect(
            lambda index: controller.choose_weights(str(self.menu.itemData(index)))
        )
        self.column.addWidget(self.menu)
        self.words = self.label("small")
        self.card = self.label("small")
        self.card.hide()
        self.unfold = QPushButton("Show the card", self)
        self.unfold.setProperty("role", "quiet")
        self.unfold.setCheckable(True)
        self.unfold.setToolTip("What the weights were trained on, their limits and licence")
        self.unfold.setAccessibleName("Show the card of the weights")
        self.unfold.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.unfold.toggled.connect(self._on_unfolded)
        self.column.addWidget(self.unfold)
        controller.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what can be chosen, and what is."""
        keys = [self.menu.itemData(row) for row in range(self.menu.count())]
        if keys != [key for key, _ in self._controller.weights]:
            self.menu.clear()
            for key, each in self._controller.weights:
                self.menu.addItem(each.name, key)
        self.menu.setCurrentIndex(self.menu.findData(self._controller.chosen_weights))
        header = self._controller.header
        about = str(header.card.get("description", "")) if header is not None else ""
        self.words.setText("\n".join(filter(None, [about, self._controller.sight])))
        self.unfold.setVisible(header is not None)
        lines = []
        if header is not None:
            answers = f"{len(header.columns)} of {header.tree_id}" if header.tree_id else "none"
            lines = [
                f"{key.capitalize()}: {header.card[key]}" for key in _CARD if key in header.card
            ]
            lines += [f"Answers: {answers}", f"SHA-256: {header.sha256[:16]}…"]
        self.card.setText("\n".join(lines))

    def _on_unfolded(self, shown: bool) -> None:
        self.card.setVisible(shown)
        self.unfold.setText("Hide the card" if shown else "Show the card")
