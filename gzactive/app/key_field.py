"""A field that takes the next key that is pressed, with its modifiers, instead of text."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit, QLineEdit, QWidget

__all__ = ["KeyField"]


class KeyField(QKeySequenceEdit):
    """Takes one key; Tab goes on to the next control and Esc leaves it."""

    #: A key was pressed, in Qt's portable notation; empty when the field is emptied.
    pressed = Signal(str)
    #: Esc was pressed.
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaximumSequenceLength(1)
        self.setClearButtonEnabled(True)
        self.setAccessibleName("New key")
        for line in self.findChildren(QLineEdit):
            line.setPlaceholderText("Press a key")
        self.setToolTip("Press the key that you want, with Ctrl, Shift or Alt as you like")
        self.keySequenceChanged.connect(self._on_changed)

    @property
    def key(self) -> str:
        """The key that was pressed, in Qt's portable notation; empty if none was."""
        return self.keySequence().toString(QKeySequence.SequenceFormat.PortableText)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.key() == Qt.Key.Key_Escape and plain:
            self.clear()
            self.left.emit()
            return
        if event.key() == Qt.Key.Key_Backtab:
            self.focusPreviousChild()
            return
        if event.modifiers() & Qt.KeyboardModifier.KeypadModifier and _on_pad(event.key()):
            # Qt's field does not tell the number pad's keys from the row's.
            self.setKeySequence(QKeySequence(event.keyCombination()))
            return
        super().keyPressEvent(event)

    def _on_changed(self) -> None:
        self.pressed.emit(self.key)


def _on_pad(key: int) -> bool:
    """Whether a key is one that stands on the number row, too."""
    return Qt.Key.Key_0 <= key <= Qt.Key.Key_9
