"""The Explore page by real key events: peers' requirements 7, 8 and 21."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from gzactive.active.rounds import rounds
from gzactive.app import work
from gzactive.app.label.look import load_look
from gzactive.app.main_window import MainWindow
from gzactive.project import Project
from tests.app.conftest import PATIENCE, MakeProject, OpenWindow, give_features
from tests.app.explore.conftest import page_settled as settled

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    project = make_project(40, automatic=False)
    give_features(project)
    return project


def checked(window: MainWindow) -> list[str]:
    orders = ("confident", "unsure", "disagree")
    return [one for one in orders if window.actions_[f"explore.{one}"].isChecked()]


def press(window: MainWindow, *keys: Key) -> None:
    """To whoever has the keyboard, as a person's keys go."""
    for key in keys:
        QTest.keyClick(QGuiApplication.focusObject() or window, key)


def test_the_keys_move_select_and_open_and_esc_comes_back_to_the_same_place(
    qtbot: QtBot, window: MainWindow
) -> None:
    view, it = window.area.explore, window.session.explore
    grid = view.grid
    assert grid.hasFocus()
    assert grid.currentIndex().row() == 0
    press(window, Key.Key_Right, Key.Key_Right, Key.Key_Space, Key.Key_Down, Key.Key_Space)
    assert grid.selected == [2, 2 + grid.columns]
    press(window, Key.Key_End)
    assert grid.currentIndex().row() == 39
    assert 39 in grid.shown
    press(window, Key.Key_Left, Key.Key_Return)
    assert it.position == 38
    assert view.stack.currentIndex() == 1
    assert view.galaxy.table.accessibleDescription()
    press(window, Key.Key_Left)
    assert it.position == 37
    scrolled = grid.verticalOffset()
    press(window, Key.Key_Escape)
    assert it.position is None
    assert grid.hasFocus()
    assert grid.currentIndex().row() == 37
    assert grid.verticalOffset() == scrolled
    assert grid.selected == [2, 2 + grid.columns]
    press(window, Key.Key_Home)
    assert (grid.currentIndex().row(), grid.verticalOffset()) == (0, 0)


def test_shift_selects_on_the_way_and_all_and_none_have_keys(
    qtbot: QtBot, window: MainWindow
) -> None:
    grid = window.area.explore.grid
    QTest.keyClick(grid, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(grid, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert grid.selected == [0, 1, 2]
    QTest.keyClick(grid, Key.Key_A, Ctrl)
    assert grid.count_selected == 40
    QTest.keyClick(grid, Key.Key_A, Ctrl | Qt.KeyboardModifier.ShiftModifier)
    assert grid.count_selected == 0
    QTest.keyClick(grid, Key.Key_Space)
    QTest.keyClick(grid, Key.Key_Escape)
    assert grid.count_selected == 0


def test_no_button_moves_under_the_pointer_when_something_is_selected(
    qtbot: QtBot, window: MainWindow
) -> None:
    view = window.area.explore
    (export,) = [one for one in view.findChildren(QToolButton) if "Export" in one.text()]
    before = export.mapTo(window, QPoint())
    view.grid.select_all()
    qtbot.wait(50)
    assert export.mapTo(window, QPoint()) == before


def test_a_click_opens_and_a_click_on_the_mark_selects(qtbot: QtBot, window: MainWindow) -> None:
    view, it = window.area.explore, window.session.explore
    grid = view.grid
    box = grid.visualRect(view.model.index(1, 0))
    mark = grid.itemDelegate().mark(box).center().toPoint()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=mark)
    assert grid.selected == [1]
    assert it.position is None
    qtbot.mouseClick(
        grid.viewport(), Qt.MouseButton.LeftButton, Ctrl, pos=box.center() + QPoint(9, 9)
    )
    assert grid.selected == []
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert it.position == 1


def test_labels_given_to_a_selection_count_and_are_undone_by_key(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    it = window.session.explore
    before = window.session.since_round
    window.area.explore.grid.select_all()
    press(window, Key.Key_L)
    settled(qtbot, window)
    done = set(project.labels.finished("ada"))
    assert len(done) == int((~project.catalog["reserved"]).sum())
    assert window.session.since_round == before + len(done)
    upcoming = window.session.label.upcoming
    assert not any(one.id_str in done for one in upcoming.next(len(upcoming)))
    press(window, Key.Key_Backspace)
    settled(qtbot, window)
    assert project.labels.finished("ada") == set()
    assert window.session.since_round == before
    assert it.listing.caption(0)


def test_a_round_that_learns_from_labels_taken_back_meanwhile_is_cancelled(
    qtbot: QtBot, window: MainWindow, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, real = threading.Event(), work.fine_tune

    def slowly(*given: object, **how: object) -> object:
        gate.wait(PATIENCE / 1000)
        return real(*given, **how)

    monkeypatch.setattr(work, "fine_tune", slowly)
    session = window.session
    session.project.save_settings(automatic=True, every=12)
    window.area.explore.grid.select_all()
    press(window, Key.Key_L)
    settled(qtbot, window)
    assert session.round_running
    press(window, Key.Key_Backspace)
    settled(qtbot, window)
    gate.set()
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    assert rounds(project) == []
    assert session.since_round == 0


def test_a_round_that_learnt_from_labels_taken_back_is_followed_by_one_without_them(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    session, grid = window.session, window.area.explore.grid
    for key in (Key.Key_Space, *[Key.Key_Right, Key.Key_Space] * 13):
        press(window, key)
    press(window, Key.Key_L)
    settled(qtbot, window)
    few = len(project.labels.finished("ada"))
    assert few
    session.project.save_settings(automatic=True, every=12)
    grid.select_all()
    press(window, Key.Key_L)
    settled(qtbot, window)
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    assert [made.n_training > few for made in rounds(project)] == [True]
    press(window, Key.Key_Backspace)
    settled(qtbot, window)
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    assert [made.n_training for made in rounds(project)][1:] == [few]


def test_a_round_whose_labels_are_all_taken_back_serves_no_longer(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    session, told = window.session, []
    session.project.save_settings(automatic=True, every=12)
    window.area.explore.grid.select_all()
    press(window, Key.Key_L)
    settled(qtbot, window)
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    assert session.train.current == 1
    session.news.told.connect(told.append)
    press(window, Key.Key_Backspace)
    settled(qtbot, window)
    qtbot.waitUntil(lambda: session.train.current == 0 and not session.busy, timeout=PATIENCE)
    assert told[0].startswith(
        "Round 1 had learnt from labels that were taken back, and 0 are left of the 10"
    )
    assert "the start serves again" in told[0]
    assert session.explore.scores.attrs["round"] == 0


def test_the_look_is_that_of_the_label_page_and_is_changed_on_either(
    qtbot: QtBot, window: MainWindow
) -> None:
    here, there = window.area.explore.galaxy.galaxy, window.area.label.galaxy
    press(window, Key.Key_I)
    assert not here.look.inverted  # no galaxy is open on its own
    press(window, Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.explore.frame is not None, timeout=PATIENCE)
    plain = here.displayed().copy()
    press(window, Key.Key_I, Key.Key_X, Key.Key_X)
    assert (here.look.inverted, here.look.stretch) == (True, "asinh")
    assert there.look == here.look
    assert plain.mean() < 128 < here.displayed().mean()
    assert window.area.explore.galaxy.look_tools.words == "asinh · inverted"
    QTest.keyClick(window, Key.Key_1, Ctrl)
    assert load_look() == here.look  # stored as soon as the page is left
    assert window.area.label.look_tools.words == "asinh · inverted"
    press(window, Key.Key_I)
    assert not here.look.inverted


def test_the_arrows_move_the_levels_while_these_have_the_keyboard(
    qtbot: QtBot, window: MainWindow
) -> None:
    press(window, Key.Key_Return, Key.Key_H)
    view = window.area.explore.galaxy.galaxy
    qtbot.waitUntil(view.levels.isVisible, timeout=PATIENCE)
    view.levels.setFocus()
    press(window, Key.Key_Right, Key.Key_Right)
    assert window.session.explore.position == 0
    assert view.look.black == pytest.approx(0.02)
    window.area.explore.setFocus()
    press(window, Key.Key_Right)
    assert window.session.explore.position == 1


def test_what_was_done_is_said_with_the_key_that_takes_it_back_and_goes(
    qtbot: QtBot, window: MainWindow
) -> None:
    said = window.area.explore.said
    press(window, Key.Key_F)
    qtbot.waitUntil(lambda: bool(said.text()), timeout=PATIENCE)
    assert said.text() == "1 galaxy flagged. Backspace takes it back."
    press(window, Key.Key_Right)
    assert said.text() == ""
    press(window, Key.Key_Backspace)
    qtbot.waitUntil(lambda: bool(said.text()), timeout=PATIENCE)
    assert said.text() == "Flags of 1 galaxy taken back."
    said._timer.timeout.emit()  # its time is up
    assert said.text() == ""


def test_tab_leaves_the_grid_and_comes_back_and_arrows_move_in_it(
    qtbot: QtBot, window: MainWindow
) -> None:
    grid = window.area.explore.grid
    grid.setFocus()
    press(window, Key.Key_Right, Key.Key_Right)
    assert grid.currentIndex().row() == 2
    QTest.keyClick(grid, Key.Key_Tab)
    assert not grid.hasFocus()
    assert window.focusWidget() is not grid.viewport()
    assert window.area.explore.isAncestorOf(window.focusWidget())
    QTest.keyClick(window.focusWidget(), Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert grid.hasFocus()
    assert grid.currentIndex().row() == 2
    QTest.keyClick(grid, Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert not grid.hasFocus()


def test_picked_galaxies_come_next_on_the_label_page(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    it, label = window.session.explore, window.session.label
    reserved = set(project.catalog["id_str"][project.catalog["reserved"]])
    here = label.current.id_str
    rows = [row for row in range(40) if it.id_at(row) not in {*reserved, here}][-2:]
    grid = window.area.explore.grid
    before = [one.id_str for one in label.upcoming.next(40)]
    for row in rows:
        grid.toggle(row)
    press(window, Key.Key_Q)
    settled(qtbot, window)
    following = label.upcoming.next(2)
    assert [one.id_str for one in following] == [it.id_at(row) for row in rows]
    assert {one.selection for one in following} == {"explore"}
    press(window, Key.Key_Backspace)
    settled(qtbot, window)
    assert [one.id_str for one in label.upcoming.next(40)] == before


def test_orders_and_answers_change_by_key(qtbot: QtBot, window: MainWindow) -> None:
    view, it = window.area.explore, window.session.explore
    press(window, Key.Key_2)
    settled(qtbot, window)
    assert it.listing.query.order == "unsure"
    assert "unsure" in it.listing.caption(0)
    assert "nats" not in it.listing.caption(0)
    assert "nats" in view.model.data(view.model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    assert not view.look.slider.isEnabled()
    it.set_order("confident")
    settled(qtbot, window)
    assert checked(window) == ["confident"]
    it.set_order("unsure")
    settled(qtbot, window)
    assert checked(window) == ["unsure"]
    assert it.listing.query.order == "unsure"
    press(window, Key.Key_3)
    settled(qtbot, window)
    assert it.listing.query.order == "disagree"
    assert view.look.words.text().startswith("No galaxy has a label on this question")
    press(window, Key.Key_1, Key.Key_BracketRight)
    settled(qtbot, window)
    assert it.query.answer == it.answers[1]
    assert view.answers.currentItem().text() == it.tree.locate(it.answers[1])[1].text
    press(window, Key.Key_P)
    settled(qtbot, window)
    assert it.cut in (0.0, it.published_cut)


def test_ids_are_copied_and_the_sky_is_refused_with_a_reason_where_there_is_none(
    qtbot: QtBot, window: MainWindow
) -> None:
    it, actions = window.session.explore, window.actions_
    QTest.keyClick(window.area.explore.grid, Key.Key_C, Ctrl)
    assert QGuiApplication.clipboard().text() == it.id_at(0)
    assert not actions["explore.simbad"].isEnabled()
    assert "no coordinates" in actions["explore.simbad"].toolTip()


@pytest.mark.requirement(21)
def test_viewers_of_the_sky_open_at_the_galaxy(
    qtbot: QtBot,
    open_window: OpenWindow,
    tmp_path: Path,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    catalog = project.catalog.drop(columns="reserved").assign(ra=150.0, dec=-2.0)
    with Project.create(tmp_path / "on-the-sky", catalog, "gz-decals-dr5") as other:
        give_features(other)
        window = open_window(other.path)
    QTest.keyClick(window, Key.Key_2, Ctrl)
    window.session.explore.set_cut(0.0)
    settled(qtbot, window)
    press(window, Key.Key_S, Key.Key_V)
    QTest.keyClick(window.area.explore.grid, Key.Key_C, Ctrl | Qt.KeyboardModifier.ShiftModifier)
    assert [address.split("/")[2] for address in opened] == [
        "simbad.cds.unistra.fr",
        "www.legacysurvey.org",
    ]
    assert QGuiApplication.clipboard().text() == "150.000000 -2.000000"


def test_the_page_is_drawn_in_both_themes(qtbot: QtBot, window: MainWindow) -> None:
    view, it = window.area.explore, window.session.explore
    qtbot.waitUntil(
        lambda: all(it.thumbnails.get(it.file_at(row)) for row in view.grid.shown),
        timeout=PATIENCE,
    )
    dark = view.grid.grab().toImage().pixelColor(2, 2).lightnessF()
    window.theme.set_mode("light")
    light = view.grid.grab().toImage().pixelColor(2, 2).lightnessF()
    window.theme.set_mode("dark")
    assert light > 0.8 > 0.2 > dark


def test_everything_on_the_page_has_a_name_for_those_who_do_not_see_it(
    window: MainWindow,
) -> None:
    view = window.area.explore
    for widget in (view.grid, view.answers, view.look.slider, view.galaxy.table):
        assert widget.accessibleName()
    told = view.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert window.session.explore.id_at(0) in told
    assert "%" in told
