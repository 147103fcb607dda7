"""The window of jobs, with real jobs and real keys."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from gzactive.app.background.controller import JobsController
from gzactive.app.background.view import JobsPanel
from gzactive.app.jobs import ComputeThread
from gzactive.app.theme import Theme

from ..conftest import MakeProject, OpenWindow, give_features
from .test_controller import endless, refused

Key = Qt.Key


@pytest.fixture
def panel(qtbot: QtBot, compute: ComputeThread, theme: Theme) -> Iterator[JobsPanel]:
    panel = JobsPanel(JobsController(compute), theme)
    qtbot.addWidget(panel)
    panel.present()
    qtbot.waitUntil(panel.isActiveWindow)
    yield panel
    panel.close()


def rows(panel: JobsPanel) -> list[tuple[str, str]]:
    model: QAbstractItemModel = panel.rows
    return [
        (model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())
    ]


def test_without_jobs_it_says_so(panel: JobsPanel) -> None:
    assert panel._quiet.isVisible()
    assert rows(panel) == []
    assert not panel.cancel_chosen.isEnabled()


def test_the_running_job_is_shown_and_return_cancels_it(
    qtbot: QtBot, compute: ComputeThread, panel: JobsPanel
) -> None:
    compute.submit("Counting", endless)
    qtbot.waitUntil(lambda: bool(panel.cards) and panel.cards[0].isVisible())
    card = panel.cards[0]
    qtbot.waitUntil(lambda: card.bar.maximum() == 1_000_000)
    assert card.title.text() == "Counting"
    assert card.words.text().startswith("Counting ")
    assert card.cancel.accessibleName() == "Cancel Counting"
    panel.present()
    assert card.cancel.hasFocus()
    QTest.keyClick(card.cancel, Key.Key_Return)
    assert card.words.text() == "Stopping…"
    assert not card.cancel.isEnabled()
    qtbot.waitUntil(lambda: rows(panel) == [("Counting", "Cancelled")], timeout=1000)
    assert not card.isVisible()
    assert panel._quiet.isVisible()


def test_a_job_that_waits_is_cancelled_by_its_key(
    qtbot: QtBot, compute: ComputeThread, panel: JobsPanel
) -> None:
    gate, ran = threading.Event(), []
    compute.submit("Gate", lambda _: gate.wait(20))
    qtbot.waitUntil(lambda: bool(panel.cards) and panel.cards[0].isVisible())
    compute.submit("First", lambda _: ran.append("first"))
    compute.submit("Second", lambda _: ran.append("second"))
    assert rows(panel) == [("First", "Waits"), ("Second", "Waits")]
    panel.table.setFocus()
    QTest.keyClick(panel.table, Key.Key_Down)
    QTest.keyClick(panel.table, Key.Key_Down)
    assert panel.cancel_chosen.isEnabled()
    QTest.keyClick(panel.table, Key.Key_Delete)
    assert rows(panel) == [("First", "Waits"), ("Second", "Cancelled")]
    assert not panel.cancel_chosen.isEnabled()
    gate.set()
    qtbot.waitUntil(lambda: rows(panel)[0] == ("Gate", "Done") or len(rows(panel)) == 3)
    qtbot.waitUntil(lambda: compute.idle and not panel.cards[0].isVisible())
    assert ran == ["first"]


def test_what_is_chosen_stays_so_while_jobs_come_and_go(
    qtbot: QtBot, compute: ComputeThread, panel: JobsPanel
) -> None:
    gate = threading.Event()
    compute.submit("Gate", lambda _: gate.wait(20))
    compute.submit("First", lambda _: None)
    chosen = compute.submit("Second", lambda _: gate.wait(20))
    panel.table.selectRow(panel.rows.rowCount() - 1)
    compute.submit("Urgent", lambda _: None, first=True)
    row = panel.table.currentIndex().row()
    assert rows(panel)[row][0] == "Second"
    panel.cancel_chosen.click()
    assert chosen.over
    gate.set()


def test_a_failure_is_told_with_its_sentence_and_nothing_is_cut(
    qtbot: QtBot, compute: ComputeThread, panel: JobsPanel
) -> None:
    compute.submit("Reading", refused)
    told = "Failed: The drive is gone: plug it in."
    qtbot.waitUntil(lambda: rows(panel) == [("Reading", told)])
    index = panel.rows.index(0, 0)
    assert told in index.data(Qt.ItemDataRole.AccessibleTextRole)
    table: QTableView = panel.table
    assert table.horizontalHeader().length() <= table.viewport().width()


def test_esc_closes_it(panel: JobsPanel) -> None:
    QTest.keyClick(panel, Key.Key_Escape)
    assert not panel.isVisible()


def test_the_model_keeps_qts_rules(qtbot: QtBot, compute: ComputeThread, panel: JobsPanel) -> None:
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(panel.rows, mode)
    jobs = [compute.submit(f"Job {n}", lambda _: None) for n in range(5)]
    qtbot.waitUntil(lambda: all(job.over for job in jobs))
    assert panel.rows.rowCount() == 5
    tester.deleteLater()


def test_both_themes_dress_it(qtbot: QtBot, panel: JobsPanel, theme: Theme) -> None:
    def brightness() -> float:
        image = panel.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        pixels = np.frombuffer(image.constBits(), np.uint8)
        return float(pixels.mean() / 255)

    dark = brightness()
    theme.set_mode("light")
    assert brightness() > dark + 0.3


def test_it_is_opened_by_its_key_from_the_start_page_and_from_a_project(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    window = open_window()
    QTest.keyClick(window, Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert window.dialogs.jobs.isVisible()
    window.dialogs.jobs.close()
    project = make_project(n=12, tree="rings", automatic=False)
    give_features(project)
    with qtbot.waitSignal(window.labelling, timeout=60_000):
        window.open_project(project.path)
    window.area.strip.jobs.click()
    assert window.dialogs.jobs.isVisible()
    titles = [title for title, _ in rows(window.dialogs.jobs)]
    assert f"Opening {project.path.name}" in titles
