"""What the project is called and where it goes."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from gzactive.app.icons import Icons
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.panel import Panel

__all__ = ["PlacePanel"]


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
        self.fault = self.label("fault")
        controller.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show name and folder; a field is not changed under the hands that write in it."""
        if not self.name.hasFocus():
            self.name.setText(self._controller.name)
        place = self._controller.place
        if not (self.place.hasFocus() and self.place.isModified()):
            self.place.setText(str(place) if place is not None else "")
            self.place.setCursorPosition(0)
            self.place.setToolTip(self.place.text())
        self.fault.setText(self._controller.place_fault)
        self.fault.setVisible(bool(self._controller.place_fault))

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
