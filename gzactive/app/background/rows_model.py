"""The jobs that wait and those that are over, as a table."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from gzactive.app.background.controller import JobEntry, JobsController
from gzactive.app.background.words import began_words, outcome_words, took_words
from gzactive.app.job import JobState
from gzactive.app.theme import Theme

__all__ = ["JobRowsModel"]

_HEADINGS = ("Work", "Outcome", "Began", "Took")
_Index = QModelIndex | QPersistentModelIndex


class JobRowsModel(QAbstractTableModel):
    """First what waits, in its order; then what is over, the latest first.

    Parameters
    ----------
    jobs
        The list of jobs.
    theme
        Gives the colour of what failed.
    parent
        The table.
    """

    def __init__(self, jobs: JobsController, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._theme = theme
        self._rows: list[JobEntry] = []
        jobs.changed.connect(self.refresh)
        theme.changed.connect(self._on_theme)
        self.refresh()

    def entry(self, row: int) -> JobEntry | None:
        """The job of a row, if there is one."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, entry: JobEntry | None) -> int:
        """Where a job stands; -1 if it does not."""
        return self._rows.index(entry) if entry in self._rows else -1

    def refresh(self) -> None:
        """Take the rows of now."""
        self.beginResetModel()
        self._rows = [*self._jobs.waiting, *self._jobs.ended]
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return len(_HEADINGS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts(entry)[column]
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            if column == 0 or role == Qt.ItemDataRole.ToolTipRole:
                return ", ".join(text for text in self._texts(entry) if text)
            return self._texts(entry)[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column > 1 else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            colours = self._theme.colours
            if column == 1 and entry.state is JobState.FAILED:
                return QBrush(QColor(colours.danger))
            if column > 0:
                return QBrush(QColor(colours.muted))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section > 1 else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    @staticmethod
    def _texts(entry: JobEntry) -> tuple[str, str, str, str]:
        return (
            entry.title,
            outcome_words(entry.state, entry.sentence),
            began_words(entry.began),
            took_words(entry.seconds),
        )

    def _on_theme(self) -> None:
        if self._rows:
            last = self.index(len(self._rows) - 1, len(_HEADINGS) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.ForegroundRole])
