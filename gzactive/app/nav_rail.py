"""The rail on the left: which page is open, and the way to the others."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QLabel, QToolButton, QVBoxLayout, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE

__all__ = ["NavRail"]

_ICON = 26
_WIDTH = 76


class NavRail(QWidget):
    """One button a page, the open one marked.

    Parameters
    ----------
    pages
        (page, its text, its icon) in order.
    actions
        Tell what each page is for: those named ``go.<page>``.
    icons
        Draws the icons.
    parent
        The window.
    """

    chosen = Signal(str)

    def __init__(
        self,
        pages: tuple[tuple[str, str, str], ...],
        actions: ActionSet,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH)
        self._icons = icons
        self._names = {page: icon for page, _, icon in pages}
        self._buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.tight, SPACE.medium, SPACE.tight, SPACE.medium)
        column.setSpacing(SPACE.small)
        sign = QLabel(self)
        sign.setPixmap(icons.app_pixmap(36, self.devicePixelRatioF()))
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(sign)
        column.addSpacing(SPACE.small)
        for page, text, _ in pages:
            button = QToolButton(self)
            button.setProperty("role", "nav")
            button.setText(text)
            actions.tell_on(button, f"go.{page}")
            button.setCheckable(True)
            button.setIconSize(QSize(_ICON, _ICON))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setFixedWidth(_WIDTH - 2 * SPACE.tight)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, which=page: self.chosen.emit(which))
            group.addButton(button)
            column.addWidget(button)
            self._buttons[page] = button
        column.addStretch(1)
        icons.theme.changed.connect(self._retint)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._retint()

    def mark(self, page: str) -> None:
        """Show which page is open."""
        if page in self._buttons:
            self._buttons[page].setChecked(True)

    def _retint(self) -> None:
        accent = self._icons.theme.colours.accent
        for page, button in self._buttons.items():
            button.setIcon(self._icons.icon(self._names[page], _ICON, chosen=accent))
