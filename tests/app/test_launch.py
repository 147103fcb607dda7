"""The app as the command starts it, from the first paint to its exit code."""

import gc
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gzactive.app.last_mode import last_mode
from gzactive.app.launch import run_app
from gzactive.app.main_window import MainWindow

from .conftest import MakeProject, give_features


def close_log() -> None:
    logger = logging.getLogger("gzactive")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def test_the_app_opens_a_project_labels_and_ends(
    qtbot: QtBot, qapp: QApplication, make_project: MakeProject
) -> None:
    project = make_project(tree="rings")
    give_features(project)
    excepthook, interval = sys.excepthook, sys.getswitchinterval()

    def label_and_close() -> None:
        (window,) = [each for each in qapp.topLevelWidgets() if isinstance(each, MainWindow)]
        session = window.session
        if session is None or session.label is None or session.label.frame is None:
            return
        timer.stop()
        session.label.choose(0)
        window.close()

    timer = QTimer(interval=20)
    timer.timeout.connect(label_and_close)
    timer.start()
    try:
        assert run_app(project.path) == 0
    finally:
        sys.excepthook = excepthook
        sys.setswitchinterval(interval)
        close_log()
    assert len(project.labels.finished("ada")) == 1
    assert gc.isenabled()


def test_a_fault_in_the_window_is_told_and_logged(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    from gzactive.logs import log_to_file, relay_uncaught

    path = log_to_file(tmp_path)
    said: list[str] = []
    excepthook = sys.excepthook
    relay_uncaught(said.append)
    try:
        fault = ZeroDivisionError("a bug")
        sys.excepthook(ZeroDivisionError, fault, None)
    finally:
        sys.excepthook = excepthook
        close_log()
    assert path is not None
    assert "ZeroDivisionError" in said[0]
    assert "your answers are safe" in said[0]


def test_nothing_heavy_is_imported_for_the_first_paint(run_python: Callable[[str], str]) -> None:
    found = run_python(
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from gzactive.app.launch import make_window\n"
        "app = QApplication([])\n"
        "window = make_window(app)\n"
        "heavy = 'numpy pandas pyqtgraph astropy sqlalchemy keras tensorflow'.split()\n"
        "window.painted.connect(lambda: (print([m for m in heavy if m in sys.modules]),"
        " window.close(), app.quit()))\n"
        "window.show()\n"
        "app.exec()\n"
    )
    assert found.strip() == "[]"


@pytest.fixture
def run_python() -> Callable[[str], str]:
    """Run a script in a process of its own; what it printed."""
    import subprocess

    def run(script: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    return run


def test_the_app_starts_as_light_or_dark_as_it_was_left(qtbot: QtBot, qapp: QApplication) -> None:
    modes = []

    def look_and_close() -> None:
        for window in qapp.topLevelWidgets():
            if isinstance(window, MainWindow) and window.isVisible():
                timer.stop()
                modes.append(window.theme.mode)
                if len(modes) == 1:
                    window.actions_["view.theme"].trigger()
                window.close()

    for _ in range(2):
        timer = QTimer()
        timer.timeout.connect(look_and_close)
        timer.start(20)
        assert run_app(None) == 0
        close_log()
    assert modes == ["dark", "light"]
    assert last_mode() == "light"
