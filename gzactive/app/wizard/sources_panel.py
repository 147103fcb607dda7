"""What was given: folders, ZIPs, images, and the first pictures of them."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gzactive.app.icons import Icons
from gzactive.app.thumbnails.loader import ThumbnailLoader
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.panel import Panel
from gzactive.app.wizard.thumbnail_strip import ThumbnailStrip

__all__ = ["SourcesPanel"]

_ICON = 14


class SourcesPanel(Panel):
    """Sources of images, each to be taken out again.

    Parameters
    ----------
    controller
        Whose sources.
    loader
        Decodes the thumbnails.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    folder_wanted = Signal()
    files_wanted = Signal()

    def __init__(
        self,
        controller: ImportController,
        loader: ThumbnailLoader,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Images", icons, parent)
        self._controller = controller
        self.add_folder = self.button(
            "Folder…", "add", "Add a folder of images; folders within it count too"
        )
        self.add_folder.clicked.connect(self.folder_wanted)
        self.add_files = self.button("Files…", "add", "Add ZIPs, single images, or a table")
        self.add_files.clicked.connect(self.files_wanted)
        self.count = self.label("muted")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE.hair)
        self.column.addLayout(self._rows)
        self.strip = ThumbnailStrip(loader, icons, self)
        self.column.addWidget(self.strip)
        self.removers: list[QToolButton] = []
        self._shown: tuple[Path, ...] = ()
        controller.changed.connect(self.refresh)
        icons.theme.changed.connect(lambda: self._show_rows(self._shown))
        self.refresh()

    def refresh(self) -> None:
        """Show what is prepared."""
        prepared = self._controller.prepared
        images = prepared.images if prepared is not None else ()
        if images != self._shown:
            self._show_rows(images)
        if prepared is None:
            self.count.setText("")
            self.strip.show_files([])
            return
        found = prepared.material.images
        catalog = prepared.plan.catalog
        if found is not None:
            told = "1 image" if len(found) == 1 else f"{len(found):,} images"
        elif catalog is not None:
            told = f"{len(catalog):,} images, where the table says"
        else:
            told = "None yet: see what is worth knowing."
        self.count.setText(told)
        files = catalog if catalog is not None else found
        self.strip.show_files([] if files is None else files["file_loc"].head(12).to_list())

    def _show_rows(self, images: tuple[Path, ...]) -> None:
        self._shown = images
        self.removers = []
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for path in images:
            self._rows.addWidget(self._row(path))

    def _row(self, path: Path) -> QWidget:
        row = QWidget(self)
        words = QLabel(str(path), row)
        words.setProperty("role", "small")
        words.setToolTip(str(path))
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        remove = QToolButton(row)
        remove.setProperty("role", "quiet")
        remove.setIcon(self._icons.icon("close", _ICON))
        remove.setToolTip(f"Leave {path.name} out; nothing is deleted")
        remove.setAccessibleName(f"Leave {path.name} out")
        remove.clicked.connect(lambda: self._controller.remove(path))
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(words, 1)
        layout.addWidget(remove)
        self.removers.append(remove)
        return row
