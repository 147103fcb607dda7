"""The tour: shown once, by real keys, and never in the way of labelling."""

import pytest
from PySide6.QtCore import QRect, Qt
from pytestqt.qtbot import QtBot

from gzactive.app.help.first_run import tour_seen
from gzactive.app.main_window import MainWindow
from tests.app.conftest import MakeProject, OpenWindow, give_features


@pytest.fixture
def touring(
    own_home: None,
    monkeypatch: pytest.MonkeyPatch,
    make_project: MakeProject,
    open_window: OpenWindow,
    tmp_path_factory: pytest.TempPathFactory,
) -> MainWindow:
    """A window on its first run, with a project."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("first")))
    monkeypatch.setenv("APPDATA", str(tmp_path_factory.mktemp("first")))
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("first")))
    assert not tour_seen()
    project = make_project(8)
    give_features(project)
    return open_window(project.path)


@pytest.mark.requirement(20)
def test_the_first_run_shows_the_tour_and_keys_lead_through_it(
    qtbot: QtBot, touring: MainWindow
) -> None:
    tour = touring.help.tour
    assert tour.number == 1
    assert tour_seen()
    seen = []
    while tour.number:
        seen.append(tour.callout.accessibleName())
        box = QRect(tour.callout.geometry())
        assert touring.rect().contains(box)
        assert tour.callout.sizeHint().height() <= box.height()
        qtbot.keyClick(touring, Qt.Key.Key_Right)
    assert len(seen) == len(set(seen)) <= 8
    told = " ".join(seen)
    assert "hidden until you have finished" in told
    assert "About 5 %" in told
    assert "Backspace" in told


def test_labelling_goes_on_under_the_tour(qtbot: QtBot, touring: MainWindow) -> None:
    label, tour = touring.session.label, touring.help.tour
    first = label.question
    qtbot.keyClick(touring, Qt.Key.Key_2)
    assert label.question is not first
    qtbot.keyClick(touring, Qt.Key.Key_Backspace)
    assert label.question.name == first.name
    assert tour.number == 1
    assert touring.focusWidget() is touring.area.label


def test_left_goes_back_and_escape_ends_it_for_good(qtbot: QtBot, touring: MainWindow) -> None:
    tour = touring.help.tour
    qtbot.keyClick(touring, Qt.Key.Key_Right)
    qtbot.keyClick(touring, Qt.Key.Key_Right)
    qtbot.keyClick(touring, Qt.Key.Key_Left)
    assert tour.number == 2
    qtbot.keyClick(touring, Qt.Key.Key_Escape)
    assert tour.number == 0
    assert not touring.actions_["tour.next"].isEnabled()
    touring.close_project()
    touring.help.offer_tour()
    assert touring.help.tour is None


def test_help_shows_it_again_and_another_page_ends_it(qtbot: QtBot, touring: MainWindow) -> None:
    qtbot.keyClick(touring, Qt.Key.Key_Escape)
    touring.go("train")
    touring.actions_["help.tour"].trigger()
    assert touring.area.label.isVisible()
    assert touring.help.tour.number == 1
    touring.go("explore")
    assert touring.help.tour.number == 0
    assert not touring.actions_["tour.end"].isEnabled()


def test_without_a_project_the_tour_says_what_it_needs(open_window: OpenWindow) -> None:
    window = open_window()
    window.actions_["help.tour"].trigger()
    assert "open a project" in window.start.banner.sentence
