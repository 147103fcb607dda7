"""A million galaxies: scrolling touches those on screen; times and memory are printed."""

import resource
import sys
import time

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QAbstractListModel, QModelIndex, QSize, Qt
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from gzactive.app.explore.controller import ExploreController
from gzactive.app.explore.galaxies_model import GalaxiesModel
from gzactive.app.explore.grid import GalaxyGrid
from gzactive.app.icons import Icons
from gzactive.app.theme import Theme
from gzactive.project import Project
from tests.app.conftest import PATIENCE, draw_galaxy
from tests.app.explore.conftest import made_up_scores, settled

MILLION = 1_000_000


class Watched(GalaxiesModel):
    """Remembers which rows it was asked about."""

    asked: set[int]

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):  # type: ignore[no-untyped-def]
        self.asked.add(index.row())
        return super().data(index, role)


@pytest.fixture
def grid(qtbot: QtBot, theme: Theme) -> GalaxyGrid:
    grid = GalaxyGrid(Icons(theme))
    grid.resize(1200, 800)
    qtbot.addWidget(grid)
    return grid


def look_over(controller: ExploreController, grid: GalaxyGrid, qtbot: QtBot) -> Watched:
    model = Watched(controller, grid)
    model.asked = set()
    grid.setModel(model)
    with qtbot.waitExposed(grid):
        grid.show()
    grid.viewport().repaint()
    return model


def test_scrolling_touches_only_what_is_on_screen(qtbot: QtBot, grid: GalaxyGrid, explore) -> None:
    it = explore(400)
    model = look_over(it, grid, qtbot)
    on_screen = len(grid.shown)
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    grid.viewport().repaint()
    assert 399 in grid.shown
    assert 0 in model.asked
    assert len(model.asked) <= 2 * on_screen + grid.columns


@pytest.mark.benchmark
def test_a_million_galaxies_open_scroll_and_change_answer(
    qtbot: QtBot, grid: GalaxyGrid, tmp_path
) -> None:
    image = tmp_path / "galaxy.png"
    draw_galaxy(image, np.random.default_rng(1))
    ids = [f"G{number:07d}" for number in range(MILLION)]
    catalog = pd.DataFrame({"id_str": ids, "file_loc": str(image)})
    project = Project.create(tmp_path / "million", catalog, "gz-decals-dr5")
    project.close()
    began = time.perf_counter()
    project = Project.open(tmp_path / "million")
    controller = ExploreController(project)
    opened = time.perf_counter() - began
    scores = made_up_scores(ids, project)
    controller.set_scores(scores)
    began = time.perf_counter()
    controller.wake()
    qtbot.waitUntil(lambda: not controller._worker.busy, timeout=PATIENCE)
    listed = time.perf_counter() - began
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
    began = time.perf_counter()
    controller.choose("bar_strong")
    controller.set_cut(0.0)
    settled(qtbot, controller)
    changed = time.perf_counter() - began
    began = time.perf_counter()
    controller.set_cut(0.3)
    settled(qtbot, controller)
    moved = time.perf_counter() - began
    after = _memory()
    controller.close()
    project.close()
    ours, theirs = _fill(grid, model), _fill_list_view(qtbot)
    frame, frame_work = (1000 * np.percentile(some, 95) for some in (frames, work))
    print(
        f"\n1,000,000 galaxies: catalogue and page {opened:.2f} s, first list {listed:.2f} s, "
        f"another answer {changed:.2f} s, another cut {moved:.2f} s; "
        f"300 scrolls end to end: p95 {frame_work:.1f} ms of work a frame ({frame:.1f} ms by the "
        f"clock), {touched:,} rows touched; resize {1000 * resized:.0f} ms; "
        f"the grid and scrolling took {after - before:.0f} MB of {after:.0f} MB at most; filling "
        f"the grid {1000 * ours:.1f} ms against {1000 * theirs:.0f} ms of a QListView: "
        f"{theirs / ours:,.0f} ×"
    )
    assert touched <= 300 * 60
    assert after < 2000
    assert theirs > 10 * ours


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
