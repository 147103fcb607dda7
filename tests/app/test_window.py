"""The window from end to end, driven by real key events on real projects."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.active.rounds import current_round, rounds
from gzactive.app import work
from gzactive.app.label.view import LabelView
from gzactive.app.main_window import MainWindow
from gzactive.app.recent import recent_projects
from gzactive.app.train.view import TrainView
from gzactive.errors import GzactiveError
from gzactive.progress import Progress
from gzactive.project import Project

from .conftest import PATIENCE, MakeProject, OpenWindow, give_features

Key = Qt.Key


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    """A project on the default tree whose galaxies the network has looked at."""
    project = make_project(n=60)
    give_features(project)
    return project


@pytest.fixture
def rings(make_project: MakeProject) -> Project:
    """The same with one question a galaxy and a round after every 15."""
    project = make_project(n=120, tree="rings", every=15)
    give_features(project)
    return project


def press(window: MainWindow, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(window, key)


def page(window: MainWindow) -> LabelView:
    (view,) = window.findChildren(LabelView)
    return view


def on_table(window: MainWindow) -> str:
    current = page(window).controller.current
    return "" if current is None else current.id_str


SMOOTH = (Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_Return)


@pytest.mark.requirement(1)
def test_ten_galaxies_are_labelled_by_keys_alone(
    qtbot: QtBot, open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.path)
    seen: list[str] = []
    pictures: list[bytes] = []
    for _ in range(10):
        seen.append(on_table(window))
        qtbot.waitUntil(lambda: page(window).galaxy.displayed() is not None)
        pictures.append(page(window).galaxy.displayed().tobytes())
        press(window, *SMOOTH)
    assert project.labels.finished("ada") == set(seen)
    assert len(set(seen)) == len(set(pictures)) == 10
    votes = project.labels.votes(project.tree)
    assert (votes["smooth-or-featured_smooth"] == 1).all()
    assert (votes["how-rounded_round"] == 1).all()


@pytest.mark.requirement(1)
def test_the_number_pad_answers_too(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.path)
    QTest.keyClick(window, Key.Key_3, Qt.KeyboardModifier.KeypadModifier)
    assert len(project.labels.finished("ada")) == 1


def test_a_click_answers(qtbot: QtBot, open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.path)
    qtbot.mouseClick(page(window).answers.buttons[1], Qt.MouseButton.LeftButton)
    assert page(window).controller.question.name == "disk-edge-on"


@pytest.mark.requirement(2)
def test_undo_reaches_over_a_restart_of_the_app(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.path)
    first = on_table(window)
    press(window, *SMOOTH)
    window.close()
    again = open_window(project.path)
    assert on_table(again) != first
    press(again, Key.Key_Backspace)
    assert on_table(again) == first
    QTest.keyClick(again, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page(again).controller.question.name == "merging"


@pytest.mark.requirement(3)
def test_keys_in_a_second_project_answer_nothing_in_the_first(
    qtbot: QtBot, open_window: OpenWindow, project: Project, rings: Project
) -> None:
    window = open_window(rings.path)
    press(window, Key.Key_1)
    before = len(rings.labels.events())
    window.close_project()
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        window.open_project(project.path)
    qtbot.waitUntil(lambda: window.session.label.frame is not None, timeout=PATIENCE)
    press(window, Key.Key_1, Key.Key_1, Key.Key_S)
    assert len(rings.labels.events()) == before
    assert len(project.labels.events()) == 3


def test_a_half_done_galaxy_is_there_again_after_a_restart(
    open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.path)
    press(window, Key.Key_2, Key.Key_2)
    half_done = on_table(window)
    window.close()
    again = open_window(project.path)
    assert on_table(again) == half_done
    assert page(again).controller.question.name == "bar"


def test_boxes_show_their_ticks_and_return_is_done(
    open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.path)
    press(window, Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_2, Key.Key_5)
    ticked = [button.isChecked() for button in page(window).answers.buttons]
    assert ticked == [False, True, False, False, True, False]
    QTest.keyClick(window, Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    (boxes,) = [e for e in project.labels.events() if e.question == "rare-features"]
    assert boxes.answers == ("lens-or-arc", "dust-lane")


def test_return_answers_nothing_where_one_answer_is_wanted(
    open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.path)
    press(window, Key.Key_Return, Key.Key_9)
    assert project.labels.events() == []


@pytest.mark.requirement(4)
def test_skip_flag_restart_and_help_have_their_keys(
    open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.path)
    first = on_table(window)
    press(window, Key.Key_F, Key.Key_2, Key.Key_R, Key.Key_S)
    assert project.labels.marked("flag") == {first: ""}
    assert [e.kind for e in project.labels.events()] == ["flag", "answer", "restart", "skip"]
    assert on_table(window) != first
    assert page(window).help.isVisible()
    press(window, Key.Key_H)
    assert not page(window).help.isVisible()


def test_digits_typed_into_a_note_answer_nothing(
    qtbot: QtBot, open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.path)
    first = on_table(window)
    press(window, Key.Key_N)
    editor = window.focusWidget()
    QTest.keyClicks(editor, "2 nuclei? s1")
    QTest.keyClick(editor, Key.Key_Return)
    assert project.labels.marked("note") == {first: "2 nuclei? s1"}
    assert on_table(window) == first
    press(window, Key.Key_2)
    assert page(window).controller.question.name == "disk-edge-on"


@pytest.mark.requirement(6)
def test_zoom_and_invert_stay_from_galaxy_to_galaxy(
    qtbot: QtBot, open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.path)
    view = page(window).galaxy
    plain = view.displayed().copy()
    press(window, Key.Key_I, Key.Key_Plus)
    assert np.array_equal(view.displayed(), 255 - plain)
    assert not view.fitted
    press(window, *SMOOTH)
    qtbot.waitUntil(lambda: view.displayed() is not None)
    assert view.inverted
    assert not view.fitted
    press(window, Key.Key_0)
    assert view.fitted


def test_the_models_view_is_hidden_until_a_galaxy_is_finished(
    open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.path)
    card = page(window).card
    assert not card.isVisible()
    press(window, *SMOOTH[:-1])
    assert not card.isVisible()
    press(window, SMOOTH[-1])
    assert card.isVisible()


@pytest.mark.requirement(5, 12)
def test_a_round_runs_behind_the_labelling_and_ranks_again(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    real = work.fine_tune

    def slowly(project: Project, model: object, progress: Progress, **how: object) -> object:
        gate.wait(PATIENCE / 1000)
        return real(project, model, progress, **how)

    monkeypatch.setattr(work, "fine_tune", slowly)
    window = open_window(rings.path)
    session = window.session
    said: list[str] = []
    session.said.connect(lambda sentence, _: said.append(sentence))
    for _ in range(14):
        press(window, Key.Key_1)
    assert not session.round_running
    assert session.schedule_words == "Next round in 1 galaxy"
    press(window, Key.Key_1)
    assert session.round_running
    assert session.schedule_words == "A round is running"
    before = session.label.model_view
    for _ in range(5):  # labelling goes on meanwhile
        press(window, Key.Key_2)
    press(window, Key.Key_Backspace)
    assert session.round_running
    gate.set()
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    (made,) = rounds(rings)
    assert made.n_training + made.n_held_out == 19
    assert current_round(rings) == 1
    assert said == [made.sentence]
    assert session.label.model_view is not before
    assert session.since_round == 0


@pytest.mark.requirement(12)
def test_a_round_can_be_cancelled_and_labelling_goes_on(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "fine_tune", _endless)
    window = open_window(rings.path)
    said: list[str] = []
    window.session.said.connect(lambda sentence, _: said.append(sentence))
    QTest.keyClick(window, Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.compute.current is not None)
    QTest.keyClick(window, Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.session.busy, timeout=1000)
    assert said == ["The round was cancelled."]
    press(window, Key.Key_1)
    assert len(rings.labels.finished("ada")) == 1
    assert rounds(rings) == []


@pytest.mark.requirement(12)
def test_a_round_that_cannot_start_says_why(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    said: list[str] = []
    window.session.said.connect(lambda sentence, _: said.append(sentence))
    window.session.start_round()
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    assert "a round needs 10: label 10 more" in said[0]
    assert window.session.train.sentence == said[0]


def test_closing_in_the_middle_of_a_round_is_clean(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "fine_tune", _endless)
    window = open_window(rings.path)
    press(window, Key.Key_1)
    window.session.start_round()
    qtbot.waitUntil(lambda: window.compute.current is not None)
    began = time.monotonic()
    window.close()
    assert time.monotonic() - began < 2
    assert not [t for t in threading.enumerate() if t.name.startswith(("compute", "decode"))]
    with Project.open(rings.path) as again:
        assert len(again.labels.finished("ada")) == 1


def test_the_train_page_lists_promotes_and_rolls_back(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    session = window.session
    for _ in range(15):
        press(window, Key.Key_1)
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    QTest.keyClick(window, Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    (view,) = window.findChildren(TrainView)
    assert view.isVisible()
    assert view.table.model().rowCount() == 2
    assert len(session.train.curves(1)["loss"]) > 5
    session.train.roll_back()
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    assert current_round(rings) == session.train.current == 0
    session.train.promote(1)
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    assert current_round(rings) == session.train.current == 1


def test_every_galaxy_done_is_said_and_a_longer_queue_is_asked_for(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(n=12, tree="rings", automatic=False)
    give_features(project)
    window = open_window(project.path)
    for _ in range(12):
        press(window, Key.Key_2)
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    assert on_table(window) == ""
    assert len(project.labels.finished("ada")) == 12
    press(window, Key.Key_1, Key.Key_S, Key.Key_Backspace)
    assert len(project.labels.finished("ada")) == 11


def test_a_path_without_a_project_is_refused_on_the_start_page(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    window.open_project(tmp_path / "nothing")
    qtbot.waitUntil(lambda: bool(window.start.banner.sentence), timeout=PATIENCE)
    assert window.start.banner.sentence.startswith("There is no project")
    assert window.start.isVisible()


def test_projects_opened_lately_are_offered(open_window: OpenWindow, project: Project) -> None:
    assert recent_projects() == []
    window = open_window(project.path)
    assert [each.path for each in recent_projects()] == [project.path.resolve()]
    window.close_project()
    assert window.start.isVisible()


def test_both_themes_dress_the_label_page(
    qtbot: QtBot, open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.path)
    dark = _brightness(window)
    QTest.keyClick(window, Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert window.theme.mode == "light"
    light = _brightness(window)
    window.theme.set_mode("dark")
    assert dark < 0.2
    assert light > dark + 0.3


def _endless(project: Project, model: object, progress: Progress, **how: object) -> object:
    while True:
        progress("fitting the head", 0, 0)
        time.sleep(0.01)


def _brightness(window: MainWindow) -> float:
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return float(rows[:, : image.width()].mean() / 255)


def test_a_lost_drive_is_told_in_a_banner(
    open_window: OpenWindow, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(project.path)

    def lost(*_: object) -> None:
        raise GzactiveError("The drive is gone: plug it in.")

    monkeypatch.setattr(page(window).controller.project.labels, "append", lost)
    press(window, Key.Key_1)
    assert "was not saved" in page(window).banner.sentence
    assert page(window).controller.question is project.tree.root
