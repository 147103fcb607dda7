"""A banner: what happened and what is safe, in one sentence, until it is put away."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE

__all__ = ["Banner"]


class Banner(QWidget):
    """Hidden until there is something to say.

    Parameters
    ----------
    icons
        Draws its signs.
    parent
        The page.
    """

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._fault = False
        self._icon = "warning"
        self.setProperty("role", "banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._sign = QLabel(self)
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close = QToolButton(self)
        self._close.setProperty("role", "quiet")
        self._close.setAccessibleName("Put this message away")
        self._close.setToolTip("Put this message away")
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.medium, SPACE.small, SPACE.small, SPACE.small)
        row.setSpacing(SPACE.medium)
        row.addWidget(self._sign)
        row.addWidget(self._words, 1)
        row.addWidget(self._close)
        icons.theme.changed.connect(self._retint)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says now."""
        return self._words.text() if not self.isHidden() else ""

    def say(self, sentence: str, *, fault: bool = False, sign: str = "warning") -> None:
        """Show a sentence, with the sign of an icon's name; a fault is marked as one."""
        self._fault, self._icon = fault, sign
        self.setProperty("fault", fault)
        self.style().unpolish(self)
        self.style().polish(self)
        self._words.setText(sentence)
        self.setAccessibleName(sentence)
        self._retint()
        self.show()

    def _retint(self) -> None:
        colours = self._icons.theme.colours
        colour = colours.danger if self._fault else colours.accent
        self._sign.setPixmap(self._icons.pixmap(self._icon, 20, colour, self.devicePixelRatioF()))
        self._close.setIcon(self._icons.icon("close", 16))
