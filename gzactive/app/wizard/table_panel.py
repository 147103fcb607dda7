"""The table that goes with the images, and how each of its columns is understood."""

from PySide6.QtWidgets import QWidget

from gzactive.app.icons import Icons
from gzactive.app.wizard.column_table import ColumnTable
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.panel import Panel

__all__ = ["TablePanel"]

_NONE = (
    "No table: each galaxy is called as its image. A table may add coordinates, votes and whatever "
    "else is known; drop it here, as CSV, Parquet, Feather, FITS, VOTable or ECSV."
)


class TablePanel(Panel):
    """The columns, or what a table would be good for.

    Parameters
    ----------
    controller
        Whose table.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, controller: ImportController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Table", icons, parent)
        self._controller = controller
        self.add = self.button("Table…", "add", "Add a table about these galaxies")
        self.remove = self.button("Leave out", "close", "Go on without the table")
        self.remove.clicked.connect(self._leave_out)
        self.words = self.label("muted", _NONE)
        self.table = ColumnTable(controller, icons, self)
        self.column.addWidget(self.table)
        controller.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what is prepared."""
        prepared = self._controller.prepared
        table = prepared.material.table if prepared is not None else None
        self.table.setVisible(table is not None)
        self.remove.setVisible(table is not None)
        self.add.setVisible(table is None)
        if prepared is None or table is None or prepared.table is None:
            self.words.setText(_NONE)
            self.words.setToolTip("")
            return
        understood = sum(map(bool, prepared.plan.columns.values()))
        rows = "1 row" if len(table) == 1 else f"{len(table):,} rows"
        given = len(table.columns)
        told = (
            f"{understood} of {given} columns understood, the others are kept as they are"
            if understood < given
            else "every column is understood"
        )
        self.words.setText(f"{prepared.table.name}: {rows}, {told}.")
        self.words.setToolTip(str(prepared.table))

    def _leave_out(self) -> None:
        if self._controller.prepared is not None and self._controller.prepared.table is not None:
            self._controller.remove(self._controller.prepared.table)
