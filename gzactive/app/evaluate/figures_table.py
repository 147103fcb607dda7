"""A quiet table of figures: rows are looked at, or lead on, but are never edited."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from gzactive.app.evaluate.rows_model import RowsModel
from gzactive.app.tokens import SPACE

__all__ = ["FiguresTable"]


class FiguresTable(QTableView):
    """As the other tables of the app look.

    Parameters
    ----------
    model
        The rows.
    name
        For people who hear the app.
    parent
        The page.
    """

    def __init__(self, model: RowsModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setToolTip(f"{name}; rest on a heading to read what it means")
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().hide()
        self.setWordWrap(False)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + SPACE.medium)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setStretchLastSection(True)
        model.modelReset.connect(self._spread)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.maximumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()

    def _spread(self) -> None:
        """Columns as wide as their words need; what is left is shared evenly."""
        header = self.horizontalHeader()
        columns = range(header.count())
        needed = [max(self.sizeHintForColumn(n), header.sectionSizeHint(n)) for n in columns]
        share = max(0, self.viewport().width() - sum(needed)) // max(1, len(needed))
        for column, width in enumerate(needed):
            header.resizeSection(column, width + share)
        # Counted, for headings learn of new rows later; with room for the round corners below.
        rows = self.model().rowCount() * self.verticalHeader().defaultSectionSize()
        height = header.sizeHint().height() + rows + SPACE.small
        self.setMaximumHeight(max(height, self.minimumSizeHint().height()))
