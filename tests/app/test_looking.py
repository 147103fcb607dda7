"""With the real network: the galaxies are looked at behind the labelling, then ranked."""

import time
from threading import Event
from types import SimpleNamespace

import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.active.rounds import rounds
from gzactive.app import work
from gzactive.inference import features_for, labelled_views
from gzactive.progress import Progress
from gzactive.project import Project

from .conftest import PATIENCE, MakeProject, OpenWindow, give_features


def test_a_new_project_is_looked_at_while_its_first_galaxies_are_labelled(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(n=96, tree="rings", every=14)
    assert not len(features_for(project).id_str)
    window = open_window(project.path)
    session = window.session
    assert session.label.model_view is None
    assert {each.selection for each in session.label.upcoming.next(50)} <= {
        "start-random",
        "random",
    }
    for _ in range(14):  # in a second or so: the round is due before all has been looked at
        QTest.keyClick(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: not session.busy, timeout=4 * PATIENCE)
    assert len(features_for(project).id_str) == 96
    assert session.label.model_view is not None
    (made,) = rounds(project)
    assert made.n_training + made.n_held_out == 14
    assert made.manifest["counts"]["training_without_features"] == 0
    # Once nothing else is to do, labelled galaxies are looked at from all sides for the next round.
    values, galaxy = labelled_views(project, project.catalog["id_str"].to_numpy(dtype=object))
    assert values.shape == (7 * made.n_training, 1280)
    assert not project.catalog["reserved"].to_numpy()[galaxy].any()
    session.start_round()
    qtbot.waitUntil(lambda: not session.busy, timeout=4 * PATIENCE)
    assert rounds(project)[1].manifest["counts"]["training_views"] == 8 * made.n_training


def test_what_comes_while_galaxies_are_looked_at_is_looked_at_too(
    qtbot: QtBot,
    open_window: OpenWindow,
    make_project: MakeProject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = make_project(n=14, tree="rings", automatic=False)
    give_features(project)
    session = open_window(project.path).session
    begun: list[int] = []

    def look(project: Project, progress: Progress) -> SimpleNamespace:
        begun.append(len(begun))
        while len(begun) == 1:  # until it is cancelled
            progress("Looking", 0, 1)
            time.sleep(0.01)
        return SimpleNamespace(problems=0)

    monkeypatch.setattr("gzactive.app.work.look_at_galaxies", look)
    session.look()
    qtbot.waitUntil(lambda: begun == [0], timeout=PATIENCE)
    session.look()
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    assert begun == [0, 1]


def test_a_round_that_is_due_before_the_network_is_awake_waits_for_what_it_needs(
    qtbot: QtBot,
    open_window: OpenWindow,
    make_project: MakeProject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = make_project(n=30, tree="rings", automatic=False)
    labelled = project.catalog["id_str"].to_numpy(dtype=object)[:24]
    votes = pd.DataFrame({"id_str": labelled, "ring_yes": [1, 0] * 12, "ring_no": [0, 1] * 12})
    project.labels.add_scripted(votes, project.tree, "ada")
    due, wake = Event(), work.wake_model

    def slowly(project: Project, progress: Progress) -> None:
        while not due.is_set():
            progress("Waking", 0, 0)
            time.sleep(0.01)
        wake(project, progress)

    monkeypatch.setattr("gzactive.app.work.wake_model", slowly)
    window = open_window()
    window.open_project(project.path)
    session = window.session
    told: list[str] = []
    session.said.connect(lambda sentence, _: told.append(sentence))
    qtbot.waitUntil(lambda: session.jobs.any_of("wake"), timeout=PATIENCE)
    session.start_round()
    due.set()
    qtbot.waitUntil(lambda: not session.busy, timeout=4 * PATIENCE)
    (made,) = rounds(project)
    assert told == [made.sentence]
    assert made.manifest["counts"]["training_without_features"] == 0
