"""What is worth knowing before the project is made: counts, examples, and what to do."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from gzactive.app.icons import Icons
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.finding_list import FindingList
from gzactive.app.wizard.panel import Panel

__all__ = ["FindingsPanel"]

_FINE = "Everything fits together."


class FindingsPanel(Panel):
    """One line a finding, the gravest first; examples unfold.

    Parameters
    ----------
    controller
        Whose findings.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, controller: ImportController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Worth knowing", icons, parent)
        self._controller = controller
        self.fine = self.label("muted", _FINE)
        self.list = FindingList(icons, self)
        self.column.addWidget(self.list)
        self.keep_first = QCheckBox("Keep the first row of each galaxy", self)
        self.keep_first.setToolTip("Of several rows with one id, leave the later ones out")
        self.keep_first.setAccessibleName("Keep the first row of each galaxy")
        self.keep_first.clicked.connect(controller.keep_first)
        self.column.addWidget(self.keep_first, alignment=Qt.AlignmentFlag.AlignLeft)
        controller.changed.connect(self.refresh)
        self.refresh()

    @property
    def sentences(self) -> list[str]:
        """What is told, line by line."""
        return self.list.sentences

    @property
    def unfolders(self) -> list[QPushButton]:
        """The buttons that show examples."""
        return self.list.unfolders

    def refresh(self) -> None:
        """Show what is prepared."""
        prepared = self._controller.prepared
        found = prepared.plan.findings if prepared is not None else ()
        keep = self._controller.choices.keep_first
        self.keep_first.setChecked(keep)
        self.keep_first.setVisible(keep or any(one.kind == "duplicates" for one in found))
        self.fine.setVisible(not found)
        self.list.setVisible(bool(found))
        self.list.show_findings(found)
