"""The rail of pages: what is lit on it."""

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from .conftest import MakeProject, OpenWindow

OVER, AWAY = QPoint(38, 330), QPoint(700, 400)


def test_the_rail_is_lit_under_the_pointer_alone_also_after_a_page_came_over_it(
    make_project: MakeProject, open_window: OpenWindow
) -> None:
    window = open_window(make_project(12, "rings", automatic=False).path)
    handle = window.windowHandle()

    def lit() -> list[str]:
        QApplication.processEvents()
        buttons = window.area.rail.findChildren(QToolButton)
        return [one.text() for one in buttons if one.underMouse()]

    assert lit() == []
    QTest.mouseMove(handle, OVER)
    assert lit() == ["Evaluate"]
    window.take_in([])  # the wizard comes over the rail
    QTest.mouseMove(handle, AWAY)
    window.intake.view.back_out()
    assert lit() == []
    QTest.mouseMove(handle, OVER)
    window.theme.toggle()  # pictures of the buttons are made anew
    QTest.mouseMove(handle, AWAY)
    assert lit() == []
