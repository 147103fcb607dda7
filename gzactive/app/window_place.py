"""Where a person left the window, kept from one start to the next and fitted to today's screens."""

from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from gzactive.paths import atomic_write

__all__ = ["fit_to_screen", "fitted", "note_place", "restore_place"]

#: What a window's frame takes of the screen: known only once the window is shown, so with room.
_FRAME = QSize(16, 48)
_MAXIMISED = "maximised"
_NORMAL = "normal"


def restore_place(window: QMainWindow) -> None:
    """Put a window that is not shown yet where it was left, as far as the screens allow it."""
    stored = _stored()
    if stored is None:
        fit_to_screen(window)
        return
    rectangle, maximised = stored
    screen = QGuiApplication.screenAt(rectangle.center()) or window.screen()
    window.setScreen(screen)
    fit_to_screen(window)
    window.setGeometry(fitted(rectangle, screen.availableGeometry()))
    if maximised:
        window.showMaximized()


def fit_to_screen(window: QMainWindow) -> None:
    """Let a window be no larger than its screen, nor made to be; its pages scroll or shrink."""
    room = window.screen().availableSize() - _FRAME
    window.setMinimumSize(window.minimumSize().boundedTo(room))
    if not window.isMaximized() and not window.isFullScreen():
        window.resize(window.size().boundedTo(room))


def fitted(rectangle: QRect, available: QRect) -> QRect:
    """A window's rectangle without its frame, moved and shrunk into what a screen has to give."""
    size = rectangle.size().boundedTo(available.size() - _FRAME)
    left = available.left() + _FRAME.width() // 2
    top = available.top() + _FRAME.height() - _FRAME.width() // 2
    right = available.left() + available.width() - size.width() - _FRAME.width() // 2
    bottom = available.top() + available.height() - size.height() - _FRAME.width() // 2
    corner = QPoint(max(left, min(rectangle.left(), right)), max(top, min(rectangle.top(), bottom)))
    return QRect(corner, size)


def note_place(window: QMainWindow) -> None:
    """Remember where a window is; a disk that cannot be written to is no fault."""
    it = window.normalGeometry()
    if not it.isValid():
        return
    state = _MAXIMISED if window.isMaximized() else _NORMAL
    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(file, f"{it.left()} {it.top()} {it.width()} {it.height()} {state}\n")
    except OSError:
        return


def _stored() -> tuple[QRect, bool] | None:
    """What was remembered; None if nothing was, or others have damaged it."""
    try:
        *numbers, state = _file().read_text(encoding="utf-8").split()
        left, top, width, height = (int(number) for number in numbers)
    except (OSError, ValueError):
        return None
    if width < 1 or height < 1 or state not in (_MAXIMISED, _NORMAL):
        return None
    return QRect(left, top, width, height), state == _MAXIMISED


def _file() -> Path:
    import platformdirs

    return platformdirs.user_config_path("gzactive") / "window.txt"
