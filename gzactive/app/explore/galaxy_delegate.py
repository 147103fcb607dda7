"""Paints one galaxy of the grid: its picture, name, figure and marks."""

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPainterPath, QPen, QTransform
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gzactive.app.elide import draw_elided
from gzactive.app.explore.galaxies_model import GalaxiesModel
from gzactive.app.icons import Icons
from gzactive.app.tokens import RADIUS, SPACE, TYPE

__all__ = ["GalaxyDelegate"]

_PICTURE = 160
_MARK = 22
_SIGN = 16

type_index = QModelIndex | QPersistentModelIndex


class GalaxyDelegate(QStyledItemDelegate):
    """All cells are of one size, so that a grid of any length is arithmetic.

    Parameters
    ----------
    icons
        Draws marks and gives the theme.
    parent
        The grid.
    """

    def __init__(self, icons: Icons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._measure()
        icons.theme.changed.connect(self._measure)

    @property
    def least_width(self) -> int:
        """Width of a cell in pixels; the grid shares out what is left over."""
        return _PICTURE + 2 * SPACE.small

    @property
    def picture(self) -> int:
        """Side of a picture in pixels, before the screen's density."""
        return _PICTURE

    @property
    def height(self) -> int:
        """Height of a cell in pixels."""
        return self._height

    def mark(self, cell: QRect | QRectF) -> QRectF:
        """Where the mark of selection is, within a cell."""
        picture = self._picture(QRectF(cell))
        return QRectF(picture.right() - _MARK - 6, picture.top() + 6, _MARK, _MARK)

    def sizeHint(self, option: QStyleOptionViewItem, index: type_index) -> QSize:
        return QSize(self.least_width, self._height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: type_index) -> None:
        colours = self._icons.theme.colours
        cell = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        picture = self._picture(cell)
        frame = picture.adjusted(-4, -4, 4, self._captions + SPACE.tight + 4)
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover if selected else colours.raised))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        self._paint_picture(painter, picture, index)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        if selected or hovered or focused:
            self._paint_mark(painter, self.mark(cell), selected)
        self._paint_signs(painter, picture, index)
        self._paint_captions(painter, picture, index)
        painter.restore()

    def _measure(self) -> None:
        theme = self._icons.theme
        lines = (theme.font(TYPE.small), theme.font(TYPE.body, bold=True))
        self._lines = [QFontMetrics(font).height() + 1 for font in lines]
        self._captions = sum(self._lines)
        self._height = _PICTURE + self._captions + SPACE.large + 2 * SPACE.tight

    def _picture(self, cell: QRectF) -> QRectF:
        left = cell.left() + (cell.width() - _PICTURE) / 2
        return QRectF(left, cell.top() + SPACE.small, _PICTURE, _PICTURE)

    def _paint_picture(self, painter: QPainter, box: QRectF, index: type_index) -> None:
        colours = self._icons.theme.colours
        thumbnail = index.data(GalaxiesModel.THUMBNAIL)
        if thumbnail is None or thumbnail.picture is None:
            path = QPainterPath()
            path.addRoundedRect(box, RADIUS - 2, RADIUS - 2)
            painter.fillPath(path, QColor(colours.sky))
        if thumbnail is None:
            return  # a quiet place until the picture is here: a million signs would flicker
        if thumbnail.picture is None:
            painter.setPen(QColor(colours.muted))
            painter.setFont(self._icons.theme.font(TYPE.small))
            words = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(box.adjusted(8, 8, -8, -8), words, thumbnail.problem)
            return
        # As a brush: the corners are rounded while the picture is copied, without a clip.
        image = thumbnail.picture
        scale = box.width() / max(1, image.width())
        brush = QBrush(image)
        brush.setTransform(QTransform(scale, 0, 0, scale, box.left(), box.top()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush)
        painter.drawRoundedRect(box, RADIUS - 2, RADIUS - 2)

    def _paint_mark(self, painter: QPainter, box: QRectF, selected: bool) -> None:
        """A ring to be ticked; the tick says it, not the colour alone."""
        colours = self._icons.theme.colours
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent))
            painter.drawEllipse(box)
            ratio = painter.device().devicePixelRatio()
            tick = self._icons.pixmap("done", _SIGN, colours.on_accent, ratio)
            inset = (_MARK - _SIGN) / 2
            painter.drawPixmap(box.topLeft() + QPointF(inset, inset), tick)
        else:
            shade = QColor(0, 0, 0, 110)
            painter.setBrush(shade)
            painter.setPen(QPen(QColor(255, 255, 255, 220), 2))
            painter.drawEllipse(box.adjusted(1, 1, -1, -1))

    def _paint_signs(self, painter: QPainter, box: QRectF, index: type_index) -> None:
        """Flagged, and labelled by you: small signs on a dark spot in the corner."""
        left = box.left() + 6
        for role, sign in ((GalaxiesModel.FINISHED, "label"), (GalaxiesModel.FLAGGED, "flagged")):
            if index.data(role):
                spot = QRectF(left, box.top() + 6, _MARK, _MARK)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(0, 0, 0, 150))
                painter.drawEllipse(spot)
                ratio = painter.device().devicePixelRatio()
                picture = self._icons.pixmap(sign, 14, "#ffffff", ratio)
                painter.drawPixmap(int(spot.left() + 4), int(spot.top() + 4), picture)
                left += _MARK + 4

    def _paint_captions(self, painter: QPainter, box: QRectF, index: type_index) -> None:
        colours, theme = self._icons.theme.colours, self._icons.theme
        caption = index.data(GalaxiesModel.CAPTION)
        line = QRectF(box.left() + 2, box.bottom() + SPACE.tight, box.width() - 4, self._lines[1])
        if caption:
            painter.setFont(theme.font(TYPE.body, bold=True))
            painter.setPen(QColor(colours.text))
            draw_elided(painter, line, caption)
            line.translate(0, self._lines[1])
        painter.setFont(theme.font(TYPE.small))
        painter.setPen(QColor(colours.muted))
        line.setHeight(self._lines[0])
        draw_elided(painter, line, index.data(Qt.ItemDataRole.DisplayRole))
