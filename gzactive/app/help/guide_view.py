"""Shows pages of the guide: written in the theme's colours, with pictures that may come later."""

from urllib.parse import quote, unquote

from PySide6.QtCore import QByteArray, QRectF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap, QResizeEvent, QTextDocument
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QTextBrowser, QWidget

from gzactive.app.help.confident import ConfidentGalaxy
from gzactive.app.help.library import SCHEME, Library
from gzactive.app.help.page_style import page_style
from gzactive.app.help.pictures import HelpPictures
from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE
from gzactive.guide.field_guide import EXAMPLE_SIDE, ICON_SIDE, SMALL_SIDE, Sight

__all__ = ["GuideView"]

#: Lines of more pixels than this, at the usual font size, are hard to follow.
_COLUMN = 780
_SETTLED_MS = 150


class GuideView(QTextBrowser):
    """One page at a time, with a way back.

    Parameters
    ----------
    library
        Its pages.
    pictures
        The field guide's pictures.
    icons
        Draws icons and gives the theme.
    parent
        The window.
    """

    #: A link to something that the app does was followed: ``go.train``, ``explore/<column>``.
    wanted = Signal(str)
    #: A link out of the app was followed.
    left = Signal(QUrl)
    #: Another page is shown: its name.
    turned = Signal(str)

    def __init__(
        self,
        library: Library,
        pictures: HelpPictures,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._pictures = pictures
        self._icons = icons
        self._told = ""
        self.setProperty("role", "guide")
        self.setOpenLinks(False)
        self.setAccessibleName("Page of the guide")
        # No tip: it would lie over what is to be read.
        self.setAccessibleDescription("Links lead to other pages and to the app")
        self.document().setDocumentMargin(SPACE.large)
        self.anchorClicked.connect(self._follow)
        self.sourceChanged.connect(self._on_source)
        self._settle = QTimer(self, interval=_SETTLED_MS, singleShot=True)
        self._settle.timeout.connect(self._write_again)
        icons.theme.changed.connect(self._write_again)
        pictures.chosen.connect(self._on_chosen)
        pictures.drawn.connect(self._on_drawn)
        pictures.thumbnails_ready.connect(self._on_thumbnails)

    @property
    def page(self) -> str:
        """Name of the page that is shown; empty before the first."""
        return self.source().path().removeprefix("/")

    def open(self, name: str, anchor: str = "") -> None:
        """Show a page, at a heading of it if one is given."""
        url = QUrl(self._library.page(name))
        url.setFragment(anchor)
        self.setSource(url, QTextDocument.ResourceType.HtmlResource)

    # --- Qt -------------------------------------------------------------------------------------

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        url = QUrl(name)
        if kind == QTextDocument.ResourceType.ImageResource.value:
            return self._image(url)
        if url.scheme() != SCHEME or not self._library.has(url.path().removeprefix("/")):
            return None
        return self._html(url.path().removeprefix("/"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        # A column that can be read, in the middle of whatever room there is.
        spare = self.width() - round(_COLUMN * self._scale())
        side = max(0, spare // 2)
        self.setViewportMargins(side, 0, side, 0)
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width() and self.page:
            self._settle.start()

    # --- writing --------------------------------------------------------------------------------

    def _html(self, name: str) -> str:
        found = self._library.question_of(name)
        sights: dict[str, Sight] = {}
        if found is not None:
            tree, question = found
            for answer in question.answers:
                example = self._pictures.example(tree, answer.column)
                sights[answer.column] = Sight(
                    f"example:{tree.id}/{answer.column}" if example is not None else "",
                    example.share if example is not None else 0.0,
                    tuple(
                        (
                            f"galaxy:{quote(each.file_loc, safe='')}",
                            f"app:explore/{answer.column}",
                            f"{each.id_str}: {100 * each.fraction:.0f} % of votes expected",
                        )
                        for each in self._confident(tree.id, answer.column)
                    ),
                )
        style = page_style(self._icons.theme)
        body = self._library.html(name, sights)
        return f"<html><head><style>{style}</style></head><body>{body}</body></html>"

    def _confident(self, tree: str, column: str) -> list[ConfidentGalaxy]:
        own = self._library.tree
        return self._pictures.confident(column) if own is not None and own.id == tree else []

    def _write_again(self) -> None:
        """Write the page that is shown once more, at the same place."""
        if not self.page:
            return
        place = self.verticalScrollBar().value()
        self.document().clear()  # with the pictures that it keeps
        self.reload()
        self.verticalScrollBar().setValue(place)

    def _scale(self) -> float:
        return max(1.0, self._icons.theme.font(1.0).pointSizeF() / 9.0)

    # --- pictures -------------------------------------------------------------------------------

    def _image(self, url: QUrl) -> QImage | QPixmap:
        scheme, path = url.scheme(), unquote(url.toString().partition(":")[2])
        if scheme == "icon":
            colour = self._icons.theme.colours.text
            return self._icons.pixmap(path, ICON_SIDE * 2, colour, self.devicePixelRatioF())
        if scheme == "example":
            tree, _, column = path.partition("/")
            found = next((each for each in self._library.trees if each.id == tree), None)
            picture = self._pictures.picture(found, column) if found is not None else None
            return self._square(picture, EXAMPLE_SIDE)
        if scheme == "galaxy":
            return self._square(self._pictures.thumbnail(path), SMALL_SIDE)
        return self._file(url.path().removeprefix("/"))

    def _square(self, picture: QImage | None, side: int) -> QImage:
        ratio = self.devicePixelRatioF()
        if picture is None or picture.isNull():
            empty = QImage(round(side * ratio), round(side * ratio), QImage.Format.Format_RGB32)
            empty.fill(self._icons.theme.colours.sky)
            return empty
        shown = picture.scaled(
            round(side * ratio),
            round(side * ratio),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        shown.setDevicePixelRatio(ratio)
        return shown

    def _file(self, name: str) -> QImage:
        """An image of the guide, no wider than the page."""
        path = self._library.guide.folder / name
        bar = (
            0
            if self.verticalScrollBar().isVisible()
            else self.verticalScrollBar().sizeHint().width()
        )
        room = self.viewport().width() - bar - 2 * SPACE.large - SPACE.small
        ratio = self.devicePixelRatioF()
        if path.suffix == ".svg":
            renderer = QSvgRenderer(QByteArray(path.read_bytes()))
            size = renderer.defaultSize()
            width = min(room, size.width())
            height = round(width * size.height() / max(1, size.width()))
            image = QImage(
                round(width * ratio),
                round(height * ratio),
                QImage.Format.Format_ARGB32_Premultiplied,
            )
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            renderer.render(painter, QRectF(image.rect()))
            painter.end()
        else:
            image = QImage(str(path))
            if image.width() > room * ratio:
                image = image.scaledToWidth(
                    round(room * ratio), Qt.TransformationMode.SmoothTransformation
                )
        image.setDevicePixelRatio(ratio)
        return image

    # --- what happens ---------------------------------------------------------------------------

    def _follow(self, url: QUrl) -> None:
        if url.scheme() == "app":
            self.wanted.emit(url.path())
        elif url.scheme() == SCHEME or url.isRelative():
            name = url.path().removeprefix("/") or self.page
            self.open(name, url.fragment())
        elif url.scheme() in ("http", "https"):
            self.left.emit(url)

    def _on_source(self, url: QUrl) -> None:
        name = url.path().removeprefix("/")  # source() is still the page before
        self._ask(name)
        if name != self._told:
            self._told = name
            self.turned.emit(name)

    def _ask(self, name: str) -> None:
        """Ask for the pictures of a question's page."""
        found = self._library.question_of(name)
        if found is not None and self.isVisible():
            self._pictures.want(*found)
            self._pictures.want_confident(*found)

    def showEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().showEvent(event)
        self._ask(self.page)

    def _on_chosen(self) -> None:
        if self._library.question_of(self.page) is not None:
            self._write_again()
            self._ask(self.page)

    def _on_drawn(self, tree: str, column: str) -> None:
        self._put(QUrl(f"example:{tree}/{column}"))

    def _on_thumbnails(self, file_locs: list[str]) -> None:
        for file_loc in file_locs:
            self._put(QUrl(f"galaxy:{quote(file_loc, safe='')}"))

    def _put(self, url: QUrl) -> None:
        self.document().addResource(
            QTextDocument.ResourceType.ImageResource.value, url, self._image(url)
        )
        self.viewport().update()
