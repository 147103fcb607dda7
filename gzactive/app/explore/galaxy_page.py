"""One galaxy on its own: its picture as large as it can be, and all that the model says of it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.explore.controller import ExploreController
from gzactive.app.explore.question_table import QuestionTable
from gzactive.app.icons import Icons
from gzactive.app.label.image_view import GalaxyView
from gzactive.app.tokens import SPACE

__all__ = ["GalaxyPage"]

_TABLE = 430


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
    parent
        The Explore page.
    """

    def __init__(
        self,
        controller: ExploreController,
        actions: ActionSet,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self.galaxy = GalaxyView(icons.theme, self)
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
        right = QVBoxLayout()
        right.setSpacing(SPACE.small)
        right.addWidget(legend)
        right.addWidget(scroll, 1)
        side = QWidget(self)
        side.setLayout(right)
        side.setFixedWidth(_TABLE)
        right.setContentsMargins(0, 0, 0, 0)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE.large)
        middle.addWidget(self.galaxy, 1)
        middle.addWidget(side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.small)
        column.addLayout(top)
        column.addLayout(middle, 1)
        controller.frame_ready.connect(self._on_frame)

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

    def _on_frame(self) -> None:
        self.galaxy.show_frame(self._controller.frame)
