"""Votes of given galaxies in tables of any form that surveys publish: read, and written nowhere.

What is imported into a project (:mod:`gzactive.survey.importers`) is read here, and so is what a
model is judged by or a replay reveals.
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

    from gzactive.trees import DecisionTree

__all__ = ["ImportedFile", "KnownVotes", "VoteTable", "overlaid", "read_known_votes"]


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
class KnownVotes:
    """What files say of given galaxies.

    Attributes
    ----------
    files
        What was read.
    votes
        By galaxy, the tree's columns, int32.
    others
        What else the files know: ``id_str`` and more columns each.
    findings
        Of all files together.
    """

    files: tuple[ImportedFile, ...]
    votes: pd.DataFrame
    others: tuple[pd.DataFrame, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class VoteTable:
    """A table of votes to judge by or to replay, and how it is read.

    Attributes
    ----------
    path, where, id_column, people
        As for :func:`read_known_votes`.
    """

    path: Path
    where: str | None = None
    id_column: str | None = None
    people: int | None = None

    def read(
        self,
        galaxies: Any,
        tree: DecisionTree,
        *,
        whose: str = "this project",
        progress: Progress = silent,
    ) -> KnownVotes:
        """What it says of these galaxies; parameters and errors of :func:`read_known_votes`."""
        return read_known_votes(
            galaxies,
            tree,
            [self.path],
            where=self.where,
            id_column=self.id_column,
            people=self.people,
            whose=whose,
            progress=progress,
        )


def read_known_votes(
    galaxies: Any,
    tree: DecisionTree,
    files: Sequence[Path],
    *,
    where: str | None = None,
    id_column: str | None = None,
    people: int | None = None,
    whose: str = "this project",
    progress: Progress = silent,
) -> KnownVotes:
    """Read tables of votes, in whatever form they were published.

    Parameters
    ----------
    galaxies
        Ids of those whose votes are wanted.
    tree
        Whose answers to look for.
    files
        Tables, see :func:`gzactive.catalog.read_table`; exports of classifications among them are
        read as one.
    where
        A pandas query on the tables' columns, such as ``sample == 'original'``.
    id_column
        The column (or field of Zooniverse's subjects) with the galaxies' ids; by default the one
        that has most of the given.
    people
        Nominal number of people where a table has fractions alone.
    whose
        Galaxies are given, for sentences.
    progress
        Told what is done; may cancel.

    Raises
    ------
    GzactiveError
        If a file is missing or malformed, has no answer of the tree, or no given galaxy.
    """
    import pandas as pd

    missing = [path for path in files if not path.expanduser().is_file()]
    if missing:
        raise GzactiveError(
            f"{counted(len(missing), 'file does', 'files do')} not exist (first: '{missing[0]}'): "
            "check the path. Nothing was read."
        )
    # Objects: among texts of Arrow, pandas looks up one after another in Python.
    known = pd.Index(np.asarray(galaxies, dtype=object), dtype=object)
    read = _read(tree, files, known, where, id_column, people, progress)
    kept: list[pd.DataFrame] = []
    others: list[pd.DataFrame] = []
    told: list[ImportedFile] = []
    while read:  # one at a time: a million galaxies' votes are 150 MB each time they are held
        progress(f"finding galaxies of {whose}", len(kept), len(kept) + len(read))
        name, survey = read.pop(0)
        votes, rest, findings = _of_known(survey, known, tree, whose)
        kept.append(votes)
        others.append(rest)
        names = {answer: column for answer, column in survey.names.items() if answer in votes}
        told.append(
            ImportedFile(
                name, survey.format, survey.ids, len(votes), survey.people, tuple(findings), names
            )
        )
    del survey
    votes, findings = _first_of(kept, told, tree)
    if votes.empty:
        why = " ".join(finding.told for one in told for finding in one.findings)
        raise GzactiveError(f"There is no vote for a galaxy of {whose}. {why}")
    return KnownVotes(tuple(told), votes, tuple(others), tuple(findings))


def _read(
    tree: DecisionTree,
    files: Sequence[Path],
    known: pd.Index[Any],
    where: str | None,
    id_column: str | None,
    people: int | None,
    progress: Progress,
) -> list[tuple[str, SurveyVotes]]:
    """Each file in its form; exports of classifications together, where the first one counts."""
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


def _of_known(
    survey: SurveyVotes, known: pd.Index[Any], tree: DecisionTree, whose: str
) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    """Votes of the known galaxies that have any, what else is known of them, and findings."""
    import pandas as pd

    modelled = [column for column in tree.columns if column in survey.votes]
    ours = pd.Index(survey.votes["id_str"].to_numpy(dtype=object), dtype=object).isin(known)
    voted = (survey.votes[modelled] > 0).any(axis=1).to_numpy()
    findings = list(survey.findings)
    if not ours.all():
        first = survey.votes["id_str"].to_numpy()[~ours][0]
        why = f"not in {whose} (first: {first})"
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
        votes, more = overlaid(one, votes, tree)
        clashes += more
    if not clashes:
        return votes, []
    order = f"{', '.join(one.name for one in files[:-1])} before {files[-1].name}"
    sentence = (
        f"{counted(clashes, 'galaxy has', 'galaxies have')} other votes on the same question in "
        f"several files: those of the first count ({order})."
    )
    return votes, [Finding("in-several-files", Level.LEFT_OUT, sentence)]


def overlaid(
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
