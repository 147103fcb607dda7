"""The Train page while a round runs: its curve grows, its line says where it is."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.active.rounds import rounds
from gzactive.app import work
from gzactive.app.jobs import ComputeThread
from gzactive.app.label.view import LabelView
from gzactive.app.train.rounds_model import RoundsModel
from gzactive.app.train.view import TrainView
from gzactive.progress import Progress, silent, tell_losses
from gzactive.project import Project

from ..conftest import PATIENCE, MakeProject, OpenWindow, give_features

Key = Qt.Key


@pytest.fixture
def rings(make_project: MakeProject) -> Project:
    project = make_project(n=60, tree="rings", every=15)
    give_features(project)
    return project


def test_a_job_hands_on_the_losses_of_its_fit(qtbot: QtBot, compute: ComputeThread) -> None:
    seen: list[dict[str, list[float]]] = []

    def fit(progress: Progress) -> None:
        history: dict[str, list[float]] = {"loss": []}
        for epoch in range(5):
            history["loss"].append(1 / (epoch + 1))
            progress("Fitting", epoch, 5)
            tell_losses(progress, history)

    job = compute.submit("Fit", fit)
    job.losses.connect(seen.append)
    with qtbot.waitSignal(job.finished, timeout=PATIENCE):
        pass
    assert len(seen[-1]["loss"]) == 5
    tell_losses(silent, {"loss": [1.0]})  # whoever does not draw is not asked


def test_the_curve_grows_while_a_round_runs_and_the_label_page_hears_of_its_end(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    real = work.fine_tune

    def held(project: Project, awake: bool, progress: Progress, **how: object) -> object:
        history = {"loss": [3.0, 2.0, 1.5], "validation_loss": [3.1, 2.2, 1.9]}
        progress("Fitting the head", 3, 100)
        tell_losses(progress, history)
        gate.wait(PATIENCE / 1000)
        return real(project, awake, progress, **how)

    monkeypatch.setattr(work, "fine_tune", held)
    window = open_window(rings.path)
    (train,) = window.findChildren(TrainView)
    (label,) = window.findChildren(LabelView)
    for _ in range(15):
        QTest.keyClick(window, Key.Key_1)
    qtbot.waitUntil(lambda: [3.0, 2.0, 1.5] in train.curve.drawn, timeout=PATIENCE)
    assert [3.1, 2.2, 1.9] in train.curve.drawn
    qtbot.waitUntil(lambda: "Round 1 is running" in train.told.text(), timeout=PATIENCE)
    assert "Fitting the head" in train.told.text()
    assert label.toast.isHidden()
    focus = window.focusWidget()
    gate.set()
    qtbot.waitUntil(label.toast.isVisible, timeout=PATIENCE)
    (made,) = rounds(rings)
    assert label.toast.sentence.startswith("Round 1 is in use. It learnt from")
    assert "next" in label.toast.sentence
    assert window.focusWidget() is focus
    assert train.told.text() == made.sentence
    assert train.curve.drawn
    assert [3.0, 2.0, 1.5] not in train.curve.drawn


def test_other_rounds_are_drawn_behind_the_one_that_is_chosen(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    (train,) = window.findChildren(TrainView)
    for _ in range(15):
        QTest.keyClick(window, Key.Key_1)
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    one = len(train.curve.drawn)
    window.session.start_round()
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    assert len(train.curve.drawn) == one + 1
    assert "other&nbsp;rounds" in train.curve.legend.text()


def test_a_round_that_could_not_be_compared_says_so_in_plain_words(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    for _ in range(15):
        QTest.keyClick(window, Key.Key_1)
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    (train,) = window.findChildren(TrainView)
    model = train.table.model()
    assert isinstance(model, RoundsModel)
    texts = [model.index(0, column).data() for column in range(model.columnCount())]
    assert "of 30 test galaxies" in texts[-1]
    assert not any("unjudged" in each for each in texts)
    headers = [model.headerData(c, Qt.Orientation.Horizontal) for c in range(6)]
    assert all(headers)
