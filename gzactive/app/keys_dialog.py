"""The shortcut sheet: every action with its keys, searchable."""

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTableView, QVBoxLayout, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.tokens import SPACE

__all__ = ["KeysDialog"]


class KeysDialog(QDialog):
    """A table of keys that narrows as one types.

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
        model.setHorizontalHeaderLabels(["", "Action", "Keys", "What it does"])
        for row in actions.sheet():
            items = [QStandardItem(text) for text in row]
            for item in items:
                item.setEditable(False)
            model.appendRow(items)
        self.rows = QSortFilterProxyModel(self)
        self.rows.setSourceModel(model)
        self.rows.setFilterKeyColumn(-1)
        self.rows.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search the keys")
        self.search.textChanged.connect(self.rows.setFilterFixedString)
        table = QTableView(self)
        table.setModel(self.rows)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setAlternatingRowColors(True)
        table.setSelectionMode(QTableView.SelectionMode.NoSelection)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setStretchLastSection(True)
        table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        column = QVBoxLayout(self)
        column.setSpacing(SPACE.medium)
        column.addWidget(self.search)
        column.addWidget(table, 1)
        self.resize(860, 600)
