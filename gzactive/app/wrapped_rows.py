"""Rows of tables as high as their wrapped words need, the style sheet's padding counted in."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from gzactive.app.tokens import SPACE

__all__ = ["WrappedRows"]

#: The style sheet's padding of a cell, and what Qt keeps free beside its words.
_BESIDE = SPACE.small + 3
_MOST = 10_000


class WrappedRows(QStyledItemDelegate):
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
