"""One button for all that takes galaxies to other programs and pages."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.icons import Icons

__all__ = ["ElsewhereButton"]

_PARTS = (("copy-places", "simbad", "legacy"), ("send-table", "send-image", "point"))


class ElsewhereButton(QToolButton):
    """Opens a menu of the page's actions; each has its key and its place in the menu bar, too.

    Parameters
    ----------
    actions
        The app's actions.
    icons
        Draws the sign.
    parent
        The page.
    """

    def __init__(self, actions: ActionSet, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setText(" Open elsewhere ▾")
        self.setAccessibleName("Open elsewhere")
        self.setToolTip("Copy the place, open it in the browser, send it to other programs")
        self.setProperty("role", "quiet")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for number, part in enumerate(_PARTS):
            if number:
                menu.addSeparator()
            for name in part:
                menu.addAction(actions[f"explore.{name}"])
        self.setMenu(menu)
        icons.theme.changed.connect(self._retint)
        self._retint()

    def _retint(self) -> None:
        self.setIcon(self._icons.icon("link"))
