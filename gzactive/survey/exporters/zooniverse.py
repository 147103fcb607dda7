"""Classifications as a Zooniverse export: what panoptes_aggregation extracts and reduces.

A row a finished classification by a person, with Zooniverse's own columns, task keys and labels of
answers; a second file describes the tree as the workflow that panoptes_aggregation is configured
from. Zooniverse's ids are numbers: here they are derived from our texts, which stand beside them.
"""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

from gzactive.progress import Progress
from gzactive.project import Project
from gzactive.stores.classified import (
    Classification,
    count_events,
    has_scripted,
    read_classifications,
)
from gzactive.stores.events import Event
from gzactive.survey.exporters.files import new_file
from gzactive.survey.exporters.options import Exported, Options
from gzactive.trees import DecisionTree, Question

__all__ = ["WORKFLOW_VERSION", "number_of", "write_classifications", "write_workflow"]

#: A tree has one version here, since other questions make another tree. Not 1.0, which
#: panoptes_aggregation takes for "any 1.x".
WORKFLOW_VERSION = (1, 1)

#: Hexadecimal digits of an id: 52 bits, which JSON's numbers and spreadsheets hold exactly. Among a
#: million galaxies two share one in about one export of 10,000.
_DIGITS = 13
_EVERY = 1000
_SCHEME = "zooniverse"

_COLUMNS = (
    "classification_id",
    "user_name",
    "user_id",
    "user_ip",
    "workflow_id",
    "workflow_name",
    "workflow_version",
    "created_at",
    "gold_standard",
    "expert",
    "metadata",
    "annotations",
    "subject_data",
    "subject_ids",
)


def number_of(text: str) -> int:
    """The number that stands for a text, the same in every export: a part of its SHA-256."""
    return int(hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_DIGITS], 16)


def workflow_id(tree: DecisionTree) -> int:
    """The number of a tree's workflow: trees that ask the same have the same."""
    return number_of(tree.hash) % 10**9


def write_classifications(
    project: Project, out: Path, options: Options, progress: Progress
) -> Exported:
    """Classifications, each labeller's first of a galaxy, or with ``repeats`` all of them."""
    tree, labels = project.tree, project.labels
    stage, total = "Writing classifications", count_events(labels, "finish")
    written = passed = 0
    with new_file(out) as temporary, temporary.open("x", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        progress(stage, 0, total)
        for number, one in enumerate(read_classifications(labels, tree.id), start=1):
            if one.first or options.repeats:
                rows.writerow(_row(one, tree))
                written += 1
            else:
                passed += 1
            if number % _EVERY == 0:
                progress(stage, number, total)
        progress(stage, total, total)
    return Exported(out, written, "classification", _left_out(project, passed))


def _left_out(project: Project, passed: int) -> tuple[str, ...]:
    remarks = []
    if passed:
        were = "1 classification was" if passed == 1 else f"{passed:,} classifications were"
        remarks.append(
            f"{were} left out, since the same person had classified the galaxy before and the "
            "first counts; --repeats writes them too."
        )
    if has_scripted(project.labels):
        remarks.append("Votes from tables are no classifications by people: they were left out.")
    return tuple(remarks)


def _row(one: Classification, tree: DecisionTree) -> list[Any]:
    finish, start = one.finish, one.answers[0]
    subject = number_of(finish.id_str)
    metadata = {
        "source": "gzactive",
        "started_at": start.time,
        "finished_at": finish.time,
        "workflow_version": _version(),
        "gzactive": {
            "event_id": finish.event_id,
            "log_id": finish.log_id,
            "sequence": finish.sequence,
            "tree": tree.id,
            "tree_hash": finish.tree_hash,
            "selection": finish.selection or start.selection,
            "acquisition": _first(finish.acquisition, start.acquisition),
            "round": _first(finish.round, start.round),
            "weights_id": finish.weights_id or start.weights_id,
            "blind": all(event.blind for event in (*one.answers, finish)),
            "repeat": one.repeat,
            "first": one.first,
        },
    }
    data = {str(subject): {"id_str": finish.id_str}}
    return [
        number_of(finish.event_id),
        finish.labeller,
        number_of(finish.labeller),
        "",
        workflow_id(tree),
        tree.title,
        _version(),
        _moment(finish.time),
        "",
        "",
        _json(metadata),
        _json([_annotation(event, tree) for event in one.answers]),
        _json(data),
        subject,
    ]


def _annotation(event: Event, tree: DecisionTree) -> dict[str, Any]:
    question = tree.question(str(event.question))
    labels = [question.answer(name).names[_SCHEME] for name in event.answers]
    return {
        "task": question.names[_SCHEME],
        "task_label": question.text,
        "value": labels if question.kind == "checkboxes" else labels[0],
    }


def _moment(time: str) -> str:
    """Zooniverse's way to write a time, with our milliseconds: order within a second counts."""
    return time.replace("T", " ").removesuffix("Z") + " UTC"


def write_workflow(project: Project, out: Path, options: Options, progress: Progress) -> Exported:
    """The tree as a Zooniverse workflow export, for ``panoptes_aggregation config``."""
    tree = project.tree
    tasks: dict[str, Any] = {}
    strings: dict[str, str] = {}
    for question in tree.questions:
        key = question.names[_SCHEME]
        tasks[key] = _task(key, question, tree)
        strings[f"{key}.question"] = question.text
        strings |= {
            f"{key}.answers.{number}.label": answer.names[_SCHEME]
            for number, answer in enumerate(question.answers)
        }
    major, minor = WORKFLOW_VERSION
    row = {
        "workflow_id": workflow_id(tree),
        "display_name": tree.title,
        "version": major,
        "minor_version": minor,
        "active": "true",
        "primary_language": "en",
        "first_task": tree.root.names[_SCHEME],
        "tasks": _json(tasks),
        "strings": _json(strings),
    }
    with new_file(out) as temporary, temporary.open("x", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, list(row))
        rows.writeheader()
        rows.writerow(row)
    return Exported(out, len(tasks), "task")


def _task(key: str, question: Question, tree: DecisionTree) -> dict[str, Any]:
    def after(name: str | None) -> str:
        return "" if name is None else tree.question(name).names[_SCHEME]

    answers: list[dict[str, str]] = []
    for number, answer in enumerate(question.answers):
        told = {"label": f"{key}.answers.{number}.label"}
        answers.append(told if question.optional else told | {"next": after(answer.next)})
    task: dict[str, Any] = {
        "type": "multiple" if question.optional else "single",
        "question": f"{key}.question",
        "answers": answers,
    }
    return task | {"next": after(question.next)} if question.optional else task


def _version() -> str:
    return ".".join(map(str, WORKFLOW_VERSION))


def _first(one: Any, other: Any) -> Any:
    return other if one is None else one


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
