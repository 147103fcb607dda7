"""The shortcut sheet: everything that can be done, with its keys, searchable."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.action_set import ActionSet
from gzactive.app.tokens import SPACE

__all__ = ["KeysDialog"]

_HEADERS = ("Where", "What", "Keys", "What it does")


class _Rows(QSortFilterProxyModel):
    """Rows that hold every word that is looked for, in any column and order."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words: list[str] = []

    def look_for(self, text: str) -> None:
        """Show only the rows with these words."""
        self._words = text.casefold().split()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        model = self.sourceModel()
        cells = (model.index(row, column, parent).data() for column in range(len(_HEADERS)))
        told = " ".join(map(str, cells)).casefold()
        return all(word in told for word in self._words)


class KeysDialog(QDialog):
    """A table of keys that narrows as one types; long rows wrap and nothing is cut.

    Parameters
    ----------
    actions
        The app's actions.
    parent
        The window.
    """

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        model = QStandardItemModel(self)
        model.setHorizontalHeaderLabels(list(_HEADERS))
        for row in actions.sheet():
            items = [QStandardItem(text) for text in row]
            for item in items:
                item.setEditable(False)
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            model.appendRow(items)
        self.rows = _Rows(self)
        self.rows.setSourceModel(model)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search: a key, an action, or what you want to do")
        self.search.setAccessibleName("Search the keys")
        self.search.setToolTip("Words that a row must hold, in any order")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search)
        self.table = QTableView(self)
        self.table.setModel(self.rows)
        self.table.setAccessibleName("Keys")
        self.table.setToolTip("Every key, where it works and what it does")
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.setShowGrid(False)
        self.table.setWordWrap(True)
        self.table.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.table.setAlternatingRowColors(True)
        self.table.setSelectionMode(QTableView.SelectionMode.NoSelection)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(_HEADERS) - 1, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.found = QLabel(self)
        self.found.setProperty("role", "small")
        column = QVBoxLayout(self)
        column.setSpacing(SPACE.medium)
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addWidget(self.found)
        self.resize(980, 680)
        self.search.setFocus()
        self._search("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.table.resizeRowsToContents()

    def _search(self, text: str) -> None:
        self.rows.look_for(text)
        self.table.resizeRowsToContents()
        shown, total = self.rows.rowCount(), self.rows.sourceModel().rowCount()
        self.found.setText(
            f"{shown} of {total}" if shown else f"Nothing matches “{text}”: try another word."
        )
