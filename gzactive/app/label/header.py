"""The line over the galaxy: its name, how those to come are chosen, and the settings of that."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.elided_label import ElidedLabel
from gzactive.app.icons import Icons
from gzactive.app.label.choice_panel import ChoicePanel
from gzactive.app.label.controller import LabelController
from gzactive.app.tokens import SPACE

__all__ = ["Header"]


class Header(QWidget):
    """Name on the left, mix and its button on the right.

    Parameters
    ----------
    controller
        Whose settings the button opens.
    actions
        The app's actions.
    icons
        Draws what the settings need.
    parent
        The Label page.
    """

    def __init__(
        self, controller: LabelController, actions: ActionSet, icons: Icons, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._name = ElidedLabel("small", self)
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        #: How the galaxies to come are chosen, and the button beside it.
        self.mix = QLabel(self)
        self.mix.setProperty("role", "small")
        self.mix.setToolTip(
            "How the galaxies you see are chosen. Those drawn at random are never trained on: "
            "they measure how well the model does."
        )
        self._button = actions.button("label.choice", self)
        self.panel = ChoicePanel(controller.choice, icons, self)
        actions.connect({"label.choice": self._open})
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.tight)
        row.addWidget(self._name, 1)
        row.addWidget(self.mix)
        row.addWidget(self._button)

    def show_galaxy(self, id_str: str) -> None:
        """Name the galaxy on the table; an empty name is none."""
        self._name.setText(f"Galaxy {id_str}" if id_str else "")

    def show_mix(self, words: str) -> None:
        """Say how the galaxies to come are chosen."""
        if words != self.mix.text():
            self.mix.setText(words)

    def _open(self) -> None:
        if self.panel.isVisible():
            self.panel.hide()
        else:
            self.panel.open_below(self._button)
