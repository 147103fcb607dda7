"""Actions: declared once, without conflicts, remappable, and turned into menus and keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from gzactive.app.action_set import ActionSet
from gzactive.app.actions import ACTIONS, GESTURES
from gzactive.app.icons import Icons
from gzactive.app.key_map import KeyMap
from gzactive.app.keys_dialog import KeysDialog
from gzactive.app.remapping import check_keys
from gzactive.app.theme import Theme
from gzactive.paths import resource


def test_the_declared_actions_have_no_conflicts() -> None:
    for action in ACTIONS:
        check_keys(action, action.keys, ACTIONS)
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


def test_every_declared_icon_is_shipped() -> None:
    for action in ACTIONS:
        assert not action.icon or (resource("icons") / f"{action.icon}.svg").is_file()


def test_every_action_has_a_tip_and_a_menu_or_a_key() -> None:
    for action in ACTIONS:
        assert action.tip
        assert action.menu or action.keys


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> tuple[QMainWindow, ActionSet]:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = ActionSet(window, Icons(theme))
    actions.add_menus(window.menuBar())
    actions.complete()
    return window, actions


def test_menus_come_from_the_declarations(window: tuple[QMainWindow, ActionSet]) -> None:
    titles = [action.text() for action in window[0].menuBar().actions()]
    letters = [title[title.index("&") + 1].lower() for title in titles]
    assert len(set(letters)) == len(letters)  # Alt and its letter open each
    titles = [title.replace("&", "") for title in titles]
    assert titles == ["Project", "Go", "Label", "Explore", "View", "Train", "Evaluate", "Help"]


def test_a_menus_letter_gives_way_to_a_persons_own_key(
    window: tuple[QMainWindow, ActionSet],
) -> None:
    main, actions = window
    own = tuple(
        spec._replace(keys=("Alt+P",)) if spec.id == "label.flag" else spec for spec in ACTIONS
    )
    actions.remap(own)
    titles = [action.text() for action in main.menuBar().actions()]
    assert titles[0] == "P&roject"
    actions.remap(ACTIONS)
    assert main.menuBar().actions()[0].text() == "&Project"


@pytest.mark.parametrize(
    "modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier]
)
def test_number_row_and_number_pad_both_answer(
    qtbot: QtBot, window: tuple[QMainWindow, ActionSet], modifier: Qt.KeyboardModifier
) -> None:
    chosen: list[int] = []
    main, actions = window
    actions.connect({"label.answer-3": lambda: chosen.append(3)})
    actions.enable_page("label")
    main.show()
    main.activateWindow()
    qtbot.waitUntil(main.isActiveWindow)
    qtbot.keyClick(main, Qt.Key.Key_3, modifier)
    assert chosen == [3]


def test_keys_of_another_page_do_nothing(
    qtbot: QtBot, window: tuple[QMainWindow, ActionSet]
) -> None:
    skipped: list[bool] = []
    main, actions = window
    actions.connect({"label.skip": lambda: skipped.append(True)})
    actions.enable_page("train")
    main.show()
    main.activateWindow()
    qtbot.keyClick(main, Qt.Key.Key_S)
    assert skipped == []


def test_the_shortcut_sheet_is_complete_and_can_be_searched(
    qtbot: QtBot, window: tuple[QMainWindow, ActionSet]
) -> None:
    main, actions = window
    dialog = KeysDialog(actions, KeyMap(), main)
    qtbot.addWidget(dialog)
    assert dialog.rows.rowCount() == len(ACTIONS) + len(GESTURES)
    dialog.search.setText("start galaxy")
    assert dialog.rows.rowCount() >= 1
    dialog.search.setText("draft esc")
    assert dialog.rows.rowCount() == 1
    dialog.search.setText("dance")
    assert "Nothing matches" in dialog.found.text()


def test_no_row_of_the_shortcut_sheet_is_cut(
    qtbot: QtBot, window: tuple[QMainWindow, ActionSet]
) -> None:
    main, actions = window
    dialog = KeysDialog(actions, KeyMap(), main)
    qtbot.addWidget(dialog)
    dialog.resize(700, 500)
    dialog.show()
    table = dialog.table
    header = table.horizontalHeader()
    assert header.length() <= table.viewport().width()
    for row in range(dialog.rows.rowCount()):
        for column in range(dialog.rows.columnCount()):
            text = dialog.rows.index(row, column).data()
            metrics = table.fontMetrics()
            box = metrics.boundingRect(
                0,
                0,
                header.sectionSize(column),
                1000,
                int(Qt.TextFlag.TextWordWrap),
                text,
            )
            assert box.width() <= header.sectionSize(column), text
            assert box.height() <= table.rowHeight(row), text
