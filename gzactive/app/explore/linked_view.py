"""Pictures of one galaxy side by side: what one is zoomed and moved to, the others follow."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtWidgets import QWidget

from gzactive.app.label.frame import Frame
from gzactive.app.label.image_view import GalaxyView
from gzactive.app.theme import Theme
from gzactive.images.plate import Plate

__all__ = ["LinkedView", "LinkedViews"]


@dataclass(frozen=True)
class Seen:
    """The middle of what is on screen, from the picture's own, and the size of a screen's pixel."""

    x: float
    y: float
    pixel: float


class LinkedView(GalaxyView):
    """A galaxy's picture that can follow others.

    Views speak of what they see in units that all of them share, from the middle of the picture:
    arc seconds where every scale is known, else widths of the picture.

    Parameters
    ----------
    theme
        Gives the colour behind the galaxy.
    parent
        The widget it stands in.
    """

    #: What is seen has changed by its own doing.
    moved = Signal()

    _following = False  # GraphicsView's constructor resizes

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._unit = 1.0
        self._size = (1, 1)
        self._scale: float | None = None
        self._box.sigRangeChanged.connect(self._tell)

    @property
    def scale_known(self) -> bool:
        """Whether the picture's angular size is known."""
        return self._scale is not None

    def show_galaxy(
        self, frame: Frame | None, scale: float | None = None, *, north_up: bool = False
    ) -> None:
        """Show a picture.

        ``scale`` is arc seconds a pixel, and ``north_up`` how it lies on the sky, where its own
        file does not say so.
        """
        plate = frame.plate if frame is not None else None
        if plate is None and scale:
            plate = Plate(scale, (0.0, 1.0), (-1.0, 0.0)) if north_up else Plate(scale)
        self._scale = None
        if frame is not None and frame.picture is not None:
            self._size = frame.picture.shape[:2]
            if plate is not None and plate.scale:
                self._scale = plate.scale * frame.step
        self._following = True  # another picture is no zoom: who follows it is told by the page
        self.show_frame(frame, plate=plate)
        self._following = False

    def measure(self, *, angular: bool) -> None:
        """Take the units that all views share: of angle, or of the picture itself."""
        self._unit = self._scale if angular and self._scale else 1 / max(self._size)

    def seen(self) -> Seen:
        """What is on screen, in shared units."""
        (height, width), middle = self._size, self._box.viewRect().center()
        return Seen(
            (middle.x() - width / 2) * self._unit,
            (middle.y() - height / 2) * self._unit,
            float(self._box.viewPixelSize()[0]) * self._unit,
        )

    def look_at(self, seen: Seen) -> None:
        """Show what another view sees, at its scale."""
        (height, width), unit = self._size, self._unit
        across, down = (
            max(1.0, size) * seen.pixel / unit for size in (self._box.width(), self._box.height())
        )
        box = QRectF(0, 0, across, down)
        box.moveCenter(QPointF(seen.x / unit + width / 2, seen.y / unit + height / 2))
        self._following = True
        self._box.disableAutoRange()
        # What is wanted may be wider than this picture lets itself be looked at from afar.
        self._box.setLimits(maxXRange=None, minXRange=None)
        self._box.setRange(box, padding=0)
        self._following = False
        self._box.updateMatrix()  # else at the next paint, and the marks would lie where it was
        self._show_marks()

    def resizeEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        self._following = True  # a place for more or less of the same, not a zoom
        super().resizeEvent(event)
        self._following = False

    def _tell(self, box: pg.ViewBox) -> None:
        if not self._following:
            self.moved.emit()


class LinkedViews(QObject):
    """Views that see the same part of the sky.

    Parameters
    ----------
    leader
        Whom the others follow when pictures change.
    parent
        Owner.
    """

    def __init__(self, leader: LinkedView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._leader = leader
        self._views: list[LinkedView] = []
        self.angular = False
        self._join(leader)

    def link(self, others: Sequence[LinkedView]) -> None:
        """Let these follow the leader, and it them; no others do any longer."""
        for view in others:
            if view not in self._views:
                self._join(view)
        self._views = [self._leader, *others]
        self.angular = all(view.scale_known for view in self._views)
        for view in self._views:
            view.measure(angular=self.angular)
        self._follow(self._leader)

    def _join(self, view: LinkedView) -> None:
        self._views.append(view)
        view.moved.connect(lambda: self._follow(view))
        view.resized.connect(lambda: self._follow(self._leader))

    def _follow(self, leader: LinkedView) -> None:
        if leader not in self._views:
            return
        for view in self._views:
            if view is not leader:
                view.look_at(leader.seen())
