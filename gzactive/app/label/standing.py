"""Where one labeller stands: what is done, what is to come, and where each galaxy's file lies."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from gzactive.app.label.upcoming import Upcoming, UpcomingGalaxy
from gzactive.project import Project

__all__ = ["Standing"]


class Standing(QObject):
    """Galaxies done and to come; a galaxy that is shown again counts apart from its first time.

    Parameters
    ----------
    project
        Whose catalogue and log.
    labeller
        Who.
    parent
        Owner.
    """

    #: Others changed which galaxies are to come.
    changed = Signal()

    def __init__(self, project: Project, labeller: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._labels = project.labels
        self._labeller = labeller
        self._files = project.catalog.set_index("id_str")["file_loc"]
        self._done: set[str] = set()
        self._repeated: set[str] = set()
        self._out: set[str] = set()
        # Of galaxies that somebody picked: what was to come before, so that they can go back there.
        self._picked: dict[str, list[UpcomingGalaxy]] = {}
        #: The galaxies to come.
        self.upcoming = Upcoming()

    def __contains__(self, id_str: object) -> bool:
        return id_str in self._files.index

    def file_of(self, id_str: str) -> str:
        """Where a galaxy's image lies."""
        return str(self._files[id_str])

    def begin(self, queue: Iterable[UpcomingGalaxy]) -> None:
        """Put a queue on, in place of any other."""
        self.upcoming = Upcoming(self._wanted(queue, ""))

    def follow(self, queue: Iterable[UpcomingGalaxy], here: str = "") -> None:
        """Put a new ranking behind the galaxies that are decoded; ``here`` is on the table."""
        self.upcoming.replace(self._wanted(queue, here))

    def finish(self, galaxy: UpcomingGalaxy) -> None:
        """A galaxy was finished: it need not come again."""
        (self._repeated if galaxy.repeat else self._done).add(galaxy.id_str)

    def reopen(self, id_str: str, *, repeat: bool = False) -> None:
        """A galaxy goes on the table again: it is not done any more, and comes no second time."""
        if not repeat:
            self._done.discard(id_str)
        self._out.discard(id_str)
        self.upcoming.remove(id_str)

    def leave_out(self, ids: Iterable[str]) -> None:
        """Galaxies are not to come, neither now nor to be shown again, until they are taken in."""
        for id_str in ids:
            self._out.add(id_str)
            self.upcoming.remove(id_str)

    def take_in(self, ids: Iterable[str]) -> None:
        """Galaxies that were left out may come again."""
        self._out.difference_update(ids)

    def done_elsewhere(self, ids: Iterable[str]) -> None:
        """Galaxies were labelled on another page: they need not come here."""
        for id_str in ids:
            self._done.add(id_str)
            self.upcoming.remove(id_str)
        self.changed.emit()

    def undone_elsewhere(self, ids: Iterable[str]) -> None:
        """Labels of another page were taken back: those galaxies may come here."""
        self._done.difference_update(ids)

    def pick(self, galaxies: Iterable[UpcomingGalaxy], here: str = "") -> None:
        """Galaxies were picked: they come next, in their order."""
        before = self.upcoming.next(len(self.upcoming))
        for galaxy in reversed(list(galaxies)):
            if galaxy.id_str != here:
                self.upcoming.put_back(galaxy)
                self._picked[galaxy.id_str] = before
        self.changed.emit()

    def unpick(self, ids: Iterable[str]) -> None:
        """Galaxies are picked no longer: each goes back to its old place, or out of the queue."""
        back: list[tuple[UpcomingGalaxy, list[str]]] = []
        for id_str in ids:
            before = self._picked.pop(id_str, None)
            if before is None or id_str not in self.upcoming:
                continue  # it is on the table, or done
            self.upcoming.remove(id_str)
            names = [one.id_str for one in before]
            if id_str in names:
                place = names.index(id_str)
                back.append((before[place], names[place + 1 :]))
        # The last one first: it may be another one's follower.
        for galaxy, followers in sorted(back, key=lambda one: len(one[1])):
            self.upcoming.insert(galaxy, followers)
        self.changed.emit()

    def read_again(self, here: str = "") -> None:
        """Others wrote to the log: what they finished as this labeller need not come again."""
        self._done |= self._labels.finished(self._labeller)
        coming = self.upcoming.next(len(self.upcoming))
        self.upcoming = Upcoming(self._wanted(coming, here))
        self.changed.emit()

    def _wanted(self, queue: Iterable[UpcomingGalaxy], here: str) -> list[UpcomingGalaxy]:
        """Those of a queue that are not done, not left out, and not on the table."""
        return [
            each
            for each in queue
            if each.id_str not in (self._repeated if each.repeat else self._done)
            and each.id_str not in self._out
            and each.id_str != here
            and each.id_str in self._files.index
        ]
