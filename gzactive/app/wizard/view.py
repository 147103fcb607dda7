"""The import wizard's page: what was found on the left, what becomes of it on the right."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.banner import Banner
from gzactive.app.file_kinds import TABLES
from gzactive.app.handing_on import hand_on
from gzactive.app.icons import Icons
from gzactive.app.thumbnails.loader import ThumbnailLoader
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.empty_hint import EmptyHint
from gzactive.app.wizard.findings_panel import FindingsPanel
from gzactive.app.wizard.network_panel import NetworkPanel
from gzactive.app.wizard.place_panel import PlacePanel
from gzactive.app.wizard.sources_panel import SourcesPanel
from gzactive.app.wizard.survey_panel import SurveyPanel
from gzactive.app.wizard.table_panel import TablePanel
from gzactive.app.wizard.tree_panel import TreePanel

__all__ = ["ImportView"]

_RIGHT = 360
_FILES = (
    f"Tables and images ({TABLES} *.fts *.fz *.zip *.jpg *.jpeg *.png *.tif *.tiff *.gif *.bmp "
    "*.webp);;All files (*)"
)


class ImportView(QWidget):
    """One page for images, table, questions, network and place.

    Parameters
    ----------
    controller
        What it shows and steers.
    loader
        Decodes thumbnails.
    icons
        Draws icons and gives the theme.
    parent
        The window.
    """

    #: The person goes back without a project.
    left = Signal()

    def __init__(
        self,
        controller: ImportController,
        loader: ThumbnailLoader,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.controller = controller
        self.banner = Banner(icons, self)
        title = QLabel("New project", self)
        title.setProperty("role", "title")
        self._words = QLabel(
            "Your images stay where they are, and nothing of them is changed.", self
        )
        self._words.setProperty("role", "muted")
        self.hint = EmptyHint(icons, self)
        # In the order in which they are read, which is the order of the Tab key.
        self.sources = SourcesPanel(controller, loader, icons, self)
        self.survey = SurveyPanel(controller, icons, self)
        self.findings = FindingsPanel(controller, icons, self)
        self.table = TablePanel(controller, icons, self)
        self.place = PlacePanel(controller, icons, self)
        self.tree = TreePanel(controller, icons, self)
        self.network = NetworkPanel(controller, icons, self)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setAccessibleName("Cancel")
        self.cancel.clicked.connect(self.back_out)
        self.make = QPushButton("Make the project", self)
        self.make.setProperty("role", "primary")
        self.make.setAccessibleName("Make the project")
        self.make.clicked.connect(controller.make)
        self._at_work = False
        self._stage = QLabel(self)
        self._stage.setProperty("role", "muted")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._bar.setAccessibleName("Progress")
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.hint)
        self._stack.addWidget(self._columns())
        self._lay_out(title)
        for one in (self.survey.fetch, self.survey.again, self.make):
            hand_on(one, self.cancel)
        for wanting in (self.hint, self.sources):
            wanting.folder_wanted.connect(self._ask_for_folder)
            wanting.files_wanted.connect(self._ask_for_files)
        self.table.add.clicked.connect(self._ask_for_files)
        self.tree.file_wanted.connect(self._ask_for_tree)
        self.network.file_wanted.connect(self._ask_for_weights)
        self.place.folder_wanted.connect(self._ask_for_place)
        controller.changed.connect(self.refresh)
        controller.progress.connect(self._on_progress)
        controller.refused.connect(lambda sentence: self.banner.say(sentence, fault=True))
        controller.tried.connect(self.banner.hide)
        self.refresh()

    def begin(self) -> None:
        """Start anew; the keys go where the next press is useful."""
        self.banner.hide()
        self.controller.begin()
        self.hint.folder.setFocus()

    def back_out(self) -> None:
        """Stop what runs; where nothing runs, leave the page."""
        if self.busy:
            self.controller.cancel()
        else:
            self.left.emit()

    @property
    def busy(self) -> bool:
        """Whether anything is being read, fetched or made."""
        it = self.controller
        return it.preparing or it.making or it.fetching

    @property
    def _ways_on(self) -> list[QPushButton]:
        """What may be pressed next, the best first."""
        return [one for one in (self.make, self.survey.fetch, self.survey.again) if one.isEnabled()]

    def refresh(self) -> None:
        """Show which state the controller is in."""
        it = self.controller
        busy = self.busy
        was_empty = self._stack.currentIndex() == 0
        self._stack.setCurrentIndex(0 if it.prepared is None else 1)
        for part in (self.sources, self.table, self.findings, self.tree, self.network, self.place):
            part.setEnabled(not (it.making or it.fetching))
        self.survey.setEnabled(not busy)
        self.survey.setVisible(self.survey.wanted)
        looked_in_vain = not busy and it.prepared is None and not self.hint.folder.isEnabled()
        self.hint.folder.setEnabled(not busy)
        self.hint.files.setEnabled(not busy)
        self._bar.setVisible(busy)
        if busy:
            self._on_progress(
                "Making the project" if it.making else "Fetching" if it.fetching else "Looking",
                0,
                0,
            )
        else:
            self._stage.setText(it.summary)
        self.make.setEnabled(it.ready)
        refusals = it.prepared.plan.refusals if it.prepared is not None else ()
        why = it.place_fault or (refusals[0].sentence if refusals else "")
        self.make.setToolTip(why or "Make it and begin to label (Ctrl+Return)")
        self.cancel.setToolTip(
            "Stop; nothing is left half-made (Esc)" if busy else "Back, without a project (Esc)"
        )
        if was_empty and it.prepared is not None and it.ready:
            self.make.setFocus()
        elif looked_in_vain:
            self.hint.folder.setFocus()
        elif self._at_work and not busy and self.cancel.hasFocus():
            # Where it stopped what ran, it would now leave the page.
            next((one for one in self._ways_on if one.isVisible()), self.cancel).setFocus()
        self._at_work = busy

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc stops or leaves; Return presses the button in use, Ctrl+Return makes the project."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        used = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.back_out()
        elif enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.controller.make()
        elif enter and isinstance(used, QAbstractButton):
            used.click()
        else:
            super().keyPressEvent(event)

    # --- inside ---------------------------------------------------------------------------------

    def _columns(self) -> QWidget:
        left = QVBoxLayout()
        left.setSpacing(SPACE.medium)
        for panel in (self.sources, self.survey, self.findings, self.table):
            left.addWidget(panel)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(SPACE.medium)
        for choice in (self.place, self.tree, self.network):
            choice.setFixedWidth(_RIGHT)
            right.addWidget(choice)
        right.addStretch(1)
        inner = QWidget(self)
        row = QHBoxLayout(inner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.medium)
        row.addLayout(left, 1)
        row.addLayout(right)
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        return area

    def _lay_out(self, title: QLabel) -> None:
        head = QVBoxLayout()
        head.setSpacing(SPACE.hair)
        head.addWidget(title)
        head.addWidget(self._words)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE.medium)
        foot.addWidget(self._bar)
        foot.addWidget(self._stage, 1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.make)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.huge, SPACE.large, SPACE.huge, SPACE.large)
        column.setSpacing(SPACE.medium)
        column.addLayout(head)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)

    def _on_progress(self, stage: str, done: int, total: int) -> None:
        if not self.busy:
            return
        counted = f": {done:,} of {total:,}" if total else f": {done:,} so far" if done else " …"
        self._stage.setText(f"{stage}{counted}")
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def _ask_for_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "A folder of images", str(Path.home()))
        if folder:
            self.controller.add([Path(folder)])

    def _ask_for_files(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(
            self, "ZIPs, images, or a table", str(Path.home()), _FILES
        )
        if files:
            self.controller.add([Path(file) for file in files])

    def _ask_for_tree(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, "A decision tree of your own", str(Path.home()), "Decision trees (*.toml)"
        )
        if file:
            self.controller.choose_tree(file)

    def _ask_for_weights(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, "Weights", str(Path.home()), "Weights (*.safetensors)"
        )
        if file:
            self.controller.add_weights(Path(file))

    def _ask_for_place(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self, "Where the project's folder is made", str(Path.home())
        )
        if folder:
            self.controller.set_place(Path(folder) / (self.controller.name or "galaxies"))
