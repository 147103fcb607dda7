"""The strip below the galaxy: the one on the table, then those that come, already decoded."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gzactive.app.label.upcoming import PREFETCHED
from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE, TYPE

__all__ = ["UpcomingStrip"]

_SIDE = 56
#: Where there is little room, fewer galaxies are shown, none smaller than can be looked at.
_LEAST = 36
#: Tiles that are kept ready: those on screen, and as many again.
_KEPT = 2 * (PREFETCHED + 1)


class UpcomingStrip(QWidget):
    """The present galaxy, ringed and set apart; then up to ten more, the very next one first.

    Parameters
    ----------
    theme
        Gives the colours.
    parent
        The page.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._now: QImage | None = None
        self._thumbnails: list[QImage | None] = []
        self._more = 0
        self._small: dict[tuple[int, int], QImage] = {}
        self.setAccessibleName("This galaxy and the next ones")
        self.setToolTip(
            "Ringed: the galaxy you are looking at. Then the next ones, from left to right."
        )
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize((_SIDE + SPACE.small) * (PREFETCHED + 1) + 180, _SIDE)

    def minimumSizeHint(self) -> QSize:
        return QSize(_SIDE * 5, _SIDE)

    def show_thumbnails(
        self, now: QImage | None, thumbnails: list[QImage | None], more: int
    ) -> None:
        """Show these, None for one that is still being decoded, and how many follow them."""
        self._now = now
        self._thumbnails = thumbnails
        self._more = more
        count = len(thumbnails) + more
        self.setAccessibleDescription(f"{count:,} more to come" if count else "None to come")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        metrics = painter.fontMetrics()
        longest = f"+{self._more + len(self._thumbnails):,}"
        words = sum(metrics.horizontalAdvance(word) for word in ("Now", "Next", longest))
        room = self.width() - words - 2 * SPACE.small - 2 * SPACE.large
        tiles = min(PREFETCHED + 1, max(2, room // (_LEAST + SPACE.small)))
        side = min(_SIDE, room // tiles - SPACE.small)
        shown = self._thumbnails[: tiles - 1]
        more = self._more + len(self._thumbnails) - len(shown)
        rest = f"+{more:,}" if more else ""
        left = self._word(painter, 0.0, "Now", colours.accent, bold=True)
        self._tile(painter, left, side, self._now, QPen(QColor(colours.accent), 2.5))
        left += side + SPACE.large
        painter.setPen(QPen(QColor(colours.border), 1))
        middle = self.height() / 2
        painter.drawLine(QPointF(left, middle - side / 2), QPointF(left, middle + side / 2))
        left = self._word(painter, left + SPACE.large, "Next", colours.muted)
        for thumbnail in shown:
            self._tile(painter, left, side, thumbnail, QPen(QColor(colours.border), 1))
            left += side + SPACE.small
        self._word(painter, left, rest, colours.muted)
        painter.end()

    def _fitted(self, picture: QImage, side: int) -> QImage:
        """The middle of a picture at the size of a tile, kept: a strip is painted many times."""
        ratio = self.devicePixelRatioF()
        key = (picture.cacheKey(), round(side * ratio))
        if key not in self._small:
            small = picture.copy(_middle(picture).toRect()).scaled(
                key[1],
                key[1],
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            small.setDevicePixelRatio(ratio)
            while len(self._small) > _KEPT:
                self._small.pop(next(iter(self._small)))
            self._small[key] = small
        return self._small[key]

    def _word(
        self, painter: QPainter, left: float, word: str, colour: str, *, bold: bool = False
    ) -> float:
        """Write a word beside the tiles; where what follows it begins."""
        painter.setFont(self._theme.font(TYPE.small, bold=bold))
        painter.setPen(QColor(colour))
        width = float(painter.fontMetrics().horizontalAdvance(word))
        box = QRectF(left, 0, width + 1, self.height())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), word)
        return left + width + SPACE.small

    def _tile(
        self, painter: QPainter, left: float, side: int, picture: QImage | None, ring: QPen
    ) -> None:
        box = QRectF(left, (self.height() - side) / 2, side, side)
        inset = ring.widthF() / 2
        outline = QPainterPath()
        outline.addRoundedRect(box.adjusted(inset, inset, -inset, -inset), 6, 6)
        painter.save()
        painter.setClipPath(outline)
        painter.fillRect(box, QColor(self._theme.colours.raised))
        if picture is not None:
            painter.drawImage(box.topLeft(), self._fitted(picture, side))
        painter.restore()
        painter.setPen(ring)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(outline)


def _middle(image: QImage) -> QRectF:
    """The largest square about the middle of an image."""
    side = min(image.width(), image.height())
    return QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)
