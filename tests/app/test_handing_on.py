"""Where the keyboard goes when a button is switched off by its own press."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gzactive.app.handing_on import hand_on

NAMES = ("first", "go", "next", "cancel", "result")


def make(qtbot: QtBot) -> tuple[QWidget, dict[str, QPushButton]]:
    page = QWidget()
    row = QHBoxLayout(page)
    buttons = {name: QPushButton(name, page) for name in NAMES}
    for button in buttons.values():
        row.addWidget(button)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return page, buttons


def press(button: QPushButton) -> None:
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)


def test_the_keyboard_goes_to_what_appears_after_the_press(qtbot: QtBot) -> None:
    page, it = make(qtbot)
    it["cancel"].hide()
    hand_on(it["go"], it["cancel"], it["result"])
    hand_on(it["cancel"], it["result"])

    def begin() -> None:
        it["go"].setEnabled(False)
        it["cancel"].show()

    it["go"].clicked.connect(begin)
    it["cancel"].clicked.connect(it["cancel"].hide)
    press(it["go"])
    qtbot.waitUntil(it["cancel"].hasFocus)
    press(it["cancel"])
    qtbot.waitUntil(it["result"].hasFocus)
    assert page.focusWidget() is it["result"]


def test_a_button_that_is_of_use_again_keeps_the_keyboard(qtbot: QtBot) -> None:
    _, it = make(qtbot)
    hand_on(it["go"], it["cancel"])

    def act() -> None:
        it["go"].setEnabled(False)
        it["go"].setEnabled(True)

    it["go"].clicked.connect(act)
    press(it["go"])
    qtbot.wait(1)
    assert it["go"].hasFocus()


def test_tab_goes_on_as_ever(qtbot: QtBot) -> None:
    _, it = make(qtbot)
    hand_on(it["go"], it["result"])
    it["go"].setFocus()
    QTest.keyClick(it["go"], Qt.Key.Key_Tab)
    qtbot.wait(1)
    assert it["next"].hasFocus()
