"""Where a table has places and no images: fetch them from a survey."""

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from gzactive.app.icons import Icons
from gzactive.app.menu_box import MenuBox
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.panel import Panel

__all__ = ["SurveyPanel"]

_SURVEYS = {
    "legacy": "Legacy Surveys (DR10)",
    "sdss": "SDSS (SkyServer)",
    "hips": "SDSS by CDS (hips2fits)",
}
_SCALES = {
    "": "Usual scale",
    "gz2": "By size, as Galaxy Zoo 2",
    "decals": "By size, as Galaxy Zoo DECaLS",
}
_SCALE_TIP = (
    "How much of the sky an image shows: as the table's pixel_scale says, else the survey's own "
    "pixels; or fit to each galaxy's size, which needs its petroR90_r, or petro_th50 and petro_th90"
)


class SurveyPanel(Panel):
    """Which survey, at which scale, and a button.

    Parameters
    ----------
    controller
        What fetches.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, controller: ImportController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Fetch images", icons, parent)
        self._controller = controller
        self.label(
            "muted",
            "The table says where the galaxies are in the sky, and not where their images are. A "
            "survey has pictures of them: a few a second come, and what came is kept.",
        )
        self.survey = self._menu(_SURVEYS, "Survey", "Where the images are fetched from")
        self.scale = self._menu(_SCALES, "Pixel scale", _SCALE_TIP)
        self.fetch = QPushButton("Fetch images", self)
        self.fetch.setAccessibleName("Fetch images")
        self.fetch.setToolTip("Download a picture of each galaxy; it can be cancelled and resumed")
        self.fetch.clicked.connect(self._on_clicked)
        row = QHBoxLayout()
        row.setSpacing(SPACE.small)
        row.addWidget(self.survey, 1)
        row.addWidget(self.scale, 1)
        row.addWidget(self.fetch)
        self.column.addLayout(row)

    def _menu(self, choices: dict[str, str], name: str, tip: str) -> MenuBox:
        menu = MenuBox(self._icons, self)
        menu.setAccessibleName(name)
        menu.setToolTip(tip)
        for key, words in choices.items():
            menu.addItem(words, key)
        return menu

    def _on_clicked(self) -> None:
        self._controller.fetch(str(self.survey.currentData()), str(self.scale.currentData()))
