"""Votes of surveys into a project: what volunteers said of its galaxies elsewhere.

They become the project's catalogue votes, a table beside the label log, which rounds learn from
unless that is switched off. Whose answers they are, one by one, a survey's table does not say:
labels of people and scripts in this project go to the log instead
(:func:`gzactive.intake.add_labels`). Tables are read in :mod:`gzactive.survey.known_votes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gzactive.catalog.findings import Finding
from gzactive.progress import Progress, silent
from gzactive.survey.known_votes import ImportedFile, KnownVotes, overlaid, read_known_votes

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.project import Project
    from gzactive.trees import DecisionTree

__all__ = ["ImportedVotes", "VotePlan", "import_votes", "plan_votes", "write_votes"]


@dataclass(frozen=True, eq=False)
class VotePlan(KnownVotes):
    """What an import would bring; nothing of it is written yet.

    Attributes
    ----------
    replaced
        Galaxies that have other catalogue votes on a question now.
    """

    replaced: int


@dataclass(frozen=True)
class ImportedVotes:
    """What an import added."""

    files: tuple[ImportedFile, ...]
    galaxies: int
    votes: int
    replaced: int  #: galaxies that had other catalogue votes on a question before
    columns: tuple[str, ...]  #: kept in the project's catalogue
    findings: tuple[Finding, ...]  #: of all files together


def import_votes(
    project: Project,
    files: Sequence[Path],
    *,
    where: str | None = None,
    id_column: str | None = None,
    people: int | None = None,
    progress: Progress = silent,
) -> ImportedVotes:
    """Take votes from tables, in whatever form they were published; all of them or nothing.

    Importing again changes nothing: votes of a galaxy on a question replace those that an earlier
    import brought. Parameters and errors are those of :func:`plan_votes`.
    """
    plan = plan_votes(
        project,
        files,
        where=where,
        id_column=id_column,
        people=people,
        compared=False,
        progress=progress,
    )
    return write_votes(project, plan, progress=progress)


def plan_votes(
    project: Project,
    files: Sequence[Path],
    *,
    where: str | None = None,
    id_column: str | None = None,
    people: int | None = None,
    compared: bool = True,
    progress: Progress = silent,
) -> VotePlan:
    """Read tables of votes, and find what they would bring.

    Parameters
    ----------
    project
        Whose galaxies and tree the votes are of.
    files
        Tables, see :func:`gzactive.catalog.read_table`.
    where
        A pandas query on the tables' columns, such as ``sample == 'original'``.
    id_column
        The column (or field of Zooniverse's subjects) with the galaxies' ids; by default the one
        that has most of the project's.
    people
        Nominal number of people where a table has fractions alone.
    compared
        Whether to find how many galaxies have other votes now; else ``replaced`` is 0.
    progress
        Told what is done; may cancel.

    Raises
    ------
    GzactiveError
        If a file is missing or malformed, has no answer of the tree, or no galaxy of the project.
    """
    read = read_known_votes(
        project.catalog["id_str"],
        project.tree,
        files,
        where=where,
        id_column=id_column,
        people=people,
        progress=progress,
    )
    replaced = 0
    if compared:
        progress("comparing with the votes that are there", 0, 0)
        replaced = _clashes(project.labels.catalogue_votes(project.tree), read.votes, project.tree)
    return VotePlan(read.files, read.votes, read.others, read.findings, replaced)


def write_votes(project: Project, plan: VotePlan, *, progress: Progress = silent) -> ImportedVotes:
    """Keep the votes of a plan; all of them or nothing.

    Parameters
    ----------
    project
        The one that the plan was made for.
    plan
        By :func:`plan_votes`.
    progress
        Told what is done; may cancel, and then nothing has changed.

    Raises
    ------
    GzactiveError
        If the project cannot be written to, or another import is under way.
    """
    tree = project.tree
    with project.compute_lock("import", "an import of votes"):
        whole, replaced = overlaid(project.labels.catalogue_votes(tree), plan.votes, tree)
        source = _source(project.labels.catalogue_source(tree), plan.files)
        project.labels.set_catalogue_votes(whole, tree, source, progress)
        progress("keeping other columns", 0, 0)
        columns = _keep(project, plan.others)
    return ImportedVotes(
        plan.files,
        len(plan.votes),
        int(plan.votes.to_numpy().sum()),
        replaced,
        columns,
        plan.findings,
    )


def _clashes(below: pd.DataFrame, above: pd.DataFrame, tree: DecisionTree) -> int:
    """How many galaxies have different votes in both on the same question."""
    both = below.index.intersection(above.index)
    return overlaid(below.loc[both], above.loc[both], tree)[1]


def _source(before: dict[str, Any] | None, files: Sequence[ImportedFile]) -> str:
    """Where the votes came from, for people, those of earlier imports included."""
    parts = [before["source"]] if before is not None and before["source"] else []
    for one in files:
        pseudo = f"; pseudo-votes of {one.people} nominal people" if one.people else ""
        part = f"{one.name} ({one.format}{pseudo})"
        if part not in " + ".join(parts):
            parts.append(part)
    return " + ".join(parts)


def _keep(project: Project, others: Sequence[pd.DataFrame]) -> tuple[str, ...]:
    """Add what else the tables know to the catalogue."""
    import pandas as pd

    tables = [table for table in others if len(table.columns) > 1 and len(table)]
    if not tables:
        return ()
    whole = tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)
    if whole["id_str"].duplicated().any():
        whole = whole.groupby("id_str", as_index=False, sort=False).first()
    project.add_columns(whole)
    return tuple(str(name) for name in whole.columns if name != "id_str")
