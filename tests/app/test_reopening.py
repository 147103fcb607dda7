"""A project is opened again, or another one, while the one before still computes."""

import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.app import work
from gzactive.app.main_window import MainWindow
from gzactive.progress import Progress
from gzactive.project import Project

from .conftest import PATIENCE, MakeProject, OpenWindow, give_features

Key = Qt.Key


@pytest.fixture
def rings(make_project: MakeProject) -> Project:
    project = make_project(n=40, tree="rings", automatic=False)
    give_features(project)
    return project


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A round stands in the middle of a step, which nothing can cancel, until this is set."""
    over = threading.Event()

    def learn(project: Project, awake: bool, progress: Progress, **_: object) -> None:
        progress("Learning", 1, 10)
        over.wait(PATIENCE / 1000)
        time.sleep(0.3)  # a last look at the progress, which the window that went does not see
        progress("Learning", 2, 10)

    monkeypatch.setattr(work, "fine_tune", learn)
    yield over
    over.set()


def begin_round(qtbot: QtBot, window: MainWindow) -> None:
    window.session.start_round()
    qtbot.waitUntil(
        lambda: window.compute.current is not None and window.compute.current.latest[1] == 1,
        timeout=PATIENCE,
    )


def test_a_project_opened_again_in_the_middle_of_a_step_can_be_labelled(
    qtbot: QtBot,
    open_window: OpenWindow,
    rings: Project,
    step: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    window = open_window(rings.path)
    QTest.keyClick(window, Key.Key_1)
    begin_round(qtbot, window)
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        window.open_project(rings.path)
        qtbot.wait(300)
        assert window.session.project is None  # the one before has not let go
        step.set()
    assert window.session.read_only == ""
    qtbot.waitUntil(lambda: window.session.label.frame is not None, timeout=PATIENCE)
    QTest.keyClick(window, Key.Key_2)
    assert len(rings.labels.finished("ada")) == 2
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_the_last_wish_counts_when_several_are_made_in_the_middle_of_a_step(
    qtbot: QtBot,
    open_window: OpenWindow,
    rings: Project,
    make_project: MakeProject,
    step: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    another = make_project(n=12, tree="rings", automatic=False)
    give_features(another)
    window = open_window(rings.path)
    begin_round(qtbot, window)
    window.open_project(another.path)
    window.close_project()
    qtbot.wait(50)
    assert window.session is None
    assert window.start.isVisible()
    window.open_project(rings.path)
    window.open_project(another.path)
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        step.set()
    assert window.session.project.path == another.path
    assert window.session.read_only == ""
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        window.open_project(rings.path)
    assert window.session.read_only == ""
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the rounds that were put in use."""
    served: list[int] = []
    monkeypatch.setattr(work, "promote", lambda project, number, progress: served.append(number))
    return served


def test_of_two_rounds_put_in_use_in_the_middle_of_a_step_the_last_serves(
    qtbot: QtBot,
    open_window: OpenWindow,
    rings: Project,
    step: threading.Event,
    served: list[int],
) -> None:
    window = open_window(rings.path)
    begin_round(qtbot, window)
    window.session.promote(1)
    window.session.promote(0)
    step.set()
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    assert served == [0]


def test_every_wish_for_a_round_ends_with_its_project(
    qtbot: QtBot,
    open_window: OpenWindow,
    rings: Project,
    step: threading.Event,
    served: list[int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    window = open_window(rings.path)
    begin_round(qtbot, window)
    for number in (2, 1, 0):
        window.session.jobs.submit_urgent(
            "promote", "Changing weights", partial(work.promote, rings, number)
        )
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        window.open_project(rings.path)
        step.set()
    assert window.session.read_only == ""
    assert served == []
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_window_closed_while_another_project_waits_is_gone_at_once(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, step: threading.Event
) -> None:
    window = open_window(rings.path)
    begin_round(qtbot, window)
    window.open_project(rings.path)
    step.set()
    window.close()
    assert not window._leaving
    again = open_window(rings.path)
    assert again.session.read_only == ""
