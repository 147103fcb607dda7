"""The table's first rows, turned: one line a column, with a menu for what it means."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.columns_model import ColumnsModel
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.meaning_delegate import MeaningDelegate

__all__ = ["ColumnTable"]

_MOST_ROWS = 9
_MEANING_WIDTH = 200
_LEAST = 110  # pixels that a value needs to be read


class ColumnTable(QTableView):
    """As high as its rows, up to nine of them.

    Parameters
    ----------
    controller
        Whose table it shows.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, controller: ImportController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = ColumnsModel(controller, self)
        self.setModel(self.columns)
        self.setItemDelegate(MeaningDelegate(icons, self))
        self.setAccessibleName("Columns of the table and what they mean")
        self.setToolTip("What each column means; choose another meaning in the last column")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(ColumnsModel.MEANING, QHeaderView.ResizeMode.Fixed)
        self.setColumnWidth(ColumnsModel.MEANING, _MEANING_WIDTH)
        self.clicked.connect(self._open)
        self.columns.modelReset.connect(self._fit)
        icons.theme.changed.connect(self.viewport().update)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = (self.viewport().width() - _MEANING_WIDTH) // _LEAST
        for column in range(2, ColumnsModel.MEANING):  # name and first value are always seen
            self.setColumnHidden(column, column >= room)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return, Enter, Space and F2 open the menu of the line in use."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_F2)
        if event.key() in keys and self.currentIndex().isValid():
            self.edit(self.columns.index(self.currentIndex().row(), ColumnsModel.MEANING))
            return
        super().keyPressEvent(event)

    def _open(self, index: object) -> None:
        if self.currentIndex().column() == ColumnsModel.MEANING:
            self.edit(self.currentIndex())

    def _fit(self) -> None:
        line = self.fontMetrics().lineSpacing() + SPACE.small + 2
        self.verticalHeader().setDefaultSectionSize(line)
        rows = min(self.columns.rowCount(), _MOST_ROWS)
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows * line + 4)
        if self.columns.rowCount():
            self.setCurrentIndex(self.columns.index(0, ColumnsModel.MEANING))
