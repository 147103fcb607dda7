"""The menu in a cell from which a column's meaning is chosen."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.columns_model import ColumnsModel

__all__ = ["MeaningDelegate"]

type_index = QModelIndex | QPersistentModelIndex

_ARROW = 12
_MOST_SEEN = 14


class MeaningDelegate(QStyledItemDelegate):
    """Shows what is understood in the accent colour, and opens a menu of meanings.

    Parameters
    ----------
    icons
        Draws the arrow and gives the theme.
    parent
        The table.
    """

    def __init__(self, icons: Icons, parent: QTableView) -> None:
        super().__init__(parent)
        self._icons = icons

    def initStyleOption(self, option: QStyleOptionViewItem, index: type_index) -> None:
        super().initStyleOption(option, index)
        colours = self._icons.theme.colours
        understood = bool(index.data(ColumnsModel.UNDERSTOOD))
        if index.column() == ColumnsModel.MEANING:
            ink = colours.accent if understood else colours.muted
        else:
            ink = colours.text if understood or index.column() else colours.muted
            ink = colours.muted if index.column() else ink
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
            option.palette.setColor(role, QColor(ink))
        if index.column() == ColumnsModel.MEANING:
            room = option.rect.width() - _ARROW - 4 * SPACE.small
            how = Qt.TextElideMode.ElideMiddle
            option.text = option.fontMetrics.elidedText(option.text, how, room)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: type_index) -> None:
        super().paint(painter, option, index)
        if index.column() == ColumnsModel.MEANING:
            colour = self._icons.theme.colours.muted
            ratio = painter.device().devicePixelRatioF()
            arrow = self._icons.pixmap("choose", _ARROW, colour, ratio)
            box = option.rect
            painter.drawPixmap(
                box.right() - _ARROW - SPACE.small, box.center().y() - _ARROW // 2 + 1, arrow
            )

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: type_index
    ) -> QWidget:
        menu = QComboBox(parent)
        menu.setAccessibleName(f"What {index.sibling(index.row(), 0).data()} means")
        menu.setMaxVisibleItems(_MOST_SEEN)
        model = index.model()
        assert isinstance(model, ColumnsModel)
        for meaning, words in model.words.items():
            menu.addItem(words, meaning)
        seen = menu.view()
        # Wider than its cell: most names differ in their middle, which would be left out.
        bar = seen.verticalScrollBar().sizeHint().width()
        seen.setMinimumWidth(seen.sizeHintForColumn(0) + bar + 2 * SPACE.small)
        menu.activated.connect(lambda _: self._take(menu))
        QTimer.singleShot(0, menu, menu.showPopup)
        return menu

    def setEditorData(self, editor: QWidget, index: type_index) -> None:
        assert isinstance(editor, QComboBox)
        editor.setCurrentIndex(editor.findData(index.data(Qt.ItemDataRole.EditRole)))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: type_index) -> None:
        assert isinstance(editor, QComboBox)
        model.setData(index, editor.currentData())

    def _take(self, menu: QComboBox) -> None:
        self.commitData.emit(menu)
        self.closeEditor.emit(menu)
