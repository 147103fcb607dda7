"""The import wizard in the window, by real keys, clicks and drops on real files."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gzactive.app.main_window import MainWindow
from gzactive.app.wizard.columns_model import ColumnsModel
from gzactive.project import Project

from ..conftest import MakeProject, OpenWindow, give_features
from .conftest import PATIENCE
from .helpers import drop, prepared

Key = Qt.Key


def no_network(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project opens without waking the network: that is tested elsewhere, and takes long."""
    monkeypatch.setattr("gzactive.app.work.wake_model", lambda project, progress: None)
    monkeypatch.setattr(
        "gzactive.app.session.ProjectSession.look", lambda session: looked.append(session)
    )


looked: list[object] = []


def test_a_folder_dropped_on_the_start_page_becomes_a_project_that_is_labelled(
    qtbot: QtBot, open_window: OpenWindow, survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    looked.clear()
    no_network(window, monkeypatch)
    drop(window, survey)
    view = prepared(qtbot, window)
    assert view.isVisible()
    assert view.make.hasFocus()
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        QTest.keyClick(view.make, Key.Key_Return)
    assert window.area is not None
    assert window.area.page == "label"
    qtbot.waitUntil(lambda: looked == [window.session], timeout=PATIENCE)
    assert len(window.session.project.catalog) == 18
    label = window.session.label
    qtbot.waitUntil(lambda: label.current is not None, timeout=PATIENCE)
    QTest.keyClick(window, Key.Key_1)
    assert window.session.project.labels.finished_count() == 1


def test_a_hint_is_seen_while_files_are_over_the_window(
    open_window: OpenWindow, survey: Path
) -> None:
    window = open_window()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(survey))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, enter)
    hint = window.drops.hint
    assert hint.isVisible()
    text = QMimeData()
    text.setText("no file")
    other = QDragEnterEvent(QPoint(50, 50), copy, text, left, Qt.KeyboardModifier.NoModifier)
    other.ignore()
    QApplication.sendEvent(window, other)
    assert not other.isAccepted()


def test_a_project_that_is_dropped_is_opened(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(n=8, tree="rings")
    give_features(project)
    window = open_window()
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        drop(window, project.path)
    assert window.session.path == project.path


def test_images_and_a_table_dropped_one_after_the_other_are_joined(
    qtbot: QtBot, open_window: OpenWindow, survey: Path, archive: Path
) -> None:
    window = open_window()
    drop(window, archive)
    view = prepared(qtbot, window)
    assert view.sources.count.text() == "20 images"
    drop(window, survey / "labels.csv")
    qtbot.waitUntil(lambda: window.intake.controller.galaxies == 18, timeout=PATIENCE)
    assert any("2 images left out" in sentence for sentence in view.findings.sentences)
    assert any("1 row left out" in sentence for sentence in view.findings.sentences)


def test_open_images_by_key_asks_for_a_folder_and_shows_its_first_pictures(
    qtbot: QtBot, open_window: OpenWindow, survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    QTest.keyClick(window, Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    view = window.intake.view
    assert view.isVisible()
    assert view.hint.folder.hasFocus()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(survey / "images"))
    QTest.keyClick(view.hint.folder, Key.Key_Space)
    prepared(qtbot, window)
    strip = view.sources.strip
    assert len(strip.files) == 12
    qtbot.waitUntil(lambda: len(strip.shown) == 12, timeout=PATIENCE)
    pixels = view.grab(strip.rect().translated(strip.mapTo(view, QPoint(0, 0)))).toImage()
    assert len({pixels.pixel(x, 20) for x in range(0, pixels.width(), 3)}) > 20


def test_a_columns_meaning_is_changed_by_keys(
    qtbot: QtBot, open_window: OpenWindow, survey: Path
) -> None:
    window = open_window()
    drop(window, survey)
    view = prepared(qtbot, window)
    table = view.table.table
    table.setFocus()
    row = next(r for r in range(table.columns.rowCount()) if table.columns.name(r) == "remark")
    for _ in range(row):
        QTest.keyClick(table, Key.Key_Down)
    QTest.keyClick(table, Key.Key_Return)
    qtbot.waitUntil(lambda: bool(table.findChildren(QComboBox)), timeout=PATIENCE)
    (menu,) = table.findChildren(QComboBox)
    qtbot.waitUntil(lambda: menu.view().isVisible(), timeout=PATIENCE)
    shown = menu.view()
    QTest.keyClick(shown, Key.Key_Home)
    for _ in range(menu.findData("pixel_scale")):
        QTest.keyClick(shown, Key.Key_Down)
    QTest.keyClick(shown, Key.Key_Return)
    qtbot.waitUntil(
        lambda: window.intake.controller.prepared.plan.columns["remark"] == "pixel_scale",
        timeout=PATIENCE,
    )
    assert any("no usable pixel scale" in sentence for sentence in view.findings.sentences)
    assert table.columns.meaning(row) == "pixel_scale"


def test_a_click_on_a_meaning_opens_its_menu(
    qtbot: QtBot, open_window: OpenWindow, survey: Path
) -> None:
    window = open_window()
    drop(window, survey)
    table = prepared(qtbot, window).table.table
    box = table.visualRect(table.columns.index(0, ColumnsModel.MEANING))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    qtbot.waitUntil(lambda: bool(table.findChildren(QComboBox)), timeout=PATIENCE)
    (menu,) = table.findChildren(QComboBox)
    assert menu.currentText() == "Galaxy's id"
    assert menu.view().minimumWidth() > menu.view().sizeHintForColumn(0)  # no name is cut
    menu.hidePopup()


def test_the_first_row_of_each_galaxy_is_kept_by_a_box_whose_words_are_whole(
    qtbot: QtBot, open_window: OpenWindow, survey: Path
) -> None:
    labels = survey / "labels.csv"
    lines = labels.read_text().splitlines()
    labels.write_text("\n".join([*lines, lines[1]]))
    window = open_window()
    drop(window, survey)
    view = prepared(qtbot, window)
    assert not view.make.isEnabled()
    box = view.findings.keep_first
    QTest.keyClick(box, Key.Key_Space)
    qtbot.waitUntil(view.make.isEnabled, timeout=PATIENCE)
    assert box.isChecked()
    words = box.fontMetrics().horizontalAdvance(box.text())
    assert box.width() > words


def test_escape_stops_or_goes_back_to_where_one_was(
    qtbot: QtBot, open_window: OpenWindow, survey: Path, make_project: MakeProject
) -> None:
    window = open_window()
    QTest.keyClick(window, Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window.intake.view, Key.Key_Escape)
    assert window.start.isVisible()
    project = make_project(n=8, tree="rings")
    give_features(project)
    window = open_window(project.path)
    drop(window, survey)
    prepared(qtbot, window)
    QTest.keyClick(window.intake.view, Key.Key_Escape)
    assert window.area.isVisible()
    assert window.session.project is not None
    QTest.keyClick(window, Key.Key_1)
    assert project.labels.finished_count() == 1


def test_a_taken_place_is_said_beside_the_field_and_the_button_waits(
    qtbot: QtBot, open_window: OpenWindow, survey: Path
) -> None:
    window = open_window()
    drop(window, survey)
    view = prepared(qtbot, window)
    view.place.place.setFocus()
    view.place.place.selectAll()
    QTest.keyClicks(view.place.place, str(survey))
    QTest.keyClick(view.place.place, Key.Key_Tab)
    assert "is not empty" in view.place.fault.text()
    assert not view.make.isEnabled()
    assert "is not empty" in view.make.toolTip()


def test_a_repeated_id_is_settled_with_one_click(
    qtbot: QtBot, open_window: OpenWindow, survey: Path
) -> None:
    lines = (survey / "labels.csv").read_text().splitlines()
    (survey / "labels.csv").write_text("\n".join([*lines, lines[1]]))
    window = open_window()
    drop(window, survey)
    view = prepared(qtbot, window)
    assert not view.make.isEnabled()
    assert view.findings.keep_first.isVisible()
    qtbot.mouseClick(view.findings.keep_first, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(view.make.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(view.findings.unfolders[0], Qt.MouseButton.LeftButton)
    assert view.findings.unfolders[0].text() == "Hide examples"


def test_what_is_neither_is_said_in_the_banner(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    (tmp_path / "paper.pdf").write_bytes(b"%PDF")
    window = open_window()
    drop(window, tmp_path / "paper.pdf")
    banner = window.intake.view.banner
    qtbot.waitUntil(lambda: bool(banner.sentence), timeout=PATIENCE)
    assert "'paper.pdf' is neither images nor a table" in banner.sentence
    assert window.intake.view.hint.isVisible()


def test_after_a_folder_without_images_the_keys_are_where_the_next_is_chosen(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    window = open_window()
    drop(window, tmp_path / "empty")
    view = window.intake.view
    qtbot.waitUntil(lambda: "holds no image" in view.banner.sentence, timeout=PATIENCE)
    qtbot.waitUntil(view.hint.folder.hasFocus, timeout=PATIENCE)


def test_what_was_refused_is_past_once_something_else_is_given(
    qtbot: QtBot, open_window: OpenWindow, survey: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    window = open_window()
    drop(window, tmp_path / "empty")
    banner = window.intake.view.banner
    qtbot.waitUntil(lambda: "holds no image" in banner.sentence, timeout=PATIENCE)
    drop(window, survey)
    prepared(qtbot, window)
    assert banner.sentence == ""


def test_everything_can_be_reached_by_tab_and_has_a_name_and_a_tip(
    qtbot: QtBot, open_window: OpenWindow, survey: Path
) -> None:
    """Requirement 1: whatever the mouse does, keys do."""
    window = open_window()
    drop(window, survey)
    view = prepared(qtbot, window)
    kinds = (QAbstractButton, QComboBox, QLineEdit, QTableView)
    controls = [
        one
        for kind in kinds
        for one in view.findChildren(kind)
        if one.isVisible() and one.isEnabled() and not isinstance(one.parent(), QTableView)
    ]
    assert len(controls) > 12
    for control in controls:
        named = control.accessibleName() or getattr(control, "text", str)()
        assert named, control
        assert control.toolTip(), control
    reached: list[QWidget] = []
    view.make.setFocus()
    for _ in range(3 * len(controls)):
        QTest.keyClick(QApplication.focusWidget(), Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    missed = [one for one in controls if one not in reached]
    assert missed == []
    as_read = [
        *(view.sources.add_folder, view.table.remove, view.table.table, view.place.choose),
        *(view.place.name, view.tree.menu, view.network.menu, view.cancel, view.make),
    ]
    places = [reached.index(one) for one in as_read]
    assert places == sorted(places)


def test_making_it_by_control_return_keeps_what_was_chosen(
    qtbot: QtBot, open_window: OpenWindow, survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    no_network(window, monkeypatch)
    drop(window, survey)
    view = prepared(qtbot, window)
    view.place.name.setFocus()
    view.place.name.selectAll()
    QTest.keyClicks(view.place.name, "Mine")
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        QTest.keyClick(view.place.name, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    path = window.session.path
    assert path.name == "Mine"
    window.close()
    with Project.open(path) as project:
        assert project.name == "Mine"


def test_a_password_of_a_label_server_is_not_seen_once_it_is_given(
    qtbot: QtBot, open_window: OpenWindow, survey: Path
) -> None:
    window = open_window()
    drop(window, survey)
    view = prepared(qtbot, window)
    field = view.place.labels
    field.setFocus()
    QTest.keyClicks(field, "postgresql+psycopg://ada:sesame@host/galaxies")
    QTest.keyClick(field, Key.Key_Tab)
    assert "sesame" not in field.text()
    assert "ada" in field.text()
    assert view.controller.labels == "postgresql+psycopg://ada:sesame@host/galaxies"
    view.begin()
    assert view.controller.labels == ""
    assert field.text() == ""


def test_a_yes_or_no_question_is_asked_by_naming_what_to_look_for(
    qtbot: QtBot, open_window: OpenWindow, survey: Path
) -> None:
    window = open_window()
    drop(window, survey)
    view = prepared(qtbot, window)
    QTest.mouseClick(view.tree.yes_no, Qt.MouseButton.LeftButton)
    asking = view.tree.findChild(QInputDialog)
    qtbot.waitUntil(asking.isVisible, timeout=PATIENCE)
    QTest.keyClicks(asking.findChild(QLineEdit), "a tidal tail")
    QTest.keyClick(asking, Key.Key_Return)
    prepared(qtbot, window)
    tree = view.controller.prepared.tree
    assert tree.columns == ("tidal-tail_yes", "tidal-tail_no")
    assert "Does the galaxy have a tidal tail?" in view.tree.words.text()
    view.tree._on_feature("🌀")
    assert "call it by a word" in view.banner.sentence
