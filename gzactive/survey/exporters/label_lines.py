"""The whole label log as JSON lines: every event with all that was recorded about it."""

import json
from dataclasses import fields
from pathlib import Path

from gzactive.progress import Progress
from gzactive.project import Project
from gzactive.stores.classified import count_events, read_events
from gzactive.stores.events import Event
from gzactive.survey.exporters.files import new_file
from gzactive.survey.exporters.options import Exported, Options

__all__ = ["write_labels"]

_EVERY = 2000
_FIELDS = tuple(one.name for one in fields(Event))


def write_labels(project: Project, out: Path, options: Options, progress: Progress) -> Exported:
    """One event a line, in the order (log_id, sequence); ``stands`` is false for what was undone.

    Fields as in :class:`gzactive.stores.events.Event`, with ``answers`` as a list instead of the
    stored ``answer``. Undone events and the undos themselves are there, too.
    """
    labels = project.labels
    stage, total = "Writing labels", count_events(labels)
    number = 0
    with new_file(out) as temporary, temporary.open("x", encoding="utf-8") as file:
        for number, (event, stands) in enumerate(read_events(labels), start=1):
            row = {name: getattr(event, name) for name in _FIELDS if name != "answer"}
            row["answers"] = list(event.answers)
            row["stands"] = stands
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            if number % _EVERY == 0:
                progress(stage, number, total)
        progress(stage, total, total)
    return Exported(out, number, "event")
