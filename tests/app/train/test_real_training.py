"""A real network is trained from the app: begun, cancelled, gone on with after a restart, used."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.app.main_window import MainWindow
from gzactive.app.train.networks_page import NetworksPage
from gzactive.model.weights_file import read_header
from gzactive.project import Project

from ..conftest import OpenWindow
from ..test_process_job import gone

#: Milliseconds that TensorFlow and EfficientNet may take to get going on a busy machine.
LONG = 240_000


def networks(window: MainWindow) -> NetworksPage:
    window.go("train")
    window.area.train.show_networks()
    return window.area.train.networks


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_training_is_cancelled_gone_on_with_after_a_restart_and_its_weights_are_used(
    qtbot: QtBot, open_window: OpenWindow, voted: Project
) -> None:
    window = open_window(voted.path)
    page = networks(window)
    it = page.controller
    dialog = page.open_training()
    qtbot.waitUntil(lambda: it.galaxies is not None, timeout=LONG)
    dialog.start.setCurrentIndex(dialog.start.count() - 1)  # from nothing
    dialog.crop.setValue(32)
    dialog.batch.setValue(8)
    dialog.epochs.setValue(6)
    dialog.begin.click()
    out = voted.path / "runs" / "network-1"
    qtbot.waitUntil(lambda: it.training is not None, timeout=LONG)
    job = it.training
    process = job.process_id
    # Its curve grows while it learns, and labelling goes on.
    qtbot.waitUntil(lambda: len(page.curve.drawn) == 2, timeout=LONG)
    assert "learning:" in page.list.item(0).text()
    window.go("label")
    window.activateWindow()  # without a desktop, nobody gives it back what the dialog had
    qtbot.waitUntil(window.isActiveWindow, timeout=LONG)
    label = window.session.label
    qtbot.waitUntil(lambda: label.frame is not None, timeout=LONG)
    before = label.project.labels.finished_count()
    QTest.keyClick(window, Qt.Key.Key_1)
    assert label.project.labels.finished_count() == before + 1
    window.go("train")
    began = time.monotonic()
    with qtbot.waitSignal(job.cancelled, timeout=LONG):
        page.cancel.click()
    print(f"cancelled in {time.monotonic() - began:.2f} s")
    assert gone(process)
    assert not (out / "weights.safetensors").exists()
    assert "“Go on” continues from there" in page.told.text()
    # Where the kill falls upon a write, half a file is left until it goes on.
    (out / "run" / ".checkpoint.safetensors.0123456789ab").touch()

    window.close()
    page = networks(open_window(voted.path))
    it = page.controller
    qtbot.waitUntil(lambda: page.go_on.isVisible(), timeout=LONG)
    assert "network-1 was stopped after" in page.told.text()
    page.go_on.click()
    with qtbot.waitSignal(it.training.finished, timeout=LONG):
        pass
    assert "resumed after epoch" in (out / "run" / "training.log").read_text()
    assert not list(out.rglob(".*.safetensors.*"))
    qtbot.waitUntil(lambda: page.use.isVisible(), timeout=LONG)
    assert page.list.item(0).text().split("\n")[1].startswith("finished: 6 epochs, best")
    assert read_header(out / "weights.safetensors").tree_id == "rings"
    split = (out / "split.csv").read_text().splitlines()[1:]
    aside = voted.catalog.set_index("id_str")["reserved"]
    assert not any(aside[line.split(",")[0]] for line in split)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_closing_the_app_ends_a_training(
    qtbot: QtBot, open_window: OpenWindow, voted: Project
) -> None:
    window = open_window(voted.path)
    page = networks(window)
    dialog = page.open_training()
    qtbot.waitUntil(lambda: page.controller.galaxies is not None, timeout=LONG)
    dialog.crop.setValue(32)
    dialog.begin.click()
    qtbot.waitUntil(lambda: page.controller.training is not None, timeout=LONG)
    job = page.controller.training
    qtbot.waitUntil(lambda: job.latest[1] > 0, timeout=LONG)
    process = job.process_id
    window.close()
    assert gone(process)
    assert (voted.path / "runs" / "network-1" / "started.json").exists()
