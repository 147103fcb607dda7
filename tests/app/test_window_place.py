"""The window comes back where it was left, on a screen that is there and no larger than it."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from gzactive.app.launch import run_app
from gzactive.app.main_window import MainWindow
from gzactive.app.window_place import fit_to_screen, fitted, note_place, restore_place

from .conftest import MakeProject, OpenWindow, give_features

SCREEN = QRect(0, 0, 1366, 728)


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setMinimumSize(300, 200)
    return window


def file() -> Path:
    return platformdirs.user_config_path("gzactive") / "window.txt"


def room() -> QRect:
    return QApplication.primaryScreen().availableGeometry()


def test_a_window_on_its_screen_stays_where_it_was() -> None:
    assert fitted(QRect(100, 120, 900, 500), SCREEN) == QRect(100, 120, 900, 500)


@pytest.mark.parametrize(
    "left", [QRect(-5000, 40, 900, 500), QRect(3000, 3000, 900, 500), QRect(0, 0, 9000, 9000)]
)
def test_a_window_off_its_screen_is_moved_and_shrunk_into_it(left: QRect) -> None:
    assert SCREEN.contains(fitted(left, SCREEN))
    assert fitted(left, SCREEN).size() == left.size().boundedTo(fitted(left, SCREEN).size())


def test_a_screen_left_of_the_first_is_a_screen_too() -> None:
    other = QRect(-1920, 0, 1920, 1040)
    assert fitted(QRect(-1800, 100, 900, 500), other) == QRect(-1800, 100, 900, 500)


def test_size_and_place_survive_a_restart(qtbot: QtBot, window: QMainWindow) -> None:
    size = room().size() / 2
    window.setGeometry(60, 70, size.width(), size.height())
    window.show()
    note_place(window)
    again = QMainWindow()
    qtbot.addWidget(again)
    restore_place(again)
    assert again.geometry() == window.geometry()
    assert not again.isMaximized()


def test_maximised_comes_back_maximised_over_its_former_size(
    qtbot: QtBot, window: QMainWindow
) -> None:
    file().parent.mkdir(parents=True, exist_ok=True)
    file().write_text("60 70 400 300 maximised\n")
    restore_place(window)
    assert window.isMaximized()
    note_place(window)
    assert file().read_text() == "60 70 400 300 maximised\n"


@pytest.mark.parametrize("stored", ["", "1 2 3", "a b c d normal", "1 1 -5 9 normal", "\x00\xff"])
def test_a_damaged_note_is_passed_over(window: QMainWindow, stored: str) -> None:
    file().parent.mkdir(parents=True, exist_ok=True)
    file().write_text(stored, encoding="latin-1")
    size = window.size().boundedTo(room().size())
    restore_place(window)
    assert window.size().boundedTo(size) == window.size()


def test_no_window_is_made_to_be_larger_than_its_screen(window: QMainWindow) -> None:
    window.setMinimumSize(room().width() + 500, room().height() + 500)
    fit_to_screen(window)
    assert window.minimumWidth() < room().width()
    assert window.minimumHeight() < room().height()
    assert window.width() < room().width()


def test_the_app_remembers_where_it_was(qtbot: QtBot, qapp: QApplication) -> None:
    sizes = []

    def look_and_close() -> None:
        for window in qapp.topLevelWidgets():
            if isinstance(window, MainWindow) and window.isVisible():
                timer.stop()
                sizes.append(window.size())
                window.resize(window.minimumSize())
                window.close()

    for _ in range(2):
        timer = QTimer()
        timer.timeout.connect(look_and_close)
        timer.start(20)
        assert run_app(None) == 0
        logger = logging.getLogger("gzactive")
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
    assert sizes[1].height() == min(640, sizes[0].height())


def test_a_small_screen_at_150_percent_holds_the_window(tmp_path: Path) -> None:
    """1366 × 768 pixels at 150 % are 910 × 512: less than the window's usual least size."""
    script = (
        "from PySide6.QtWidgets import QApplication\n"
        "from gzactive.app.launch import make_window\n"
        "from gzactive.app.window_place import restore_place\n"
        "app = QApplication([])\n"
        "window = make_window(app)\n"
        "restore_place(window)\n"
        "window.show()\n"
        "app.processEvents(); app.processEvents()\n"
        "room = window.screen().availableGeometry()\n"
        "print(room.width(), room.height(), window.width(), window.height())\n"
        "window.close()\n"
    )
    layout = tmp_path / "screen.json"
    layout.write_text(
        '{"screens": [{"name": "small", "x": 0, "y": 0, "width": 1366, "height": 768,'
        ' "logicalDpi": 96, "dpr": 1}]}'
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ
        | {"QT_SCALE_FACTOR": "1.5", "QT_QPA_PLATFORM": f"offscreen:configfile={layout}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    across, down, width, height = map(int, done.stdout.split())
    assert (across, down) == (911, 512)
    assert width <= across
    assert height <= down


def test_every_page_stays_within_a_small_window(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(n=12, automatic=False)
    give_features(project)
    window = open_window(project.path)
    window.setMinimumSize(800, 400)
    window.resize(895, 464)
    for name in ("label", "explore", "train", "evaluate", "project"):
        window.go(name)
        QApplication.processEvents()
        page = getattr(window.area, name)
        assert page.width() <= 895
        for child in page.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if child.isVisible() and child.width() < page.width():
                assert child.geometry().right() <= page.width(), (name, child)
                assert child.geometry().bottom() <= page.height(), (name, child)
