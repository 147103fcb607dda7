"""Rounds that start by themselves: they wait for labels enough, and the last labels get one too."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.active.rounds import rounds
from gzactive.app.main_window import MainWindow
from gzactive.app.schedule import Schedule
from gzactive.app.session import ProjectSession
from gzactive.project import Project
from gzactive.stores.settings import Settings

from .conftest import PATIENCE, MakeProject, OpenWindow, give_features


def label(qtbot: QtBot, window: MainWindow, galaxies: int) -> None:
    """Answer so many galaxies by keys, and wait for what follows from it."""
    for _ in range(galaxies):
        QTest.keyClick(window, Qt.Key.Key_1)
    settle(qtbot, window.session)


def settle(qtbot: QtBot, session: ProjectSession) -> None:
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)


def rings(make_project: MakeProject, n: int, **settings: object) -> Project:
    project = make_project(n=n, tree="rings", random_share=0.0, repeat_share=0.0, **settings)
    give_features(project)
    return project


def teaching(project: Project) -> int:
    """How many finished galaxies are fitted; the others judge."""
    reserved = project.catalog.set_index("id_str")["reserved"]
    return sum(not reserved[one] for one in project.labels.finished("ada"))


def test_a_project_of_few_galaxies_gets_a_round_when_all_are_done(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    project = rings(make_project, 16)
    window = open_window(project.path)
    label(qtbot, window, 15)
    assert rounds(project) == []
    assert window.session.schedule_words == "Next round in 10 galaxies"
    label(qtbot, window, 1)
    assert window.session.label.current is None
    (made,) = rounds(project)
    assert made.n_training == teaching(project)
    assert window.area.strip.schedule.text() == "No galaxies left"
    QTest.keyClick(window, Qt.Key.Key_Backspace)
    assert window.area.strip.schedule.text() == "Next round in 25 galaxies"
    label(qtbot, window, 1)  # the same again, at the end again
    assert len(rounds(project)) == 2


def test_what_was_left_without_a_round_is_learnt_on_opening(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    project = rings(make_project, 14, automatic=False)
    window = open_window(project.path)
    label(qtbot, window, 14)
    assert rounds(project) == []
    assert window.session.schedule_words == "14 finished since the last round"
    window.close()
    project.save_settings(automatic=True)
    window = open_window()
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        window.open_project(project.path)
    settle(qtbot, window.session)
    assert len(rounds(project)) == 1
    window.close()


def test_too_few_galaxies_for_any_round_are_said_to_be(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    project = rings(make_project, 6)
    window = open_window(project.path)
    failed: list[str] = []
    window.session.said.connect(lambda sentence, _: failed.append(sentence))
    label(qtbot, window, 6)
    assert rounds(project) == []
    assert failed == []
    assert window.session.schedule_words == "No galaxies left, and too few for a round"


def test_a_first_round_waits_for_the_labels_that_it_needs(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    project = rings(make_project, 60, every=10)
    project.save_settings(random_share=0.5)
    window = open_window(project.path)
    said: list[str] = []
    window.session.said.connect(lambda sentence, _: said.append(sentence))
    label(qtbot, window, 10)
    lacking = 10 - teaching(project)
    assert lacking > 0
    galaxies = "galaxy" if lacking == 1 else "galaxies"
    assert window.session.schedule_words == f"Next round in {lacking} {galaxies}"
    assert said == []
    assert rounds(project) == []
    finished = 10
    while not rounds(project) and finished < 40:
        label(qtbot, window, 1)
        finished += 1
    assert teaching(project) >= 10
    (made,) = rounds(project)
    assert made.n_training == 10
    assert said == [made.sentence]


def test_a_last_round_that_could_not_be_made_waits_for_more() -> None:
    schedule, settings = Schedule(), Settings()
    assert not schedule.last_due(settings)
    schedule.finished(12)
    assert schedule.last_due(settings)
    assert not schedule.last_due(Settings(automatic=False))
    assert schedule.words(settings, running=False, all_done=True) == "A last round is due"
    schedule.put_off()
    assert not schedule.last_due(settings)
    schedule.restart(12)
    assert schedule.last_due(settings)
    assert schedule.words(settings, running=True, all_done=True) == "A last round is running"
