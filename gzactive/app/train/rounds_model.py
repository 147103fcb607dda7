"""Rounds as rows of a table."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from gzactive.active.rounds import MIN_HELD_OUT
from gzactive.app.icons import Icons
from gzactive.app.tokens import TYPE
from gzactive.app.train.controller import TrainController
from gzactive.app.train.words import standing

__all__ = ["IN_USE", "RoundsModel"]

#: What the row in use says, beside its bold type and its colour.
IN_USE = "● in use now"

_HEADERS = (
    ("Round", "Each round starts afresh from all labels so far."),
    ("Held-out loss", "How much labels of test galaxies surprise it, in nats: less is better."),
    ("Before", "The same of what was in use when the round was made."),
    ("Learnt from", "Labelled galaxies that it was fitted to."),
    (
        "Tested on",
        f"Labelled test galaxies: drawn at random and never learnt from. {MIN_HELD_OUT} are needed "
        "to compare a round with the one before.",
    ),
    ("How it stands", "Which round is in use, and how each compared when it was made."),
)
_SIGN = 14
_TINT = 40  # of 255: how strong the row in use is tinted

type_index = QModelIndex | QPersistentModelIndex


class RoundsModel(QAbstractTableModel):
    """The latest round first, the base head last; the row in use is bold, tinted and says so.

    Parameters
    ----------
    controller
        Knows the rounds.
    icons
        Draws the sign of the row in use, and gives font and colours.
    parent
        The page.
    """

    def __init__(
        self, controller: TrainController, icons: Icons, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._icons = icons
        self._theme = icons.theme
        controller.changed.connect(self._reset)

    def number_at(self, row: int) -> int:
        """Number of the round in a row; 0 is the base head."""
        made = self._controller.rounds
        return made[-1 - row].number if row < len(made) else 0

    def row_of(self, number: int) -> int:
        """The row of a round; the last one for the base head."""
        numbers = [made.number for made in self._controller.rounds]
        return len(numbers) - 1 - numbers.index(number) if number in numbers else len(numbers)

    def rowCount(self, parent: type_index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._controller.rounds) + 1

    def columnCount(self, parent: type_index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(_HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _HEADERS[section][0]
            if role == Qt.ItemDataRole.ToolTipRole:
                return _HEADERS[section][1]
        return None

    def data(self, index: type_index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts(row)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole and row < len(self._controller.rounds):
            return self._controller.rounds[-1 - row].sentence
        if self.number_at(row) != self._controller.current:
            return None
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._icons.pixmap("done", _SIGN, self._theme.colours.accent, 2.0)
        if role == Qt.ItemDataRole.FontRole:
            return self._theme.font(TYPE.body, bold=True)
        if role == Qt.ItemDataRole.BackgroundRole:
            tint = QColor(self._theme.colours.accent)
            tint.setAlpha(_TINT)
            return tint
        return None

    def _texts(self, row: int) -> tuple[str, ...]:
        made = self._controller.rounds
        in_use = IN_USE if self.number_at(row) == self._controller.current else ""
        if row >= len(made):
            return ("Start", "–", "–", "–", "–", in_use)
        it = made[-1 - row]
        return (
            f"{it.number}",
            _loss(it.loss),
            _loss(it.previous_loss),
            f"{it.n_training:,}",
            f"{it.n_held_out:,}",
            " · ".join(filter(None, (in_use, standing(it)))),
        )

    def _reset(self) -> None:
        self.beginResetModel()
        self.endResetModel()


def _loss(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
