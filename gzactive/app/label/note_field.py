"""One line for a note: Enter saves it, Esc puts it away and keeps what was typed as a draft."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

__all__ = ["NoteField"]


class NoteField(QLineEdit):
    """Hidden until a note is wanted.

    Parameters
    ----------
    parent
        The panel.
    """

    #: A note is done (its text), or put away for now.
    saved = Signal(str)
    put_away = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Note about this galaxy: Enter saves, Esc keeps a draft")
        self.setAccessibleName("Note about this galaxy")
        self.setToolTip("Enter or Ctrl+Enter saves the note; Esc closes it and keeps a draft.")
        self.setMaxLength(2000)
        self.returnPressed.connect(lambda: self.saved.emit(self.text()))
        self.hide()

    def open(self, draft: str) -> None:
        """Show, with what was typed before."""
        self.setText(draft)
        self.show()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.put_away.emit()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # a field passes it on, and the window would take away what was said
