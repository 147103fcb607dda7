"""A table's columns as rows: name, first values, and what each is understood as."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gzactive.app.wizard.controller import ImportController

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ColumnsModel"]

type_index = QModelIndex | QPersistentModelIndex

_VALUES = 3
_LONGEST = 80


class ColumnsModel(QAbstractTableModel):
    """One row a column of the table; those that are understood come first.

    Parameters
    ----------
    controller
        Whose table.
    parent
        The page.
    """

    MEANING = _VALUES + 1  #: the column that can be changed
    UNDERSTOOD = Qt.ItemDataRole.UserRole + 1

    def __init__(self, controller: ImportController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._table: pd.DataFrame | None = None
        self._names: list[str] = []
        self._texts: list[list[str]] = []
        self._meanings: dict[str, str] = {}
        self._words: dict[str, str] = {}
        controller.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Take over what was prepared last; rows stay in place while the table is the same."""
        prepared = self._controller.prepared
        table = prepared.material.table if prepared is not None else None
        if table is not self._table:
            self.beginResetModel()
            self._table = table
            columns = prepared.plan.columns if prepared is not None and table is not None else {}
            self._names = sorted(columns, key=lambda name: not columns[name])
            self._texts = [[] for _ in self._names]
            if table is not None:
                first = table.head(_VALUES)
                self._texts = [[_text(value) for value in first[name]] for name in self._names]
            self.endResetModel()
        if prepared is None or table is None:
            return
        from gzactive.catalog.columns import meanings

        self._meanings = prepared.plan.columns
        self._words = meanings(prepared.tree)
        if self._names:
            last = self.index(len(self._names) - 1, self.MEANING)
            self.dataChanged.emit(self.index(0, 0), last)

    @property
    def words(self) -> dict[str, str]:
        """Every meaning that a column can have, and what people call it."""
        return self._words

    def name(self, row: int) -> str:
        """The table's column in a row."""
        return self._names[row]

    def meaning(self, row: int) -> str:
        """What it is understood as."""
        return self._meanings.get(self._names[row], "")

    def rowCount(self, parent: type_index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: type_index = QModelIndex()) -> int:
        return 0 if parent.isValid() else _VALUES + 2

    def flags(self, index: type_index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == self.MEANING else flags

    def headerData(
        self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if way != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return ["Column", *(f"Row {number}" for number in range(1, _VALUES + 1)), "Understood as"][
            section
        ]

    def data(self, index: type_index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = index.row(), index.column()
        if not 0 <= row < len(self._names):
            return None
        if role == self.UNDERSTOOD:
            return bool(self.meaning(row))
        if role == Qt.ItemDataRole.EditRole:
            return self.meaning(row)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._shown(row, column)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = self._words.get(self.meaning(row), "")
            return f"{self._names[row]}: {words}. Press Return to change what it means."
        return None

    def setData(self, index: type_index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() != self.MEANING:
            return False
        if value != self.meaning(index.row()):
            self._controller.set_meaning(self._names[index.row()], str(value))
        return True

    def _shown(self, row: int, column: int) -> str:
        if column == 0:
            return self._names[row]
        if column == self.MEANING:
            return self._words.get(self.meaning(row), "")
        texts = self._texts[row]
        return texts[column - 1] if column <= len(texts) else ""


def _text(value: object) -> str:
    """A value as a table shows it; what is missing is a dash."""
    if value is None or value != value:
        return "–"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
