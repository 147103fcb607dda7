"""The listing as a list of galaxies for a view; it only ever looks at the rows it is asked for."""

from collections.abc import Iterable

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gzactive.app.explore.controller import ExploreController

__all__ = ["GalaxiesModel"]

type_index = QModelIndex | QPersistentModelIndex


class GalaxiesModel(QAbstractListModel):
    """One row a galaxy, in the order of the listing.

    Parameters
    ----------
    controller
        Whose listing.
    parent
        The page.
    """

    #: What stands under the picture besides the name, and the picture itself (a Thumbnail).
    CAPTION = Qt.ItemDataRole.UserRole + 1
    THUMBNAIL = Qt.ItemDataRole.UserRole + 2
    FLAGGED = Qt.ItemDataRole.UserRole + 3
    FINISHED = Qt.ItemDataRole.UserRole + 4

    def __init__(self, controller: ExploreController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._rows = len(controller.listing)
        self._wanted: dict[str, int] = {}
        controller.thumbnails.ready.connect(self._on_ready)
        controller.listing_changed.connect(self._reset)

    def rowCount(self, parent: type_index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self._rows

    def data(self, index: type_index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        it, row = self._controller, index.row()
        if not 0 <= row < self._rows:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return it.id_at(row)
        if role == self.CAPTION:
            return it.listing.caption(row)
        if role == self.THUMBNAIL:
            return it.thumbnails.get(it.file_at(row))
        if role == self.FLAGGED:
            return it.hand.flagged(it.id_at(row))
        if role == self.FINISHED:
            return it.hand.finished(it.id_at(row))
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._told(row)
        return None

    def want(self, rows: Iterable[int]) -> None:
        """Load the thumbnails of these rows, the first first."""
        it = self._controller
        self._wanted = {it.file_at(row): row for row in rows if row < self._rows}
        it.thumbnails.want(self._wanted)

    def _told(self, row: int) -> str:
        it = self._controller
        id_str = it.id_at(row)
        marks = [
            word
            for word, has in (
                ("labelled by you", it.hand.finished(id_str)),
                ("flagged", it.hand.flagged(id_str)),
            )
            if has
        ]
        thumbnail = it.thumbnails.get(it.file_at(row))
        if thumbnail is not None and thumbnail.problem:
            marks.append(thumbnail.problem)
        figures = (it.listing.caption(row), it.listing.meaning(row))
        return ", ".join(part for part in (id_str, *figures, *marks) if part)

    def _on_ready(self, file_locs: list[str]) -> None:
        for file_loc in file_locs:
            row = self._wanted.get(file_loc)
            if row is not None and row < self._rows:
                here = self.index(row, 0)
                self.dataChanged.emit(here, here, [self.THUMBNAIL])

    def _reset(self) -> None:
        self.beginResetModel()
        self._wanted = {}
        self._rows = len(self._controller.listing)
        self.endResetModel()
