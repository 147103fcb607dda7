"""A quiet table for a few rows: as high as they are, up to a limit, and then it scrolls."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTableView, QWidget

from gzactive.app.project.rows_model import RowsModel

__all__ = ["RowsTable"]

_MOST_ROWS = 6


class RowsTable(QTableView):
    """Shows rows of texts.

    Parameters
    ----------
    name
        For those who hear the page.
    headings, numbers
        See :class:`RowsModel`.
    wide
        The column that takes the room that is left.
    parent
        The panel.
    """

    def __init__(
        self,
        name: str,
        headings: Sequence[str],
        numbers: Sequence[int] = (),
        wide: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.rows = RowsModel(headings, numbers, self)
        self.setModel(self.rows)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
        self.rows.modelReset.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        shown = min(self.rows.rowCount(), _MOST_ROWS)
        heights = sum(self.rowHeight(row) for row in range(shown))
        frame = 2 * self.frameWidth() + 2
        return QSize(320, self.horizontalHeader().sizeHint().height() + heights + frame)

    minimumSizeHint = sizeHint
