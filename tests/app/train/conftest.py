"""A project with runs of whole networks, as they lie on the disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gzactive.inference.training_runs import write_history
from gzactive.project import Project

from ..conftest import MakeProject, give_features

MakeRun = Callable[..., Path]


@pytest.fixture
def voted(make_project: MakeProject) -> Project:
    """Forty galaxies, looked at, with votes."""
    import pandas as pd

    project = make_project(n=40, tree="rings", automatic=False)
    give_features(project)
    ids = project.catalog["id_str"].to_list()
    votes = pd.DataFrame({"id_str": ids, "ring_yes": 3, "ring_no": [n % 7 for n in range(40)]})
    project.labels.add_scripted(votes, project.tree, "script")
    return project


@pytest.fixture
def make_run() -> MakeRun:
    """Write a run into a folder, with so many epochs."""

    def make(folder: Path, epochs: int, *, done: bool = False, offset: float = 0.0) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        falling = [offset + 3.0 / (1 + epoch) for epoch in range(epochs)]
        history = {
            "loss": falling,
            "validation_loss": [loss + 0.5 for loss in falling],
            "validation_accuracy": [1 - loss / 4 for loss in falling],
            "seconds": [240.0] * epochs,
        }
        write_history(folder, history)
        if done:
            (folder / "weights.safetensors").write_bytes(b"")
        return folder

    return make
