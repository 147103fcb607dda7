"""Help and the model's view, which share one place: each has a tab, and neither pushes the other.

Help is there first, for whoever has not finished a galaxy yet. A finished galaxy then brings the
model's view forward, unless the person has asked for help: then help stays, and a dot on the other
tab says that there is something new.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.icons import Icons
from gzactive.app.label.help_panel import HelpPanel
from gzactive.app.label.reveal import Reveal
from gzactive.app.label.reveal_card import RevealCard
from gzactive.app.tokens import SPACE

__all__ = ["SidePanel"]

_HELP, _VIEW = "What to look for", "Model's view"


class SidePanel(QWidget):
    """Two tabs over one place.

    Parameters
    ----------
    icons
        Gives the theme and the signs.
    parent
        The page.
    """

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.help = HelpPanel(icons.theme, self)
        self.card = RevealCard(icons, self)
        self._wanted_help = False
        self._help_tab = self._tab(_HELP, "What the question and its answers mean (H)")
        self._card_tab = self._tab(_VIEW, "What the model thinks of the galaxy just finished (H)")
        group = QButtonGroup(self)
        tabs = QHBoxLayout()
        tabs.setSpacing(SPACE.small)
        for tab in (self._help_tab, self._card_tab):
            group.addButton(tab)
            tabs.addWidget(tab)
        tabs.addStretch(1)
        self._tabs = tabs
        self._help_tab.clicked.connect(self.show_help)
        self._card_tab.clicked.connect(self.show_card)
        self._places = QStackedLayout()
        self._places.addWidget(self.help)
        self._places.addWidget(self.card)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.tight)
        column.addLayout(tabs)
        column.addLayout(self._places, 1)
        self._help_tab.setChecked(True)

    def add_tool(self, button: QToolButton) -> None:
        """Put a button at the end of the row of tabs."""
        self._tabs.addWidget(button)

    @property
    def news(self) -> bool:
        """Whether there is a reveal that has not been seen yet."""
        return self._card_tab.text() != _VIEW

    def toggle_help(self) -> None:
        """From the help to the model's view, or back."""
        if self._places.currentWidget() is self.help:
            self.show_card()
        else:
            self.show_help()

    def show_help(self) -> None:
        """Show the help, until the other tab is chosen."""
        self._wanted_help = True
        self._help_tab.setChecked(True)
        self._places.setCurrentWidget(self.help)

    def show_card(self) -> None:
        """Show the model's view; galaxies to come bring theirs."""
        self._wanted_help = False
        self._card_tab.setChecked(True)
        self._places.setCurrentWidget(self.card)
        self._mark(new=False)

    def show_reveal(self, reveal: Reveal | None, thumbnail: QImage | None) -> None:
        """Put a galaxy's reveal on its card, and the card forward if nobody reads the help."""
        self.card.show_reveal(reveal, thumbnail)
        if reveal is None:
            self._mark(new=False)
        elif self._wanted_help:
            self._mark(new=True)
        else:
            self.show_card()

    def _mark(self, *, new: bool) -> None:
        self._card_tab.setText(f"{_VIEW} ●" if new else _VIEW)
        self._card_tab.setAccessibleName(f"{_VIEW}, new" if new else _VIEW)

    def _tab(self, text: str, tip: str) -> QToolButton:
        tab = QToolButton(self)
        tab.setText(text)
        tab.setToolTip(tip)
        tab.setProperty("role", "tab")
        tab.setCheckable(True)
        tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return tab
