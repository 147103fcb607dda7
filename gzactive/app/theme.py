"""The theme of the running app: Fusion, a palette and the style sheet, both from the tokens.

Dark is the default. Widgets that paint themselves read :attr:`Theme.colours` when they paint and
repaint on :attr:`Theme.changed`; nobody else knows a colour.
"""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from gzactive.app.stylesheet import stylesheet
from gzactive.app.tokens import DARK, LIGHT, Colours

__all__ = ["Theme"]


class Theme(QObject):
    """Which mode the app is in, and how it gets there.

    Parameters
    ----------
    app
        The application that is dressed.
    mode
        ``dark`` or ``light``.
    """

    changed = Signal()

    def __init__(self, app: QApplication, mode: str = "dark") -> None:
        super().__init__(app)
        self._app = app
        self._point_size = _point_size(app.font())
        app.setStyle("Fusion")
        self._dress(mode)

    @property
    def colours(self) -> Colours:
        """The colours of the present mode."""
        return self._colours

    @property
    def mode(self) -> str:
        """``dark`` or ``light``."""
        return self._colours.mode

    def set_mode(self, mode: str) -> None:
        """Dress the app in ``dark`` or ``light``."""
        if mode != self.mode:
            self._dress(mode)
            self.changed.emit()

    def toggle(self) -> None:
        """Change from dark to light, or back."""
        self.set_mode("light" if self.mode == "dark" else "dark")

    def font(self, scale: float, *, bold: bool = False) -> QFont:
        """The person's font at a step of the type scale, for widgets that paint themselves."""
        font = QFont(self._app.font())
        font.setPointSizeF(self._point_size * scale)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def _dress(self, mode: str) -> None:
        self._colours = LIGHT if mode == "light" else DARK
        # Only a hint to the platform (title bar, native dialogs); offscreen it does nothing, so the
        # palette below is what counts.
        scheme = Qt.ColorScheme.Light if mode == "light" else Qt.ColorScheme.Dark
        self._app.styleHints().setColorScheme(scheme)
        self._app.setPalette(_palette(self._colours))
        self._app.setStyleSheet(stylesheet(self._colours, self._point_size))


def _point_size(font: QFont) -> float:
    """Size in points, also of a font that the platform gives in pixels."""
    return font.pointSizeF() if font.pointSizeF() > 0 else font.pixelSize() * 0.75


def _palette(colours: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, colour in {
        role.Window: colours.background,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.background,
        role.Text: colours.text,
        role.PlaceholderText: colours.muted,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.danger,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Link: colours.accent,
        role.Light: colours.hover,
        role.Mid: colours.border,
        role.Dark: colours.border,
        role.Shadow: colours.sky,
    }.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(colours.muted))
    return palette
