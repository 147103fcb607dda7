"""The open project matched with another catalogue: choices, what is found, files; no widgets."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from gzactive.app.project.task_controller import TaskController
from gzactive.progress import Progress
from gzactive.project import Project

if TYPE_CHECKING:
    from gzactive.survey.matching import Match

__all__ = ["MatchController", "MatchWanted", "Matched"]

_BINS = 40


@dataclass(frozen=True)
class MatchWanted:
    """What a person has chosen.

    Attributes
    ----------
    source
        The other catalogue: a table, or a project's folder; empty before one is chosen.
    radius
        Arc seconds.
    every
        All pairs within the radius instead of one to one.
    predictions
        Of projects, compare what their models predict instead of votes.
    """

    source: str = ""
    radius: float = 2.0
    every: bool = False
    predictions: bool = False


@dataclass(frozen=True, eq=False)
class Matched:
    """What came of a match, ready to be drawn.

    Attributes
    ----------
    wanted, match
        What was chosen, and what was found.
    counts, edges
        Histogram of separations, (n,) and (n + 1,) arc seconds.
    under
        Places of the other catalogue on the map of the sky, (m,) each.
    answers
        Answers that both know, with: galaxies, mean in the first, in the second, difference, error.
    pictured
        Whether the other catalogue has images.
    """

    wanted: MatchWanted
    match: "Match"
    counts: NDArray[np.intp]
    edges: NDArray[np.float64]
    under: tuple[NDArray[np.float32], NDArray[np.float32]]
    answers: tuple[tuple[Any, ...], ...]
    pictured: bool


class MatchController(TaskController):
    """Matches when it is asked to, and keeps the latest match.

    Parameters
    ----------
    project
        Whose galaxies.
    parent
        The project's controller.
    """

    #: A file was written: a sentence.
    saved = Signal(str)
    #: The other catalogue is to be shown beside in Explore: its place, and the radius.
    beside = Signal(str, float)

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = project
        self.wanted = MatchWanted(radius=project.settings.compare_radius)
        self.found: Matched | None = None

    @property
    def ready(self) -> bool:
        """Whether a match can begin."""
        return bool(self.wanted.source) and not self.busy

    @property
    def stale(self) -> bool:
        """Whether something else was chosen since the match that is shown."""
        return self.found is not None and self.found.wanted != self.wanted

    @property
    def summary(self) -> str:
        """What was found, in one sentence."""
        if self.found is None:
            return ""
        if self.stale:
            return "Something else is chosen now: match again."
        return f"{self.found.match.words}."

    def choose(self, **changes: object) -> None:
        """Choose the other catalogue, the radius, which pairs, and what is compared."""
        wanted = replace(self.wanted, **changes)  # type: ignore[arg-type]
        if wanted != self.wanted:
            self.wanted = wanted
            self.changed.emit()

    def run(self) -> None:
        """Match; what is found replaces what was found before."""
        if self.ready:
            self._run("Matching", partial(_match, self.project.path, self.wanted), self._on_matched)

    def save(self, path: Path, *, columns: bool = True) -> None:
        """Write the pairs as a table; whoever chose its name was asked about replacing one."""
        if self.found is not None and not self.busy:
            write = partial(_save, self.found.match, path, columns)
            self._run("Writing the pairs", write, self.saved.emit)

    def report(self, path: Path) -> None:
        """Write a page with the sky, the separations and what both say."""
        if self.found is not None and not self.busy:
            self._run(
                "Writing the report", partial(_report, self.found.match, path), self.saved.emit
            )

    def show_beside(self) -> None:
        """Show the other catalogue's images beside this project's, within the match's radius."""
        if self.found is not None and self.found.pictured:
            self.beside.emit(self.found.wanted.source, self.found.wanted.radius)

    def _on_matched(self, found: Matched) -> None:
        self.found = found


def _match(folder: Path, wanted: MatchWanted, progress: Progress) -> Matched:
    from gzactive.catalog.columns import column_called
    from gzactive.survey.matching import match_catalogues
    from gzactive.survey.sky_map import mollweide

    match = match_catalogues(
        folder,
        wanted.source,
        radius=wanted.radius,
        every=wanted.every,
        predictions=wanted.predictions,
        progress=progress,
    )
    counts, edges = np.histogram(match.pairs.separation, bins=_BINS, range=(0, wanted.radius))
    table = match.comparison.table()
    names = ("galaxies", "mean_1", "mean_2", "difference", "error")
    numbers = table[list(names)].to_numpy(np.float64) if len(table) else np.empty((0, 5))
    answers = tuple(
        (answer, int(galaxies), *means)
        for answer, (galaxies, *means) in zip(
            match.comparison.fractions, numbers.tolist(), strict=True
        )
    )
    return Matched(
        wanted,
        match,
        counts,
        edges,
        mollweide(match.second.ra, match.second.dec),
        answers,
        column_called(match.second.table, "file_loc") is not None,
    )


def _save(match: "Match", path: Path, columns: bool, progress: Progress) -> str:
    from gzactive.survey.matching import write_match

    remarks = write_match(match, path, columns=columns, force=True, progress=progress)
    return " ".join([f"{len(match.pairs):,} pairs written to {path.name}.", *remarks])


def _report(match: "Match", path: Path, progress: Progress) -> str:
    from gzactive.assessment.matches import write_match_report

    progress("Drawing", 0, 0)
    write_match_report(match, path, force=True)
    return f"The report is written to {path.name}."
