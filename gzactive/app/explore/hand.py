"""A labeller's hand on many galaxies: what it did, what it can take back, what it has marked.

The log is written on the worker's thread; what stands is remembered here, so that a grid of marks
asks no database.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from gzactive.app.explore.deeds import SELECTION, Deed, Deeds
from gzactive.app.label.upcoming import UpcomingGalaxy
from gzactive.app.worker import Worker
from gzactive.project import Project

__all__ = ["Hand"]


class Hand(QObject):
    """Labels, flags and queues galaxies, and takes it back.

    Parameters
    ----------
    project
        Whose log.
    labeller
        Whose hand.
    worker
        Does what takes time.
    parent
        Owner.
    """

    #: Who is labelled or flagged has changed.
    marks_changed = Signal()
    #: Flags were set, or taken off.
    flags_changed = Signal()
    #: Galaxies were labelled, or labels taken back: lists of id_str.
    labelled = Signal(list)
    unlabelled = Signal(list)
    #: Galaxies (UpcomingGalaxy) are to come next on the Label page, or (id_str) no longer.
    queued = Signal(list)
    unqueued = Signal(list)
    #: One sentence in passing: about what can be taken back, and about anything else.
    did = Signal(str)
    said = Signal(str)

    def __init__(
        self, project: Project, labeller: str, worker: Worker, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._deeds = Deeds(project, labeller)
        self._worker = worker
        self._finished: set[str] = set()
        self._flagged: set[str] = set()
        self._count = 0
        #: The weights that are looked at: ``weights_id`` and ``round``.
        self.weights: dict[str, Any] = {"weights_id": None, "round": None}

    def finished(self, id_str: str) -> bool:
        """Whether the labeller has labelled a galaxy."""
        return id_str in self._finished

    def flagged(self, id_str: str) -> bool:
        """Whether the labeller has flagged a galaxy."""
        return id_str in self._flagged

    def answers(self, id_str: str) -> dict[str, tuple[str, ...]]:
        """The labeller's own answers to a galaxy: question to the names of its answers."""
        return self._deeds.answers(id_str)

    def refresh(self) -> None:
        """Read from the log who is labelled and flagged."""
        self._worker.submit("standing", self._deeds.standing, self._on_standing)

    def label(self, ids: Sequence[str], reserved: set[str], answer: str) -> None:
        """Give an answer, by its column, to galaxies; those reserved are left out."""
        self.do(partial(self._deeds.label, ids, reserved, answer, self.weights), self._on_deed)

    def flag(self, ids: Sequence[str]) -> None:
        """Flag galaxies, or take the flags off if all have one."""
        self.do(partial(self._deeds.flag, ids, self.weights), self._on_deed)

    def queue(self, ids: Sequence[str], reserved: set[str]) -> None:
        """Put galaxies at the front of the queue; those reserved are left out."""
        self.do(partial(self._deeds.queue, ids, reserved, self.weights), self._on_deed)

    def undo(self) -> None:
        """Take back what this hand did last: labels, flags set or taken off, galaxies queued."""
        self.do(self._deeds.undo, self._on_undone)

    def do(self, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Do one thing more on the worker's thread; it replaces nothing else."""
        self._count += 1
        self._worker.submit(f"deed {self._count}", work, then)

    def _on_standing(self, found: tuple[set[str], set[str]]) -> None:
        self._finished, self._flagged = found
        self.marks_changed.emit()

    def _on_deed(self, deed: Deed) -> None:
        ids = list(deed.ids)
        if deed.kind == "label":
            self._finished.update(ids)
            self.labelled.emit(ids)
        elif deed.kind == "flag":
            self._flagged.update(ids)
            self.flags_changed.emit()
        elif deed.kind == "unflag":
            self._flagged.difference_update(ids)
            self.flags_changed.emit()
        else:
            self.queued.emit([UpcomingGalaxy(one, SELECTION, **self.weights) for one in ids])
        self._tell(deed, undoable=True)

    def _on_undone(self, deed: Deed | None) -> None:
        if deed is None:
            self.said.emit("There is nothing left to undo on this page.")
            return
        if deed.kind == "label":
            self._finished.difference_update(deed.ids)
            self.unlabelled.emit(list(deed.ids))
        elif deed.kind == "queue":
            self.unqueued.emit(list(deed.ids))
        else:
            flags = (
                self._flagged.update if deed.kind == "unflag" else self._flagged.difference_update
            )
            flags(deed.ids)
            self.flags_changed.emit()
        self._tell(deed)

    def _tell(self, deed: Deed, *, undoable: bool = False) -> None:
        (self.did if undoable and deed.ids else self.said).emit(deed.sentence)
        self.marks_changed.emit()
