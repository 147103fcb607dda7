"""A grid of a million thumbnails: cells are arithmetic, and only those on screen are ever touched.

A QListView lays every row out when it is filled (1.7 s of frozen window for a million) and again
when it is resized; here a row's place is computed when it is asked for.
"""

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QWidget

from gzactive.app.explore.galaxies_model import GalaxiesModel
from gzactive.app.explore.galaxy_delegate import GalaxyDelegate
from gzactive.app.icons import Icons

__all__ = ["GalaxyGrid"]

type_index = QModelIndex | QPersistentModelIndex
Flag = QItemSelectionModel.SelectionFlag

#: A scroll has stopped, or slowed down, when nothing has moved for so long.
_SETTLED_MS = 40
_HANDLED = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}
_HANDLED |= {Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class GalaxyGrid(QAbstractItemView):
    """Thumbnails in rows; one is the current one, any number are selected.

    Arrows, Home, End and the page keys move; with Shift they select on the way. A click opens, a
    click on the mark in the corner (or with Ctrl) selects, one with Shift selects all up to it.

    Parameters
    ----------
    icons
        Draws marks and gives the theme.
    parent
        The page.
    """

    #: A galaxy is to be opened: its row.
    chosen = Signal(int)
    #: The keyboard came, or went.
    focus_changed = Signal(bool)
    #: These rows are on screen, and have been for a moment (a range).
    rested = Signal(object)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cell = GalaxyDelegate(icons, self)
        self._anchor = 0
        self._hovered = -1
        self.setItemDelegate(self._cell)
        self.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("role", "grid")
        self.setAccessibleName("Galaxies")
        self.viewport().setMouseTracking(True)
        self._settled = QTimer(self, interval=_SETTLED_MS, singleShot=True)
        self._settled.timeout.connect(self._want)
        icons.theme.changed.connect(self.viewport().update)

    # --- what is where --------------------------------------------------------------------------

    @property
    def columns(self) -> int:
        """Galaxies in a row of the grid."""
        return max(1, self.viewport().width() // self._cell.least_width)

    @property
    def shown(self) -> range:
        """Rows of the model that are on screen, in part or whole."""
        return self._between(self.verticalOffset(), self.verticalOffset() + self._height())

    @property
    def selected(self) -> list[int]:
        """Selected rows, rising; of a selection of all it is all of them."""
        return [row for one in self._ranges() for row in one]

    @property
    def count_selected(self) -> int:
        """How many are selected."""
        return sum(len(one) for one in self._ranges())

    @property
    def picture_side(self) -> int:
        """Side of a picture in the screen's own pixels."""
        return round(self._cell.picture * self.devicePixelRatioF())

    def visualRect(self, index: type_index) -> QRect:
        if not index.isValid():
            return QRect()
        line, column = divmod(index.row(), self.columns)
        width = self.viewport().width() / self.columns
        left, right = round(column * width), round((column + 1) * width)
        top = line * self._cell.height - self.verticalOffset()
        return QRect(left, top, right - left, self._cell.height)

    def indexAt(self, point: QPoint) -> QModelIndex:
        line = (point.y() + self.verticalOffset()) // self._cell.height
        column = min(self.columns - 1, point.x() * self.columns // max(1, self.viewport().width()))
        row = line * self.columns + column
        if row < 0 or row >= self._rows() or point.x() < 0:
            return QModelIndex()
        return self.model().index(row, 0)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return int(self.verticalScrollBar().value())

    def isIndexHidden(self, index: type_index) -> bool:
        return False

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        shown = self.shown
        region = QRegion()
        for one in _ranges(selection):
            for row in range(max(one.start, shown.start), min(one.stop, shown.stop)):
                region += self.visualRect(self.model().index(row, 0))
        return region

    def sizeHint(self) -> QSize:
        return QSize(4 * self._cell.least_width, 2 * self._cell.height)

    # --- moving ---------------------------------------------------------------------------------

    def scrollTo(
        self,
        index: type_index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        if not index.isValid():
            return
        box, bar = self.visualRect(index), self.verticalScrollBar()
        if box.top() < 0:
            bar.setValue(bar.value() + box.top())
        elif box.bottom() >= self._height():
            bar.setValue(bar.value() + min(box.top(), box.bottom() + 1 - self._height()))

    def moveCursor(
        self,
        action: QAbstractItemView.CursorAction,
        modifiers: Qt.KeyboardModifier,
    ) -> QModelIndex:
        return self.currentIndex()  # the keys are handled below, where Shift has its meaning

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Nothing is selected by dragging a frame."""

    def go_to(self, row: int, *, select: bool = False) -> None:
        """Make a row the current one and bring it on screen; select all from the last if told."""
        if not 0 <= row < self._rows():
            return
        model, selection = self.model(), self.selectionModel()
        if select:
            ends = (model.index(one, 0) for one in sorted((self._anchor, row)))
            selection.select(QItemSelection(*ends), Flag.ClearAndSelect)
        else:
            self._anchor = row
        selection.setCurrentIndex(model.index(row, 0), Flag.NoUpdate)
        self.scrollTo(model.index(row, 0))

    def toggle(self, row: int) -> None:
        """Select a row, or no longer."""
        if 0 <= row < self._rows():
            self._anchor = row
            self.selectionModel().select(self.model().index(row, 0), Flag.Toggle)

    def select_all(self) -> None:
        """Select every row."""
        if self._rows():
            model = self.model()
            both = QItemSelection(model.index(0, 0), model.index(self._rows() - 1, 0))
            self.selectionModel().select(both, Flag.ClearAndSelect)

    # --- Qt -------------------------------------------------------------------------------------

    def reset(self) -> None:
        super().reset()
        self._hovered = -1
        self._refit()
        self._settled.start()

    def go_on_at(self, row: int) -> None:
        """After other rows have come in: make one of them the current one, with nothing selected.

        The view stays where it is as long as the row is on screen.
        """
        self.go_to(min(row, self._rows() - 1))
        self.viewport().update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._settled.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        first = self.shown.start
        self._refit()
        if self._rows():
            self.verticalScrollBar().setValue(first // self.columns * self._cell.height)
        self._settled.start()

    def updateGeometries(self) -> None:
        self._refit()
        super().updateGeometries()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()
        self._settled.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        model, selection = self.model(), self.selectionModel()
        current = self.currentIndex().row()
        offset = self.verticalOffset()
        box, region = event.rect(), event.region()
        for row in self._between(offset + box.top(), offset + box.bottom() + 1):
            index = model.index(row, 0)
            option.rect = self.visualRect(index)
            if not region.intersects(option.rect):
                continue
            state = QStyle.StateFlag.State_Enabled
            if selection.isSelected(index):
                state |= QStyle.StateFlag.State_Selected
            if row == current and self.hasFocus():
                state |= QStyle.StateFlag.State_HasFocus
            if row == self._hovered:
                state |= QStyle.StateFlag.State_MouseOver
            option.state = state
            self._cell.paint(painter, option, index)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.count_selected:
            self.clearSelection()
            return
        if event.key() not in _HANDLED:
            event.ignore()
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        here, last = max(0, self.currentIndex().row()), self._rows() - 1
        page = max(1, self._height() // self._cell.height) * self.columns
        target = {
            Qt.Key.Key_Left: here - 1,
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Up: here - self.columns,
            Qt.Key.Key_Down: here + self.columns,
            Qt.Key.Key_PageUp: here - page,
            Qt.Key.Key_PageDown: here + page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }[Qt.Key(event.key())]
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            target = min(max(target, 0), last)
        elif event.key() == Qt.Key.Key_Down and target > last:
            # From above a last line that is not full, down means its end.
            target = last if here // self.columns < last // self.columns else here
        self.go_to(target, select=shift)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.indexAt(event.position().toPoint()).row()
        if row < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        keys = event.modifiers()
        if keys & Qt.KeyboardModifier.ShiftModifier:
            self.go_to(row, select=True)
        elif keys & Qt.KeyboardModifier.ControlModifier or self._on_mark(row, event):
            self.go_to(row)
            self.toggle(row)
        else:
            self.go_to(row)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        row = self.indexAt(event.position().toPoint()).row()
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        here = row >= 0 and row == self.currentIndex().row()
        left = event.button() == Qt.MouseButton.LeftButton
        if here and plain and left and not self._on_mark(row, event):
            self.chosen.emit(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        self._hover(-1)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)
        self.viewport().update()

    # --- inside ---------------------------------------------------------------------------------

    def _ranges(self) -> list[range]:
        return _ranges(self.selectionModel().selection())

    def _rows(self) -> int:
        return self.model().rowCount() if self.model() is not None else 0

    def _height(self) -> int:
        return int(self.viewport().height())

    def _between(self, top: int, bottom: int) -> range:
        """Rows whose cells lie between two heights of the whole grid, in pixels."""
        first = max(0, top // self._cell.height) * self.columns
        last = -(-bottom // self._cell.height) * self.columns
        return range(min(first, self._rows()), min(last, self._rows()))

    def _refit(self) -> None:
        lines = -(-self._rows() // self.columns)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, lines * self._cell.height - self._height()))
        bar.setPageStep(max(1, self._height()))
        bar.setSingleStep(self._cell.height // 2)

    def _want(self) -> None:
        """Load what is on screen, then a screen below it, then one above."""
        model = self.model()
        if isinstance(model, GalaxiesModel):
            shown = self.shown
            page = len(shown)
            below = range(shown.stop, min(shown.stop + page, self._rows()))
            above = range(max(0, shown.start - page), shown.start)
            model.want([*shown, *below, *reversed(above)])
            if self.isVisible() and len(shown):
                self.rested.emit(shown)

    def _on_mark(self, row: int, event: QMouseEvent) -> bool:
        box = self.visualRect(self.model().index(row, 0))
        return self._cell.mark(box).contains(event.position())

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()


def _ranges(selection: QItemSelection) -> list[range]:
    """Stretches of selected rows, rising; a selection of all is one, however long."""
    found = (selection.at(place) for place in range(selection.count()))
    return sorted((range(one.top(), one.bottom() + 1) for one in found), key=lambda one: one.start)
