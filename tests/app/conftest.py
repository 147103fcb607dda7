"""A window, a compute thread and small projects of real files, each closed after its test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gzactive.app.collector import Collector
from gzactive.app.help.first_run import note_tour_seen
from gzactive.app.jobs import ComputeThread
from gzactive.app.launch import make_window
from gzactive.app.main_window import MainWindow
from gzactive.app.theme import Theme
from gzactive.project import Project

#: Time limit, in milliseconds, for whatever a test waits for: generous, for busy machines.
PATIENCE = 120_000


@pytest.fixture(autouse=True)
def collector(qapp: object) -> Iterator[Collector]:
    """Garbage is collected on the window's thread alone, as in the app.

    Elsewhere it destroys widgets while the window's thread waits for Qt, and both wait for ever.
    """
    taken_over = Collector()
    yield taken_over
    taken_over.collect()
    taken_over.stop()


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs, recent projects and documents of a test go into a folder of its own."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        (home / name.lower()).mkdir()
        monkeypatch.setenv(name, str(home / name.lower()))
    note_tour_seen()  # it has tests of its own


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp)
    yield theme
    theme.set_mode("dark")


@pytest.fixture
def compute(qtbot: QtBot) -> Iterator[ComputeThread]:
    thread = ComputeThread()
    yield thread
    thread.close()


def draw_galaxy(path: Path, rng: np.random.Generator, side: int = 64) -> None:
    """An elliptical blob on noise: enough for a file that decodes to something."""
    y, x = np.mgrid[:side, :side] - side / 2
    radius = np.hypot(x, y * rng.uniform(1, 3))
    light = 200 * np.exp(-radius / rng.uniform(4, 9)) + rng.normal(12, 4, (side, side))
    pixels = np.clip(light, 0, 255).astype(np.uint8)
    Image.fromarray(np.dstack([pixels] * 3)).save(path)


MakeProject = Callable[..., Project]


@pytest.fixture
def make_project(tmp_path: Path) -> Iterator[MakeProject]:
    """Make projects of ``n`` galaxies on a tree; they are closed at the end."""
    made: list[Project] = []

    def make(n: int = 30, tree: str = "gz-decals-dr5", **settings: object) -> Project:
        images = tmp_path / f"images{len(made)}"
        images.mkdir()
        rng = np.random.default_rng(7)
        ids = [f"G{number:04d}" for number in range(n)]
        for id_str in ids:
            draw_galaxy(images / f"{id_str}.png", rng)
        catalog = pd.DataFrame(
            {"id_str": ids, "file_loc": [str(images / f"{id_str}.png") for id_str in ids]}
        )
        project = Project.create(tmp_path / f"project{len(made)}", catalog, tree)
        project.save_settings(labeller="ada", **settings)
        made.append(project)
        return project

    yield make
    for project in made:
        project.close()


def give_features(project: Project) -> None:
    """Store made-up features for every galaxy, so that no network has to run."""
    from gzactive.inference import feature_store

    ids = project.catalog["id_str"].to_list()
    rng = np.random.default_rng(3)
    values = np.clip(rng.normal(0, 0.5, (len(ids), 1280)), 0, None)
    feature_store(project).write_part(ids, ["made-up"] * len(ids), values)


OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[OpenWindow]:
    """Show a window, on a project if one is given; it is closed at the end."""
    made: list[MainWindow] = []

    def begin(project: Path | None = None) -> MainWindow:
        window = make_window(qapp)
        made.append(window)
        with qtbot.waitSignal(window.painted, timeout=PATIENCE):
            window.show()  # what its first picture does not show is made after it
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE)
        if project is not None:
            with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
                window.open_project(project)
            label = window.session.label
            qtbot.waitUntil(lambda: label.frame is not None, timeout=PATIENCE)
        return window

    yield begin
    for window in made:
        window.close()
        window.deleteLater()
    qapp.processEvents()
