"""A window on a project whose labels are shared: labelling never waits for the server."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.app.label.view import LabelView
from gzactive.app.main_window import MainWindow
from gzactive.project import Project
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
