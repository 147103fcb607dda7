"""The list that a box of choices opens: its mark is seen wherever the keys move it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.app.icons import Icons
from gzactive.app.menu_box import MenuBox
from gzactive.app.theme import Theme


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_the_marked_choice_has_the_accent_behind_it(qtbot: QtBot, theme: Theme, mode: str) -> None:
    theme.set_mode(mode)
    box = MenuBox(Icons(theme))
    qtbot.addWidget(box)
    box.addItems(["what the model is unsure of", "chance", "likeness"])
    with qtbot.waitExposed(box):
        box.show()
    box.showPopup()
    QTest.keyClick(box.view(), Qt.Key.Key_Down)
    rows = [box.view().visualRect(box.model().index(row, 0)) for row in range(3)]
    picture = box.view().viewport().grab().toImage()
    colours = [picture.pixelColor(one.topRight() + QPoint(-2, 2)).name() for one in rows]
    accent = theme.colours.accent.lower()
    assert [one == accent for one in colours] == [False, True, False]
    box.hidePopup()
