"""Votes from exports of Zooniverse's classifications.

An export has one row a classification: who, which workflow in which version, and JSON with the
answers (``annotations``) and the galaxy (``subject_data``). The first classification of each person
and galaxy counts, as in panoptes_aggregation's filter "first".
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gzactive.catalog.csv_streams import table_batches
from gzactive.catalog.findings import Finding, Level, counted, left_out
from gzactive.catalog.image_lists import image_stem
from gzactive.catalog.queries import rows_where
from gzactive.catalog.survey_votes import SurveyVotes
from gzactive.catalog.zooniverse_names import TaskNames
from gzactive.errors import GzactiveError
from gzactive.progress import Progress, silent
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["is_export", "read_classifications"]

_NEEDED = ("classification_id", "user_name", "annotations", "subject_data", "subject_ids")
_READ = (*_NEEDED, "created_at", "user_ip", "workflow_id", "workflow_name", "workflow_version")


def is_export(columns: Iterable[str]) -> bool:
    """Whether a table of these columns is an export of classifications."""
    return set(_NEEDED) <= set(columns)


@dataclass
class _Tally:
    """What classifications say, as numbers: a million rows of JSON would not fit."""

    people: dict[str, int] = field(default_factory=dict)
    subjects: dict[str, int] = field(default_factory=dict)
    said: dict[tuple[str, ...], int] = field(default_factory=dict)
    person: array[int] = field(default_factory=lambda: array("q"))
    subject: array[int] = field(default_factory=lambda: array("q"))
    time: array[int] = field(default_factory=lambda: array("q"))  #: or what grows with it
    answers: array[int] = field(default_factory=lambda: array("q"))
    hits: dict[str, dict[int, str]] = field(default_factory=dict)  #: field → subject → galaxy
    workflows: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    passed: int = 0  #: rows that --where leaves out
    several: int = 0  #: of more subjects than one
    broken: list[int] = field(default_factory=list)


def read_classifications(
    paths: Sequence[Path],
    tree: DecisionTree,
    known: pd.Index[Any],
    *,
    where: str | None = None,
    id_column: str | None = None,
    progress: Progress = silent,
) -> SurveyVotes:
    """Read exports of classifications as votes, the first of each person and galaxy.

    Parameters
    ----------
    paths
        Exports that are read as one.
    tree
        Whose answers to look for.
    known
        Ids of the galaxies that votes are wanted of: the field of the subjects that has most of
        them, or the subject's number, is the galaxies' id.
    where
        A pandas query on the export's columns, such as ``workflow_version >= 10``.
    id_column
        The field of the subjects that is the galaxy's id, if it is not to be found.
    progress
        Told how many rows were read; may cancel.

    Raises
    ------
    GzactiveError
        If no subject is a known galaxy, or none of the answers is one of the tree's.
    """
    names, tally, wanted = TaskNames(tree), _Tally(), set(known.tolist())
    asked = where or ""
    # Version 15.40 is not 15.4, but a query may ask for versions from 10.
    texts = [name for name in _READ if name not in asked]
    for path in paths:
        for batch in table_batches(path, lambda name: name in _READ or name in asked, texts):
            progress("reading classifications", tally.rows, 0)
            if where is not None:
                before = len(batch)
                batch = batch[rows_where(batch, where, f"'{path}'", part=True)]
                tally.passed += before - len(batch)
                tally.rows += before - len(batch)
            _read_batch(batch, names, tally, wanted, id_column)
    if where is not None and tally.passed == tally.rows:
        raise GzactiveError(f'"{where}" holds for none of the {tally.rows:,} classifications.')
    field_name, galaxies = _galaxies(tally, paths, known, id_column)
    return _counted(tally, tree, field_name, galaxies, where)


def _read_batch(
    batch: pd.DataFrame, names: TaskNames, tally: _Tally, wanted: set[str], id_field: str | None
) -> None:
    texts = {name: _texts(batch[name]) for name in _READ if name in batch}
    count = len(batch)
    people = texts["user_name"]
    addresses = texts.get("user_ip", [None] * count)
    times = texts.get("created_at")
    workflow = [texts.get(name, [None] * count) for name in _READ[-3:]]
    triples = zip(*workflow, strict=True)
    tally.workflows.update((one or "", name or "", version or "") for one, name, version in triples)
    for row in range(count):
        tally.rows += 1
        subject, number = texts["subject_ids"][row], texts["classification_id"][row]
        if not subject or ";" in subject:
            tally.several += 1
            continue
        try:
            annotations = json.loads(texts["annotations"][row] or "")
            answers = tuple(sorted(set(_answers(annotations, names, tally.unknown))))
            place = tally.subjects.get(subject)
            if place is None:
                place = tally.subjects[subject] = len(tally.subjects)
                _note_subject(
                    texts["subject_data"][row] or "", subject, place, tally, wanted, id_field
                )
        except (ValueError, TypeError, AttributeError):
            tally.broken.append(tally.rows)
            continue
        who = people[row] or addresses[row] or f"classification {number}"
        tally.person.append(tally.people.setdefault(who, len(tally.people)))
        tally.subject.append(place)
        tally.time.append(_time(times[row]) if times else _time(number))
        tally.answers.append(tally.said.setdefault(answers, len(tally.said)))


def _texts(column: pd.Series[Any]) -> list[str | None]:
    """Values as text, None where there is none."""
    return [None if value != value else str(value) for value in column.astype(object).tolist()]


def _time(text: str | None) -> int:
    """Number that grows with a time such as "2020-01-31 23:59:59 UTC", or with a number."""
    digits = "".join(filter(str.isdigit, (text or "")[:19]))
    return int(digits) if digits else 0


def _answers(annotations: Any, names: TaskNames, unknown: Counter[str]) -> Iterator[str]:
    """The tree's answers in a classification; what is none of them is counted."""
    for one in annotations:
        value = one.get("value")
        task, label = str(one.get("task", "")), one.get("task_label") or ""
        if value is None or value == []:
            continue
        if isinstance(value, list) and isinstance(value[0], dict) and "task" in value[0]:
            yield from _answers(value, names, unknown)
            continue
        for single in value if isinstance(value, list) else [value]:
            column = names.column(task, label, single) if isinstance(single, str) else None
            if column is None:
                shown = single if isinstance(single, str | int) else type(single).__name__
                unknown[f"{task}: {shown}"] += 1
            else:
                yield column


def _note_subject(
    data: str, subject: str, place: int, tally: _Tally, wanted: set[str], id_field: str | None
) -> None:
    """Note under which fields of its metadata a subject is a known galaxy."""
    fields = {"subject_ids": subject} | json.loads(data).get(subject, {})
    for name, value in fields.items():
        plain_name = name.strip("!#/ ") or name
        if id_field is not None and plain_name != id_field and name != id_field:
            continue
        if not isinstance(value, str | int) or isinstance(value, bool):
            continue
        text = str(value).strip()
        for galaxy in (text, image_stem(text)):
            if galaxy in wanted:
                tally.hits.setdefault(plain_name, {})[place] = galaxy
                break


def _galaxies(
    tally: _Tally, paths: Sequence[Path], known: pd.Index[Any], id_field: str | None
) -> tuple[str, dict[int, str]]:
    told = ", ".join(f"'{path}'" for path in paths)
    if not tally.hits:
        what = f"field '{id_field}'" if id_field else "number or field"
        raise GzactiveError(
            f"{told} has no galaxy of this project: no subject's {what} is one of the project's "
            f"ids, such as '{known[0] if len(known) else ''}'. Upload subjects with the galaxies' "
            "ids in a field, or name the field (in the terminal: --id)."
        )
    best = max(tally.hits, key=lambda name: len(tally.hits[name]))
    return best, tally.hits[best]


def _counted(
    tally: _Tally,
    tree: DecisionTree,
    field_name: str,
    galaxies: dict[int, str],
    where: str | None,
) -> SurveyVotes:
    import pandas as pd

    person, subject, when, said = (
        np.frombuffer(numbers, np.int64)
        for numbers in (tally.person, tally.subject, tally.time, tally.answers)
    )
    ids = [galaxies.get(place, "") for place in range(len(tally.subjects))]
    codes, distinct = pd.factorize(np.array(ids, dtype=object))
    galaxy = codes[subject] if len(subject) else np.empty(0, np.int64)
    ours = np.array([bool(one) for one in ids], dtype=bool)[subject]
    order = np.lexsort((when, galaxy, person))  # stable: rows of one time stay in order
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(person[order]) != 0) | (np.diff(galaxy[order]) != 0)
    counts_now = np.zeros(len(order), dtype=bool)
    counts_now[order] = first
    again = int((~counts_now & ours).sum())
    columns = (*tree.columns, *tree.unmodelled_columns)
    place_of = {column: place for place, column in enumerate(columns)}
    matrix = np.zeros((len(tally.said), len(columns)), dtype=np.int64)
    for answers, code in tally.said.items():
        matrix[code, [place_of[answer] for answer in answers]] = 1
    chosen = counts_now & ours
    pairs, times = np.unique(np.stack([galaxy[chosen], said[chosen]]), axis=1, return_counts=True)
    votes = np.zeros((len(distinct), len(columns)), dtype=np.int64)
    np.add.at(votes, pairs[0], matrix[pairs[1]] * times[:, None])
    real = np.array([bool(one) for one in distinct], dtype=bool)
    if not votes[real].any():
        shown = ", ".join(f"'{name}'" for name, _ in tally.unknown.most_common(3))
        raise GzactiveError(
            f"None of the answers is one of the tree '{tree.id}' (the export has {shown or 'none'}"
            "): choose the project's tree, or a workflow with --where."
        )
    frame = pd.DataFrame(votes[real], columns=list(columns))
    frame.insert(0, "id_str", np.asarray(distinct, dtype=object)[real])
    frame = frame.drop(
        columns=[c for c in tree.unmodelled_columns if not frame[c].to_numpy().any()]
    )
    findings = _findings(tally, ids.count(""), again, where)
    return SurveyVotes(
        "Zooniverse classifications", field_name, frame, frame[["id_str"]], 0, tuple(findings)
    )


def _findings(tally: _Tally, strangers: int, again: int, where: str | None) -> list[Finding]:
    findings = []
    if where is not None:
        chosen = tally.rows - tally.passed
        sentence = f'{chosen:,} of {tally.rows:,} rows are chosen by "{where}".'
        findings.append(Finding("where", Level.LEFT_OUT, sentence))
    versions = [
        f"{identifier} {name or ''}".strip() + f" version {version} ({count:,})"
        for (identifier, name, version), count in tally.workflows.most_common()
    ]
    shown = "; ".join(versions[:6]) + (f"; {len(versions) - 6} more" if len(versions) > 6 else "")
    findings.append(Finding("workflows", Level.NOTE, f"Classifications of workflow {shown}."))
    findings += left_out(
        again,
        "classification",
        "the same person classified the galaxy before",
        kind="repeated-classifications",
    )
    findings += left_out(strangers, "subject", "no galaxy of this project", kind="strangers")
    findings += left_out(
        tally.several, "classification", "of several subjects, or of none", kind="several-subjects"
    )
    if tally.broken:
        findings += left_out(
            len(tally.broken),
            "row",
            f"its JSON cannot be read (first: row {tally.broken[0]:,})",
            kind="broken-json",
        )
    if tally.unknown:
        named = [f"'{name}' ({count:,})" for name, count in tally.unknown.most_common(5)]
        findings.append(
            Finding(
                "unknown-answers",
                Level.LEFT_OUT,
                f"{counted(tally.unknown.total(), 'answer')} left out: no answer of the tree, such "
                f"as {', '.join(named)}.",
            )
        )
    return findings
