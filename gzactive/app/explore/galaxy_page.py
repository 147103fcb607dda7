"""One galaxy on its own: its picture as large as it can be, and all that the model says of it."""

from itertools import zip_longest

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.explore.beside_panel import BesidePanel
from gzactive.app.explore.controller import ExploreController
from gzactive.app.explore.linked_view import LinkedView, LinkedViews
from gzactive.app.explore.question_table import QuestionTable
from gzactive.app.icons import Icons
from gzactive.app.label.look_keeper import LookKeeper
from gzactive.app.label.view_tools import ViewTools
from gzactive.app.tokens import SPACE

__all__ = ["GalaxyPage"]

_TABLE = 430
_NARROW = 330  # beside several pictures


class GalaxyPage(QWidget):
    """Shows the galaxy that the controller has open.

    Parameters
    ----------
    controller
        What it shows.
    actions
        The app's actions.
    icons
        Draws icons and gives the theme.
    look
        How galaxies are looked at, on this page and on others.
    parent
        The Explore page.
    """

    def __init__(
        self,
        controller: ExploreController,
        actions: ActionSet,
        icons: Icons,
        look: LookKeeper,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._icons = icons
        self._look = look
        self._main = BesidePanel(icons, self)
        look.lead(self._main.view)
        self.look_tools = ViewTools(self._main.view, actions, "explore")
        self._others: list[BesidePanel] = []
        self._linked = LinkedViews(self._main.view, self)
        self.table = QuestionTable(icons)
        self._name = QLabel(self)
        self._name.setProperty("role", "heading")
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._place = QLabel(self)
        self._place.setProperty("role", "small")
        self._sky = QLabel(self)
        self._sky.setProperty("role", "small")
        self._sky.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        legend = QLabel(
            "Vote fractions that the model expects. Bold: above the published cut. "
            "Dimmed: most volunteers would not be asked. ✓ your answer.",
            self,
        )
        legend.setProperty("role", "small")
        legend.setWordWrap(True)
        scroll = QScrollArea(self)
        scroll.setWidget(self.table)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName("What the model says of this galaxy")
        scroll.setViewportMargins(0, 0, SPACE.small, 0)
        top = QHBoxLayout()
        top.setSpacing(SPACE.medium)
        top.addWidget(actions.button("explore.back", self, text=True))
        top.addWidget(self._name)
        top.addWidget(self._sky)
        top.addStretch(1)
        top.addWidget(self._place)
        top.addWidget(actions.button("explore.compare", self, text=True))
        right = QVBoxLayout()
        right.setSpacing(SPACE.small)
        right.addWidget(legend)
        right.addWidget(scroll, 1)
        side = self._side = QWidget(self)
        side.setLayout(right)
        side.setFixedWidth(_TABLE)
        right.setContentsMargins(0, 0, 0, 0)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE.large)
        self._pictures = QHBoxLayout()
        self._pictures.setSpacing(SPACE.small)
        self._pictures.addWidget(self._main, 1)
        middle.addLayout(self._pictures, 1)
        middle.addWidget(side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.small)
        column.addLayout(top)
        column.addLayout(middle, 1)
        controller.frame_ready.connect(self._on_frame)
        controller.companions.changed.connect(self._on_beside)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._look.flush()

    def refresh(self) -> None:
        """Show the galaxy that is open now."""
        found = self._controller.detail()
        position = self._controller.position
        if found is None or position is None:
            return
        self._name.setText(found.id_str)
        count = len(self._controller.listing)
        self._place.setText(f"{position + 1:,} of {count:,}   ← → to leaf through")
        self._sky.setText(
            f"RA {found.sky[0]:.5f}°  Dec {found.sky[1]:+.5f}°" if found.sky is not None else ""
        )
        self.table.show_detail(found)
        self._on_frame()

    @property
    def galaxy(self) -> LinkedView:
        """The picture of the open galaxy."""
        return self._main.view

    @property
    def beside(self) -> list[BesidePanel]:
        """Its counterparts' panels on screen."""
        return [panel for panel in self._others if not panel.isHidden()]

    @property
    def equal_scale(self) -> bool:
        """Whether all pictures are shown at one angular scale."""
        return self._linked.angular

    def _on_frame(self) -> None:
        it = self._controller
        scale = it.sky.scale(it.row_at(it.position)) if it.position is not None else None
        self.galaxy.show_galaxy(it.frame, scale, north_up=it.project.settings.north_up)
        self._on_beside()

    def _on_beside(self) -> None:
        """Show the counterparts that were found, and let all pictures follow each other."""
        it = self._controller
        found = it.companions.beside if it.position is not None else ()
        while len(self._others) < len(found):
            panel = BesidePanel(self._icons, self)
            self._look.lead(panel.view)
            self._others.append(panel)
            self._pictures.addWidget(panel, 1)
        for panel, one in zip_longest(self._others, found):
            panel.setVisible(one is not None)
            if one is not None:
                panel.show_beside(one)
        self._side.setFixedWidth(_TABLE if not found else _NARROW)
        self._linked.link([panel.view for panel in self._others[: len(found)]])
        if found and it.position is not None:
            shares = it.shares(it.row_at(it.position), it.question)
            how = "one angular scale" if self.equal_scale else "scales not known"
            self._main.show_words(
                f"{it.project.name}   {it.id_at(it.position)}",
                "   ".join(part for part in (how, shares.words) if part),
            )
        else:
            self._main.show_words("", "")
