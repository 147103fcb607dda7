"""Where a table has places and no images: fetch them from a survey, and again what failed."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from gzactive.app.icons import Icons
from gzactive.app.menu_box import MenuBox
from gzactive.app.number_boxes import inset
from gzactive.app.project.rows_table import RowsTable
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
    "own": "Of your choice",
}
_ABOUT = (
    "The table says where the galaxies are in the sky, and not where their images are. A survey "
    "has pictures of them: a few a second come, and what came is kept."
)
_SCALE_TIP = (
    "How much of the sky an image shows: as the table's pixel_scale says, else the survey's own "
    "pixels; or fit to each galaxy's size, which needs its petroR90_r, or petro_th50 and petro_th90"
)


class SurveyPanel(Panel):
    """Which survey, at which scale, into which folder; below, what did not come.

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
        #: Asks for a folder; tests put theirs here.
        self.ask_folder: Callable[[], str] = self._ask_folder
        self.elsewhere = self.button("Folder…", "open", "Choose the folder that the images go into")
        self.elsewhere.clicked.connect(self._choose_folder)
        self.about = self.label("muted", _ABOUT)
        self.survey = self._menu(_SURVEYS, "Survey", "Where the images are fetched from")
        self.scale = self._menu(_SCALES, "Pixel scale", _SCALE_TIP)
        self.own = QDoubleSpinBox(self)
        self.own.setRange(0.01, 10.0)
        self.own.setDecimals(3)
        self.own.setValue(0.4)
        self.own.setSuffix(" ″/px")
        self.own.setProperty("role", "plain")
        inset(self.own)
        self.own.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.own.setAccessibleName("Arc seconds a pixel")
        self.own.setToolTip("Arc seconds a pixel, of all images")
        self.fetch = QPushButton("Fetch images", self)
        # While images are missing, it is the one way on.
        self.fetch.setProperty("role", "primary")
        self.fetch.setAccessibleName("Fetch images")
        self.fetch.setToolTip("Download a picture of each galaxy; it can be cancelled and resumed")
        self.fetch.clicked.connect(self._on_clicked)
        row = QHBoxLayout()
        row.setSpacing(SPACE.small)
        row.addWidget(self.survey, 1)
        row.addWidget(self.scale, 1)
        row.addWidget(self.own)
        row.addWidget(self.fetch)
        self.column.addLayout(row)
        self.folder = self.label("small")
        self.folder.setTextFormat(Qt.TextFormat.PlainText)
        self.failed = RowsTable(
            "Images that did not come", ("Galaxy", "Why it did not come"), wide=1, parent=self
        )
        self.column.addWidget(self.failed)
        self.again = QPushButton("Ask for these again", self)
        self.again.setToolTip("Fetch the images that did not come once more; the others are kept")
        self.again.clicked.connect(controller.fetches.again)
        self.column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        self._offered: list[QWidget] = [self.elsewhere, self.survey, self.scale, self.fetch]
        self.survey.currentIndexChanged.connect(self.refresh)
        self.scale.currentIndexChanged.connect(self.refresh)
        controller.changed.connect(self.refresh)
        self.refresh()

    @property
    def wanted(self) -> bool:
        """Whether there is something to fetch, or something that did not come."""
        it = self._controller
        return it.fetchable or bool(it.fetches.failures)

    def refresh(self) -> None:
        """Show what can be fetched, or what did not come."""
        it = self._controller
        failures = it.fetches.failures
        offer = it.fetchable or not failures
        for widget in self._offered:
            widget.setVisible(offer)
        self.own.setVisible(offer and self.scale.currentData() == "own")
        place = it.fetch_folder(str(self.survey.currentData()))
        self.folder.setText(f"Into {place}" if place is not None else "")
        self.folder.setVisible(offer and place is not None)
        count = len(failures)
        self.about.setText(
            _ABOUT
            if offer
            else f"{count:,} {'image' if count == 1 else 'images'} did not come. The project is "
            "made without these galaxies, unless they come when they are asked for again."
        )
        self.failed.rows.show_rows(failures)
        self.failed.setVisible(not offer)
        self.again.setVisible(not offer)

    def _menu(self, choices: dict[str, str], name: str, tip: str) -> MenuBox:
        menu = MenuBox(self._icons, self)
        menu.setAccessibleName(name)
        menu.setToolTip(tip)
        for key, words in choices.items():
            menu.addItem(words, key)
        return menu

    def _on_clicked(self) -> None:
        scale = str(self.scale.currentData())
        if scale == "own":
            scale = f"{self.own.value():g}"
        self._controller.fetch(str(self.survey.currentData()), scale)

    def _choose_folder(self) -> None:
        folder = self.ask_folder()
        if folder:
            self._controller.fetches.folder = Path(folder)
            self.refresh()

    def _ask_folder(self) -> str:
        return QFileDialog.getExistingDirectory(self, "Folder for the images", str(Path.home()))
