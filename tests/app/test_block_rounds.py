"""A round that trained the network: the app looks at all galaxies with it, then it takes over."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gzactive.active.rounds import rollback, run_round
from gzactive.catalog import find_images
from gzactive.inference import extract_features, read_serving
from gzactive.model.unfreezing_settings import Unfreezing
from gzactive.project import Project

from ..active.conftest import QUICK
from ..active.tiny_network import ring_images, tiny_weights, use_tiny_network
from .conftest import PATIENCE, OpenWindow


def test_the_app_finishes_the_looking_and_then_uses_the_round(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_tiny_network(monkeypatch)
    votes = ring_images(tmp_path / "images", 60)
    weights = tiny_weights(tmp_path / "tiny.safetensors")
    catalog = find_images([tmp_path / "images"])
    with Project.create(tmp_path / "project", catalog, "rings", weights=weights) as project:
        project.save_settings(labeller="ada")
        extract_features(project)
        project.labels.add_scripted(votes, project.tree, "script")
        run_round(project, settings=QUICK)
        blocks = Unfreezing(blocks=0, learning_rate=0.005, batch=8, epochs=2)
        run_round(project, settings=QUICK, unfreezing=blocks)
        assert read_serving(project).next == 2

        session = open_window(project.path).session
        assert session.label.model_view is not None
        qtbot.waitUntil(lambda: session.train.current == 2, timeout=PATIENCE)
        qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
        session.start_round()  # further rounds stand on its network
        qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
        assert (session.train.current, read_serving(project).backbone) == (3, 2)
        session.promote(1)  # and back, at once
        qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
        assert (session.train.current, read_serving(project).backbone) == (1, 0)

        # A round whose network has not seen all galaxies takes over after another look.
        run_round(project, settings=QUICK, unfreezing=blocks, seed=9)
        assert rollback(project) == 1
        said: list[str] = []
        session.said.connect(lambda sentence, _: said.append(sentence))
        session.promote(4)
        qtbot.waitUntil(lambda: session.train.current == 4, timeout=PATIENCE)
        qtbot.waitUntil(lambda: not session.busy, timeout=PATIENCE)
        assert any("takes over when its network has looked" in one for one in said)
