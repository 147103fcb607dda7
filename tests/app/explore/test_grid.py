"""The grid looks at the galaxies that are on screen, and at no others."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gzactive.app.explore.controller import ExploreController
from gzactive.app.explore.galaxies_model import GalaxiesModel
from gzactive.app.explore.grid import GalaxyGrid
from gzactive.app.icons import Icons
from gzactive.app.theme import Theme


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


@pytest.mark.requirement(7)
def test_scrolling_touches_only_what_is_on_screen(qtbot: QtBot, grid: GalaxyGrid, explore) -> None:
    it = explore(400)
    model = look_over(it, grid, qtbot)
    on_screen = len(grid.shown)
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    grid.viewport().repaint()
    assert 399 in grid.shown
    assert 0 in model.asked
    assert len(model.asked) <= 2 * on_screen + grid.columns
