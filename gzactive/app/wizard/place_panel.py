"""What the project is called and where it goes."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from gzactive.app.icons import Icons
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.panel import Panel

__all__ = ["PlacePanel"]

_LABELS_TIP = (
    "Share the labels with others on a server; empty keeps them in the project's folder. A "
    "password comes from your password file (see the guide); one that is given here is used once "
    "and not written down"
)


class PlacePanel(Panel):
    """Name and folder; a folder that is taken is refused at once.

    Parameters
    ----------
    controller
        Whose project.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    folder_wanted = Signal()

    def __init__(
        self, controller: ImportController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Project", icons, parent)
        self._controller = controller
        self.choose = self.button("Elsewhere…", "open", "Choose the folder that holds the project")
        self.choose.clicked.connect(self.folder_wanted)
        self.name = self._field("Name", "What the project is called; its folder is called so too")
        self.name.textEdited.connect(controller.set_name)
        self.place = self._field(
            "Folder", "The project's own folder; your images stay where they are"
        )
        self.place.editingFinished.connect(self._on_place)
        self.labels = self._field("Labels of a team (PostgreSQL), if any", _LABELS_TIP)
        self.labels.setAccessibleName("Address of a team's labels")
        self.labels.setPlaceholderText("postgresql+psycopg://USER@HOST/DATABASE")
        self.labels.editingFinished.connect(self._on_labels)
        self.fault = self.label("fault")
        controller.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show name and folder; a field is not changed under the hands that write in it."""
        if not self.name.hasFocus():
            self.name.setText(self._controller.name)
        if not self._controller.labels and not self.labels.isModified():
            self.labels.clear()
        place = self._controller.place
        if not (self.place.hasFocus() and self.place.isModified()):
            self.place.setText(str(place) if place is not None else "")
            self.place.setCursorPosition(0)
            self.place.setToolTip(self.place.text())
        self.fault.setText(self._controller.place_fault)
        self.fault.setVisible(bool(self._controller.place_fault))

    def _on_labels(self) -> None:
        """Take over an address; a password in it is used, and not seen any more."""
        text = self.labels.text().strip()
        if self.labels.isModified():
            from gzactive.stores.server import hidden

            self._controller.labels = text
            self.labels.setText(hidden(text) if text else "")
            self.labels.setModified(False)

    def _field(self, text: str, tip: str) -> QLineEdit:
        words = QLabel(text, self)
        words.setProperty("role", "small")
        field = QLineEdit(self)
        field.setAccessibleName(f"{text} of the project")
        field.setToolTip(tip)
        words.setBuddy(field)
        self.column.addWidget(words)
        self.column.addWidget(field)
        return field

    def _on_place(self) -> None:
        text = self.place.text().strip()
        if self.place.isModified() and text:
            self.place.setModified(False)
            self._controller.set_place(Path(text).expanduser().absolute())
