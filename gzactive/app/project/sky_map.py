"""The sky with its galaxies: Mollweide's ellipse, and how dense they lie on it.

``SkyMap(theme, parent)`` makes an empty sky; ``show_places(ra, dec)`` fills it with positions in
degrees (arrays of any length, also a million; NaN is left out and counted). Right ascension
increases to the left. It does so in pieces
between the window's events, so it can be called when a page is first shown. The pointer tells the
place and how many galaxies lie in the cell below it; the wheel zooms to the pointer and the cells
become finer, a drag moves, a double click shows the whole sky again.
"""

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QMouseEvent,
    QPainterPath,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsPathItem, QLabel, QVBoxLayout, QWidget

from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE, TYPE
from gzactive.survey.sky_map import (
    CELL,
    CENTRE,
    HALF_HEIGHT,
    HALF_WIDTH,
    SkyDensity,
    galactic_plane,
    graticule,
    mollweide,
    on_sky,
    sky_density,
)

__all__ = ["SkyMap"]

_PIECE = 50_000  # projected in some 5 ms
_CELL_PIXELS = 4.0  # about what a cell measures on screen, at any zoom
_FINEST = 2.0**-8  # of a cell: 25 arc seconds on a side
_MARGIN = 0.12
_DEGREES = (0, 60, 120, 240, 300)
_NOTHING = "No galaxy here has coordinates."
_HINT = "Point at the map to read places; the wheel zooms, a double click shows all."


class SkyMap(QWidget):
    """A map of the whole sky.

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
        self._waiting: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
        self._begun = 0
        self._x = self._y = np.empty(0, np.float32)
        self._under_x = self._under_y = np.empty(0, np.float32)
        self._names = ("", "")
        self._whole = True
        self._density: SkyDensity | None = None
        self._box = pg.ViewBox(lockAspect=True, enableMenu=False, defaultPadding=0)
        self._box.setLimits(
            xMin=-2 * HALF_WIDTH, xMax=2 * HALF_WIDTH, yMin=-2 * HALF_HEIGHT, yMax=2 * HALF_HEIGHT
        )
        self.view = _View(self)
        self.view.setCentralItem(self._box)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.whole_wanted.connect(self.fit)
        self.view.pointed.connect(self._on_pointer)
        self.view.out_wanted.connect(self._on_zoom_out)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._ground = QGraphicsPathItem(_ellipse())
        self._rim = QGraphicsPathItem(_ellipse())
        self._lines = [pg.PlotCurveItem(x, y) for x, y in graticule()]
        self._plane = pg.PlotCurveItem(*galactic_plane(), connect="finite")
        self._texts = [pg.TextItem(words, anchor=anchor) for words, _, anchor in _labels()]
        for item in (self._ground, *self._lines, self._plane, self._rim):
            self._box.addItem(item, ignoreBounds=True)
        # Cells at the rim lie partly off the sky.
        self._ground.setFlag(QGraphicsPathItem.GraphicsItemFlag.ItemClipsChildrenToShape)
        self._under = pg.ImageItem(axisOrder="row-major")
        self._under.setParentItem(self._ground)
        self._image.setParentItem(self._ground)
        for text, (_, place, _) in zip(self._texts, _labels(), strict=True):
            self._box.addItem(text, ignoreBounds=True)
            text.setPos(place)
        self._said = QLabel(self)
        self._said.setProperty("role", "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.tight)
        column.addWidget(self.view, 1)
        column.addWidget(self._said)
        self._feed = QTimer(self, interval=0)
        self._feed.timeout.connect(self._project)
        self._settled = QTimer(self, interval=60, singleShot=True)
        self._settled.timeout.connect(self._count)
        self._box.sigRangeChanged.connect(self._settled.start)
        self._box.sigRangeChangedManually.connect(self._on_zoom)
        theme.changed.connect(self._retint)
        self._retint()
        self.show_places((), ())
        self.fit()

    @property
    def busy(self) -> bool:
        """Whether places are still coming in."""
        return self._feed.isActive()

    @property
    def density(self) -> SkyDensity | None:
        """What is drawn: counts in the cells on screen."""
        return self._density

    @property
    def words(self) -> str:
        """The line below the map."""
        return str(self._said.text())

    def show_places(self, ra: ArrayLike, dec: ArrayLike) -> None:
        """Show galaxies at these places, in the stead of any others.

        Parameters
        ----------
        ra, dec
            Right ascension and declination in degrees, (n,); NaN where they are unknown.
        """
        self._waiting = (
            np.asarray(ra, dtype=np.float64).ravel(),
            np.asarray(dec, dtype=np.float64).ravel(),
        )
        self._begun = 0
        self._x = np.full(len(self._waiting[0]), np.nan, np.float32)
        self._y = self._x.copy()
        self._feed.start()
        self._project()

    def show_under(
        self, x: NDArray[np.float32], y: NDArray[np.float32], names: tuple[str, str]
    ) -> None:
        """Show another survey below these galaxies, in the colour of quiet text.

        Parameters
        ----------
        x, y
            Its places on the ellipse, see :func:`gzactive.survey.sky_map.mollweide`, (m,).
        names
            What this survey and the other are called.
        """
        self._under_x, self._under_y, self._names = x, y, names
        self._count()

    def fit(self) -> None:
        """Show the whole sky."""
        self._whole = True
        wide, tall = HALF_WIDTH + self._beside(), HALF_HEIGHT + _MARGIN
        self._box.setRange(QRectF(-wide, -tall, 2 * wide, 2 * tall), padding=0)

    def _beside(self) -> float:
        """Room left and right of the sky: what stands at +30° goes beyond the rim."""
        x, _ = mollweide([CENTRE + 179.99], [30.0])
        inside = HALF_WIDTH - abs(float(x[0]))
        words = QFontMetrics(self._theme.font(TYPE.small)).horizontalAdvance("+30°") + SPACE.small
        share = words / max(self.view.width(), 4 * words)
        return max(_MARGIN, float((2 * HALF_WIDTH * share - inside) / (1 - 2 * share)))

    def sizeHint(self) -> QSize:
        return QSize(640, 340)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 160)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._whole:
            self.fit()

    def leaveEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().leaveEvent(event)
        self._tell()

    # --- inside ---------------------------------------------------------------------------------

    def _on_zoom(self) -> None:
        self._whole = False

    def _on_zoom_out(self, event: QWheelEvent) -> None:
        """Where the whole sky is shown already, let the wheel scroll the page."""
        (left, right), (bottom, top) = self._box.viewRange()
        if right - left >= 2 * HALF_WIDTH and top - bottom >= 2 * HALF_HEIGHT:
            self.fit()
            event.ignore()

    def _project(self) -> None:
        """Project one piece more; at the end of all of them, count."""
        if self._waiting is None:
            return
        ra, dec = self._waiting
        piece = slice(self._begun, self._begun + _PIECE)
        self._x[piece], self._y[piece] = mollweide(ra[piece], dec[piece])
        self._begun += _PIECE
        if self._begun >= len(ra):
            self._waiting = None
            self._feed.stop()
            self._count()

    def _count(self) -> None:
        """Count what is on screen, in cells of about the same size on screen at any zoom."""
        (left, right), (bottom, top) = self._box.viewRange()
        pixel = (right - left) / max(1.0, self._box.width())
        zoom = np.round(np.log2(max(pixel * _CELL_PIXELS / CELL, _FINEST)))
        cell = CELL * 2.0 ** min(0.0, float(zoom))
        box = (
            max(left, -HALF_WIDTH),
            max(bottom, -HALF_HEIGHT),
            min(right, HALF_WIDTH),
            min(top, HALF_HEIGHT),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            return
        self._density = sky_density(self._x, self._y, cell, box)
        self._draw()
        self._tell()

    def _draw(self) -> None:
        found = self._density
        if found is None:
            return
        rows, columns = found.counts.shape
        place = QRectF(found.left, found.bottom, columns * found.cell, rows * found.cell)
        self._image.setImage(found.levels(), autoLevels=False, levels=(0, 1))
        self._image.setRect(place)
        self._under.setVisible(len(self._under_x) > 0)
        if len(self._under_x):
            box = (place.left(), place.top(), place.right(), place.bottom())
            under = sky_density(self._under_x, self._under_y, found.cell, box)
            self._under.setImage(under.levels(), autoLevels=False, levels=(0, 1))
            rows, columns = under.counts.shape
            self._under.setRect(
                QRectF(under.left, under.bottom, columns * under.cell, rows * under.cell)
            )

    def _tell(self) -> None:
        """Say what is seen as a whole."""
        found = self._density
        total = len(self._x)
        placed = int(np.count_nonzero(np.isfinite(self._x)))
        if found is None or not placed:
            self._said.setText(_NOTHING if not self.busy else "")
            self.setAccessibleDescription(self._said.text())
            return
        count = f"{placed:,} of {total:,}" if placed < total else f"{placed:,}"
        galaxies = "galaxy" if total == 1 else "galaxies"
        if len(self._under_x):
            other = int(np.count_nonzero(np.isfinite(self._under_x)))
            self._said.setText(f"{self._names[0]}: {count}. Below, {self._names[1]}: {other:,}.")
            self.setAccessibleDescription(self._said.text())
            return
        most = f"at most {found.counts.max():,} in {_square_degrees(found.area)}"
        self._said.setText(f"{count} {galaxies}, {most}")
        self._said.setToolTip(_HINT)
        self.setAccessibleDescription(self._said.text())

    def _on_pointer(self, place: QPointF) -> None:
        found = self._density
        where = self._box.mapSceneToView(place)
        sky = on_sky(where.x(), where.y())
        if found is None or sky is None:
            self._tell()
            return
        count = found.at(where.x(), where.y())
        galaxies = "galaxy" if count == 1 else "galaxies"
        self._said.setText(
            f"RA {sky[0]:.2f}°  Dec {sky[1]:+.2f}°: {count:,} {galaxies} "
            f"in {_square_degrees(found.area)}"
        )

    def _retint(self) -> None:
        colours = self._theme.colours
        self.view.setBackground(None)
        self._ground.setPen(pg.mkPen(None))
        ground = QColor(colours.sky if colours.mode == "dark" else colours.surface)
        self._ground.setBrush(ground)
        ground.setAlpha(170)
        self._rim.setPen(pg.mkPen(colours.border, width=1.5))
        for line in self._lines:
            line.setPen(pg.mkPen(colours.border, width=1))
        self._plane.setPen(pg.mkPen(colours.muted, width=1, style=Qt.PenStyle.DashLine))
        for text in self._texts:
            text.setColor(colours.muted)
            beside = text.anchor.x() == 1  # the rim, where nothing lies below
            text.fill = pg.mkBrush(None if beside else ground)
            text.setFont(self._theme.font(TYPE.small))
        self._image.setLookupTable(_ramp(colours.accent, colours.text))
        self._under.setLookupTable(_ramp(colours.muted, colours.text))


class _View(pg.GraphicsView):
    """Tells where the pointer is, also between the moves that pyqtgraph takes notice of."""

    pointed = Signal(QPointF)
    whole_wanted = Signal()
    out_wanted = Signal(QWheelEvent)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Map of the sky")
        # No tip: one tells what lies under the pointer.
        self.setAccessibleDescription("Where galaxies lie; the wheel zooms, dragging moves")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.pointed.emit(self.mapToScene(event.position().toPoint()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y() < 0:
            self.out_wanted.emit(event)
            if not event.isAccepted():
                return
        super().wheelEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.whole_wanted.emit()
        event.accept()


def _ellipse() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), HALF_WIDTH, HALF_HEIGHT)
    return path


def _labels() -> list[tuple[str, QPointF, tuple[float, float]]]:
    """What stands on the map: words, place and which of their corners is there."""
    found = []
    for ra in (*_DEGREES, int(CENTRE)):
        if ra == (CENTRE + 180) % 360:
            continue  # both ends of the ellipse
        x, y = mollweide([ra], [0.0])
        found.append((f"{ra}°", QPointF(float(x[0]), float(y[0])), (0.5, 0.0)))
    for dec in (-60, -30, 30, 60):
        x, y = mollweide([CENTRE + 179.99], [float(dec)])
        anchor = (1.0, 1.0 if dec > 0 else 0.0)
        found.append((f"{dec:+}°".replace("-", "−"), QPointF(float(x[0]), float(y[0])), anchor))
    x, y = galactic_plane()
    lowest = int(np.nanargmin(y))
    return [*found, ("Milky Way", QPointF(float(x[lowest]), float(y[lowest])), (0.5, 0.0))]


def _square_degrees(area: float) -> str:
    return f"{area:.2g} square degrees" if area >= 0.01 else f"{area * 3600:.2g} square arc minutes"


def _ramp(accent: str, text: str) -> NDArray[np.uint8]:
    """Colours from nothing over the accent, towards the text's for the densest, (256, 4)."""
    low, high = (np.array(pg.mkColor(one).getRgb(), float)[:3] for one in (accent, text))
    share = np.linspace(0, 1, 256)
    table = np.empty((256, 4), np.uint8)
    table[:, :3] = np.round(low + (high - low) * 0.45 * np.clip(4 * share - 3, 0, 1)[:, None])
    table[:, 3] = np.round(255 * (0.3 + 0.7 * share))
    table[0, 3] = 0
    return table
