"""The sheet of keys, driven by the keyboard: press a key, and it means something else at once."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QToolButton
from pytestqt.qtbot import QtBot

from gzactive.app.key_map import KeyMap
from gzactive.app.keys_dialog import KeysDialog
from gzactive.app.main_window import MainWindow

from ..conftest import MakeProject, OpenWindow, give_features

Key = Qt.Key


@pytest.fixture
def window(open_window: OpenWindow, make_project: MakeProject) -> MainWindow:
    project = make_project(n=12, tree="rings", automatic=False)
    give_features(project)
    return open_window(project.path)


@pytest.fixture
def sheet(window: MainWindow, qtbot: QtBot) -> Iterator[KeysDialog]:
    yield opened(window, qtbot)
    for dialog in window.findChildren(KeysDialog):
        dialog.close()


def opened(window: MainWindow, qtbot: QtBot) -> KeysDialog:
    """The sheet, opened by its key."""
    QTest.keyClick(window, Key.Key_Question)
    (dialog,) = window.findChildren(KeysDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def choose(sheet: KeysDialog, what: str) -> None:
    """Search for an action and go to the field with Return."""
    sheet.search.setFocus()
    sheet.search.clear()
    QTest.keyClicks(sheet.search, what)
    QTest.keyClick(sheet.search, Key.Key_Return)
    assert sheet.editor.field.hasFocus()


def give(sheet: KeysDialog, key: Qt.Key) -> None:
    """Press a key in the field, then the button beside it."""
    QTest.keyClick(sheet.editor.field, key)
    QTest.keyClick(sheet.editor.field, Key.Key_Tab)
    assert sheet.editor.instead.hasFocus()
    QTest.keyClick(sheet.editor.instead, Key.Key_Return)


def close(window: MainWindow, sheet: KeysDialog, qtbot: QtBot) -> None:
    QTest.keyClick(sheet.search, Key.Key_Escape)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


@pytest.mark.requirement(1)
def test_new_keys_hold_at_once_in_keys_menus_buttons_and_tips(
    window: MainWindow, sheet: KeysDialog, qtbot: QtBot
) -> None:
    choose(sheet, "choose first answer")
    give(sheet, Key.Key_Q)
    assert "Done" in sheet.editor.sentence.text()
    choose(sheet, "leave comes back once")
    give(sheet, Key.Key_X)
    close(window, sheet, qtbot)
    label = window.area.label
    assert [each.accessibleName()[-5:] for each in label.answers.buttons] == ["key Q", "key 2"]
    assert window.actions_["label.skip"].toolTip().endswith("(X)")
    here = label.controller.current
    QTest.keyClick(window, Key.Key_S)
    assert label.controller.current is here
    QTest.keyClick(window, Key.Key_X)
    assert label.controller.current is not here
    done = len(label.controller.project.labels.finished("ada"))
    QTest.keyClick(window, Key.Key_1)
    assert len(label.controller.project.labels.finished("ada")) == done
    QTest.keyClick(window, Key.Key_Q)
    assert len(label.controller.project.labels.finished("ada")) == done + 1


def test_new_keys_of_pages_are_on_the_rail(
    window: MainWindow, sheet: KeysDialog, qtbot: QtBot
) -> None:
    choose(sheet, "see the model learn")
    QTest.keyClick(sheet.editor.field, Key.Key_F6)
    sheet.editor.as_well.click()
    sheet.editor.field.left.emit()
    close(window, sheet, qtbot)
    tips = {each.text(): each.toolTip() for each in window.area.rail.findChildren(QToolButton)}
    assert tips["Train"] == "See the model learn (Ctrl+3 or F6)"
    QTest.keyClick(window, Key.Key_F6)
    assert window.area.page == "train"


def test_a_key_that_is_taken_is_refused_as_soon_as_it_is_pressed(sheet: KeysDialog) -> None:
    choose(sheet, "leave comes back once")
    QTest.keyClick(sheet.editor.field, Key.Key_F)
    told = sheet.editor.sentence.text()
    assert "The key 'F' cannot mean both 'Skip' and 'Flag' of the Label page" in told
    assert not sheet.editor.instead.isEnabled()
    assert not sheet.editor.as_well.isEnabled()
    QTest.keyClick(sheet.editor.field, Key.Key_Return)
    assert "'Return' presses the button in use everywhere" in sheet.editor.sentence.text()


def test_two_actions_of_one_name_are_told_apart_by_their_pages(sheet: KeysDialog) -> None:
    sheet.search.setText("invert")
    where = {
        sheet.rows.index(row, 0).data()
        for row in range(sheet.rows.rowCount())
        if sheet.rows.index(row, 1).data() == "Invert"
    }
    assert where == {"View (Label)", "Explore"}


def test_esc_leaves_the_field_and_then_the_sheet(
    window: MainWindow, sheet: KeysDialog, qtbot: QtBot
) -> None:
    choose(sheet, "leave comes back once")
    QTest.keyClick(sheet.editor.field, Key.Key_Escape)
    assert sheet.isVisible()
    assert sheet.table.hasFocus()
    QTest.keyClick(sheet.table, Key.Key_Escape)
    assert not sheet.isVisible()


def answer(sheet: KeysDialog, text: str) -> None:
    """Ask for all usual keys, and answer what is asked then."""
    sheet.all_usual.click()
    (box,) = [each for each in sheet.findChildren(QMessageBox) if each.isVisible()]
    assert "for one action are forgotten" in box.text()
    (button,) = [each for each in box.buttons() if each.text() == text]
    button.click()


def test_the_usual_keys_come_back_for_one_and_for_all(sheet: KeysDialog) -> None:
    choose(sheet, "leave comes back once")
    assert not sheet.all_usual.isEnabled()
    give(sheet, Key.Key_X)
    assert sheet.rows.index(0, 2).data() == "X"
    sheet.editor.usual.click()
    assert sheet.rows.index(0, 2).data() == "S"
    give(sheet, Key.Key_X)
    answer(sheet, "Keep mine")
    assert sheet.rows.index(0, 2).data() == "X"
    answer(sheet, "Give usual keys")
    assert sheet.rows.index(0, 2).data() == "S"
    assert not sheet.all_usual.isEnabled()


def test_what_the_mouse_does_cannot_be_changed(sheet: KeysDialog) -> None:
    sheet.search.setText("wheel")
    sheet.table.selectRow(0)
    assert not sheet.editor.field.isEnabled()
    assert "stay as they are" in sheet.editor.sentence.text()


def test_a_row_that_is_searched_away_is_not_changed_any_more(sheet: KeysDialog) -> None:
    choose(sheet, "leave comes back once")
    sheet.search.setText("nothing at all")
    assert not sheet.editor.field.isEnabled()


@pytest.mark.requirement(1)
def test_keys_survive_a_restart(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    sheet = opened(window, qtbot)
    choose(sheet, "dark light window")
    give(sheet, Key.Key_F7)
    close(window, sheet, qtbot)
    window.close()
    again = open_window()
    qtbot.waitUntil(lambda: again.dialogs.keys.keys("view.theme") == ("F7",))
    mode = again.theme.mode
    QTest.keyClick(again, Key.Key_F7)
    assert again.theme.mode != mode
    again.theme.set_mode(mode)


def test_a_broken_file_of_keys_is_told_on_the_start_page(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    file = KeyMap().file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("[keys\n")
    window = open_window()
    qtbot.waitUntil(lambda: bool(window.start.banner.sentence))
    assert "cannot be read" in window.start.banner.sentence
    sheet = opened(window, qtbot)
    assert "cannot be read" in sheet.editor.sentence.text()
    sheet.close()
