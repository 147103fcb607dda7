"""Where the keyboard goes when a pressed button can be pressed no more: to what follows from it."""

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

__all__ = ["hand_on"]


def hand_on(widget: QWidget, *then: QWidget) -> None:
    """Let the keyboard go on where it makes sense when the widget that has it is switched off.

    Qt moves it to the next widget that Tab would stop at, wherever that is: after the last button
    of a page that is the rail, where Return opens another page.

    Parameters
    ----------
    widget
        Mostly a button, which its own press disables or hides.
    then
        Where the keyboard may go, by rank: the first that is seen and can be used gets it. The
        widget itself keeps it where it can be used again by then.
    """
    _Successors(widget, then)


class _Successors(QObject):
    """Watches one widget lose the keyboard; a child of it, so that it ends with it."""

    def __init__(self, widget: QWidget, then: tuple[QWidget, ...]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._then = then
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            it = self._widget
            # Hidden itself, and not the page that it is on.
            if not it.isEnabled() or it.isHidden():
                # What follows may be shown only after this one is switched off.
                QTimer.singleShot(0, self, self._go)
        return super().eventFilter(watched, event)

    def _go(self) -> None:
        for each in (self._widget, *self._then):
            if each.isEnabled() and each.isVisible():
                each.setFocus()
                return
