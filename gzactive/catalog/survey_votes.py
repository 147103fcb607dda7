"""Votes of surveys, in whatever form they were published, with every row accounted for.

The form is found by the columns (:mod:`gzactive.catalog.vote_formats`; exports of Zooniverse in
:mod:`gzactive.catalog.zooniverse`). What is wrong with rows becomes a
:class:`~gzactive.catalog.findings.Finding`, counted and with examples; the rest goes on. Whoever
wants any fault to stop reads with :func:`gzactive.catalog.read_votes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.columns import best_tree
from gzactive.catalog.findings import EXAMPLES, Finding, Level, counted, left_out
from gzactive.catalog.image_lists import image_stem
from gzactive.catalog.queries import rows_where
from gzactive.catalog.tables import as_text, is_id_name, read_table, some_names
from gzactive.catalog.vote_formats import DERIVED, PEOPLE, Counts, find_format
from gzactive.errors import GzactiveError, meant
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SurveyVotes", "find_ids", "read_survey"]

_LOOKED_AT = 20_000  # rows by which the column of ids is found
_MOST = 2**31 - 1


@dataclass(frozen=True)
class SurveyVotes:
    """What a table says of galaxies.

    Attributes
    ----------
    format
        The form, for people: "Galaxy Zoo 2, columns as in its catalogue".
    ids
        The table's column that holds the galaxies' ids.
    votes
        ``id_str`` (unique) and the answers that the table has, as whole numbers.
    others
        ``id_str`` and the columns that are no votes, row by row as ``votes``.
    people
        Nominal number of people behind pseudo-votes; 0 where they are counts.
    findings
        What was left out, and what is worth knowing.
    names
        Answer to the table's column that it was read from; empty where votes are no columns.
    """

    format: str
    ids: str
    votes: pd.DataFrame
    others: pd.DataFrame
    people: int
    findings: tuple[Finding, ...] = field(default=())
    names: dict[str, str] = field(default_factory=dict)


def read_survey(
    source: str | Path | pd.DataFrame,
    tree: DecisionTree,
    known: pd.Index[Any],
    *,
    where: str | None = None,
    id_column: str | None = None,
    people: int | None = None,
) -> SurveyVotes:
    """Read a table of votes.

    Parameters
    ----------
    source
        A table's path, see :func:`gzactive.catalog.read_table`, or the table.
    tree
        Whose answers to look for.
    known
        Ids of the galaxies that votes are wanted of: the table's column that has most of them
        holds its ids.
    where
        A pandas query on the table's columns; only rows that it holds for are read.
    id_column
        The column of ids, if it is not to be found.
    people
        Nominal number of people where the table has fractions alone.

    Raises
    ------
    GzactiveError
        If there are no votes of the tree, no galaxy is known, or fractions stand where counts are
        due.
    """
    table = read_table(source) if isinstance(source, str | Path) else source
    told = f"'{source}'" if isinstance(source, str | Path) else "The table"
    findings: list[Finding] = []
    found = find_format(table.columns, tree)
    if found is None:
        raise GzactiveError(_no_votes(told, table, tree))
    rows = np.arange(len(table))
    if where is not None:
        chosen = rows_where(table, where, told)
        findings.append(
            Finding(
                "where",
                Level.LEFT_OUT,
                f'{chosen.sum():,} of {len(table):,} rows are chosen by "{where}".',
            )
        )
        rows, table = rows[chosen], table[chosen]
    ids, texts = find_ids(table, known, told, id_column)
    table, texts, rows = _one_row_each(table, texts, rows, findings)
    format_name, reader = found
    read = reader(table, tree, people)
    findings += [Finding("format", Level.NOTE, sentence) for sentence in read.remarks]
    votes, whole = _checked(read, table, texts, rows, people, told, findings)
    _leave_out_mixed(votes, table, read, tree, findings)
    names = set(read.used) | {ids, "id_str", "file_loc", "reserved"}
    derived = [name for name in table.columns if name not in names and _derived(name, read, tree)]
    if derived:
        what = counted(len(derived), "column repeats", "columns repeat")
        findings.append(
            Finding("derived", Level.NOTE, f"{what} the votes as fractions, totals or weights.")
        )
    others = table.drop(columns=[name for name in table.columns if name in {*names, *derived}])
    others.insert(0, "id_str", texts)
    if not whole.all():
        votes, others = votes[whole], others[whole]
    return SurveyVotes(
        format_name,
        ids,
        votes.reset_index(drop=True),
        others.reset_index(drop=True),
        read.people,
        tuple(findings),
        dict(read.names),
    )


def find_ids(
    table: pd.DataFrame, known: pd.Index[Any], told: str, given: str | None = None
) -> tuple[str, NDArray[np.object_]]:
    """The column that holds the galaxies' ids, and them as text (n,), "" where there is none.

    Ids may also be the names of image files, with folders and endings.

    Raises
    ------
    GzactiveError
        If the given column does not exist, or no column has the id of a known galaxy.
    """
    if given is not None:
        if given not in table.columns:
            raise GzactiveError(f"{told} has no column '{given}': {meant(given, table.columns)}")
        names = [given]
    else:
        names = [
            name
            for name in table.columns
            if is_id_name(name) or table[name].dtype.kind not in "iufbMm"
        ]
        names.sort(key=lambda name: (name != "id_str", not is_id_name(name)))
    for some in (table.head(_LOOKED_AT), table):
        best, most, stems = "", 0, False
        for name in names:
            texts = _texts(some, name, told, given)
            if texts is None:
                continue
            for as_stems in (False, True):
                hits = int(known.isin(_stems(texts) if as_stems else texts).sum())
                if hits > most:
                    best, most, stems = name, hits, as_stems
        if best:
            texts = _texts(table, best, told, given)
            assert texts is not None
            return best, _stems(texts) if stems else texts
    shown = names[0] if names else ""
    first = f", such as '{table[shown].iloc[0]}' in '{shown}'" if shown and len(table) else ""
    ours = f", such as '{known[0]}'" if len(known) else ""
    raise GzactiveError(
        f"{told} has no galaxy of this project: none of its ids{first}, is one of the project's"
        f"{ours}. Say which column holds them (in the terminal: --id), or rename them."
    )


def _texts(
    table: pd.DataFrame, name: str, told: str, given: str | None
) -> NDArray[np.object_] | None:
    try:
        return as_text(table[name], f"The ids in '{name}' of {told}").to_numpy(dtype=object)
    except GzactiveError:
        if given is not None:
            raise
        return None  # floating-point numbers are no ids


def _stems(texts: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.array([image_stem(text) for text in texts.tolist()], dtype=object)


def _one_row_each(
    table: pd.DataFrame,
    texts: NDArray[np.object_],
    rows: NDArray[np.intp],
    findings: list[Finding],
) -> tuple[pd.DataFrame, NDArray[np.object_], NDArray[np.intp]]:
    """The table less rows without an id, and less all but the first of each galaxy."""
    import pandas as pd

    named = texts != ""
    findings += left_out(
        int((~named).sum()), "row", f"no id (first: row {_first(rows, ~named)})", kind="no-id"
    )
    again = pd.Series(texts).duplicated().to_numpy() & named
    if again.any():
        at = np.flatnonzero(again)
        findings.append(
            Finding(
                "duplicates",
                Level.LEFT_OUT,
                f"{counted(at.size, 'row')} left out: the galaxy has a row before (first: "
                f"{texts[at[0]]} in row {rows[at[0]] + 1:,}).",
                "The first row of a galaxy counts.",
                _examples(at, rows, texts),
            )
        )
    keep = named & ~again
    if keep.all():
        return table, texts, rows
    return table[keep], texts[keep], rows[keep]


def _examples(
    at: NDArray[np.intp], rows: NDArray[np.intp], texts: NDArray[np.object_]
) -> tuple[str, ...]:
    return tuple(f"row {rows[one] + 1:,}: {texts[one]}" for one in at[:EXAMPLES])


def _first(rows: NDArray[np.intp], chosen: NDArray[np.bool_]) -> str:
    return f"{rows[chosen][0] + 1:,}" if chosen.any() else ""


def _checked(
    read: Counts,
    table: pd.DataFrame,
    texts: NDArray[np.object_],
    rows: NDArray[np.intp],
    people: int | None,
    told: str,
    findings: list[Finding],
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Whole votes, and which rows have no impossible ones."""
    import pandas as pd

    votes: dict[str, Any] = {"id_str": texts}
    whole = np.ones(len(table), dtype=bool)
    blank, blank_columns = np.zeros(len(table), dtype=bool), 0
    wrong: dict[int, str] = {}
    for column, counts in read.counts.items():
        name = read.names[column]
        empty = table[name].isna().to_numpy()
        blank |= empty
        blank_columns += bool(empty.any())
        bad = (np.isnan(counts) & ~empty) | (counts < 0) | (counts > _MOST)
        if bad.any():
            whole &= ~bad
            for row in np.flatnonzero(bad)[:5].tolist():
                wrong.setdefault(row, f"'{table[name].iloc[row]}' in '{name}'")
        counts = np.where((counts >= 0) & (counts <= _MOST), counts, 0.0)
        broken = counts != np.trunc(counts)
        if broken.any():
            counts = _from_fractions(counts, broken, name, rows, people, told)
            read.people = people or 0
        votes[column] = counts.astype(np.int32)  # of a million galaxies half as much
    if blank.any():
        at = np.flatnonzero(blank)
        findings.append(
            Finding(
                "blank-votes",
                Level.NOTE,
                f"{counted(at.size, 'row has', 'rows have')} no number in "
                f"{counted(blank_columns, 'column')} of votes: counted as no vote.",
                rows=_examples(at, rows, texts),
            )
        )
    if wrong:
        row = min(wrong)
        findings.append(
            Finding(
                "impossible-votes",
                Level.LEFT_OUT,
                f"{counted(int((~whole).sum()), 'row')} left out: votes are counts from 0, and row "
                f"{rows[row] + 1:,} ({texts[row]}) has {wrong[row]}.",
                "Correct the table to have them.",
                _examples(np.flatnonzero(~whole), rows, texts),
            )
        )
    return pd.DataFrame(votes), whole


def _from_fractions(
    counts: NDArray[np.float64],
    broken: NDArray[np.bool_],
    name: str,
    rows: NDArray[np.intp],
    people: int | None,
    told: str,
) -> NDArray[np.float64]:
    """Fractions where counts are due: pseudo-votes if that is wanted, else an error."""
    row = int(np.flatnonzero(broken)[0])
    shown = (
        f"{told} has {counts[row]:g} in '{name}', row {rows[row] + 1:,}, and "
        f"{counted(int(broken.sum()) - 1, 'more number that is', 'more numbers that are')} not "
        "whole there"
    )
    if (counts > 1).any():
        raise GzactiveError(f"{shown}: votes are counts; use the column of raw counts.")
    if people is None:
        raise GzactiveError(
            f"{shown}: votes are counts. If they are fractions, give a nominal number of people "
            f"(in the terminal: --pseudo-votes {PEOPLE})."
        )
    return np.rint(counts * people)


def _leave_out_mixed(
    votes: pd.DataFrame,
    table: pd.DataFrame,
    read: Counts,
    tree: DecisionTree,
    findings: list[Finding],
) -> None:
    """Take no votes on a question from rows that also answered it in words the tree has not."""
    known = {*read.names.values(), *tree.columns, *tree.unmodelled_columns}
    for question in tree.modelled:
        answers = [answer.column for answer in question.answers if answer.column in votes]
        strange = [
            name
            for name in table.columns
            if name.startswith(f"{question.name}_")
            and name not in known
            and not name.endswith(DERIVED)
            and table[name].dtype.kind in "iuf"
        ]
        if not strange:
            continue
        mixed = (table[strange].fillna(0) > 0).any(axis=1).to_numpy()
        taken = int(mixed.sum())
        if taken and answers:
            votes.loc[mixed, answers] = 0
        findings.append(
            Finding(
                "other-answers",
                Level.LEFT_OUT if taken else Level.NOTE,
                f"{some_names(strange)} {'is' if len(strange) == 1 else 'are'} no answer to "
                f"'{question.name}' in the tree '{tree.id}'"
                + (
                    f": {counted(taken, 'galaxy has', 'galaxies have')} votes there, so none of "
                    "their votes on this question were taken."
                    if taken
                    else ", and without votes."
                ),
            )
        )


def _derived(name: str, read: Counts, tree: DecisionTree) -> bool:
    """Whether a column says of an answer or a question what its votes say already."""
    if not name.endswith(DERIVED):
        return False
    stems = {used.removesuffix("_count") for used in read.used}
    stems |= {question.name for question in tree.questions} | set(tree.columns)
    stems |= set(tree.unmodelled_columns)
    return any(name.removesuffix(ending) in stems for ending in DERIVED if name.endswith(ending))


def _no_votes(told: str, table: pd.DataFrame, tree: DecisionTree) -> str:
    other = best_tree(table.columns)
    if other != tree and find_format(table.columns, other) is not None:
        return (
            f"{told} has votes on the tree '{other.id}', and this project asks '{tree.id}': "
            "make a project with that tree."
        )
    return (
        f"{told} has no answer of the tree '{tree.id}': its columns are "
        f"{some_names(table.columns)}, the tree's are {some_names(tree.columns)}."
    )
