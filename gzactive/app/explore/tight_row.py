"""Buttons that leave their words out where there is no room; icons and tips stay."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QToolButton, QWidget

__all__ = ["TightRow"]

Style = Qt.ToolButtonStyle


class TightRow(QObject):
    """Watches the width of a widget; checked buttons keep their words.

    Parameters
    ----------
    widget
        In which the buttons stand.
    buttons
        They.
    enough
        From this width on, in device-independent pixels, there is room for all words.
    """

    def __init__(self, widget: QWidget, buttons: Iterable[QToolButton], enough: int) -> None:
        super().__init__(widget)
        self._widget = widget
        self._buttons = list(buttons)
        self._enough = enough
        widget.installEventFilter(self)

    def refresh(self) -> None:
        """Show as many words as there is room for."""
        roomy = self._widget.width() >= self._enough
        for button in self._buttons:
            worded = roomy or button.isChecked()
            button.setToolButtonStyle(
                Style.ToolButtonTextBesideIcon if worded else Style.ToolButtonIconOnly
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.refresh()
        return False
