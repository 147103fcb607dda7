"""One quiet line about what came of a key; it goes after some seconds or at the next key."""

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from gzactive.app.announce import announce
from gzactive.app.elided_label import ElidedLabel

__all__ = ["PassingLine"]

_SECONDS = 6.0


class PassingLine(ElidedLabel):
    """Empty but for a while after :meth:`say`; its place stays, so that nothing jumps.

    Parameters
    ----------
    parent
        The page.
    seconds
        How long a sentence stays.
    until_key
        Whether the next key press takes it away as well.
    """

    def __init__(
        self, parent: QWidget | None = None, *, seconds: float = _SECONDS, until_key: bool = True
    ) -> None:
        super().__init__("small", parent)
        self._until_key = until_key
        self._watched: QWidget | None = None
        self._timer = QTimer(self, interval=round(1000 * seconds), singleShot=True)
        self._timer.timeout.connect(self.clear)

    def say(self, sentence: str) -> None:
        """Show a sentence for a while; an empty one clears the line."""
        self.setText(sentence)
        if not sentence:
            self.clear()
            return
        announce(self, sentence)
        self._timer.start()
        if self._until_key and self._watched is None:
            self._watched = self.window()
            self._watched.installEventFilter(self)

    def clear(self) -> None:
        """Take the sentence away."""
        self.setText("")
        self._timer.stop()
        if self._watched is not None:
            self._watched.removeEventFilter(self)
            self._watched = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A key is offered to the window as an override before any shortcut acts on it, so what that
        # shortcut says comes after this and stays.
        if event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            self.clear()
        return False
