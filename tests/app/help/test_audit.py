"""Every control of every page says what it is: to a pointer that rests on it, and to a reader."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QGraphicsView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gzactive.app.actions import ACTIONS
from gzactive.app.main_window import MainWindow
from tests.app.conftest import MakeProject, OpenWindow, give_features

CONTROLS = (
    *(QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox),
    *(QGraphicsView, QLineEdit, QPlainTextEdit, QTabBar, QTextEdit),
)


def controls(window: QWidget) -> Iterator[QWidget]:
    """What can be pressed, moved, typed into or scrolled; not the parts that Qt makes of them."""
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, CONTROLS) or isinstance(widget, QScrollBar):
            continue
        if widget.objectName().startswith("qt_"):
            continue
        above = widget.parentWidget()
        while above is not None and not isinstance(above, (QAbstractItemView, *CONTROLS)):
            above = above.parentWidget()
        if above is None:
            yield widget


def wanting(window: QWidget) -> list[str]:
    """The controls that lack a tip or a name, and where they are."""
    found = []
    for widget in controls(window):
        tip = widget.toolTip()
        if isinstance(widget, (QGraphicsView, QTextEdit)):
            # A tip would lie over the picture, or over the page that is read.
            tip = widget.accessibleDescription()
        name = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
        lacks = [
            what
            for what, there in (("tip", tip), ("name", widget.accessibleName() or name))
            if not there
        ]
        if lacks:
            parents = []
            above = widget.parentWidget()
            while above is not None:
                parents.append(type(above).__name__)
                above = above.parentWidget()
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            found.append(f"{type(widget).__name__} {text!r} of {parents[0]} lacks {lacks}")
    return found


@pytest.fixture
def window(make_project: MakeProject, open_window: OpenWindow) -> MainWindow:
    project = make_project(10)
    give_features(project)
    return open_window(project.path)


def test_every_control_has_a_tip_and_a_name(window: MainWindow, qtbot: QtBot) -> None:
    for spec in ACTIONS:
        if spec.menu == "Go":
            window.actions_[spec.id].trigger()
    assert "\n".join(wanting(window)) == ""


def test_every_control_of_help_has_a_tip_and_a_name(window: MainWindow) -> None:
    window.help.show_question(window.session)
    assert "\n".join(wanting(window.help.window)) == ""
    window.help.window.close()


def test_every_control_of_the_start_page_has_a_tip_and_a_name(open_window: OpenWindow) -> None:
    window = open_window()
    assert "\n".join(wanting(window)) == ""


def test_every_control_of_the_sheet_of_keys_has_a_tip_and_a_name(window: MainWindow) -> None:
    window.actions_["help.keys"].trigger()
    (dialog,) = window.findChildren(QDialog)
    assert "\n".join(wanting(dialog)) == ""
    dialog.close()


def test_every_action_has_a_tip_that_a_menu_and_a_reader_can_show(window: MainWindow) -> None:
    for spec in ACTIONS:
        action = window.actions_[spec.id]
        assert action.toolTip()
        assert action.statusTip()
        assert action.text()
