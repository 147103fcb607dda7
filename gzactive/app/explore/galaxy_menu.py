"""What can be done with galaxies of the grid, by a click of the right button or the menu key."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from gzactive.app.action_set import ActionSet
from gzactive.app.explore.grid import GalaxyGrid

__all__ = ["GalaxyMenu"]

_ENTRIES = (
    ("open", "select"),
    ("more-like", "ask"),
    ("label", "flag", "queue", "export"),
    ("copy-ids", "copy-places", "simbad", "legacy"),
)


class GalaxyMenu(QMenu):
    """Opens over the grid; what is not selected becomes the current galaxy first.

    Parameters
    ----------
    grid
        Whose galaxies.
    actions
        The app's actions.
    """

    def __init__(self, grid: GalaxyGrid, actions: ActionSet) -> None:
        super().__init__(grid)
        self._grid = grid
        for group in _ENTRIES:
            for name in group:
                self.addAction(actions[f"explore.{name}"])
            self.addSeparator()
        grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        grid.customContextMenuRequested.connect(self._on_wanted)

    def _on_wanted(self, point: QPoint) -> None:
        """Of a point on no galaxy, as the menu key may give it, the current one is meant."""
        grid = self._grid
        grid.setFocus()
        index = grid.indexAt(point)
        if index.isValid() and not grid.selectionModel().isSelected(index):
            grid.clearSelection()
            grid.go_to(index.row())
        if grid.currentIndex().isValid():
            self.popup(grid.viewport().mapToGlobal(point))
