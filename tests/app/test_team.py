"""A window on a project whose labels are shared: labelling never waits for the server."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.active.queue import build_queue
from gzactive.app.label.view import LabelView
from gzactive.app.main_window import MainWindow
from gzactive.app.project.view import ProjectView
from gzactive.project import Project
from gzactive.stores import team_labels
from gzactive.stores.labels import LabelLog
from gzactive.teams import move_labels
from tests.postgres import Postgres
from tests.stores.label_steps import classify

from .conftest import PATIENCE, MakeProject, OpenWindow

Key = Qt.Key


def label_page(window: MainWindow) -> LabelView:
    (view,) = window.findChildren(LabelView)
    return view


def server_votes(url: str, project: Project) -> int:
    with LabelLog(url) as log:
        return int(log.votes(project.tree).to_numpy().sum())


def test_labelling_goes_on_while_the_server_is_gone_and_a_banner_says_so(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject, postgres: Postgres
) -> None:
    url = postgres.new_database()
    project = make_project(n=12, tree="rings", automatic=False)
    move_labels(project, url)
    window = open_window(project.path)
    view = label_page(window)
    QTest.keyClick(window, Key.Key_1)
    qtbot.waitUntil(lambda: server_votes(url, project) == 1, timeout=PATIENCE)
    assert view.banner.sentence == ""

    postgres.stop(kill=True)
    for _ in range(3):
        QTest.keyClick(window, Key.Key_1)
    assert len(project.labels.finished("ada")) == 4
    qtbot.waitUntil(lambda: "does not answer" in view.banner.sentence, timeout=PATIENCE)
    assert "your answers are safe on this computer" in view.banner.sentence
    QTest.keyClick(window, Key.Key_2)

    postgres.start()
    qtbot.waitUntil(
        lambda: "all your answers have been sent" in view.banner.sentence, timeout=PATIENCE
    )
    assert server_votes(url, project) == 5


def test_answers_of_others_come_in_without_a_word(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject, postgres: Postgres
) -> None:
    url = postgres.new_database()
    mine = make_project(n=12, tree="rings", automatic=False)
    others = make_project(n=12, tree="rings")
    move_labels(mine, url)
    move_labels(others, url)
    window = open_window(mine.path)
    current = window.session.label.current.id_str
    coming = [one.id_str for one in window.session.label.upcoming.next(11)]
    # Another person, and this one on another computer.
    classify(others.labels, others.tree, coming[0], "ring yes", labeller="ben")
    classify(others.labels, others.tree, coming[1], "ring yes", labeller="ada")
    others.labels.catch_up()
    qtbot.waitUntil(
        lambda: coming[1] not in [one.id_str for one in window.session.label.upcoming.next(11)],
        timeout=PATIENCE,
    )
    assert window.session.label.current.id_str == current
    assert coming[0] in [one.id_str for one in window.session.label.upcoming.next(11)]
    assert label_page(window).banner.sentence == ""
    assert not label_page(window).toast.isVisible()


def project_page(qtbot: QtBot, window: MainWindow) -> ProjectView:
    QTest.keyClick(window, Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    page = window.findChildren(ProjectView)[-1]
    it = page.controller
    qtbot.waitUntil(lambda: it.facts is not None and not it.busy, timeout=PATIENCE)
    return page


def test_labels_are_shared_and_taken_back_on_the_project_page(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject, postgres: Postgres
) -> None:
    url = postgres.new_database()
    project = make_project(n=12, tree="rings", automatic=False)
    window = open_window(project.path)
    QTest.keyClick(window, Key.Key_1)
    page = project_page(qtbot, window)
    assert page.labels.list.facts["Kept in"].startswith("labels.sqlite")
    page.labels.ask_place = lambda: postgres.url("nowhere")
    QTest.keyClick(page.labels.share, Key.Key_Space)
    qtbot.waitUntil(lambda: "createdb nowhere" in page.banner.sentence, timeout=PATIENCE)
    assert window.session.project.server == ""

    page.labels.ask_place = lambda: url
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        QTest.keyClick(page.labels.share, Key.Key_Space)
    assert window.session.project.server == url
    assert server_votes(url, project) == 1
    QTest.keyClick(window, Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.session.label.frame is not None, timeout=PATIENCE)
    QTest.keyClick(window, Key.Key_2)
    qtbot.waitUntil(lambda: server_votes(url, project) == 2, timeout=PATIENCE)
    page = project_page(qtbot, window)
    assert page.labels.list.facts["Kept in"].startswith(url)

    page.labels.ask_place = lambda: "sqlite"
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        QTest.keyClick(page.labels.share, Key.Key_Space)
    assert window.session.project.server == ""
    assert len(window.session.project.labels.finished("ada")) == 2


def test_a_window_opened_while_the_server_is_away_hands_out_what_was_set_aside_and_goes_on(
    qtbot: QtBot,
    open_window: OpenWindow,
    make_project: MakeProject,
    postgres: Postgres,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(team_labels, "_ANSWER", 2.0)
    project = make_project(n=12, tree="rings", automatic=False, retire_after=1)
    move_labels(project, postgres.new_database())
    mine = build_queue(project, n=3, by="random", labeller="ada")["id_str"].tolist()
    project.close()
    postgres.stop()
    window = open_window(project.path)
    view, label = label_page(window), window.session.label
    qtbot.waitUntil(lambda: "set aside for you" in view.banner.sentence, timeout=PATIENCE)
    handed = {label.current.id_str, *(one.id_str for one in label.upcoming.next(20))}
    assert handed == set(mine)
    for _ in mine:
        qtbot.waitUntil(lambda: label.frame is not None, timeout=PATIENCE)
        QTest.keyClick(window, Key.Key_1)
    assert label.current is None
    postgres.start()
    qtbot.waitUntil(lambda: label.current is not None, timeout=PATIENCE)
    assert label.current.id_str not in mine
