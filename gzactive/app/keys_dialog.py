"""The shortcut sheet: everything that can be done, with its keys, searchable and changeable."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QFont, QKeyEvent, QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.action_set import ActionSet
from gzactive.app.key_editor import KeyEditor
from gzactive.app.key_map import KeyMap
from gzactive.app.tokens import SPACE
from gzactive.app.wrapped_rows import dress_rows

__all__ = ["KeysDialog"]

_HEADERS = ("Where", "What", "Keys", "What it does")
_KEYS = _HEADERS.index("Keys")


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
    keys
        The person's own keys, which are changed below the table.
    parent
        The window.
    """

    def __init__(self, actions: ActionSet, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = actions
        self._keys = keys
        self._model = QStandardItemModel(self)
        self._model.setHorizontalHeaderLabels(list(_HEADERS))
        for row in actions.sheet():
            items = [QStandardItem(text) for text in row]
            for item in items:
                item.setEditable(False)
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self._model.appendRow(items)
        self.rows = _Rows(self)
        self.rows.setSourceModel(self._model)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search: a key, an action, or what you want to do")
        self.search.setAccessibleName("Search the keys")
        self.search.setToolTip("Words that a row must hold, in any order")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search)
        self.table = QTableView(self)
        self._dress_table()
        self.editor = KeyEditor(keys, actions, self)
        self.found = QLabel(self)
        self.found.setProperty("role", "small")
        self.all_usual = QPushButton("All usual keys", self)
        self.all_usual.setToolTip("Give every action the keys that it came with")
        self.all_usual.setAutoDefault(True)
        close = QPushButton("Close", self)
        close.setToolTip("Back to the window (Esc)")
        close.setAutoDefault(True)
        foot = QHBoxLayout()
        foot.addWidget(self.found, 1)
        foot.addWidget(self.all_usual)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.large, SPACE.large, SPACE.large)
        column.setSpacing(SPACE.medium)
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addWidget(self.editor)
        column.addLayout(foot)
        self.all_usual.clicked.connect(self._ask_all)
        close.clicked.connect(self.close)
        self.editor.left.connect(self.table.setFocus)
        keys.changed.connect(self._refresh)
        self._refresh()
        self.resize(980, 720)
        self.search.setFocus()
        self._search("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.table.resizeRowsToContents()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down goes from the search into the table, Return from there to the field."""
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus() and self.rows.rowCount():
            self.table.setFocus()
            self.table.selectRow(0)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.search.hasFocus():
            if self.rows.rowCount():
                self.table.selectRow(0)
                self.editor.field.setFocus()
            return
        super().keyPressEvent(event)

    # --- inside ---------------------------------------------------------------------------------

    def _dress_table(self) -> None:
        table = self.table
        table.setModel(self.rows)
        told = "Every key, where it works and what it does; Return changes it"
        dress_rows(table, "Keys", told, len(_HEADERS) - 1)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        table.selectionModel().currentRowChanged.connect(self._on_row)
        table.activated.connect(lambda: self.editor.field.setFocus())

    def _on_row(self, current: QModelIndex) -> None:
        names = self._actions.sheet_names
        row = self.rows.mapToSource(current).row() if current.isValid() else -1
        self.editor.edit(names[row] if 0 <= row < len(names) else "", fixed=row >= len(names))

    def _refresh(self) -> None:
        """Show the keys of the day, those of the person's own in bold."""
        names = self._actions.sheet_names
        for row, told in enumerate(self._actions.sheet()):
            item = self._model.item(row, _KEYS)
            own = row < len(names) and self._keys.is_own(names[row])
            item.setText(told[_KEYS])
            font = self.table.font()
            font.setWeight(QFont.Weight.Bold if own else QFont.Weight.Normal)
            item.setFont(font)
            item.setToolTip("Keys of your own" if own else "")
        self.all_usual.setEnabled(self._keys.count_own > 0)

    def _ask_all(self) -> None:
        """Ask before keys of one's own are lost."""
        own = self._keys.count_own
        actions = "one action" if own == 1 else f"{own} actions"
        box = QMessageBox(
            QMessageBox.Icon.Question,
            "All usual keys",
            f"The keys of your own for {actions} are forgotten, and every action gets the keys "
            "that it came with.",
            parent=self,
        )
        give = box.addButton("Give usual keys", QMessageBox.ButtonRole.AcceptRole)
        give.clicked.connect(self.editor.restore_all)
        box.setDefaultButton(box.addButton("Keep mine", QMessageBox.ButtonRole.RejectRole))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _search(self, text: str) -> None:
        self.rows.look_for(text)
        if not self.table.selectionModel().hasSelection() and self.editor.name:
            self.editor.edit("")  # the row that was chosen is not seen any more
        self.table.resizeRowsToContents()
        shown, total = self.rows.rowCount(), self.rows.sourceModel().rowCount()
        self.found.setText(
            f"{shown} of {total}" if shown else f"Nothing matches “{text}”: try another word."
        )
