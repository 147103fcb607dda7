"""A table of places without images: they are fetched, and those that did not come again."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.survey import services

from ...survey import cutout_server
from ..conftest import PATIENCE, OpenWindow
from .helpers import drop, prepared

Key = Qt.Key


def test_a_table_without_images_offers_to_fetch_them(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "places.csv"
    table.write_text("iauname,ra,dec\na,1,0\nb,2,0\n")
    with cutout_server.running() as server:
        legacy = replace(services.SERVICES["legacy"], address=server.address)
        monkeypatch.setitem(services.SERVICES, "legacy", legacy)
        window = open_window()
        drop(window, table)
        view = prepared(qtbot, window)
        assert view.survey.isVisible()
        assert "fetch the images from a survey" in view.findings.sentences[0]
        view.survey.fetch.setFocus()
        QTest.keyClick(view.survey.fetch, Key.Key_Return)
        qtbot.waitUntil(view.cancel.hasFocus, timeout=PATIENCE)
        qtbot.waitUntil(view.make.isEnabled, timeout=PATIENCE)
        qtbot.waitUntil(view.make.hasFocus, timeout=PATIENCE)
    assert not view.survey.isVisible()
    assert view.sources.count.text() == "2 images, where the table says"


def test_images_that_did_not_come_are_listed_and_asked_for_again(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "places.csv"
    table.write_text("iauname,ra,dec\na,1,0\nb,2,0\nc,3,0\n")
    with cutout_server.running() as server:
        sdss = replace(services.SERVICES["sdss"], address=server.address)
        monkeypatch.setitem(services.SERVICES, "sdss", sdss)
        server.for_ra(2, cutout_server.after(1, cutout_server.status(404)))
        window = open_window()
        drop(window, table)
        view = prepared(qtbot, window)
        panel = view.survey
        panel.survey.setFocus()
        QTest.keyClick(panel.survey, Key.Key_Down)
        for _ in range(3):
            QTest.keyClick(panel.scale, Key.Key_Down)
        assert panel.own.isVisible()
        panel.own.setValue(0.1)
        panel.ask_folder = lambda: str(tmp_path / "cutouts")
        QTest.keyClick(panel.elsewhere, Key.Key_Space)
        assert panel.folder.text() == f"Into {tmp_path / 'cutouts'}"
        QTest.keyClick(panel.fetch, Key.Key_Space)
        qtbot.waitUntil(lambda: panel.again.isVisible() and not view.busy, timeout=PATIENCE)
        assert panel.failed.rows.index(0, 0).data() == "b"
        assert "404" in panel.failed.rows.index(0, 1).data()
        assert {query["scale"] for _, query in server.asked} == {"0.1000"}
        assert view.sources.count.text() == "2 images, where the table says"
        QTest.keyClick(panel.again, Key.Key_Space)
        qtbot.waitUntil(lambda: view.controller.galaxies == 3, timeout=PATIENCE)
        assert server.counts["1.000000"] == 1  # what came is not asked for again
    assert not panel.isVisible()
    assert view.controller.ready
