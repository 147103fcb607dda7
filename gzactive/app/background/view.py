"""The list of jobs in a small window of its own: it can stand beside the galaxy that one labels."""

from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.background.controller import JobEntry, JobsController
from gzactive.app.background.rows_model import JobRowsModel
from gzactive.app.background.running_card import RunningCard
from gzactive.app.job import JobState
from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE
from gzactive.app.wrapped_rows import dress_rows

__all__ = ["JobsPanel"]

_OUTCOME = 1
_REMOVE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class JobsPanel(QDialog):
    """What runs, what waits, what came of the others.

    Esc closes it; Return presses the button in use; Delete cancels the job that is chosen.

    Parameters
    ----------
    jobs
        The list of jobs.
    theme
        How the app is dressed.
    parent
        The window.
    """

    def __init__(self, jobs: JobsController, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._chosen: JobEntry | None = None
        self.setWindowTitle("Background work")
        self.cards: list[RunningCard] = []
        self._quiet = QLabel("Nothing is computed at the moment.", self)
        self._quiet.setProperty("role", "muted")
        self._running = QVBoxLayout()
        self._running.setSpacing(SPACE.small)
        self._running.addWidget(self._quiet)
        self.table = QTableView(self)
        self.rows = JobRowsModel(jobs, theme, self)
        self.table.setModel(self.rows)
        told = "What waits stands first; then what is over, the latest first"
        dress_rows(self.table, "Jobs that wait or are over", told, _OUTCOME)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.cancel_chosen = QPushButton("Cancel the chosen job", self)
        self.cancel_chosen.setToolTip("Take the job that is chosen off those that wait (Delete)")
        self.cancel_chosen.setAutoDefault(True)
        self.cancel_chosen.clicked.connect(self._cancel_chosen)
        self._note = QLabel("Since the app was started; what is cancelled keeps what it has.", self)
        self._note.setProperty("role", "small")
        self._note.setWordWrap(True)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE.medium)
        foot.addWidget(self._note, 1)
        foot.addWidget(self.cancel_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.large, SPACE.large, SPACE.large)
        column.setSpacing(SPACE.medium)
        column.addLayout(self._running)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        jobs.changed.connect(self._on_changed)
        jobs.progressed.connect(self._show_running)
        self.resize(680, 460)
        self._on_changed()

    def present(self) -> None:
        """Show it before the other windows, the keys where they are useful."""
        self.show()
        self.raise_()
        self.activateWindow()
        self._on_changed()
        shown = [card for card in self.cards if not card.isHidden()]
        (shown[0].cancel if shown else self.table).setFocus()

    # --- Qt -------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.table.resizeRowsToContents()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.table.resizeRowsToContents()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _REMOVE and self.table.hasFocus():
            self._cancel_chosen()
            return
        super().keyPressEvent(event)

    # --- inside ---------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        """Jobs came or went: the one that was chosen stays so."""
        chosen = self.rows.row_of(self._chosen)
        if chosen >= 0:
            self.table.selectRow(chosen)
        else:
            self._chosen = None
        self.table.resizeRowsToContents()
        self._show_running()
        self._offer()

    def _show_running(self) -> None:
        if not self.isVisible():
            return
        running = self._jobs.running
        while len(self.cards) < len(running):
            card = RunningCard(self)
            card.cancel_wanted.connect(self._jobs.cancel)
            self._running.addWidget(card)
            self.cards.append(card)
        for place, card in enumerate(self.cards):
            if place < len(running):
                card.show_entry(running[place])
                card.show()
            else:
                had_focus = card.cancel.hasFocus()
                card.hide()
                if had_focus:
                    self.table.setFocus()
        self._quiet.setVisible(not running)

    def _on_row(self, current: QModelIndex) -> None:
        # A model that is reset has no current row for a moment; what was chosen is chosen again.
        if current.isValid():
            self._chosen = self.rows.entry(current.row())
        self._offer()

    def _offer(self) -> None:
        waits = self._chosen is not None and self._chosen.state is JobState.WAITING
        self.cancel_chosen.setEnabled(waits)

    def _cancel_chosen(self) -> None:
        if self._chosen is not None and self._chosen.state is JobState.WAITING:
            self._jobs.cancel(self._chosen)
