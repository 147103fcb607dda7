"""Icons from the shipped SVG files, tinted by the theme.

The files are drawn in ``currentColor``; here that word is replaced by a colour and the picture is
rendered at the size and pixel density asked for. Rendered pictures are kept.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt

from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE
from gzactive.errors import GzactiveError
from gzactive.paths import resource

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon, QPixmap
    from PySide6.QtWidgets import QPushButton

__all__ = ["Icons"]

_FALLBACK = "answer"
_SIZES = (16, 24, 32, 48, 72, 128)


class Icons:
    """The icon family in the colours of the present theme.

    Parameters
    ----------
    theme
        Gives the colours; pictures are rendered again after it changes.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._folder = resource("icons")
        self._sources: dict[str, bytes] = {}
        self._pictures: dict[tuple[str, str, int, float], QPixmap] = {}
        theme.changed.connect(self._pictures.clear)

    def pixmap(
        self, name: str, size: int, colour: str | None = None, ratio: float = 1.0
    ) -> "QPixmap":
        """Picture of ``size`` × ``size`` device-independent pixels; the text's colour by default.

        A name without a file gets the plain answer sign: a tree of the user's own need not bring
        pictures.
        """
        colour = colour or self.theme.colours.text
        key = (name, colour, size, ratio)
        picture = self._pictures.get(key)
        if picture is None:
            picture = _render(self._source(name, colour), QSize(size, size), ratio)
            self._pictures[key] = picture
        return picture

    def icon(self, name: str, size: int = 20, *, chosen: str | None = None) -> "QIcon":
        """Icon for a button or menu; ``chosen`` is its colour while checked."""
        from PySide6.QtGui import QIcon

        colours = self.theme.colours
        icon = QIcon()
        for ratio in (1.0, 2.0):
            icon.addPixmap(self.pixmap(name, size, colours.text, ratio))
            icon.addPixmap(self.pixmap(name, size, colours.muted, ratio), QIcon.Mode.Disabled)
            if chosen:
                on = self.pixmap(name, size, chosen, ratio)
                icon.addPixmap(on, QIcon.Mode.Normal, QIcon.State.On)
                icon.addPixmap(on, QIcon.Mode.Active, QIcon.State.On)
        return icon

    def put_on(self, button: "QPushButton", name: str, size: int, colour: str = "") -> None:
        """Give a button with words an icon, and some room between the two."""
        from PySide6.QtGui import QIcon

        colours = self.theme.colours
        icon = QIcon()
        for mode, which in (
            (QIcon.Mode.Normal, colour or colours.text),
            (QIcon.Mode.Disabled, colours.muted),
        ):
            for ratio in (1.0, 2.0):
                icon.addPixmap(_spaced(self.pixmap(name, size, which, ratio)), mode)
        button.setIcon(icon)
        button.setIconSize(QSize(size + SPACE.tight, size))

    def app_icon(self) -> "QIcon":
        """The app's own icon, in its own colours, at every size that a desktop asks for."""
        from PySide6.QtGui import QIcon

        icon = QIcon()
        for size in _SIZES:
            icon.addPixmap(self.app_pixmap(size))
        return icon

    def app_pixmap(self, size: int, ratio: float = 1.0) -> "QPixmap":
        """The app's own icon as one picture."""
        return _render(self._read("gzactive"), QSize(size, size), ratio)

    def _source(self, name: str, colour: str) -> bytes:
        return self._read(name).replace(b"currentColor", colour.encode())

    def _read(self, name: str) -> bytes:
        if name not in self._sources:
            path = self._folder / f"{name}.svg"
            if not path.is_file():
                path = self._folder / f"{_FALLBACK}.svg"
            try:
                self._sources[name] = path.read_bytes()
            except OSError as error:
                raise GzactiveError(
                    f"The icon '{path}' cannot be read ({error.strerror}): install gzactive again."
                ) from error
        return self._sources[name]


def _spaced(picture: "QPixmap") -> "QPixmap":
    """The picture with room on its right: Qt's own distance to a button's words is too small."""
    from PySide6.QtGui import QPainter, QPixmap

    ratio = picture.devicePixelRatio()
    wider = QPixmap(picture.width() + round(SPACE.tight * ratio), picture.height())
    wider.setDevicePixelRatio(ratio)
    wider.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wider)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return wider


def _render(source: bytes, size: QSize, ratio: float) -> "QPixmap":
    # Not before the first picture that has an icon.
    from PySide6.QtGui import QPainter, QPixmap
    from PySide6.QtSvg import QSvgRenderer

    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(source)).render(
        painter, QRectF(0, 0, float(size.width()), float(size.height()))
    )
    painter.end()
    return picture
