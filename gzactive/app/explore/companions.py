"""The open galaxy in other surveys: who is at its place, and their pictures.

Its own project is looked through, and one other project or table that a person has chosen; that is
kept in the project's settings. Finding happens on the page's worker, decoding on threads of its
own.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from gzactive.app.explore.places import Places
from gzactive.app.label.frame import Frame
from gzactive.app.label.prefetch import Prefetcher
from gzactive.app.worker import Worker
from gzactive.errors import GzactiveError
from gzactive.project import Project
from gzactive.survey.counterparts import Counterpart, OtherSurvey, Shares, read_survey

__all__ = ["Beside", "Companions"]

_MEGABYTE = 2**20
_SHOWN = 3


@dataclass(frozen=True)
class Beside:
    """A counterpart, and its picture if that is here already."""

    counterpart: Counterpart
    frame: Frame | None


class Companions(QObject):
    """Counterparts of one galaxy at a time.

    Parameters
    ----------
    project, places
        Whose galaxies, and where they are.
    scale, shares
        What is known of a galaxy, by its row: arc seconds a pixel of its image, and its vote
        fractions on a question.
    worker
        Does what takes time.
    parent
        Owner.
    """

    #: Others, or their pictures, are there.
    changed = Signal()
    #: One sentence in passing.
    said = Signal(str)

    def __init__(
        self,
        project: Project,
        places: Places,
        scale: Callable[[int], float | None],
        shares: Callable[[int, str], Shares],
        worker: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._project, self._places = project, places
        self._scale, self._shares = scale, shares
        self._worker = worker
        self._source = project.settings.compare_with
        self._radius = project.settings.compare_radius
        self._own: OtherSurvey | None = None
        self._other: OtherSurvey | None = None
        self._row: int | None = None
        self._found: tuple[Counterpart, ...] = ()
        self._frames = Prefetcher(
            project.settings.images.stretch, limit=64 * _MEGABYTE, parent=self
        )
        self._frames.ready.connect(self._on_frame)

    @property
    def beside(self) -> tuple[Beside, ...]:
        """The open galaxy's counterparts, the nearest first, at most three."""
        return tuple(Beside(one, self._frames.get(_key(one))) for one in self._found)

    @property
    def source(self) -> str:
        """The other project or table; empty if none was chosen."""
        return self._source

    def look(self, row: int | None, question: str) -> None:
        """Find who is at the place of a galaxy; of None, nobody."""
        if row != self._row:
            self._row, self._found = row, ()
            self.changed.emit()
        place = self._places.sky(row) if row is not None else None
        if place is None or row is None:
            return
        ra, dec = place
        id_str = str(self._places.id_str[row])

        def find() -> tuple[int, list[Counterpart]]:
            found: list[Counterpart] = []
            for survey in self._surveys():
                if survey is self._own:
                    found += survey.near(ra, dec, question, but=id_str)
                else:
                    found += survey.near(ra, dec, question, self._radius)
            return row, sorted(found, key=lambda one: one.separation)[:_SHOWN]

        self._worker.submit("companions", find, self._on_found)

    @property
    def radius(self) -> float:
        """How far from a galaxy the other survey's may lie, arc seconds."""
        return self._radius

    def compare_with(self, source: str, question: str, radius: float | None = None) -> None:
        """Choose another project's folder or a table, from now on; empty for none.

        Parameters
        ----------
        source
            The other survey.
        question
            Whose vote fractions are told.
        radius
            Arc seconds within which its galaxies are the same; by default as before.
        """
        within = self._radius if radius is None else radius

        def read() -> OtherSurvey | None:
            return read_survey(source) if source else None

        def take(other: OtherSurvey | None) -> None:
            self._other, self._source, self._radius = other, source, within
            try:
                self._project.save_settings(compare_with=source, compare_radius=within)
            except GzactiveError as error:  # a project that can only be read is compared as well
                self.said.emit(str(error))
            else:
                self.said.emit(
                    f"{other.name} is shown beside: {len(other):,} galaxies with places."
                    if other is not None
                    else "No other survey is shown beside."
                )
            self.look(self._row, question)

        self._worker.submit("compare", read, take)

    def close(self) -> None:
        """Stop decoding."""
        self._frames.close()

    def _surveys(self) -> list[OtherSurvey]:
        """This project's galaxies, and the chosen others; on the worker's thread, once each."""
        places = self._places
        if self._own is None and places.ra is not None and places.dec is not None:
            self._own = OtherSurvey(
                self._project.name,
                places.id_str,
                places.file_loc,
                places.ra,
                places.dec,
                self._scale,
                self._shares,
            )
        if self._other is None and self._source:
            source, self._source = self._source, ""  # what cannot be read is told once
            self._other = read_survey(source)
            self._source = source
        return [one for one in (self._own, self._other) if one is not None]

    def _on_found(self, found: tuple[int, list[Counterpart]]) -> None:
        row, counterparts = found
        if row == self._row:
            self._found = tuple(counterparts)
            self._frames.want((_key(one), one.file_loc) for one in counterparts)
            self.changed.emit()

    def _on_frame(self, key: str) -> None:
        if any(_key(one) == key for one in self._found):
            self.changed.emit()


def _key(one: Counterpart) -> str:
    return f"{one.survey}\0{one.id_str}"
