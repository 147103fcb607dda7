"""Files dropped anywhere on the window."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QWidget

__all__ = ["DropTarget"]


class DropTarget(QObject):
    """Watches a window for files and folders that are dragged over it.

    Parameters
    ----------
    window
        On which they may be dropped.
    """

    #: Local files and folders, as paths.
    dropped = Signal(list)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.hint = QLabel("Drop to make a project of it, or to open it", window)
        self.hint.setProperty("role", "drop")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hint.hide()

    def listen(self) -> None:
        """From now on the window takes drops."""
        self._window.setAcceptDrops(True)
        self._window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            assert isinstance(event, QDropEvent | QDragEnterEvent)
            if _paths(event) and _take_a_copy(event):
                self._show_hint()
                return True
        elif kind == QEvent.Type.DragLeave:
            self.hint.hide()
        elif kind == QEvent.Type.Drop:
            assert isinstance(event, QDropEvent)
            self.hint.hide()
            paths = _paths(event)
            if paths and _take_a_copy(event):
                self.dropped.emit(paths)
                return True
        return super().eventFilter(watched, event)

    def _show_hint(self) -> None:
        self.hint.setGeometry(self._window.rect().adjusted(12, 12, -12, -12))
        self.hint.raise_()
        self.hint.show()


def _take_a_copy(event: QDropEvent) -> bool:
    """Accept what is dropped, but never as moved: whoever gave it would take it away from there."""
    for action in (Qt.DropAction.CopyAction, Qt.DropAction.LinkAction):
        if event.possibleActions() & action:
            event.setDropAction(action)
            event.accept()
            return True
    return False


def _paths(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
