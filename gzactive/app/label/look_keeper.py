"""One look for every page: how galaxies are looked at is changed in one place and holds in all.

Pictures that fill a page follow it. Thumbnails do not: they are kept with 8 bits, as the model sees
the galaxy, and a stretch of those would show steps where the picture itself shows faint light.
"""

from contextlib import suppress

from PySide6.QtCore import QObject, QTimer, Signal

from gzactive.app.label.image_view import GalaxyView
from gzactive.app.label.look import Look, load_look, save_look

__all__ = ["LookKeeper"]

#: A look is stored when it has stayed for so long.
_KEEP_MS = 1000


class LookKeeper(QObject):
    """Holds the look of the last session, hands it to views, and stores what they make of it.

    Parameters
    ----------
    parent
        Owner.
    """

    #: There is another look.
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = load_look()
        self._timer = QTimer(self, singleShot=True, interval=_KEEP_MS)
        self._timer.timeout.connect(self._store)

    @property
    def look(self) -> Look:
        """How galaxies are looked at now."""
        return self._look

    def lead(self, view: GalaxyView) -> None:
        """Let a view follow, and be followed, from now on."""
        view.look = self._look
        view.look_changed.connect(lambda: self._take(view.look))
        self.changed.connect(lambda: view.take_look(self._look))

    def flush(self) -> None:
        """Store what was not stored yet."""
        if self._timer.isActive():
            self._timer.stop()
            self._store()

    def _take(self, look: Look) -> None:
        if look != self._look:
            self._look = look
            self._timer.start()
            self.changed.emit()

    def _store(self) -> None:
        # A convenience: where it cannot be written it lasts as long as this.
        with suppress(OSError):
            save_look(self._look)
