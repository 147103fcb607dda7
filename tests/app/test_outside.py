"""A window while other programs work on its project, and windows that only read."""

import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.active.rounds import promote, run_round
from gzactive.app.label.view import LabelView
from gzactive.app.main_window import MainWindow
from gzactive.app.train.rounds_model import IN_USE
from gzactive.app.train.view import TrainView
from gzactive.intake import add_labels
from gzactive.project import Project

from ..active.conftest import QUICK
from .conftest import PATIENCE, MakeProject, OpenWindow, give_features

Key = Qt.Key


@pytest.fixture
def rings(make_project: MakeProject) -> Project:
    project = make_project(n=60, tree="rings", automatic=False)
    give_features(project)
    return project


def label_page(window: MainWindow) -> LabelView:
    (view,) = window.findChildren(LabelView)
    return view


def train_page(window: MainWindow) -> TrainView:
    (view,) = window.findChildren(TrainView)
    return view


def rows(window: MainWindow) -> list[str]:
    model = train_page(window).table.model()
    return [model.index(row, model.columnCount() - 1).data() for row in range(model.rowCount())]


def label_elsewhere(project: Project, count: int = 40) -> None:
    """What `gzactive label` does, in another program."""
    ids = project.catalog["id_str"].head(count)
    table = pd.DataFrame({"id_str": ids, "ring_yes": 2, "ring_no": 1})
    path = project.path.parent / "votes.csv"
    table.to_csv(path, index=False)
    with Project.open(project.path) as other:
        add_labels(other, path, labeller="script")


def test_labels_and_rounds_of_a_terminal_are_taken_over_while_the_window_is_open(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    session = window.session
    told: list[str] = []
    session.news.told.connect(told.append)
    label_elsewhere(rings)
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE)
    assert "Another program added to the labels." in told[-1]
    assert label_page(window).toast.sentence == told[-1]

    with Project.open(rings.path) as other:
        run_round(other, settings=QUICK)
    qtbot.waitUntil(lambda: session.train.current == 1, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "round 1 is in use now" in told[-1], timeout=PATIENCE)
    assert IN_USE in rows(window)[0]

    with Project.open(rings.path) as other:
        promote(other, 0)
    qtbot.waitUntil(lambda: session.train.current == 0, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "in place of round 1" in told[-1], timeout=PATIENCE)
    assert IN_USE in rows(window)[-1]


def test_ones_own_answers_are_not_taken_for_those_of_others(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    told: list[str] = []
    window.session.said.connect(lambda sentence, _: told.append(sentence))
    seen: list[object] = []
    window.session._watch.changed.connect(seen.append)
    for _ in range(3):
        QTest.keyClick(window, Key.Key_1)
    QTest.keyClick(window, Key.Key_Backspace)
    qtbot.wait(2500)
    assert told == []


def test_roll_back_says_what_serves_now_and_marks_its_row(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    label_elsewhere(rings)
    run_round(rings, settings=QUICK)
    window = open_window(rings.path)
    view = train_page(window)
    news: list[str] = []
    window.session.news.told.connect(news.append)
    assert [IN_USE in each for each in rows(window)] == [True, False]
    window.session.train.roll_back()
    qtbot.waitUntil(lambda: bool(news) and not window.session.busy, timeout=PATIENCE)
    assert view.told.text().startswith("The start serves now, in place of round 1")
    assert news[0].startswith(view.told.text())
    assert "next" in news[0]
    assert [IN_USE in each for each in rows(window)] == [False, True]
    model = view.table.model()
    assert model.data(model.index(1, 0), Qt.ItemDataRole.FontRole).bold() or (
        model.data(model.index(1, 0), Qt.ItemDataRole.FontRole).weight() >= 600
    )
    assert view.table.currentIndex().row() == 1


def test_a_second_window_reads_and_says_why_it_does_not_write(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    first = open_window(rings.path)
    second = open_window(rings.path)
    page = label_page(second)
    assert "open in another window" in page.banner.sentence
    assert not page.answers.isEnabled()
    for name in ("label.undo", "label.restart", "label.flag", "label.note"):
        assert not second.actions_[name].isEnabled()
        assert "open in another window" in second.actions_[name].toolTip()
        assert first.actions_[name].isEnabled()
    here = page.controller.current
    QTest.keyClick(second, Key.Key_1)
    QTest.keyClick(second, Key.Key_F)
    QTest.keyClick(second, Key.Key_N)
    assert "reading only" in page.said.text()
    assert rings.labels.events() == []
    QTest.keyClick(second, Key.Key_S)
    assert page.controller.current != here
    assert rings.labels.events() == []
    said: list[str] = []
    second.session.said.connect(lambda sentence, _: said.append(sentence))
    second.session.start_round()
    assert "another window" in said[0]
    first.activateWindow()
    qtbot.waitUntil(first.isActiveWindow, timeout=PATIENCE)
    QTest.keyClick(first, Key.Key_1)
    assert len(rings.labels.events()) == 2
    qtbot.waitUntil(lambda: "added to the labels" in "".join(said), timeout=PATIENCE)


def test_the_next_window_writes_once_the_first_is_closed(
    open_window: OpenWindow, rings: Project
) -> None:
    open_window(rings.path).close()
    again = open_window(rings.path)
    assert again.session.read_only == ""
    assert label_page(again).answers.isEnabled()


def test_a_folder_that_cannot_be_written_to_opens_for_reading(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_elsewhere(rings)
    run_round(rings, settings=QUICK)
    rings.close()
    monkeypatch.setattr("gzactive.project.unwritable", lambda folder: "It is a locked drive.")
    before = {path for path in rings.path.rglob("*") if not path.name.startswith("labels.sqlite-")}
    window = open_window(rings.path)
    assert label_page(window).banner.sentence == "It is a locked drive."
    assert not train_page(window)._start.isEnabled()
    assert train_page(window).curve.drawn
    assert window.windowTitle().endswith("(read-only) – gzactive")
    QTest.keyClick(window, Key.Key_1)
    QTest.keyClick(window, Key.Key_S)
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    after = {path for path in rings.path.rglob("*") if not path.name.startswith("labels.sqlite-")}
    assert after == before
