"""A quiet card over a page that says what has just come of work in the background.

It takes no focus and no key, and goes by itself; what it covers is a picture, never a control.
"""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
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
    over
        What it covers the foot of.
    parent
        The page that both are on.
    seconds
        How long it stays.
    """

    def __init__(
        self, icons: Icons, over: QWidget, parent: QWidget, *, seconds: float = _SECONDS
    ) -> None:
        super().__init__(parent)
        self._icons = icons
        self._over = over
        self._icon = "train"
        over.installEventFilter(self)
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
        self._icon = icon
        self._retint()
        self._settle()
        self.show()
        self.raise_()
        announce(self, sentence)
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self.isVisible():
            self._settle()
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()

    def _settle(self) -> None:
        room = self._over.geometry()
        width = min(_WIDEST, room.width() - 2 * SPACE.medium)
        words = width - _ICON - SPACE.large - 2 * SPACE.medium - 2
        height = max(_ICON, self._words.heightForWidth(words)) + 2 * SPACE.medium
        left = room.left() + (room.width() - width) // 2
        self.setGeometry(left, room.bottom() - height - SPACE.medium, width, height)

    def _retint(self) -> None:
        accent = self._icons.theme.colours.accent
        picture = self._icons.pixmap(self._icon, _ICON, accent, self.devicePixelRatioF())
        self._sign.setPixmap(picture)
