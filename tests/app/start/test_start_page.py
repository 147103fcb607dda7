"""The start page: images, a project, the simulated sky and a sample, each by a click or a key."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import platformdirs
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gzactive.catalog import read_table
from gzactive.paths import resource
from gzactive.survey import services

from ...survey import cutout_server as answers
from ...survey.cutout_server import CutoutServer, running
from ..conftest import PATIENCE, OpenWindow


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CutoutServer]:
    """The Legacy Surveys' server on this machine, asked for the first galaxies of the sample."""
    few = tmp_path / "few.csv"
    read_table(resource("samples/well-known.csv")).head(32).to_csv(few, index=False)
    monkeypatch.setattr("gzactive.survey.sample.resource", lambda name: few)
    monkeypatch.setattr("gzactive.app.work.wake_model", lambda project, progress: None)
    monkeypatch.setattr("gzactive.app.session.ProjectSession.look", lambda session: None)
    with running() as server:
        legacy = replace(services.SERVICES["legacy"], address=server.address)
        monkeypatch.setitem(services.SERVICES, "legacy", legacy)
        yield server


def test_every_way_in_has_a_button_a_tip_and_a_menu_entry(open_window: OpenWindow) -> None:
    window = open_window()
    page = window.start
    for button in (page.images, page.open, page.sky, page.sample):
        assert button.isVisible()
        assert button.toolTip()
    (menu,) = [each for each in window.menuBar().actions() if each.text() == "&Project"]
    entries = [action.text() for action in menu.menu().actions()]
    assert {"Open images…", "Open project…", "Simulated sky", "Download a sample"} <= set(entries)


def test_nobody_is_sent_to_the_terminal_for_images_of_their_own(open_window: OpenWindow) -> None:
    window = open_window()
    words = " ".join(label.text() for label in window.start.findChildren(QLabel))
    assert "terminal" not in words
    assert "gzactive new" not in words
    assert "drop" in words
    QTest.keyClick(window.start.images, Qt.Key.Key_Return)
    assert window.intake.view.isVisible()


def test_return_presses_the_button_that_begins_before_the_model_is_awake(
    open_window: OpenWindow,
) -> None:
    window = open_window()
    asked = []
    window.opening.skipped.connect(lambda: asked.append("skip"))
    window._show_opening("Opening")
    window.opening.offer_skip()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert asked == ["skip"]


def test_the_sample_is_downloaded_and_opened(
    qtbot: QtBot, open_window: OpenWindow, server: CutoutServer
) -> None:
    """Requirement 19: the network may fail; a time-out and another try are the program's work."""
    server.for_ra(187.4448, answers.after(1, answers.status(503)))
    window = open_window()
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        qtbot.mouseClick(window.start.sample, Qt.MouseButton.LeftButton)
    assert len(window.session.project.catalog) == 32
    assert window.session.path.parent == platformdirs.user_documents_path() / "gzactive-sample"


def test_offline_the_start_page_says_what_to_do(
    qtbot: QtBot, open_window: OpenWindow, server: CutoutServer
) -> None:
    """Requirement 19: offline first."""
    server.shutdown()
    server.server_close()
    window = open_window()
    qtbot.mouseClick(window.start.sample, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.start.banner.sentence), timeout=PATIENCE)
    assert "cannot be reached" in window.start.banner.sentence
    assert "try the simulated sky" in window.start.banner.sentence
    assert window.start.isVisible()


def test_a_download_is_cancelled_and_goes_on_next_time(
    qtbot: QtBot, open_window: OpenWindow, server: CutoutServer
) -> None:
    table = read_table(resource("samples/well-known.csv"))
    for ra in table["ra"][10:32]:
        server.for_ra(ra, answers.slow)
    window = open_window()
    qtbot.mouseClick(window.start.sample, Qt.MouseButton.LeftButton)
    folder = platformdirs.user_documents_path() / "gzactive-sample" / "cutouts" / "images"
    qtbot.waitUntil(
        lambda: folder.is_dir() and len(list(folder.glob("*.jpg"))) >= 10, timeout=PATIENCE
    )
    (cancel,) = [b for b in window.opening.findChildren(QPushButton) if b.text() == "Cancel"]
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.compute.idle, timeout=PATIENCE)
    assert window.start.isVisible()
    server.answers.clear()
    server.asked.clear()
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        qtbot.mouseClick(window.start.sample, Qt.MouseButton.LeftButton)
    assert len(server.asked) <= 22
