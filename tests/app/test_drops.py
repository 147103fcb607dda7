"""Files dropped on the window are looked at where they are; nobody takes them away from there."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from .conftest import PATIENCE, MakeProject, OpenWindow

COPY, MOVE, LINK = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction, Qt.DropAction.LinkAction


def dropped(folder: Path, actions: Qt.DropAction) -> tuple[QDropEvent, QMimeData]:
    """A folder that is let go over the window by a program that allows these actions."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    left, shift = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
    event = QDropEvent(QPointF(50, 50), actions, data, left, shift)
    event.ignore()
    return event, data


def test_what_is_dropped_is_never_moved(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    folder = Path(make_project(n=4).catalog["file_loc"][0]).parent
    window = open_window()
    qtbot.waitUntil(window.acceptDrops, timeout=PATIENCE)
    only_moved, _data = dropped(folder, MOVE)
    QApplication.sendEvent(window, only_moved)
    assert not only_moved.isAccepted()
    assert "intake" not in vars(window)
    for actions, taken in ((MOVE | LINK, LINK), (MOVE | COPY | LINK, COPY)):
        event, _data = dropped(folder, actions)
        QApplication.sendEvent(window, event)
        assert event.isAccepted()
        assert event.dropAction() == taken
        assert window.intake.view.isVisible()
