"""Votes of surveys into a project: what volunteers said of its galaxies elsewhere.

They become the project's catalogue votes, a table beside the label log, which rounds learn from
unless that is switched off. Whose answers they are, one by one, a survey's table does not say:
labels of people and scripts in this project go to the log instead
(:func:`gzactive.intake.add_labels`). The forms are those of :mod:`gzactive.catalog`: the command
line, the app and new projects read votes by the same code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gzactive.catalog.classifications import is_export, read_classifications
from gzactive.catalog.csv_streams import table_columns
from gzactive.catalog.findings import Finding, Level, counted, left_out
from gzactive.catalog.reductions import is_reduction, read_reductions
from gzactive.catalog.survey_votes import SurveyVotes, read_survey
from gzactive.errors import GzactiveError
from gzactive.progress import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.project import Project
    from gzactive.trees import DecisionTree

__all__ = ["ImportedFile", "ImportedVotes", "VotePlan", "import_votes", "plan_votes", "write_votes"]


@dataclass(frozen=True)
class ImportedFile:
    """What was read from a file, or from several exports that are read as one.

    Attributes
    ----------
    name, format
        The file's name, and the form of its votes in words.
    ids
        Its column that holds the galaxies' ids.
    galaxies
        With votes, of the project.
    people
        Nominal number of people behind pseudo-votes; 0 where they are counts.
    findings
        What was left out, and what is worth knowing.
    names
        Answer to the file's column that it was read from; empty where votes are no columns.
    """

    name: str
    format: str
    ids: str
    galaxies: int
    people: int
    findings: tuple[Finding, ...]
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class VotePlan:
    """What an import would bring; nothing of it is written yet.

    Attributes
    ----------
    files
        What was read.
    votes
        By galaxy, the tree's columns, int32.
    others
        What else the files know: ``id_str`` and more columns each.
    replaced
        Galaxies that have other catalogue votes on a question now.
    findings
        Of all files together.
    """

    files: tuple[ImportedFile, ...]
    votes: pd.DataFrame
    others: tuple[pd.DataFrame, ...]
    replaced: int
    findings: tuple[Finding, ...]


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
    import pandas as pd

    missing = [path for path in files if not path.expanduser().is_file()]
    if missing:
        raise GzactiveError(
            f"{counted(len(missing), 'file does', 'files do')} not exist (first: '{missing[0]}'): "
            "check the path. Nothing was imported."
        )
    # Objects: among texts of Arrow, pandas looks up one after another in Python.
    known = pd.Index(project.catalog["id_str"].to_numpy(dtype=object), dtype=object)
    read = _read(project, files, known, where, id_column, people, progress)
    kept: list[pd.DataFrame] = []
    others: list[pd.DataFrame] = []
    told: list[ImportedFile] = []
    while read:  # one at a time: a million galaxies' votes are 150 MB each time they are held
        progress("finding the project's galaxies", len(kept), len(kept) + len(read))
        name, survey = read.pop(0)
        votes, rest, findings = _of_project(survey, known, project)
        kept.append(votes)
        others.append(rest)
        names = {answer: column for answer, column in survey.names.items() if answer in votes}
        told.append(
            ImportedFile(
                name, survey.format, survey.ids, len(votes), survey.people, tuple(findings), names
            )
        )
    del survey
    votes, findings = _first_of(kept, told, project.tree)
    if votes.empty:
        why = " ".join(finding.told for one in told for finding in one.findings)
        raise GzactiveError(f"There is no vote for a galaxy of this project. {why}")
    replaced = 0
    if compared:
        progress("comparing with the votes that are there", 0, 0)
        replaced = _clashes(project.labels.catalogue_votes(project.tree), votes, project.tree)
    return VotePlan(tuple(told), votes, tuple(others), replaced, tuple(findings))


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
        whole, replaced = _overlaid(project.labels.catalogue_votes(tree), plan.votes, tree)
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


def _read(
    project: Project,
    files: Sequence[Path],
    known: pd.Index[Any],
    where: str | None,
    id_column: str | None,
    people: int | None,
    progress: Progress,
) -> list[tuple[str, SurveyVotes]]:
    """Each file in its form; exports of classifications together, where the first one counts."""
    tree = project.tree
    files = [path.expanduser() for path in files]
    columns = {path: table_columns(path) for path in files}
    exports = [path for path in files if is_export(columns[path])]
    read = []
    for number, path in enumerate(path for path in files if path not in exports):
        progress("reading tables", number, len(files))
        if is_reduction(columns[path]):
            survey = read_reductions(path, tree, known, where=where, id_column=id_column)
        else:
            survey = read_survey(path, tree, known, where=where, id_column=id_column, people=people)
        read.append((path.name, survey))
    if exports:
        survey = read_classifications(
            exports,
            tree,
            known,
            where=where,
            id_column=id_column,
            progress=progress,
        )
        read.append((", ".join(path.name for path in exports), survey))
    return read


def _of_project(
    survey: SurveyVotes, known: pd.Index[Any], project: Project
) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    """Votes of the project's galaxies that have any, what else is known of them, and findings."""
    import pandas as pd

    tree = project.tree
    modelled = [column for column in tree.columns if column in survey.votes]
    ours = pd.Index(survey.votes["id_str"].to_numpy(dtype=object), dtype=object).isin(known)
    voted = (survey.votes[modelled] > 0).any(axis=1).to_numpy()
    findings = list(survey.findings)
    if not ours.all():
        first = survey.votes["id_str"].to_numpy()[~ours][0]
        why = f"not in this project (first: {first})"
        findings += left_out(int((~ours).sum()), "galaxy", why, "galaxies", kind="strangers")
    if (ours & ~voted).any():
        first = survey.votes["id_str"].to_numpy()[ours & ~voted][0]
        why = f"no votes (first: {first})"
        findings += left_out(int((ours & ~voted).sum()), "galaxy", why, "galaxies", kind="voteless")
    absent = [question.name for question in tree.modelled if not _asked(question, survey.votes)]
    if absent:
        what = counted(len(absent), "question has", "questions have")
        findings.append(
            Finding("unasked", Level.NOTE, f"{what} no votes here: {', '.join(absent)}.")
        )
    votes = survey.votes if (ours & voted).all() else survey.votes[ours & voted]
    rest = survey.others[ours]
    rare = [column for column in tree.unmodelled_columns if column in survey.votes]
    if rare:  # counts that no model predicts are kept beside the galaxies
        rest = rest.assign(**{column: survey.votes.loc[ours, column] for column in rare})
        votes = votes.drop(columns=rare)
    votes = votes.set_index("id_str").reindex(columns=list(tree.columns), fill_value=0)
    return votes, rest, findings


def _asked(question: Any, votes: pd.DataFrame) -> bool:
    there = [answer.column for answer in question.answers if answer.column in votes]
    return bool(there) and bool(votes[there].to_numpy().any())


def _first_of(
    tables: list[pd.DataFrame], files: list[ImportedFile], tree: DecisionTree
) -> tuple[pd.DataFrame, list[Finding]]:
    """Votes of all files; where they differ on a question, those of the first."""
    votes, clashes = tables[0], 0
    for one in tables[1:]:
        votes, more = _overlaid(one, votes, tree)
        clashes += more
    if not clashes:
        return votes, []
    order = f"{', '.join(one.name for one in files[:-1])} before {files[-1].name}"
    sentence = (
        f"{counted(clashes, 'galaxy has', 'galaxies have')} other votes on the same question in "
        f"several files: those of the first count ({order})."
    )
    return votes, [Finding("in-several-files", Level.LEFT_OUT, sentence)]


def _overlaid(
    below: pd.DataFrame, above: pd.DataFrame, tree: DecisionTree
) -> tuple[pd.DataFrame, int]:
    """Votes of two tables, question by question: those above where there are any, else below.

    A table of one question thus leaves alone what another one says of the others. Returned, too, is
    how many galaxies have different votes in both on the same question.
    """
    if below.empty:
        return above, 0
    index = above.index.union(below.index, sort=False)
    low = below.reindex(index, fill_value=0).to_numpy(dtype=np.int32, copy=True)
    high = above.reindex(index, fill_value=0).to_numpy(dtype=np.int32)
    clash = np.zeros(len(index), dtype=bool)
    for question in tree.modelled:
        part = tree.slice(question.name)
        has = high[:, part].any(axis=1)
        clash |= has & low[:, part].any(axis=1) & (high[:, part] != low[:, part]).any(axis=1)
        low[has, part] = high[has, part]
    frame = type(above)(low, index=index, columns=above.columns)
    return frame.rename_axis("id_str"), int(clash.sum())


def _clashes(below: pd.DataFrame, above: pd.DataFrame, tree: DecisionTree) -> int:
    """How many galaxies have different votes in both on the same question."""
    both = below.index.intersection(above.index)
    return _overlaid(below.loc[both], above.loc[both], tree)[1]


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
