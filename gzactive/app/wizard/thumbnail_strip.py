"""The first images that were found, small; decoded off the window's thread."""

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from gzactive.app.icons import Icons
from gzactive.app.thumbnails.loader import ThumbnailLoader
from gzactive.app.tokens import SPACE

__all__ = ["ThumbnailStrip"]

MOST = 12  #: images shown
_FEWER_COLUMNS = 6
_LEAST_SIDE = 56


class ThumbnailStrip(QWidget):
    """Twelve pictures in one row where there is room, else in two.

    Parameters
    ----------
    loader
        Decodes them.
    icons
        Draws the sign of those that cannot be read, and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, loader: ThumbnailLoader, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._loader = loader
        self._icons = icons
        self.files: list[str] = []
        self.setAccessibleName("The first images")
        loader.ready.connect(lambda _: self._on_ready())
        icons.theme.changed.connect(self.update)

    def show_files(self, files: list[str]) -> None:
        """Show these, at most twelve of them."""
        if files[:MOST] != self.files:
            self.files = files[:MOST]
            self._loader.want(self.files)
            self._fit()
            self.update()
        self.setAccessibleDescription(f"{len(self.files)} pictures")

    @property
    def shown(self) -> list[str]:
        """Those whose picture, or the reason for none, is here."""
        return [one for one in self.files if self._loader.get(one) is not None]

    def sizeHint(self) -> QSize:
        return QSize(_FEWER_COLUMNS * _LEAST_SIDE, _LEAST_SIDE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        colours = self._icons.theme.colours
        for number, file_loc in enumerate(self.files):
            box = self._box(number)
            found = self._loader.get(file_loc)
            if found is not None and found.picture is not None:
                painter.drawImage(box, found.picture)
                continue
            painter.fillRect(box, QColor(colours.hover))
            if found is not None:
                size = box.width() // 3
                sign = self._icons.pixmap("warning", size, colours.danger, self.devicePixelRatioF())
                painter.drawPixmap(box.center().x() - size // 2, box.center().y() - size // 2, sign)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            told = ""
            for number, file_loc in enumerate(self.files):
                if self._box(number).contains(event.pos()):
                    found = self._loader.get(file_loc)
                    problem = (
                        f"\nIt cannot be shown: {found.problem}" if found and found.problem else ""
                    )
                    told = f"{file_loc}{problem}"
            QToolTip.showText(event.globalPos(), told, self)
            return True
        return super().event(event)

    def _on_ready(self) -> None:
        faults = sum(bool(one and one.problem) for one in map(self._loader.get, self.files))
        told = f"{len(self.files)} pictures"
        self.setAccessibleDescription(f"{told}, {faults} of them unreadable" if faults else told)
        self.update()

    @property
    def _columns(self) -> int:
        room = MOST * _LEAST_SIDE + (MOST - 1) * SPACE.tight
        return MOST if self.width() >= room else _FEWER_COLUMNS

    @property
    def _side(self) -> int:
        columns = self._columns
        return max(1, (self.width() - (columns - 1) * SPACE.tight) // columns)

    def _box(self, number: int) -> QRect:
        row, column = divmod(number, self._columns)
        step = self._side + SPACE.tight
        return QRect(column * step, row * step, self._side, self._side)

    def _fit(self) -> None:
        rows = -(-len(self.files) // self._columns)
        height = max(0, rows * self._side + (rows - 1) * SPACE.tight)
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)
