"""One step of the tour: some words beside what they are about, and a ring around it."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.theme import Theme
from gzactive.app.tokens import RADIUS, SPACE

__all__ = ["Callout"]

_WIDTH = 340
_PEN = 3


class Callout(QFrame):
    """Takes no focus and no key of the page; what it is about can be used meanwhile.

    Parameters
    ----------
    actions
        Next, back and end are its buttons.
    theme
        Gives the colours.
    parent
        The window.
    """

    def __init__(self, actions: ActionSet, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._ring = _Ring(theme, parent)
        self.setProperty("role", "toast")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._heading = QLabel(self)
        self._heading.setProperty("role", "heading")
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._place = QLabel(self)
        self._place.setProperty("role", "small")
        row = QHBoxLayout()
        row.setSpacing(SPACE.tight)
        row.addWidget(self._place)
        row.addStretch(1)
        for name in ("tour.end", "tour.back", "tour.next"):
            row.addWidget(actions.button(name, self, text=True))
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.medium, SPACE.medium, SPACE.small)
        column.setSpacing(SPACE.small)
        column.addWidget(self._heading)
        column.addWidget(self._words)
        column.addLayout(row)
        self.hide()

    def show_step(self, heading: str, words: str, place: str) -> None:
        """Take the words of a step."""
        self._heading.setText(heading)
        self._words.setText(words)
        self._place.setText(place)
        self.setAccessibleName(f"{heading}. {words}")

    def settle(self, about: QRect) -> None:
        """Stand beside a part of the window, inside it, and put the ring around the part."""
        window = self._window.rect()
        words = _WIDTH - SPACE.large - SPACE.medium - 2
        self.ensurePolished()
        self._heading.setFixedWidth(words)
        self._words.setFixedWidth(words)
        self._words.setMinimumHeight(0)  # what it was for the step before
        self._words.setFixedHeight(self._words.heightForWidth(words))
        self._column.activate()
        size = QSize(_WIDTH, self.sizeHint().height())
        self.setGeometry(_beside(about, size, window))
        self._ring.setGeometry(
            about.adjusted(-SPACE.tight, -SPACE.tight, SPACE.tight, SPACE.tight) & window
        )
        self._ring.show()
        self._ring.raise_()
        self.show()
        self.raise_()

    def put_away(self) -> None:
        """Hide words and ring."""
        self._ring.hide()
        self.hide()


class _Ring(QWidget):
    """A frame around a part of the window; the mouse goes through it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.colours.accent), _PEN))
        inset = _PEN / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.end()


def _beside(about: QRect, size: QSize, window: QRect) -> QRect:
    """The first side that has room; what is large, as the galaxy is, has room within its foot."""
    gap = SPACE.medium
    middle = about.center() - QPoint(size.width() // 2, size.height() // 2)
    beside = [
        QPoint(about.left() - gap - size.width(), middle.y()),
        QPoint(about.right() + gap, middle.y()),
    ]
    under = [
        QPoint(middle.x(), about.bottom() + gap),
        QPoint(middle.x(), about.top() - gap - size.height()),
    ]
    flat = about.height() < size.height()
    room = window.adjusted(gap, gap, -gap, -gap)
    large = 4 * about.width() * about.height() > window.width() * window.height()
    for corner in [] if large else (under + beside) if flat else (beside + under):
        box = _inside(QRect(corner, size), room)
        if not box.intersects(about):
            return box
    corner = QPoint(middle.x(), about.bottom() - size.height() - 2 * gap)
    return _inside(QRect(corner, size), room)


def _inside(box: QRect, room: QRect) -> QRect:
    moved = QRect(box)
    moved.moveLeft(max(room.left(), min(box.left(), room.right() - box.width())))
    moved.moveTop(max(room.top(), min(box.top(), room.bottom() - box.height())))
    return moved
