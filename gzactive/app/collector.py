"""Garbage collection on the window's thread, when the window has nothing better to do.

Python collects on whichever thread happens to allocate. On the compute thread that would destroy
windows from the wrong thread, which Qt does not survive; in the middle of a key press it would hold
up the picture. So automatic collection is off while the app runs, and this timer collects instead.
"""

import gc

from PySide6.QtCore import QObject, QTimer

__all__ = ["Collector"]

_EVERY_MS = 1000


class Collector(QObject):
    """Takes over garbage collection until it is stopped."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect as deep as Python itself would have by now."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    def settle(self) -> None:
        """Put what is loaded for good out of the collector's sight.

        The modules of TensorFlow and pandas are a million objects; looking through them at each
        full collection would take a tenth of a second.
        """
        gc.collect()
        gc.freeze()

    def stop(self) -> None:
        """Give garbage collection back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
