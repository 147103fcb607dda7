"""The Evaluate page shows what is known, says what is missing, and writes the report."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gzactive.app.evaluate.chooser import Chooser
from gzactive.app.evaluate.controller import LABELLERS
from gzactive.app.evaluate.figures_table import FiguresTable
from gzactive.app.evaluate.plot import Plot
from gzactive.app.evaluate.rows_model import RowsModel
from gzactive.app.main_window import MainWindow
from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE
from tests.app.conftest import PATIENCE, MakeProject, OpenWindow, give_features
from tests.app.evaluate.conftest import give_votes, judgeable


def judged(qtbot: QtBot, window: MainWindow) -> None:
    it = window.session.evaluate
    qtbot.waitUntil(
        lambda: it.assessment is not None and not it.judging and not it.comparing, timeout=PATIENCE
    )


def test_the_page_is_judged_when_it_is_seen_and_leafed_through_by_keys(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    project = judgeable(make_project(60, "rings", automatic=False))
    window = open_window(project.path)
    it, page = window.session.evaluate, window.area.evaluate
    assert it.assessment is None
    QTest.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    judged(qtbot, window)
    reserved = int(project.catalog["reserved"].sum())
    assert f"{reserved} galaxies that the model was never trained on" in page.told.text()
    assert page.stack.currentWidget() is page.overview
    assert page.overview.table.model().rowCount() == 1
    QTest.keyClick(window, Qt.Key.Key_BracketRight)
    assert page.stack.currentWidget() is page.question
    assert page.question.matrix.counts.sum() == reserved
    assert page.question.coverage.lines >= 2
    assert "of the votes" in page.question.notes.text()
    QTest.keyClick(window, Qt.Key.Key_BracketRight)
    assert it.chosen == LABELLERS
    assert page.labellers.table.model().index(0, 0).data() == "many"
    QTest.keyClick(window, Qt.Key.Key_BracketRight)
    assert page.stack.currentWidget() is page.overview


def test_long_questions_are_read_whole(qtbot: QtBot, theme: Theme) -> None:
    questions = [
        (str(n), "Is there a bar feature through the centre of it" + "?" * n) for n in (1, 9)
    ]
    chooser = Chooser((("", "All questions"), *questions))
    qtbot.addWidget(chooser)
    chooser.resize(196, 400)
    with qtbot.waitExposed(chooser):
        chooser.show()
    room = chooser.viewport().width() - 2 * SPACE.small
    wrap = int(Qt.TextFlag.TextWordWrap)
    for row in range(chooser.count()):
        item = chooser.item(row)
        needed = chooser.fontMetrics().boundingRect(0, 0, room, 999, wrap, item.text())
        assert chooser.visualItemRect(item).height() >= needed.height() + 2 * SPACE.tight


def test_the_table_fills_its_width_and_is_no_higher_than_its_rows(
    qtbot: QtBot, theme: Theme
) -> None:
    rows = RowsModel((("Question", ""), ("Galaxies", ""), ("Right", "")))
    table = FiguresTable(rows, "Figures")
    qtbot.addWidget(table)
    table.resize(900, 600)
    with qtbot.waitExposed(table):
        table.show()
    rows.show_rows([("smooth or featured", "34", "76 %  65–88"), ("bar", "15", "60 %  38–80")])
    header = table.horizontalHeader()
    widths = [header.sectionSize(column) for column in range(3)]
    assert header.length() == table.viewport().width()
    assert min(widths) > 200
    last = table.visualRect(rows.index(1, 0))
    assert table.viewport().mapToParent(last.bottomLeft()).y() < table.maximumHeight() < 150
    table.resize(200, 600)
    assert [header.sectionSize(column) for column in range(2)] == [
        max(table.sizeHintForColumn(column), header.sectionSizeHint(column)) for column in range(2)
    ]


def test_rows_that_come_while_the_table_is_not_seen_have_room(qtbot: QtBot, theme: Theme) -> None:
    rows = RowsModel((("Question", ""), ("Galaxies", "")))
    table = FiguresTable(rows, "Figures")
    qtbot.addWidget(table)
    rows.show_rows([])
    rows.show_rows([(str(number), "") for number in range(10)])
    table.resize(400, 600)
    with qtbot.waitExposed(table):
        table.show()
    last = table.visualRect(rows.index(9, 0))
    assert table.viewport().mapToParent(last.bottomLeft()).y() < table.height() < 400


def test_a_plot_that_was_large_leaves_the_table_its_rows(qtbot: QtBot, theme: Theme) -> None:
    rows = RowsModel((("Question", ""), ("Galaxies", "")))
    page = QWidget()
    qtbot.addWidget(page)
    table, plot = FiguresTable(rows, "Figures", page), Plot(theme, "What it saves", page)
    column = QVBoxLayout(page)
    column.addWidget(table, 5)
    column.addWidget(plot, 4)
    rows.show_rows([(str(number), "") for number in range(10)])
    plot.show_saving((("random", 0, 5.0), ("random", 12, 4.8)), "Nothing yet.")
    page.resize(1600, 900)
    with qtbot.waitExposed(page):
        page.show()
    page.grab()
    theme.set_mode("light")
    page.grab()
    page.resize(960, 620)
    page.grab()
    assert table.height() == table.maximumHeight() < 400


def test_without_votes_on_reserved_galaxies_it_says_what_brings_figures(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    project = make_project(20, "rings", automatic=False)
    give_features(project)
    window = open_window(project.path)
    window.go("evaluate")
    judged(qtbot, window)
    page = window.area.evaluate
    assert page.stack.currentWidget() is page.nothing
    assert "label on, and the first figures appear" in page.nothing.text()


def test_new_labels_are_judged_when_the_page_is_seen_again(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    project = make_project(60, "rings", automatic=False)
    give_features(project)
    window = open_window(project.path)
    window.go("evaluate")
    judged(qtbot, window)
    window.go("label")
    give_votes(window.session.project, 60)
    window.go("evaluate")
    qtbot.waitUntil(
        lambda: window.session.evaluate.assessment.judgement is not None, timeout=PATIENCE
    )
    judged(qtbot, window)
    assert "Too few labels yet" in window.session.evaluate.saving.sentence


def test_the_report_is_written_by_its_key(
    qtbot: QtBot,
    make_project: MakeProject,
    open_window: OpenWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = judgeable(make_project(40, "rings", automatic=False))
    window = open_window(project.path)
    window.go("evaluate")
    judged(qtbot, window)
    path = tmp_path / "report.html"
    monkeypatch.setattr("gzactive.app.evaluate.view.ask_save_name", lambda *_: str(path))
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(path.exists, timeout=PATIENCE)
    assert '<table class="matrix">' in path.read_text(encoding="utf-8")


def test_what_came_of_a_key_is_said_for_a_while_and_goes_at_the_next_key(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    window = open_window(make_project(20, "rings", automatic=False).path)
    window.go("evaluate")
    it, said = window.session.evaluate, window.area.evaluate.said
    it.ask_second_opinions()
    qtbot.waitUntil(lambda: said.text().startswith("No galaxy is disputed"), timeout=PATIENCE)
    assert not window.area.evaluate.banner.isVisible()
    said._timer.timeout.emit()  # its time is up
    assert said.text() == ""
    it.ask_second_opinions()
    qtbot.waitUntil(lambda: bool(said.text()), timeout=PATIENCE)
    QTest.keyClick(window, Qt.Key.Key_BracketRight)
    assert said.text() == ""


def test_disputed_galaxies_come_next_on_the_label_page(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    project = judgeable(make_project(30, "rings", automatic=False))
    window = open_window(project.path)
    window.go("evaluate")
    judged(qtbot, window)
    window.session.evaluate.choose(LABELLERS)
    here = window.session.label.current.id_str
    window.area.evaluate.labellers.second.click()
    qtbot.waitUntil(
        lambda: window.session.label.upcoming.next(1)[0].selection == "second-opinion",
        timeout=PATIENCE,
    )
    assert window.session.label.current.id_str == here
