"""From galaxies to more like them and back, and from them to a question of one's own, by key."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu
from pytestqt.qtbot import QtBot

from gzactive.app.asking.dialog import AskDialog
from gzactive.app.explore.galaxy_menu import GalaxyMenu
from gzactive.app.main_window import MainWindow
from gzactive.inference import feature_store
from gzactive.project import Project
from tests.app.conftest import PATIENCE, MakeProject, OpenWindow
from tests.app.explore.conftest import page_settled as settled

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier
ALIKE = [f"G{number:04d}" for number in range(8)]


def said(dialog: AskDialog) -> str:
    """All that the dialog says."""
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


def give_likes(project: Project) -> None:
    """Features of which the first eight galaxies' share what no other has."""
    ids = project.catalog["id_str"].to_list()
    rng = np.random.default_rng(4)
    values = 0.3 * rng.standard_normal((len(ids), 1280))
    values[:8] += 0.2 * rng.standard_normal(1280)
    feature_store(project).write_part(ids, ["made-up"] * len(ids), values)


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    project = make_project(40, automatic=False)
    give_likes(project)
    return project


def press(window: MainWindow, *keys: Key) -> None:
    for key in keys:
        QTest.keyClick(QGuiApplication.focusObject() or window, key)


def rows_of(window: MainWindow, ids: list[str]) -> list[int]:
    it = window.session.explore
    return [row for row in range(len(it.listing)) if it.id_at(row) in ids]


def listed(window: MainWindow) -> list[str]:
    it = window.session.explore
    return [it.id_at(row) for row in range(len(it.listing))]


def select(window: MainWindow, ids: list[str]) -> None:
    grid = window.area.explore.grid
    grid.clearSelection()
    for row in rows_of(window, ids):
        grid.toggle(row)


def test_m_lists_what_is_most_like_the_selected_and_esc_leads_back_to_the_place(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    view, it = window.area.explore, window.session.explore
    before = listed(window)
    select(window, ALIKE[:3])
    view.grid.go_to(7)
    press(window, Key.Key_M)
    settled(qtbot, window)
    found = listed(window)
    assert set(found[:3]) == set(ALIKE[:3])
    assert set(found[3:8]) == set(ALIKE[3:])
    assert [it.listing.caption(row) for row in range(3)] == ["Example"] * 3
    assert it.listing.caption(3).endswith("σ")
    assert view.look._question.text() == "Galaxies most like"
    assert "and 1 more" in view.look._answer.text()
    # What can be done with other lists can be done with this one.
    free = set(project.catalog["id_str"][~project.catalog["reserved"]])
    view.grid.go_to(next(row for row in range(3, 8) if it.id_at(row) in free))
    named = it.id_at(view.grid.currentIndex().row())
    press(window, Key.Key_F)
    settled(qtbot, window)
    assert set(project.labels.marked("flag", "ada")) == {named}
    press(window, Key.Key_Return, Key.Key_M)  # and on, from a galaxy that is open
    settled(qtbot, window)
    assert it.position is None
    assert listed(window)[0] == named
    press(window, Key.Key_Escape)
    settled(qtbot, window)
    assert listed(window) == found
    press(window, Key.Key_Escape)
    settled(qtbot, window)
    assert listed(window) == before
    assert view.grid.currentIndex().row() == 7
    assert not window.actions_["explore.back"].isEnabled()


def test_esc_first_takes_the_selection_off(qtbot: QtBot, window: MainWindow) -> None:
    grid, it = window.area.explore.grid, window.session.explore
    press(window, Key.Key_M)
    settled(qtbot, window)
    grid.toggle(2)
    press(window, Key.Key_Escape)
    settled(qtbot, window)
    assert grid.count_selected == 0
    assert it.query.like
    press(window, Key.Key_Escape)
    settled(qtbot, window)
    assert not it.query.like


def test_those_labelled_so_lead_to_more_like_them(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    view, it = window.area.explore, window.session.explore
    press(window, Key.Key_4)
    settled(qtbot, window)
    assert listed(window) == []
    assert "No galaxy is labelled" in view.look.words.text()
    press(window, Key.Key_1)
    settled(qtbot, window)
    select(window, ALIKE)
    press(window, Key.Key_L)
    settled(qtbot, window)
    done = project.labels.finished("ada")
    press(window, Key.Key_4)
    settled(qtbot, window)
    rest = set(ALIKE) - done
    assert done
    assert set(listed(window)[: len(rest)]) == rest
    assert not set(listed(window)) & done
    assert f"most like the {len(done)} labelled" in view.look.words.text()
    assert it.listing.meaning(0).endswith("than usual")


def test_an_example_without_features_leaves_a_sentence_and_a_way_back(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(12, automatic=False)
    give_likes(project)
    more = project.catalog["id_str"].to_list()
    window = open_window(project.path)
    QTest.keyClick(window, Key.Key_2, Ctrl)
    settled(qtbot, window)
    it = window.session.explore
    it.set_cut(0.0)
    settled(qtbot, window)
    for file in feature_store(project).folder.glob("*.h5"):
        file.unlink()
    press(window, Key.Key_M)
    settled(qtbot, window)
    assert "has no features" in window.area.explore.look.words.text()
    assert len(it.listing) == 0
    press(window, Key.Key_Escape)
    settled(qtbot, window)
    assert sorted(listed(window)) == sorted(more)


def test_the_right_button_offers_it_for_the_galaxy_under_the_pointer(
    qtbot: QtBot, window: MainWindow
) -> None:
    view, it = window.area.explore, window.session.explore
    menu = view.grid.findChild(GalaxyMenu)
    assert isinstance(menu, QMenu)
    view.grid.toggle(0)
    place = view.grid.visualRect(view.model.index(2, 0)).center() + QPoint(3, 3)
    view.grid.customContextMenuRequested.emit(place)
    qtbot.waitUntil(menu.isVisible, timeout=PATIENCE)
    named = it.id_at(2)
    texts = [one.text() for one in menu.actions()]
    assert {"More like these", "Start a search for these…", "Flag"} <= set(texts)
    press(window, Key.Key_Escape)
    menu.hide()
    assert view.chosen == [2]
    window.actions_["explore.more-like"].trigger()
    settled(qtbot, window)
    assert it.query.like == (named,)


def test_a_list_of_likes_is_exported_with_its_figures(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    press(window, Key.Key_M)
    settled(qtbot, window)
    window.session.explore.export(tmp_path / "alike.csv")
    settled(qtbot, window)
    table = pd.read_csv(tmp_path / "alike.csv", dtype={"id_str": str})
    assert table["id_str"].tolist() == listed(window)
    assert np.isnan(table["likeness"][0])
    assert table["likeness"][1:].is_monotonic_decreasing


def test_a_question_of_ones_own_is_asked_by_key_and_each_answer_makes_its_list_better(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    select(window, ALIKE[:4])
    press(window, Key.Key_Y)
    dialog = window.area.asking.dialog
    qtbot.waitUntil(dialog.isVisible, timeout=PATIENCE)
    QTest.keyClick(dialog.feature, Key.Key_Return)
    assert dialog._fault.text() == "Say in a word what to look for."
    QTest.keyClicks(dialog.feature, "tails")
    assert dialog.question.placeholderText() == "Does the galaxy have tails?"
    folder = dialog.folder
    assert folder == project.path.with_name(f"{project.path.name}-tails")
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        QTest.keyClick(dialog.feature, Key.Key_Return)
    session = window.session
    assert session.path == folder
    label = session.label
    qtbot.waitUntil(lambda: label.frame is not None, timeout=PATIENCE)
    made = session.project
    assert made.tree.questions[0].text == "Does the galaxy have tails?"
    assert len(made.labels.finished("ada")) == 4
    made.save_settings(every=6)
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE)
    # Its first galaxies are like the examples; a yes for those that have it, a no for others.
    shown = []
    for _ in range(12):
        here = label.current
        shown.append(here.id_str)
        with qtbot.waitSignal(label.finished, timeout=PATIENCE):
            press(window, Key.Key_1 if here.id_str in ALIKE else Key.Key_2)
    free = set(made.catalog["id_str"][~made.catalog["reserved"]])
    rest = (set(ALIKE) - set(ALIKE[:4])) & free
    assert rest <= set(shown[:8])
    qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
    assert made.rounds_path.is_dir()
    assert label.current.id_str not in shown
    QTest.keyClick(window, Key.Key_2, Ctrl)
    settled(qtbot, window)
    press(window, Key.Key_4)
    settled(qtbot, window)
    assert not set(listed(window)) & {*shown, *ALIKE[:4]}


def test_the_question_is_in_the_project_menu_too_and_begins_without_examples(
    qtbot: QtBot, window: MainWindow
) -> None:
    QTest.keyClick(window, Key.Key_Y, Ctrl)
    dialog = window.area.asking.dialog
    qtbot.waitUntil(dialog.isVisible, timeout=PATIENCE)
    assert "begins without examples" in said(dialog)
    QTest.keyClick(dialog, Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(type(dialog)), timeout=PATIENCE)
    window.close_project()
    assert not window.actions_["project.ask"].isEnabled()


def test_the_menus_question_begins_with_the_galaxies_that_are_seen_to_be_selected(
    qtbot: QtBot, window: MainWindow
) -> None:
    select(window, ALIKE[:3])
    for page, words in ((Key.Key_2, "3 selected galaxies"), (Key.Key_1, "without examples")):
        QTest.keyClick(window, page, Ctrl)
        QTest.keyClick(window, Key.Key_Y, Ctrl)
        dialog = window.area.asking.dialog
        qtbot.waitUntil(dialog.isVisible, timeout=PATIENCE)
        assert words in said(dialog)
        QTest.keyClick(dialog, Key.Key_Escape)
        qtbot.waitUntil(lambda: not window.findChildren(AskDialog), timeout=PATIENCE)
