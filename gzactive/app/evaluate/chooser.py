"""What can be looked at: all questions, one of them, or the labellers."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gzactive.app.tokens import SPACE

__all__ = ["Chooser"]

_KEY = Qt.ItemDataRole.UserRole


class _Wrapped(QStyledItemDelegate):
    """Qt's own reckoning of an entry's height forgets its padding, so that last words were cut."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        within = QStyleOptionViewItem(option)
        within.rect.setWidth(option.rect.width() - 2 * SPACE.small)
        return super().sizeHint(within, index)


class Chooser(QListWidget):
    """One entry is chosen, by pointer, arrows or the page's keys.

    Parameters
    ----------
    choices
        Key and words of each, in order.
    parent
        The page.
    """

    #: An entry was chosen, by its key.
    chosen = Signal(str)

    def __init__(self, choices: tuple[tuple[str, str], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "answers")
        self.setAccessibleName("Question to look at")
        self.setToolTip("Choose the question whose figures are shown")
        self.setWordWrap(True)
        self.setItemDelegate(_Wrapped(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for key, words in choices:
            item = QListWidgetItem(words, self)
            item.setData(_KEY, key)
            item.setToolTip(words)
        self.currentItemChanged.connect(self._on_current)

    def mark(self, key: str) -> None:
        """Show which entry is chosen, without choosing it."""
        for row in range(self.count()):
            if self.item(row).data(_KEY) == key and row != self.currentRow():
                self.blockSignals(True)
                self.setCurrentRow(row)
                self.blockSignals(False)

    def _on_current(self, current: QListWidgetItem | None) -> None:
        if current is not None:
            self.chosen.emit(str(current.data(_KEY)))
