"""What was seen here is not blind on the Label page, now and in later sessions."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.app.main_window import MainWindow
from gzactive.project import Project

from ..conftest import PATIENCE, MakeProject, OpenWindow, give_features


def explored(qtbot: QtBot, window: MainWindow) -> set[str]:
    """Ids on screen in the grid, once it has come to rest."""
    grid, it = window.area.explore.grid, window.session.explore
    QTest.keyClick(window, Qt.Key.Key_2)  # those that the model is unsure of: all are listed
    qtbot.waitUntil(lambda: len(it.listing) > 0, timeout=PATIENCE)
    with qtbot.waitSignal(grid.rested, timeout=PATIENCE):
        grid.reset()
    return {it.id_at(row) for row in grid.shown}


def test_galaxies_of_the_grid_are_not_blind_afterwards(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(n=40, tree="rings", automatic=False)
    give_features(project)
    window = open_window(project.path)
    label = window.session.label
    assert label.blind
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    seen = explored(qtbot, window)
    assert seen
    qtbot.waitUntil(lambda: project.labels.seen("ada") >= seen, timeout=PATIENCE)
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    while label.current is not None:
        id_str, blind = label.current.id_str, label.blind
        label.choose(0)
        assert blind == (id_str not in seen)
        events = project.labels.events(id_str=id_str)
        assert [one.blind for one in events] == [blind, blind]
    window.close()
    assert project.labels.seen("ada") >= seen


def test_an_explore_page_that_is_not_seen_shows_nothing(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project: Project = make_project(n=20, tree="rings", automatic=False)
    give_features(project)
    window = open_window(project.path)
    window.area.explore.grid.reset()
    qtbot.wait(200)
    assert window.session.label.blind
    window.close()
    assert project.labels.seen("ada") == set()


def test_flags_of_the_explore_page_are_known_on_the_label_page(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(n=20, tree="rings", automatic=False)
    give_features(project)
    window = open_window(project.path)
    label, explore = window.session.label, window.session.explore
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    explored(qtbot, window)
    here = label.current.id_str
    position = next(n for n in range(len(explore.listing)) if explore.id_at(n) == here)
    assert not label.marking.flagged
    explore.flag([position])
    qtbot.waitUntil(lambda: label.marking.flagged, timeout=PATIENCE)
    explore.flag([position])
    qtbot.waitUntil(lambda: not label.marking.flagged, timeout=PATIENCE)
