"""Starting a round by hand: asked where nothing is new, and with blocks of the network."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from gzactive.active.rounds import rounds
from gzactive.app import work
from gzactive.app.train.view import TrainView
from gzactive.catalog import find_images
from gzactive.inference import extract_features, read_serving
from gzactive.model import unfreezing_settings
from gzactive.model.unfreezing_settings import Unfreezing
from gzactive.project import Project

from ...active.tiny_network import ring_images, tiny_weights, use_tiny_network
from ..conftest import PATIENCE, OpenWindow


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Sixty labelled galaxies, looked at by a tiny network."""
    use_tiny_network(monkeypatch)
    votes = ring_images(tmp_path / "images", 60)
    weights = tiny_weights(tmp_path / "tiny.safetensors")
    catalog = find_images([tmp_path / "images"])
    with Project.create(tmp_path / "project", catalog, "rings", weights=weights) as made:
        made.save_settings(labeller="ada", automatic=False)
        extract_features(made)
        made.labels.add_scripted(votes, made.tree, "script")
        yield made


def test_a_second_round_of_the_same_labels_is_asked_about(
    qtbot: QtBot, open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.path)
    session = window.session
    start = Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier

    def settled() -> bool:
        return not session.busy

    QTest.keyClick(window, *start)
    qtbot.waitUntil(lambda: settled() and len(session.train.rounds) == 1, timeout=PATIENCE)
    with qtbot.waitSignal(session.train.asked, timeout=PATIENCE) as asked:
        QTest.keyClick(window, *start)
    assert "There is nothing new since round 1" in asked.args[0]
    assert "There is nothing new since round 1" in session.train.sentence
    qtbot.waitUntil(settled, timeout=PATIENCE)
    assert len(rounds(project)) == 1
    (box,) = window.findChildren(QMessageBox)
    (go,) = [each for each in box.buttons() if each.text().startswith("Make one")]
    QTest.mouseClick(go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: settled() and len(session.train.rounds) == 2, timeout=PATIENCE)


def test_blocks_of_the_network_can_learn_and_the_time_is_told(
    qtbot: QtBot, open_window: OpenWindow, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quick(blocks: int) -> Unfreezing:
        return Unfreezing(blocks=min(blocks, 0), learning_rate=0.02, batch=8, epochs=2)

    monkeypatch.setattr(unfreezing_settings, "Unfreezing", quick)
    window = open_window(project.path)
    session = window.session
    (view,) = window.findChildren(TrainView)
    estimates: list[str] = []
    session.train.estimated.connect(estimates.append)
    view.learns.setCurrentIndex(2)
    view._start.click()
    qtbot.waitUntil(
        lambda: not session.busy and session.train.current == 1 and bool(session.train.rounds),
        timeout=PATIENCE,
    )
    (made,) = session.train.rounds
    assert made.manifest["blocks"]
    assert read_serving(project).backbone == 1  # its network looked at all and took over
    assert len(estimates) == 1


def test_a_scheduled_round_asks_nothing(project: Project) -> None:
    def silent(stage: str, done: int, total: int) -> None: ...

    assert work.fine_tune(project, False, silent).made.number == 1
    assert work.fine_tune(project, False, silent, again=False).same_as == 1
    assert work.fine_tune(project, False, silent).made.number == 2
