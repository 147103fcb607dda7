"""One answer: icon, text and key on a large button that paints itself from the tokens."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from gzactive.app.icons import Icons
from gzactive.app.tokens import RADIUS, SPACE, TYPE

__all__ = ["AnswerButton"]

_LARGEST_ICON = 76
_TALL_ICON = 96
_ROOM_FOR_HELP = 220
_KEY = 22
_OFF = 0.45  # how strong an answer is drawn that cannot be given
_WRAPPED = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)


class AnswerButton(QAbstractButton):
    """A large button; as a tick box it shows its tick as well as its colour.

    Parameters
    ----------
    icons
        Draws the answer's icon.
    key
        The answer's key as this platform writes it; empty for none.
    parent
        The grid.
    """

    def __init__(self, icons: Icons, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._key = key
        self._icon_name = "answer"
        self._help = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_answer(self, text: str, icon: str, help_text: str, *, box: bool) -> None:
        """Become an answer; ``box`` makes it one of several that may be ticked."""
        self._icon_name = icon
        self._help = help_text
        self.setCheckable(box)
        self.setChecked(False)
        self.setText(text)
        self.setToolTip(help_text or text)
        self.setAccessibleDescription(help_text)
        self.show_key(self._key)

    def show_key(self, key: str) -> None:
        """Say with which key the answer is given."""
        self._key = key
        self.setAccessibleName(f"{self.text()}, key {key}" if key else self.text())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(140, 104)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._icons.theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(_OFF)
        chosen, down = self.isChecked(), self.isDown()
        fill = colours.border if down else colours.hover if self.underMouse() else colours.raised
        edge = colours.accent if chosen or self.hasFocus() else colours.border
        width = 2.0 if chosen or self.hasFocus() else 1.0
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(fill))
        inset = width / 2
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS
        )
        self._paint_face(painter, chosen)
        self._paint_key(painter)
        if chosen:
            tick = self._icons.pixmap("done", 18, colours.accent, self.devicePixelRatioF())
            painter.drawPixmap(self.width() - 18 - SPACE.small, SPACE.small, tick)
        painter.end()

    def _paint_face(self, painter: QPainter, chosen: bool) -> None:
        """Icon, text and, where there is room, what distinguishes the answer; as one block."""
        theme = self._icons.theme
        room = self.width() - 2 * SPACE.small
        bold, small = theme.font(TYPE.body, bold=True), theme.font(TYPE.small)
        words = _height(bold, self.text(), room)
        told = self._help if self.height() >= _ROOM_FOR_HELP else ""
        help_height = _height(small, told, room) + SPACE.small if told else 0
        gap = SPACE.tight if self.height() < 90 else SPACE.small
        largest = _LARGEST_ICON if self.height() < _ROOM_FOR_HELP else _TALL_ICON
        icon = min(largest, self.height() - words - gap - help_height - 2 * SPACE.small)
        top = (self.height() - icon - gap - words - help_height) // 2
        if self.height() >= _ROOM_FOR_HELP:
            top = self.height() // 5  # in line with its neighbours, whatever their help says
        ink = theme.colours.accent if chosen else theme.colours.text
        picture = self._icons.pixmap(self._icon_name, icon, ink, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - icon) // 2, top, picture)
        top += icon + gap
        painter.setFont(bold)
        painter.setPen(QColor(theme.colours.text))
        painter.drawText(SPACE.small, top, room, words, _WRAPPED, self.text())
        if told:
            top += words + SPACE.small
            painter.setFont(small)
            painter.setPen(QColor(theme.colours.muted))
            painter.drawText(SPACE.small, top, room, help_height, _WRAPPED, told)

    def _paint_key(self, painter: QPainter) -> None:
        if not self._key:
            return
        colours = self._icons.theme.colours
        font = self._icons.theme.font(TYPE.small, bold=True)
        wide = QFontMetrics(font).horizontalAdvance(self._key) + SPACE.small
        box = QRectF(SPACE.small, SPACE.small, max(_KEY, wide), _KEY)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(colours.background))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(colours.accent))
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._key)


def _height(font: QFont, text: str, room: int) -> int:
    return QFontMetrics(font).boundingRect(0, 0, room, 1000, _WRAPPED, text).height()
