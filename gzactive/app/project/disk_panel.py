"""The part of the Project page about room on the disk: who takes it, what can be given back."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QPushButton, QWidget

from gzactive.app.icons import Icons
from gzactive.app.project.controller import ProjectController
from gzactive.app.project.words import count, size
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.panel import Panel

__all__ = ["DiskPanel"]


class DiskPanel(Panel):
    """Sizes, and boxes before those that can be computed again.

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
        super().__init__("Room on the disk", icons, parent)
        self._controller = controller
        self.boxes: dict[str, QCheckBox] = {}
        self._rows = QWidget(self)
        self._grid = QGridLayout(self._rows)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE.large)
        self._grid.setVerticalSpacing(SPACE.tight)
        self._grid.setColumnStretch(0, 1)
        self.column.addWidget(self._rows)
        self.cost = self.label("small")
        self.free = QPushButton("Free space", self)
        self.free.setToolTip("Delete what is ticked; it is computed again when it is needed")
        self.free.clicked.connect(self._free)
        self.column.addWidget(self.free, 0, Qt.AlignmentFlag.AlignLeft)
        controller.measured.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say again what is so."""
        uses = self._controller.uses
        ticked = {kind for kind, box in self.boxes.items() if box.isChecked()}
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.boxes = {}
        if not uses:
            self._grid.addWidget(self._muted("measuring …"), 0, 0)
        for row, use in enumerate(uses):
            if use.cost:
                box = QCheckBox(use.title, self._rows)
                box.setChecked(use.kind in ticked)
                box.setToolTip(use.cost)
                box.setAccessibleDescription(f"{size(use.size)}. {use.cost}")
                box.setEnabled(not self._controller.read_only)
                box.toggled.connect(self._on_ticked)
                self.boxes[use.kind] = box
                self._grid.addWidget(box, row, 0)
            else:
                self._grid.addWidget(QLabel(use.title, self._rows), row, 0)
            number = self._muted(size(use.size))
            number.setToolTip(count(use.files, "file"))
            self._grid.addWidget(number, row, 1, Qt.AlignmentFlag.AlignRight)
        if len(uses) > 1:
            total = QLabel("Together", self._rows)
            number = QLabel(size(sum(use.size for use in uses)), self._rows)
            for column, label in enumerate((total, number)):
                label.setProperty("role", "strong")
                side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                self._grid.addWidget(label, len(uses), column, side)
        self._on_ticked()

    def _muted(self, text: str) -> QLabel:
        label = QLabel(text, self._rows)
        label.setProperty("role", "muted")
        return label

    @property
    def _ticked(self) -> list[str]:
        return [kind for kind, box in self.boxes.items() if box.isChecked()]

    def _on_ticked(self) -> None:
        """Say what giving back costs before anybody does."""
        chosen = [use for use in self._controller.uses if use.kind in self._ticked]
        if chosen:
            self.cost.setText(" ".join(use.cost for use in chosen))
        elif self.boxes:
            self.cost.setText("Tick what can be computed again. Labels and rounds are always kept.")
        else:
            self.cost.setText("Nothing here could be computed again, so all of it is kept.")
        total = sum(use.size for use in chosen)
        self.free.setText(f"Free {size(total)}" if chosen else "Free space")
        self.free.setEnabled(bool(chosen))
        self.free.setVisible(bool(self.boxes))

    def _free(self) -> None:
        chosen = self._ticked
        for box in self.boxes.values():
            box.setChecked(False)
        self._controller.free(chosen)
