"""The part of the Project page that shows where on the sky the galaxies lie."""

from PySide6.QtWidgets import QWidget

from gzactive.app.icons import Icons
from gzactive.app.project.controller import ProjectController
from gzactive.app.project.sky_map import SkyMap
from gzactive.app.wizard.panel import Panel

__all__ = ["SkyPanel"]

_HEIGHT = 260


class SkyPanel(Panel):
    """The map, hidden where there are no coordinates.

    Parameters
    ----------
    controller
        Whose project.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, controller: ProjectController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("On the sky", icons, parent)
        self._controller = controller
        self._shown: object = None
        self.match = self.button(
            "Match…", "one-to-one", "Find which of these galaxies another catalogue has"
        )
        self.match.clicked.connect(lambda: controller.task_wanted.emit("match"))
        self.map = SkyMap(icons.theme, self)
        self.map.setMinimumHeight(_HEIGHT)
        self.column.addWidget(self.map)
        controller.changed.connect(self.refresh)
        self.hide()

    def refresh(self) -> None:
        """Draw the galaxies, once for each catalogue."""
        facts = self._controller.facts
        if facts is None or facts.ra is None or facts.dec is None:
            self.hide()
            return
        # A catalogue keeps its galaxies while it is open, and theirs are the same positions.
        if self._shown != facts.galaxies:
            self._shown = facts.galaxies
            self.map.show_places(facts.ra, facts.dec)
        self.show()
