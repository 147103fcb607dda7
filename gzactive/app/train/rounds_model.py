"""Rounds as rows of a table."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gzactive.app.train.controller import TrainController

__all__ = ["RoundsModel"]

_HEADERS = ("Round", "Held-out loss", "Before", "Trained on", "Judged on", "")

type_index = QModelIndex | QPersistentModelIndex


class RoundsModel(QAbstractTableModel):
    """The latest round first, the base head last.

    Parameters
    ----------
    controller
        Knows the rounds.
    parent
        The page.
    """

    def __init__(self, controller: TrainController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        controller.changed.connect(self._reset)

    def number_at(self, row: int) -> int:
        """Number of the round in a row; 0 is the base head."""
        made = self._controller.rounds
        return made[-1 - row].number if row < len(made) else 0

    def rowCount(self, parent: type_index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._controller.rounds) + 1

    def columnCount(self, parent: type_index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(_HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[section]
        return None

    def data(self, index: type_index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts(index.row())[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole and index.row() < len(self._controller.rounds):
            return self._controller.rounds[-1 - index.row()].sentence
        return None

    def _texts(self, row: int) -> tuple[str, ...]:
        made = self._controller.rounds
        number = self.number_at(row)
        in_use = "● in use" if number == self._controller.current else ""
        if row >= len(made):
            return ("Start", "–", "–", "–", "–", in_use)
        it = made[-1 - row]
        judged = "" if it.judged else "unjudged"
        kept = "" if it.promoted else "worse, kept aside"
        return (
            f"{it.number}",
            _loss(it.loss),
            _loss(it.previous_loss),
            f"{it.n_training:,}",
            f"{it.n_held_out:,}",
            " · ".join(filter(None, (in_use, judged or kept))),
        )

    def _reset(self) -> None:
        self.beginResetModel()
        self.endResetModel()


def _loss(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
