"""The galaxy on screen: zoom to the cursor, pan, and looks. Pixels only; it knows no project."""

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QLabel, QWidget

from gzactive.app.label.frame import Frame
from gzactive.app.label.levels_panel import LevelsPanel
from gzactive.app.label.look import STRETCHES, Look
from gzactive.app.label.sky_marks import SkyMarks
from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE
from gzactive.images.plate import Plate

__all__ = ["GalaxyView"]

_ZOOM_STEP = 1.25
_FARTHEST = 4.0  # how many times its own size a galaxy's surroundings may fill
_CLOSEST = 8.0  # the fewest image pixels across the view
_LEAST_ROOM = 120  # pixels of the screen in which marks can be drawn


class GalaxyView(pg.GraphicsView):
    """Shows one frame, as large as it can.

    Zoom and look stay from galaxy to galaxy until they are changed back.

    Parameters
    ----------
    theme
        Gives the colour behind the galaxy.
    parent
        The widget it stands in.
    """

    #: The look has changed; the view has another size.
    look_changed = Signal()
    resized = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.colours.sky)
        self._theme = theme
        self._frame: Frame | None = None
        self._look = Look()
        self._plate: Plate | None = None
        self._shape: tuple[int, int] | None = None
        self._box = pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._box.addItem(self._image)
        self.setCentralItem(self._box)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Galaxy")
        # No tip: it would lie over what is to be looked at.
        self.setAccessibleDescription("Wheel zooms, dragging moves, a double click shows it whole")
        self._words = QLabel(self)
        self._words.setProperty("role", "muted")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setWordWrap(True)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.marks = SkyMarks(theme, self)
        self.levels = LevelsPanel(theme, self)
        self.levels.moved.connect(lambda black, white: self._change(black=black, white=white))
        self._box.sigRangeChanged.connect(self._show_marks)
        theme.changed.connect(self._retint)

    # --- showing --------------------------------------------------------------------------------

    def show_frame(self, frame: Frame | None, words: str = "", plate: Plate | None = None) -> None:
        """Show a galaxy; without one, the words instead (or nothing, while it is decoded).

        ``plate`` says how it lies on the sky, where that is known.
        """
        self._frame = frame
        self._plate = plate
        if frame is None or frame.tones is None:
            self._image.clear()
            self._words.setText(frame.problem if frame is not None and not words else words)
            self._words.show()
            self.marks.show_plate(None, 0.0)
            return
        self._words.hide()
        self._show_picture(frame)
        self._show_levels(frame)
        self._show_marks()

    def displayed(self) -> np.ndarray | None:
        """The pixels on screen, through the look."""
        image: np.ndarray | None = self._image.image
        return image

    # --- where ----------------------------------------------------------------------------------

    @property
    def fitted(self) -> bool:
        """Whether the whole galaxy is shown and will be for the next one."""
        return bool(self._box.state["autoRange"][0])

    @property
    def magnification(self) -> float:
        """Pixels of the screen for one of the picture."""
        return float(self.devicePixelRatioF() / max(self._box.viewPixelSize()[0], 1e-9))

    def fit(self) -> None:
        """Show the whole galaxy."""
        self._box.enableAutoRange()

    def one_to_one(self) -> None:
        """One pixel of the picture on one of the screen, about the middle of the view."""
        size = self._box.size() * self.devicePixelRatioF()
        box = QRectF(0, 0, size.width(), size.height())
        box.moveCenter(self._box.viewRect().center())
        self._box.disableAutoRange()
        self._box.setRange(box, padding=0)

    def zoom(self, closer: bool) -> None:
        """Zoom one step about the middle."""
        factor = 1 / _ZOOM_STEP if closer else _ZOOM_STEP
        self._box.scaleBy((factor, factor))
        self._box.disableAutoRange()

    # --- how ------------------------------------------------------------------------------------

    @property
    def look(self) -> Look:
        """How galaxies are looked at now."""
        return self._look

    @look.setter
    def look(self, look: Look) -> None:
        self._look = look
        if self._frame is not None and self._frame.tones is not None:
            self._show_picture(self._frame)
            self._show_levels(self._frame)

    def take_look(self, look: Look) -> None:
        """Look as another view does."""
        if look != self._look:
            self.look = look
            self.look_changed.emit()

    @property
    def inverted(self) -> bool:
        """Whether light is shown as dark."""
        return self._look.inverted

    def invert(self) -> None:
        """Show light as dark, or back."""
        self._change(inverted=not self._look.inverted)

    def turn_grey(self) -> None:
        """Leave colour out, or show it again."""
        self._change(grey=not self._look.grey)

    def next_stretch(self) -> None:
        """The stretch after this one, and the first after the last."""
        self.set_stretch(STRETCHES[(STRETCHES.index(self._look.stretch) + 1) % len(STRETCHES)])

    def set_stretch(self, stretch: str) -> None:
        """One of the stretches."""
        self._change(stretch=stretch)

    def toggle_levels(self) -> None:
        """Show the histogram with its handles, or put it away."""
        self.levels.setVisible(self.levels.isHidden())
        if self._frame is not None:
            self._show_levels(self._frame)
        self._show_marks()

    def reset(self) -> None:
        """The whole galaxy, as it is."""
        self.fit()
        self._change(**vars(Look()))

    # --- Qt -------------------------------------------------------------------------------------

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()
        event.accept()

    def resizeEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().resizeEvent(event)
        # GraphicsView's constructor resizes before ours has made what lies over the galaxy.
        if hasattr(self, "levels"):
            self._words.setGeometry(self.rect().adjusted(24, 24, -24, -24))
            size = self.levels.sizeHint()
            width = min(size.width(), self.width() - 2 * SPACE.medium)
            left = (self.width() - width) // 2
            top = self.height() - size.height() - SPACE.medium
            self.levels.setGeometry(left, top, width, size.height())
            self._limit()
            self._show_marks()
            self.resized.emit()

    # --- inside ---------------------------------------------------------------------------------

    def _change(self, **changes: object) -> None:
        self.look = replace(self._look, **changes)  # type: ignore[arg-type]
        self.look_changed.emit()

    def _show_picture(self, frame: Frame) -> None:
        if frame.tones is None:
            return
        picture = frame.tones.show(self._look)
        self._image.setImage(picture, autoLevels=False, levels=(0, 255))
        shape = (picture.shape[0], picture.shape[1])
        if shape != self._shape:
            self._take_shape(shape)

    def _take_shape(self, shape: tuple[int, int]) -> None:
        """Of a picture of another size, show the part that was shown of the last one."""
        before, self._shape = self._shape, shape
        seen = self._box.viewRect()
        self._limit()
        if before is None or self.fitted:
            self.fit()
            return
        across, down = shape[1] / before[1], shape[0] / before[0]
        part = QRectF(
            seen.left() * across, seen.top() * down, seen.width() * across, seen.height() * down
        )
        self._box.setRange(part, padding=0)

    def _limit(self) -> None:
        """Nobody gets lost far outside a galaxy, and one to one is always within reach."""
        if self._shape is not None:
            screen = max(self.width(), self.height()) * self.devicePixelRatioF()
            farthest = max(max(self._shape) * _FARTHEST, screen)
            self._box.setLimits(maxXRange=farthest, minXRange=_CLOSEST)

    def _show_levels(self, frame: Frame) -> None:
        if not self.levels.isHidden() and frame.tones is not None:
            shares = frame.tones.histogram(self._look.stretch)
            self.levels.show_levels(shares, self._look.black, self._look.white)

    def _show_marks(self) -> None:
        if self._plate is None:
            self.marks.show_plate(None, 0.0)
            return
        step = self._frame.step if self._frame is not None else 1
        # Within the picture where it leaves room, and never under the levels. Places are mapped as
        # they were painted last, unless one asks.
        self._box.updateMatrix()
        picture = self._box.mapRectFromItem(self._image, self._image.boundingRect())
        room = QRectF(self.rect()).intersected(self._box.mapRectToScene(picture)).toAlignedRect()
        if not self.levels.isHidden():
            room.setBottom(min(room.bottom(), self.levels.geometry().top()))
        self.marks.setGeometry(room if room.width() > _LEAST_ROOM else self.rect())
        self.marks.show_plate(self._plate, float(self._box.viewPixelSize()[0]) * step)

    def _retint(self) -> None:
        self.setBackground(self._theme.colours.sky)
