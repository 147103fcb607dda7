"""The part of the Project page that writes files for other programs and other people."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QWidget,
)

from gzactive.app.handing_on import hand_on
from gzactive.app.icons import Icons
from gzactive.app.menu_box import MenuBox
from gzactive.app.project.about_panel import show_folder
from gzactive.app.project.controller import ProjectController
from gzactive.app.save_name import ask_save_name
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.panel import Panel
from gzactive.survey.exporters import FORMATS, ExportFormat, Options

__all__ = ["ExportPanel"]

#: Boxes: field of the options, what it says, why, whether ticked at first, and for which formats.
_TABLES = ("zoobot", "gz-decals", "votable", "fits")
_BOXES = (
    ("labelled_only", "Only galaxies with votes", "Leave out galaxies without a vote", _TABLES),
    (
        "repeats",
        "Repeats, too",
        "Also what a person said of a galaxy when asked again",
        ("zooniverse",),
    ),
    (
        "images",
        "With the images",
        "Without them, the images must be put in place elsewhere",
        ("archive",),
    ),
    (
        "features",
        "With the features",
        "Larger, but the other computer need not look at all galaxies again",
        ("archive",),
    ),
)


class ExportPanel(Panel):
    """Choose a format, name a file, see it written.

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
        super().__init__("Take it elsewhere", icons, parent)
        self._controller = controller
        #: Asks for a file's name; tests put theirs here.
        self.ask: Callable[[str, str], str] = self._ask
        self.formats = MenuBox(icons, self)
        self.formats.setAccessibleName("Format")
        self.formats.setToolTip("What is written, and for which program")
        for one in FORMATS:
            self.formats.addItem(one.title, one.name)
            tip = Qt.ItemDataRole.ToolTipRole
            self.formats.setItemData(self.formats.count() - 1, one.help, tip)
        self.formats.currentIndexChanged.connect(self._on_format)
        self.write = QPushButton("Export…", self)
        self.write.setToolTip("Choose where to write the file")
        self.write.clicked.connect(self._write)
        choose = QHBoxLayout()
        choose.setSpacing(SPACE.small)
        choose.addWidget(self.formats, 1)
        choose.addWidget(self.write)
        self.column.addLayout(choose)
        self.help = self.label("small")
        self.boxes: dict[str, QCheckBox] = {}
        for name, text, why, _ in _BOXES:
            box = QCheckBox(text, self)
            box.setToolTip(why)
            box.setAccessibleDescription(why)
            box.setChecked(bool(getattr(Options(), name)))
            self.boxes[name] = box
            self.column.addWidget(box)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the export")
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setToolTip("Stop writing; nothing half written is left")
        self.cancel.clicked.connect(controller.cancel_export)
        self.show_file = QPushButton("Show in folder", self)
        self.show_file.setToolTip("Open the folder in which the file was written")
        self.show_file.clicked.connect(self._show)
        self.told = self.label("small")
        under_way = QHBoxLayout()
        under_way.setSpacing(SPACE.medium)
        under_way.addWidget(self._bar, 1)
        under_way.addWidget(self.cancel)
        self.column.addLayout(under_way)
        self.column.addWidget(self.show_file, 0, Qt.AlignmentFlag.AlignLeft)
        controller.export_changed.connect(self.refresh)
        controller.export_progress.connect(self._on_progress)
        hand_on(self.write, self.cancel, self.show_file)
        hand_on(self.cancel, self.show_file, self.write)
        self._on_format()
        self.refresh()

    @property
    def chosen(self) -> ExportFormat:
        """The format that is chosen."""
        return FORMATS[self.formats.currentIndex()]

    def refresh(self) -> None:
        """Show whether something is being written, or what was."""
        running = self._controller.exporting is not None
        done = self._controller.exported
        self.write.setEnabled(not running)
        self._bar.setVisible(running)
        self.cancel.setVisible(running)
        self.show_file.setVisible(done is not None)
        if running:
            self._bar.setRange(0, 0)
            self.told.setText("Beginning …")
        elif done is not None:
            self.told.setText("\n".join([f"Written: {done.path}", *done.remarks]))
        self.told.setVisible(running or done is not None)

    def _on_format(self) -> None:
        self.help.setText(self.chosen.help)
        for name, _, _, formats in _BOXES:
            self.boxes[name].setVisible(self.chosen.name in formats)

    def _on_progress(self, stage: str, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self.told.setText(f"{stage}: {done:,} of {total:,}" if total else stage)

    def _write(self) -> None:
        form = self.chosen
        name = f"{self._controller.project.path.name}-{form.name}{form.suffixes[0]}"
        if form.name == "archive":
            name = f"{self._controller.project.path.name}{form.suffixes[0]}"
        endings = " ".join(f"*{suffix}" for suffix in form.suffixes)
        answer = self.ask(name, f"{form.title} ({endings})")
        if answer:
            ticked = {name: box.isChecked() for name, box in self.boxes.items()}
            options = Options(
                labelled_only=ticked["labelled_only"],
                repeats=ticked["repeats"],
                images=ticked["images"],
                features=ticked["features"],
            )
            self._controller.export(form.name, Path(answer), options)

    def _ask(self, name: str, pattern: str) -> str:
        start = self._controller.project.path.parent / name
        return ask_save_name("Export", start, pattern, self)

    def _show(self) -> None:
        if self._controller.exported is not None:
            show_folder(self._controller.exported.path.parent)
