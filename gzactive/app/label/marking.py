"""Flags, notes and drafts of the galaxy on the table: the part of labelling that asks nothing."""

from PySide6.QtCore import QObject, Signal

from gzactive.app.label.commit import Commit
from gzactive.app.label.marks import Marks
from gzactive.app.label.unsaved import unsaved
from gzactive.app.label.upcoming import UpcomingGalaxy
from gzactive.errors import GzactiveError
from gzactive.project import Project

__all__ = ["MarkingController"]


class MarkingController(QObject):
    """One labeller's marks on whichever galaxy is on the table.

    Parameters
    ----------
    project
        The open project.
    labeller
        Who is at work.
    parent
        Owner.
    """

    #: Flag, note or draft of the present galaxy has changed.
    marks_changed = Signal()
    #: One sentence in passing, and one that stays; the flag says whether it is a fault.
    said = Signal(str)
    warned = Signal(str, bool)

    def __init__(self, project: Project, labeller: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commit = Commit(project, labeller)
        self._marks = Marks(project, labeller, self._commit)

    @property
    def current(self) -> UpcomingGalaxy | None:
        """The galaxy on the table, and how it was chosen."""
        raise NotImplementedError

    @property
    def blind(self) -> bool:
        """Whether the model's view of the present galaxy has not been shown to this labeller."""
        raise NotImplementedError

    @property
    def flagged(self) -> bool:
        """Whether the present galaxy is flagged."""
        return self.current is not None and self._marks.flagged(self.current.id_str)

    @property
    def draft(self) -> str:
        """What was typed of a note about the present galaxy and not saved."""
        return self._marks.draft(self.current.id_str) if self.current is not None else ""

    def flag(self) -> None:
        """Flag the present galaxy, or take its flag off."""
        if self.current is None:
            return
        try:
            self.said.emit(self._marks.turn_flag(self.current, blind=self.blind))
        except GzactiveError as error:
            self.warned.emit(unsaved("The flag was not changed.", error), True)
        self.marks_changed.emit()

    def note(self, text: str) -> None:
        """Write a note about the present galaxy."""
        if self.current is None or not text.strip():
            return
        try:
            self._marks.note(self.current, text.strip(), blind=self.blind)
        except GzactiveError as error:
            self._marks.keep_draft(self.current.id_str, text)
            told = unsaved("The note was not saved, and is kept as a draft.", error)
            self.warned.emit(told, True)
        else:
            self.said.emit("Note saved.")
        self.marks_changed.emit()

    def keep_draft(self, id_str: str, text: str) -> None:
        """Keep what is typed of a note about a galaxy, until it is saved or emptied."""
        self._marks.keep_draft(id_str, text)

    def put_note_away(self, id_str: str) -> None:
        """The note about a galaxy is closed; what was typed and not saved stays a draft."""
        here = self.current is not None and self.current.id_str == id_str
        self.said.emit(self._marks.put_away(id_str, here=here))
        self.marks_changed.emit()

    def refresh_marks(self) -> None:
        """Read the marks again: they were changed elsewhere."""
        self._marks.refresh()
        self.marks_changed.emit()
