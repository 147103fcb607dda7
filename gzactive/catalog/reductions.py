"""Votes from reductions of Zooniverse's classifications, by panoptes_aggregation or Caesar.

A reduction has one row a subject and task with the counts of each answer: in columns
(``data.smooth``) or as JSON (``data``).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gzactive.catalog.findings import Finding, Level, counted
from gzactive.catalog.queries import rows_where
from gzactive.catalog.survey_votes import SurveyVotes, find_ids
from gzactive.catalog.tables import read_table
from gzactive.catalog.vote_formats import numbers
from gzactive.catalog.zooniverse_names import TaskNames
from gzactive.errors import GzactiveError
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["is_reduction", "read_reductions"]

_NO_ANSWERS = ("null", "aggregation_version")  # what stands beside the counts


def is_reduction(columns: Iterable[str]) -> bool:
    """Whether a table of these columns is a reduction."""
    names = set(columns)
    data = "data" in names or any(name.startswith("data.") for name in names)
    return data and "subject_id" in names and bool(names & {"task", "reducer_key"})


def read_reductions(
    path: Path,
    tree: DecisionTree,
    known: pd.Index[Any],
    *,
    where: str | None = None,
    id_column: str | None = None,
) -> SurveyVotes:
    """Read a reduction as votes; the subject's number, or a column given, is the galaxy's id.

    Raises
    ------
    GzactiveError
        If its answers are numbered instead of named, none is one of the tree's, or no galaxy is
        known.
    """
    import pandas as pd

    table = read_table(path)
    findings: list[Finding] = []
    if where is not None:
        chosen = rows_where(table, where, f"'{path}'")
        sentence = f'{chosen.sum():,} of {len(table):,} rows are chosen by "{where}".'
        findings.append(Finding("where", Level.LEFT_OUT, sentence))
        table = table[chosen]
    ids, texts = find_ids(table, known, f"'{path}'", id_column)
    names = TaskNames(tree)
    counts: dict[str, Counter[str]] = {}
    unknown: Counter[str] = Counter()
    for galaxy, task, data in zip(texts, _tasks(table), _data(table, path), strict=True):
        if not data or not galaxy:
            continue
        if all(re.fullmatch(r"\d+", key) for key in data) and names.by_key(task, [*data]) is None:
            raise GzactiveError(
                f"'{path}' numbers the answers of task '{task}' ({', '.join(data)}) instead of "
                "naming them, and their order is not the tree's: reduce the classifications with "
                "the names of the answers, or import the classifications themselves."
            )
        found = names.by_key(task, list(data))
        if found is None and "None" in data:  # skipped, where it is no answer
            found = names.by_key(task, [value for value in data if value != "None"])
        for value, votes in data.items():
            if found is None or value not in found:
                unknown[f"{task}: {value}"] += int(votes)
            else:
                counts.setdefault(str(galaxy), Counter())[found[value]] += int(votes)
    if not counts:
        shown = ", ".join(f"'{name}'" for name, _ in unknown.most_common(3))
        raise GzactiveError(
            f"'{path}' has no answer of the tree '{tree.id}', but {shown or 'none at all'}: choose "
            "the project's tree."
        )
    if unknown:
        named = [f"'{name}' ({count:,})" for name, count in unknown.most_common(5)]
        sentence = (
            f"{counted(unknown.total(), 'answer')} left out: of no question of the tree, such as "
            f"{', '.join(named)}."
        )
        findings.append(Finding("unknown-answers", Level.LEFT_OUT, sentence))
    frame = pd.DataFrame.from_dict(counts, orient="index")
    every = [*tree.columns, *tree.unmodelled_columns]
    frame = frame.reindex(columns=[column for column in every if column in frame]).fillna(0)
    frame = frame.astype(np.int64).rename_axis("id_str").reset_index()
    form = "Zooniverse reductions"
    return SurveyVotes(form, ids, frame, frame[["id_str"]], 0, tuple(findings))


def _tasks(table: pd.DataFrame) -> list[str]:
    name = "task" if "task" in table else "reducer_key"
    return table[name].fillna("").astype(str).tolist()


def _data(table: pd.DataFrame, path: Path) -> Iterator[dict[str, float]]:
    """Answers and their counts, row by row; what was skipped is no answer."""
    if "data" in table:
        for row, text in enumerate(table["data"].tolist(), start=1):
            try:
                data = json.loads(text) if isinstance(text, str) else {}
            except ValueError as error:
                raise GzactiveError(
                    f"'{path}' has no JSON in 'data', row {row:,}: export the reductions again."
                ) from error
            yield {
                key: n
                for key, n in data.items()
                if isinstance(n, int | float) and key not in _NO_ANSWERS
            }
        return
    columns = [name.removeprefix("data.") for name in table.columns if name.startswith("data.")]
    columns = [name for name in columns if name not in _NO_ANSWERS]
    counts = np.column_stack([numbers(table[f"data.{name}"]) for name in columns])
    for values in counts:
        there = np.flatnonzero(values > 0)
        yield {columns[place]: values[place] for place in there}
