"""Who asks for second opinions gets them first, never on their own labels, and said to be such."""

import pandas as pd
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.project import Project
from tests.app.conftest import PATIENCE, MakeProject, OpenWindow, give_features

from .test_page import press


def give(project: Project, who: str, ids: list[str], answer: str) -> None:
    """One vote a galaxy."""
    project.labels.add_scripted(pd.DataFrame({"id_str": ids, answer: 1}), project.tree, who)


def test_second_opinions_are_chosen_by_name_and_recorded_as_such(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    project = make_project(n=40, tree="rings", automatic=False)
    give_features(project)
    ids = project.catalog["id_str"].tolist()
    give(project, "bob", ids[20:32], "ring_yes")
    give(project, "cy", ids[20:32], "ring_no")
    give(project, "ada", ids[20:21], "ring_no")
    assert project.settings.labeller == "ada"
    window = open_window(project.path)
    label = window.session.label
    assert "second-opinion" not in {one.selection for one in label.upcoming.next(40)}
    press(window, Qt.Key.Key_M)
    panel = window.area.label.header.panel
    QTest.keyClicks(panel.by, "where")
    assert panel._mix.text().startswith("Second opinions come first.")
    panel.hide()
    assert window.session.project.settings.by == "second-opinion"
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    coming = [one for one in label.upcoming.next(40) if one.selection == "second-opinion"]
    assert {one.id_str for one in coming} <= set(ids[21:32])
    assert len(coming) >= 2
    for _ in range(12):  # the ten that were decoded come as they were
        if label.current.selection != "second-opinion":
            label.choose(0)
    here = label.current.id_str
    assert window.area.label.header.mix.text() == "Second opinions on what others labelled"
    label.choose(0)
    answered = [
        one for one in project.labels.events() if one.id_str == here and one.labeller == "ada"
    ]
    assert {one.selection for one in answered} == {"second-opinion"}
    assert {one.repeat for one in answered} == {False}


def test_that_nobody_else_has_labelled_is_said_once(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    project = make_project(n=20, tree="rings", automatic=False)
    give_features(project)
    window = open_window(project.path)
    session = window.session
    told: list[str] = []
    session.news.told.connect(told.append)
    press(window, Qt.Key.Key_1)
    for by in ("second-opinion", "second-opinion", "entropy", "second-opinion"):
        session.label.choice.change(by=by)
        session.rank()
        qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    alone = "Nobody else has labelled yet, so there are no second opinions to give."
    assert told == [alone, alone]  # each time that it was asked for
    give(project, "bob", project.catalog["id_str"].tolist()[:2], "ring_yes")
    session.rank()
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    assert alone not in told[2:]
