"""Survey votes into the open project: what files would bring, and then bringing it; no widgets."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gzactive.app.project.task_controller import TaskController
from gzactive.app.project.words import count
from gzactive.progress import Progress
from gzactive.project import Project

if TYPE_CHECKING:
    from gzactive.catalog.findings import Finding
    from gzactive.survey.importers import ImportedVotes, VotePlan

__all__ = ["VotesController", "Wanted"]


@dataclass(frozen=True)
class Wanted:
    """What a person has chosen.

    Attributes
    ----------
    files
        Tables of votes.
    where
        Only these rows, a pandas query; empty for all.
    ids
        The column with the galaxies' ids; empty to have it found.
    people
        Nominal people where a table has fractions alone; 0 where it has counts.
    """

    files: tuple[Path, ...] = ()
    where: str = ""
    ids: str = ""
    people: int = 0


class VotesController(TaskController):
    """Prepares an import anew with each choice; nothing is written before it is asked for.

    Parameters
    ----------
    project
        Gets the votes.
    parent
        The project's controller.
    """

    #: Votes were brought in.
    imported = Signal(object)

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = project
        self.wanted = Wanted()
        self.plan: VotePlan | None = None
        self.done: ImportedVotes | None = None

    @property
    def read_only(self) -> str:
        """Why nothing can be imported, as a sentence; empty if it can."""
        return self.project.read_only

    @property
    def ready(self) -> bool:
        """Whether there is something to import now."""
        return self.plan is not None and not self.busy and not self.read_only

    @property
    def findings(self) -> "tuple[Finding, ...]":
        """What is worth knowing before the votes come in, the gravest first."""
        from gzactive.catalog.findings import by_gravity

        if self.plan is None:
            return ()
        several = len(self.plan.files) > 1
        found = []
        for one in self.plan.files:
            for finding in one.findings:
                told = f"{one.name}: {finding.sentence}" if several else finding.sentence
                found.append(replace(finding, sentence=told))
        return by_gravity([*found, *self.plan.findings])

    @property
    def answers(self) -> list[tuple[str, str, str]]:
        """Answers with votes: what it is called, the file's columns, and how many votes."""
        if self.plan is None:
            return []
        votes = self.plan.votes.sum()
        rows = []
        for column in self.project.tree.columns:
            names = [one.names[column] for one in self.plan.files if column in one.names]
            if names or votes[column]:
                rows.append((column, ", ".join(dict.fromkeys(names)), f"{int(votes[column]):,}"))
        return rows

    @property
    def summary(self) -> str:
        """What would be imported, or was, in one sentence."""
        if self.done is not None:
            done = self.done
            instead = f"; {done.replaced:,} had other votes before" if done.replaced else ""
            return (
                f"{count(done.votes, 'vote')} on {count(done.galaxies, 'galaxy', 'galaxies')} "
                f"imported{instead}."
            )
        if self.plan is None:
            return ""
        total = int(self.plan.votes.to_numpy().sum())
        galaxies = count(len(self.plan.votes), "galaxy", "galaxies")
        of = len(self.project.catalog)
        instead = (
            f" {self.plan.replaced:,} of them have other votes now, which are replaced."
            if self.plan.replaced
            else ""
        )
        return f"{count(total, 'vote')} on {galaxies} of {of:,}.{instead}"

    def begin(self) -> None:
        """Start anew, with no file chosen."""
        self.cancel()
        self.wanted, self.plan, self.done = Wanted(), None, None
        self.refused.emit("")
        self.changed.emit()

    def choose(self, **changes: object) -> None:
        """Choose files, rows, the column of ids or the number of people; then look again."""
        wanted = replace(self.wanted, **changes)  # type: ignore[arg-type]
        if wanted == self.wanted and self.plan is not None:
            return
        self.wanted = wanted
        self.plan = self.done = None
        if wanted.files:
            plan = partial(_plan, self.project, wanted)
            self._run("Looking at the votes", plan, partial(self._on_plan, wanted))
        else:
            self.cancel()
            self.changed.emit()

    def run(self) -> None:
        """Import what was found; ``imported`` or ``refused`` follow."""
        if not self.ready or self.plan is None:
            return
        self._run("Importing votes", partial(_write, self.project, self.plan), self._on_imported)

    def _on_plan(self, wanted: Wanted, plan: "VotePlan") -> None:
        if wanted == self.wanted:  # it may have been done before it could be cancelled
            self.plan = plan

    def _on_imported(self, done: "ImportedVotes") -> None:
        self.plan, self.done = None, done
        self.wanted = replace(self.wanted, files=())  # the rest is still to be seen, and holds
        self.imported.emit(done)


def _plan(project: Project, wanted: Wanted, progress: Progress) -> "VotePlan":
    from gzactive.survey.importers import plan_votes

    return plan_votes(
        project,
        wanted.files,
        where=wanted.where or None,
        id_column=wanted.ids or None,
        people=wanted.people or None,
        progress=progress,
    )


def _write(project: Project, plan: "VotePlan", progress: Progress) -> "ImportedVotes":
    from gzactive.survey.importers import write_votes

    return write_votes(project, plan, progress=progress)
