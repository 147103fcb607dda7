"""A project of a million galaxies is opened, paged and scrolled; times and memory are printed.

Run with ``pytest -m benchmark -s tests/benchmarks/test_million.py``.
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QAbstractListModel, QModelIndex, QSize, Qt
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from gzactive.app.explore.controller import ExploreController
from gzactive.app.explore.galaxies_model import GalaxiesModel
from gzactive.app.explore.grid import GalaxyGrid
from gzactive.app.project.sky_map import SkyMap
from gzactive.app.theme import Theme
from gzactive.project import Project
from tests.app.conftest import PATIENCE, draw_galaxy, own_home, theme
from tests.app.explore.conftest import made_up_scores, settled
from tests.app.explore.test_grid import grid, look_over

__all__ = ["grid", "own_home", "theme"]  # fixtures

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

MILLION = 1_000_000


def test_a_million_galaxies_open_scroll_and_change_answer(
    qtbot: QtBot, grid: GalaxyGrid, theme: Theme, tmp_path: Path
) -> None:
    image = tmp_path / "galaxy.png"
    draw_galaxy(image, np.random.default_rng(1))
    ids = [f"G{number:07d}" for number in range(MILLION)]
    rng = np.random.default_rng(2)
    catalog = pd.DataFrame(
        {
            "id_str": ids,
            "file_loc": str(image),
            "ra": rng.uniform(110, 260, MILLION),
            "dec": rng.uniform(-5, 60, MILLION),
        }
    )
    project = Project.create(tmp_path / "million", catalog, "gz-decals-dr5")
    project.close()
    began = _now()
    project = Project.open(tmp_path / "million")
    controller = ExploreController(project)
    opened = _since(began)
    scores = made_up_scores(ids, project)
    controller.set_scores(scores)
    began = _now()
    controller.wake()
    qtbot.waitUntil(lambda: not controller._worker.busy, timeout=PATIENCE)
    listed = _since(began)
    controller.set_cut(0.0)
    settled(qtbot, controller)
    before = _memory()
    model = look_over(controller, grid, qtbot)
    bar = grid.verticalScrollBar()
    frames, work = [], []
    model.asked.clear()
    for place in np.linspace(0, bar.maximum(), 300).astype(int):
        began, busy = time.perf_counter(), time.thread_time()
        bar.setValue(int(place))
        grid.viewport().repaint()
        frames.append(time.perf_counter() - began)
        work.append(time.thread_time() - busy)
    touched = len(model.asked)
    began = time.perf_counter()
    grid.resize(1000, 700)
    qtbot.wait(1)
    resized = time.perf_counter() - began
    began = _now()
    controller.choose("bar_strong")
    controller.set_cut(0.0)
    settled(qtbot, controller)
    changed = _since(began)
    began = _now()
    controller.set_cut(0.3)
    settled(qtbot, controller)
    moved = _since(began)
    began = _now()
    controller.open(0)
    qtbot.waitUntil(lambda: not controller._worker.busy, timeout=PATIENCE)
    looked = _since(began)
    sky, stall = _map(qtbot, theme, controller)
    after = _memory()
    controller.close()
    project.close()
    ours, theirs = _fill(grid, model), _fill_list_view(qtbot)
    frame, frame_work = (1000 * np.percentile(some, 95) for some in (frames, work))
    print(
        f"\n1,000,000 galaxies: catalogue and page {opened}, first list {listed}, "
        f"another answer {changed}, another cut {moved}, "
        f"counterparts of the first galaxy {looked}, sky map {sky:.2f} s (longest piece "
        f"{1000 * stall:.0f} ms); "
        f"300 scrolls end to end: p95 {frame_work:.1f} ms of work a frame ({frame:.1f} ms by the "
        f"clock), {touched:,} rows touched; resize {1000 * resized:.0f} ms; "
        f"the grid and scrolling took {after - before:.0f} MB of {after:.0f} MB at most; filling "
        f"the grid {1000 * ours:.1f} ms against {1000 * theirs:.0f} ms of a QListView: "
        f"{theirs / ours:,.0f} ×"
    )
    assert touched <= 300 * 60
    assert after < 2000
    assert theirs > 10 * ours


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(began: tuple[float, float]) -> str:
    """Seconds by the clock, and of work: on a busy machine they are far apart."""
    clock, work = (one - start for one, start in zip(_now(), began, strict=True))
    return f"{clock:.2f} s ({work:.2f} s of work)"


def _map(qtbot: QtBot, theme: Theme, controller: ExploreController) -> tuple[float, float]:
    """Seconds until the sky is full of galaxies, and of the longest piece of that."""
    made = SkyMap(theme)
    qtbot.addWidget(made)
    made.resize(800, 420)
    with qtbot.waitExposed(made):
        made.show()
    pieces = []
    began = time.perf_counter()
    made.show_places(controller.places.ra, controller.places.dec)
    while made.busy:
        start = time.perf_counter()
        made._project()
        pieces.append(time.perf_counter() - start)
    assert made.density is not None
    assert made.density.counts.sum() == MILLION
    return time.perf_counter() - began, max(pieces)


def _memory() -> float:
    """The most memory that the process ever held, MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _fill(grid: GalaxyGrid, model: GalaxiesModel) -> float:
    began = time.perf_counter()
    model.beginResetModel()
    model.endResetModel()
    grid.viewport().repaint()
    return time.perf_counter() - began


def _fill_list_view(qtbot: QtBot) -> float:
    class Rows(QAbstractListModel):
        def rowCount(self, parent=QModelIndex()):  # type: ignore[no-untyped-def]
            return MILLION

        def data(self, index, role=Qt.ItemDataRole.DisplayRole):  # type: ignore[no-untyped-def]
            return "G" if role == Qt.ItemDataRole.DisplayRole else None

    view = QListView()
    qtbot.addWidget(view)
    view.setFlow(QListView.Flow.LeftToRight)
    view.setWrapping(True)
    view.setUniformItemSizes(True)
    view.setGridSize(QSize(176, 214))
    view.resize(1200, 800)
    with qtbot.waitExposed(view):
        view.show()
    model = Rows(view)
    began = time.perf_counter()
    view.setModel(model)
    view.viewport().repaint()
    return time.perf_counter() - began
