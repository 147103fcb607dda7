"""The app as the command starts it, from the first paint to its exit code."""

import gc
import logging
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

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
