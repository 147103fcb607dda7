"""What a person does to the import page first: drop files, and wait until they were looked at."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gzactive.app.main_window import MainWindow
from gzactive.app.wizard.view import ImportView

from ..conftest import PATIENCE

__all__ = ["drop", "prepared"]


def drop(window: MainWindow, *paths: Path) -> None:
    """Drag files over the window and let go of them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    where, copy = QPoint(200, 200), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, copy, data, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(where), copy, data, left, none))


def prepared(qtbot: QtBot, window: MainWindow) -> ImportView:
    it = window.intake.controller
    qtbot.waitUntil(
        lambda: it.prepared is not None and not it.preparing and bool(it.weights), timeout=PATIENCE
    )
    return window.intake.view
