"""Flags, notes and drafts of the galaxy on the table: the part of labelling that asks nothing."""

from typing import Protocol

from PySide6.QtCore import QObject, Signal

from gzactive.app.label.marks import Marks
from gzactive.app.label.unsaved import unsaved
from gzactive.app.label.upcoming import UpcomingGalaxy
from gzactive.errors import GzactiveError

__all__ = ["Marking", "Table"]


class Table(Protocol):
    """All that is asked of whoever puts galaxies on the table."""

    @property
    def current(self) -> UpcomingGalaxy | None:
        """The galaxy on the table, and how it was chosen."""

    @property
    def blind(self) -> bool:
        """Whether the model's view of it has not been shown to the labeller."""


class Marking(QObject):
    """One labeller's marks on whichever galaxy is on the table.

    Parameters
    ----------
    marks
        Keeps the marks.
    table
        Tells which galaxy they are about.
    refusal
        What to say instead of marking, where nothing may be written; empty if it may.
    parent
        Owner.
    """

    #: Flag, note or draft of the present galaxy has changed.
    changed = Signal()
    #: One sentence in passing, and one that stays; the flag says whether it is a fault.
    said = Signal(str)
    warned = Signal(str, bool)

    def __init__(
        self, marks: Marks, table: Table, refusal: str = "", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._marks = marks
        self._table = table
        self._refusal = refusal

    @property
    def flagged(self) -> bool:
        """Whether the present galaxy is flagged."""
        here = self._table.current
        return here is not None and self._marks.flagged(here.id_str)

    @property
    def draft(self) -> str:
        """What was typed of a note about the present galaxy and not saved."""
        here = self._table.current
        return self._marks.draft(here.id_str) if here is not None else ""

    def flag(self) -> None:
        """Flag the present galaxy, or take its flag off."""
        if self._refusal:
            self.said.emit(self._refusal)
            return
        here = self._table.current
        if here is None:
            return
        try:
            self.said.emit(self._marks.turn_flag(here, blind=self._table.blind))
        except GzactiveError as error:
            self.warned.emit(unsaved("The flag was not changed.", error), True)
        self.changed.emit()

    def note(self, text: str) -> None:
        """Write a note about the present galaxy."""
        if self._refusal:
            self.said.emit(self._refusal)
            return
        here = self._table.current
        if here is None or not text.strip():
            return
        try:
            self._marks.note(here, text.strip(), blind=self._table.blind)
        except GzactiveError as error:
            self._marks.keep_draft(here.id_str, text)
            told = unsaved("The note was not saved, and is kept as a draft.", error)
            self.warned.emit(told, True)
        else:
            self.said.emit("Note saved.")
        self.changed.emit()

    def keep_draft(self, id_str: str, text: str) -> None:
        """Keep what is typed of a note about a galaxy, until it is saved or emptied."""
        self._marks.keep_draft(id_str, text)

    def put_note_away(self, id_str: str) -> None:
        """The note about a galaxy is closed; what was typed and not saved stays a draft."""
        here = self._table.current
        if told := self._marks.put_away(id_str, here=here is not None and here.id_str == id_str):
            self.said.emit(told)
        self.changed.emit()

    def refresh(self) -> None:
        """Read the marks again: they were changed elsewhere."""
        self._marks.refresh()
        self.changed.emit()

    def flush(self) -> None:
        """Bring drafts to the disk."""
        self._marks.flush()
