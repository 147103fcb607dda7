"""Tables that are read: rows as high as their wrapped words need, one of them chosen at a time."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from gzactive.app.stylesheet import CELL_FRAME
from gzactive.app.tokens import SPACE

__all__ = ["dress_rows"]

_BESIDE = SPACE.small + CELL_FRAME
_MOST = 10_000


class _WrappedRows(QStyledItemDelegate):
    """Qt's own reckoning of a cell's height forgets the padding, so that last words were cut."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        plain = super().sizeHint(option, index)
        room = option.rect.width() - 2 * _BESIDE
        if room <= 0:
            return plain
        font = index.data(Qt.ItemDataRole.FontRole)
        metrics = QFontMetrics(font if isinstance(font, QFont) else option.font)
        words = str(index.data() or "")
        box = metrics.boundingRect(0, 0, room, _MOST, int(Qt.TextFlag.TextWordWrap), words)
        return QSize(plain.width(), max(plain.height(), box.height() + 2 * SPACE.tight))


def dress_rows(table: QTableView, name: str, tip: str, stretched: int) -> None:
    """Let a table with a model wrap its words and fit its width, whole rows being chosen.

    Parameters
    ----------
    table
        Its model is set already.
    name, tip
        For the screen reader, and for the pointer.
    stretched
        The column that takes what width is left.
    """
    table.setItemDelegate(_WrappedRows(table))
    table.setAccessibleName(name)
    table.setToolTip(tip)
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setWordWrap(True)
    table.setAlternatingRowColors(True)
    table.setTextElideMode(Qt.TextElideMode.ElideNone)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
