"""Where one labeller stands: what is done, what is to come, and what of it others have changed."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from gzactive.app.label.blindness import Blindness
from gzactive.app.label.marking import MarkingController
from gzactive.app.label.unsaved import unsaved
from gzactive.app.label.upcoming import Upcoming, UpcomingGalaxy
from gzactive.errors import GzactiveError
from gzactive.project import Project

__all__ = ["StandingController"]

#: Settings that the order of the galaxies to come follows from.
_CHOICE = ("random_share", "nice_share", "repeat_share")


class StandingController(MarkingController):
    """Galaxies done and to come, kept in step with the Explore page and with other programs.

    Parameters
    ----------
    project
        The open project.
    labeller
        Who is at work.
    parent
        Owner.
    """

    #: The galaxies to come, their pictures, or how they are chosen have changed.
    upcoming_changed = Signal()
    #: How galaxies are chosen has changed: the order of those to come is out of date.
    choice_changed = Signal()
    #: The blind was put on, or off.
    blind_changed = Signal()

    def __init__(self, project: Project, labeller: str, parent: QObject | None = None) -> None:
        super().__init__(project, labeller, parent)
        self.project = project
        self.labeller = labeller
        self.upcoming = Upcoming()
        self._files = project.catalog.set_index("id_str")["file_loc"]
        self._blindness = Blindness(project, labeller)
        self._done: set[str] = set()
        self._repeated: set[str] = set()

    def take_over(self) -> None:
        """Others wrote to the log: what they finished as this labeller need not come again."""
        self._done |= self.project.labels.finished(self.labeller)
        self._blindness.refresh()
        self.upcoming = Upcoming(self._unanswered(self.upcoming.next(len(self.upcoming))))
        self._prefetch()
        self.refresh_marks()

    def take_from_explore(self, ids: Iterable[str]) -> None:
        """Galaxies were labelled on the Explore page: they need not come here."""
        for id_str in ids:
            self._done.add(id_str)
            self.upcoming.remove(id_str)
        self._blindness.explored(ids)
        self._prefetch()

    def give_from_explore(self, ids: Iterable[str]) -> None:
        """Labels of the Explore page were taken back: those galaxies may come here, not blind."""
        self._done.difference_update(ids)

    def explored(self, ids: Iterable[str]) -> None:
        """The model's view of galaxies was shown on the Explore page."""
        self._blindness.explored(ids)

    def change(self, **settings: object) -> None:
        """Change settings of labelling, durably, and show what follows from them at once."""
        before = self.project.settings
        try:
            now = self.project.save_settings(**settings)
        except GzactiveError as error:
            self.warned.emit(unsaved("The settings were not changed.", error), True)
            return
        if now.blind != before.blind:
            self.blind_changed.emit()
        if any(getattr(now, name) != getattr(before, name) for name in _CHOICE):
            self.choice_changed.emit()
        self.upcoming_changed.emit()

    def _prefetch(self) -> None:
        raise NotImplementedError

    def _unanswered(self, queue: Iterable[UpcomingGalaxy]) -> list[UpcomingGalaxy]:
        """Those of a queue that are not done, and not on the table."""
        here = self.current.id_str if self.current is not None else ""
        return [
            each
            for each in queue
            if each.id_str not in (self._repeated if each.repeat else self._done)
            and each.id_str != here
            and each.id_str in self._files.index
        ]
