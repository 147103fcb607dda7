"""Settings changed on the Project page hold for the galaxy on the table, and for who labels it."""

from pytestqt.qtbot import QtBot

from gzactive.app.main_window import MainWindow
from gzactive.project import Project

from ..conftest import PATIENCE, MakeProject, OpenWindow, give_features


def opened(make_project: MakeProject, open_window: OpenWindow, n: int = 30) -> MainWindow:
    project = make_project(n=n, tree="rings", automatic=False, repeat_share=0.0)
    give_features(project)
    return open_window(project.path)


def change(qtbot: QtBot, window: MainWindow, **settings: object) -> Project:
    """As the panel on the Project page does."""
    with qtbot.waitSignal(window.session.whole.saved, timeout=PATIENCE):
        window.session.whole.save(**settings)
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    return window.session.project


def test_the_scale_is_drawn_and_the_blind_lifted_at_once(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    window = opened(make_project, open_window)
    view, label = window.area.label, window.session.label
    assert view.galaxy.marks.words == ""
    assert label.blind
    change(qtbot, window, pixel_scale=0.4)
    assert view.galaxy.marks.words.endswith("″")
    change(qtbot, window, north_up=True)
    assert "north" in view.galaxy.marks.words
    change(qtbot, window, blind=False)
    assert not label.blind


def test_another_mix_is_followed_by_another_ranking(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    window = opened(make_project, open_window)
    begun: list[str] = []
    window.compute.job_started.connect(lambda job: begun.append(job.title))
    change(qtbot, window, pause_on_card=True)
    assert begun == []
    change(qtbot, window, random_share=0.0)
    assert begun == ["Ranking"]


def test_whoever_has_begun_goes_on_when_the_labeller_becomes_another(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    window = opened(make_project, open_window)
    label = window.session.label
    done = []
    for _ in range(12):
        qtbot.waitUntil(lambda: label.frame is not None, timeout=PATIENCE)
        done.append(label.current.id_str)
        label.choose(0)
    project = change(qtbot, window, labeller="bob")
    window.session.rank()
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    assert not any(one in label.upcoming for one in done)
    label.choose(0)
    assert project.labels.labellers == ["ada"]
    assert len(project.labels.finished("ada")) == 13


def test_a_new_name_is_the_window_s_title(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    window = opened(make_project, open_window, n=4)
    change(qtbot, window, name="Faint spirals")
    assert window.windowTitle() == "Faint spirals – gzactive"
