"""A row of quiet buttons over the galaxy: fit, 1:1, invert, grey, stretch, levels, reset."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.label.image_view import GalaxyView
from gzactive.app.tokens import SPACE

__all__ = ["ViewTools"]

_BUTTONS = ("fit", "one-to-one", "invert", "grey", "stretch", "levels", "reset")
#: What goes first where the galaxy is narrow: its key works all the same.
_SPARED = ("one-to-one", "fit", "grey", "levels", "reset")


class ViewTools(QWidget):
    """Stands in the upper right corner of the galaxy, and says how the look differs from plain.

    Parameters
    ----------
    galaxy
        The view that it changes and stands in.
    actions
        The app's actions; those of the view are connected here.
    group
        What their names begin with: each page has its own.
    """

    def __init__(self, galaxy: GalaxyView, actions: ActionSet, group: str = "view") -> None:
        super().__init__(galaxy)
        self._galaxy = galaxy
        self.setProperty("role", "overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = QLabel(self)
        self._look.setProperty("role", "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.small, SPACE.hair, SPACE.hair, SPACE.hair)
        row.setSpacing(0)
        row.addWidget(self._look)
        self._buttons = {name: actions.button(f"{group}.{name}", self) for name in _BUTTONS}
        for button in self._buttons.values():
            row.addWidget(button)
        handlers = {
            "fit": galaxy.fit,
            "one-to-one": galaxy.one_to_one,
            "zoom-in": lambda: galaxy.zoom(closer=True),
            "zoom-out": lambda: galaxy.zoom(closer=False),
            "invert": galaxy.invert,
            "grey": galaxy.turn_grey,
            "stretch": galaxy.next_stretch,
            "levels": galaxy.toggle_levels,
            "reset": galaxy.reset,
        }
        actions.connect({f"{group}.{name}": do for name, do in handlers.items()})
        galaxy.look_changed.connect(self.refresh)
        galaxy.resized.connect(self.refresh)
        self.refresh()

    @property
    def words(self) -> str:
        """How the look differs from the picture as it is."""
        return self._galaxy.look.words

    def refresh(self) -> None:
        """Show the look, and stand where there is room."""
        self._look.setText(self.words)
        room = self._galaxy.width() - 2 * SPACE.small
        sizes = {name: button.sizeHint().width() for name, button in self._buttons.items()}
        words = self._look.sizeHint().width() if self.words else 0
        needed = sum(sizes.values()) + words + SPACE.small + SPACE.hair
        hidden: set[str] = set()
        for name in _SPARED:
            if needed <= room:
                break
            hidden.add(name)
            needed -= sizes[name]
        for name, button in self._buttons.items():
            button.setVisible(name not in hidden)
        self._look.setVisible(words > 0 and needed <= room)
        self.adjustSize()
        self.move(max(0, self._galaxy.width() - self.width() - SPACE.small), SPACE.small)
