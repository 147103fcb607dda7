"""What the wizard shows before anything is given: where to drop, and what to press."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gzactive.app.icons import Icons
from gzactive.app.tokens import RADIUS, SPACE

__all__ = ["EmptyHint"]

_ICON = 56


class EmptyHint(QWidget):
    """A dashed field to drop on, with buttons that do the same.

    Parameters
    ----------
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    folder_wanted = Signal()
    files_wanted = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._sign = QLabel(self)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = QLabel("Drop a folder or a ZIP of images here, a table, or both", self)
        words.setProperty("role", "heading")
        kinds = QLabel(
            "Images: JPEG, PNG, TIFF, FITS and others, nested folders too.\n"
            "Tables: CSV, Parquet, Feather, FITS, VOTable, ECSV.",
            self,
        )
        kinds.setProperty("role", "muted")
        for label in (words, kinds):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self.folder = QPushButton("Choose a folder…", self)
        self.folder.setProperty("role", "primary")
        self.folder.setToolTip("Choose a folder of images; folders within it count too")
        self.folder.clicked.connect(self.folder_wanted)
        self.files = QPushButton("Choose files…", self)
        self.files.setToolTip("Choose ZIPs, images, or a table that says where the images are")
        self.files.clicked.connect(self.files_wanted)
        for button in (self.folder, self.files):
            button.setAccessibleDescription(button.toolTip())
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE.medium)
        buttons.addStretch(1)
        buttons.addWidget(self.folder)
        buttons.addWidget(self.files)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE.large)
        column.addStretch(1)
        column.addWidget(self._sign)
        column.addWidget(words)
        column.addWidget(kinds)
        column.addLayout(buttons)
        column.addStretch(1)
        icons.theme.changed.connect(self._retint)
        self._retint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(self._icons.theme.colours.border), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), RADIUS, RADIUS)
        painter.end()

    def _retint(self) -> None:
        colours = self._icons.theme.colours
        picture = self._icons.pixmap("images", _ICON, colours.muted, self.devicePixelRatioF())
        self._sign.setPixmap(picture)
        self.update()
