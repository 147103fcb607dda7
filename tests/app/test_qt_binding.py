"""The Qt binding: one release loses references, and the app ends after minutes of labelling."""

import sys

from PySide6.QtCore import QObject


def test_calling_qt_loses_no_references_to_none() -> None:
    """PySide6 6.12.0 lost one at each call under Python 3.11, until None was deallocated."""
    it = QObject()
    before = sys.getrefcount(None)
    for _ in range(2000):
        it.setObjectName("galaxy")
    assert sys.getrefcount(None) > before - 1000
