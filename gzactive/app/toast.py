"""A quiet card over a page that says what has just come of work in the background.

It takes no focus and no key, and goes by itself; what it covers is a picture, never a control.
"""

from PySide6.QtCore import QEvent, QRect, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from gzactive.app.announce import announce
from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE

__all__ = ["Toast"]

_SECONDS = 12.0
_ICON = 22
_WIDEST = 520


class Toast(QFrame):
    """Hidden until there is something to say; a click puts it away, the pointer on it holds it.

    Parameters
    ----------
    icons
        Draws its sign.
    parent
        The page that it lies over.
    seconds
        How long it stays.
    """

    def __init__(
        self, icons: Icons, parent: QWidget | None = None, *, seconds: float = _SECONDS
    ) -> None:
        super().__init__(parent)
        self._icons = icons
        self._room = QRect()
        self.setProperty("role", "toast")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Click to put this away")
        self._sign = QLabel(self)
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.medium, SPACE.small, SPACE.large, SPACE.small)
        row.setSpacing(SPACE.medium)
        row.addWidget(self._sign)
        row.addWidget(self._words, 1)
        self._timer = QTimer(self, interval=round(1000 * seconds), singleShot=True)
        self._timer.timeout.connect(self.hide)
        icons.theme.changed.connect(self._retint)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says now."""
        return "" if self.isHidden() else self._words.text()

    def say(self, sentence: str, icon: str = "train") -> None:
        """Show a sentence for a while."""
        self._words.setText(sentence)
        self.setAccessibleName(sentence)
        self._retint(icon)
        self._settle()
        self.show()
        self.raise_()
        announce(self, sentence)
        self._timer.start()

    def place(self, room: QRect) -> None:
        """Lie at the foot of this part of the page."""
        self._room = room
        self._settle()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()

    def _settle(self) -> None:
        width = min(_WIDEST, self._room.width() - 2 * SPACE.medium)
        height = max(self.heightForWidth(width), self.sizeHint().height())
        left = self._room.left() + (self._room.width() - width) // 2
        self.setGeometry(left, self._room.bottom() - height - SPACE.medium, width, height)

    def _retint(self, icon: str = "train") -> None:
        accent = self._icons.theme.colours.accent
        picture = self._icons.pixmap(icon, _ICON, accent, self.devicePixelRatioF())
        self._sign.setPixmap(picture)
