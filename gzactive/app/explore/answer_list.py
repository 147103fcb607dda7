"""The answers to look for, under their questions, in the order in which a volunteer meets them."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from gzactive.app.icons import Icons
from gzactive.app.tokens import TYPE
from gzactive.trees import DecisionTree

__all__ = ["AnswerList"]

_ICON = 26
_COLUMN = Qt.ItemDataRole.UserRole
_SIGN = Qt.ItemDataRole.UserRole + 1


class AnswerList(QListWidget):
    """One answer is chosen; questions are headings only.

    Parameters
    ----------
    tree
        Whose modelled questions.
    icons
        Draws the answers' icons.
    parent
        The page.
    """

    #: An answer was chosen, by its column.
    chosen = Signal(str)

    def __init__(self, tree: DecisionTree, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._items: dict[str, QListWidgetItem] = {}
        self.setProperty("role", "answers")
        self.setAccessibleName("Answer to look for")
        self.setToolTip("Choose what the galaxies shall show ([ and ])")
        self.setIconSize(QSize(_ICON, _ICON))
        self.setUniformItemSizes(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        for question in tree.questions:
            if not question.modelled:
                continue
            heading = QListWidgetItem(question.text, self)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            heading.setToolTip(question.text)
            for answer in question.answers:
                item = QListWidgetItem(answer.text, self)
                item.setData(_COLUMN, answer.column)
                item.setData(_SIGN, answer.icon)
                item.setToolTip(answer.help or answer.text)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{question.text} {answer.text}")
                self._items[answer.column] = item
        self._retint()
        icons.theme.changed.connect(self._retint)
        self.currentItemChanged.connect(self._on_current)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.currentItem() is not None:
            self._show_with_heading(self.currentItem())

    def mark(self, answer: str) -> None:
        """Show which answer is chosen, without choosing it."""
        item = self._items.get(answer)
        if item is not None and item is not self.currentItem():
            self.blockSignals(True)
            self.setCurrentItem(item)
            self.blockSignals(False)
            self._retint()
        if item is not None:
            self._show_with_heading(item)

    def _show_with_heading(self, item: QListWidgetItem) -> None:
        row = self.row(item)
        while row > 0 and self.item(row).data(_COLUMN):
            row -= 1
        self.scrollToItem(self.item(row))
        self.scrollToItem(item)

    def _on_current(self, current: QListWidgetItem | None, _: object = None) -> None:
        self._retint()
        if current is not None and current.data(_COLUMN):
            self._show_with_heading(current)
            self.chosen.emit(current.data(_COLUMN))

    def _retint(self) -> None:
        theme = self._icons.theme
        for row in range(self.count()):
            item = self.item(row)
            sign = item.data(_SIGN)
            if sign:
                chosen = item is self.currentItem()
                colour = theme.colours.accent if chosen else theme.colours.text
                item.setIcon(self._icons.pixmap(sign, _ICON, colour, self.devicePixelRatioF()))
            else:
                item.setFont(theme.font(TYPE.small, bold=True))
