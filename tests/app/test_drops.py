"""Files dropped on the window are looked at where they are; nobody takes them away from there."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gzactive.app.main_window import MainWindow

from .conftest import PATIENCE, MakeProject, OpenWindow

COPY, MOVE, LINK = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction, Qt.DropAction.LinkAction
#: With Shift a file manager proposes to move.
HELD = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)


def drop(window: MainWindow, folder: Path, actions: Qt.DropAction) -> Qt.DropAction | None:
    """Drag a folder over the window and let go of it; as what it was taken, if it was."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    over = QDragEnterEvent(QPoint(50, 50), actions, data, *HELD)
    over.ignore()
    QApplication.sendEvent(window, over)
    if not over.isAccepted():
        return None
    event = QDropEvent(QPointF(50, 50), actions, data, *HELD)
    event.ignore()
    QApplication.sendEvent(window, event)
    return event.dropAction() if event.isAccepted() else None


def test_what_is_dropped_is_never_moved(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    folder = Path(make_project(n=4).catalog["file_loc"][0]).parent
    window = open_window()
    qtbot.waitUntil(window.acceptDrops, timeout=PATIENCE)
    assert drop(window, folder, MOVE) is None
    assert "intake" not in vars(window)
    assert drop(window, folder, MOVE | LINK) == LINK
    assert window.intake.view.isVisible()
    assert drop(window, folder, MOVE | COPY | LINK) == COPY
