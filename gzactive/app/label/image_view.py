"""The galaxy on screen: zoom to the cursor, pan, fit, invert. Pixels only; it knows no project."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QLabel, QWidget

from gzactive.app.label.frame import Frame
from gzactive.app.theme import Theme

__all__ = ["GalaxyView"]

_ZOOM_STEP = 1.25
_FARTHEST = 4.0  # how many times its own size a galaxy's surroundings may fill
_CLOSEST = 8.0  # the fewest image pixels across the view


class GalaxyView(pg.GraphicsView):
    """Shows one frame, as large as it can.

    Zoom and inversion stay from galaxy to galaxy until they are changed back.

    Parameters
    ----------
    theme
        Gives the colour behind the galaxy.
    parent
        The widget it stands in.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.colours.sky)
        self._theme = theme
        self._frame: Frame | None = None
        self._inverted = False
        self._shape: tuple[int, int] | None = None
        self._box = pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._box.addItem(self._image)
        self.setCentralItem(self._box)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Galaxy")
        self._words = QLabel(self)
        self._words.setProperty("role", "muted")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setWordWrap(True)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self._retint)

    @property
    def inverted(self) -> bool:
        """Whether light is shown as dark."""
        return self._inverted

    @property
    def fitted(self) -> bool:
        """Whether the whole galaxy is shown and will be for the next one."""
        return bool(self._box.state["autoRange"][0])

    def show_frame(self, frame: Frame | None, words: str = "") -> None:
        """Show a galaxy; without one, the words instead (or nothing, while it is decoded)."""
        self._frame = frame
        picture = frame.picture if frame is not None else None
        if picture is None:
            self._image.clear()
            self._words.setText(frame.problem if frame is not None and not words else words)
            self._words.show()
            return
        self._words.hide()
        self._image.setImage(
            255 - picture if self._inverted else picture, autoLevels=False, levels=(0, 255)
        )
        if picture.shape[:2] != self._shape:
            self._shape = (picture.shape[0], picture.shape[1])
            side = float(max(self._shape))
            self._box.setLimits(maxXRange=side * _FARTHEST, minXRange=_CLOSEST)
            self.fit()

    def fit(self) -> None:
        """Show the whole galaxy."""
        self._box.enableAutoRange()

    def zoom(self, closer: bool) -> None:
        """Zoom one step about the middle."""
        factor = 1 / _ZOOM_STEP if closer else _ZOOM_STEP
        self._box.scaleBy((factor, factor))
        self._box.disableAutoRange()

    def invert(self) -> None:
        """Show light as dark, or back."""
        self._inverted = not self._inverted
        self.show_frame(self._frame)

    def displayed(self) -> np.ndarray | None:
        """The pixels on screen, after inversion."""
        image: np.ndarray | None = self._image.image
        return image

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()
        event.accept()

    def resizeEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().resizeEvent(event)
        # GraphicsView's constructor resizes before ours has made the label.
        if hasattr(self, "_words"):
            self._words.setGeometry(self.rect().adjusted(24, 24, -24, -24))

    def _retint(self) -> None:
        self.setBackground(self._theme.colours.sky)
