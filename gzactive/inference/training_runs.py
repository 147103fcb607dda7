"""Runs of training as their folders tell of them: the curves so far, and what came of it.

Read are folders of ``gzactive train`` and of rounds, and any folder with a ``history.csv`` or with
TensorBoard's event files, those of Keras and of Zoobot included. A run may still be written to:
what is whole so far is shown, and a sentence tells of what is not.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gzactive.errors import GzactiveError
from gzactive.model.tensorboard import read_tensorboard
from gzactive.paths import atomic_write

__all__ = [
    "HISTORY",
    "TrainingRun",
    "find_runs",
    "looks_like_run",
    "read_run",
    "run_stamp",
    "write_history",
]

HISTORY = "history.csv"
_MANIFEST, _WEIGHTS = "manifest.json", "weights.safetensors"
_EVENTS = "events.out.tfevents.*"
#: Where event files lie in the folder of a run; Keras keeps those of the validation apart.
_EVENT_FOLDERS = ("", "tensorboard", "train", "validation", "logs/train", "logs/validation")
#: What is in a folder of ``gzactive train`` before its first epoch has ended.
_SIGNS = (HISTORY, _MANIFEST, "started.json", "images.json", "run")
#: Curves that are read, by the names under which programs write them.
_NAMES = {
    "loss": "loss",
    "epoch_loss": "loss",
    "val_loss": "validation_loss",
    "validation_loss": "validation_loss",
    "accuracy": "accuracy",
    "binary_accuracy": "accuracy",
    "epoch_accuracy": "accuracy",
    "epoch_binary_accuracy": "accuracy",
    "val_accuracy": "validation_accuracy",
    "val_binary_accuracy": "validation_accuracy",
    "validation_accuracy": "validation_accuracy",
    "seconds": "seconds",
}


@dataclass(frozen=True)
class TrainingRun:
    """What a folder tells of a training.

    Attributes
    ----------
    folder
        Of the run.
    curves
        "loss", "validation_loss", "accuracy", "validation_accuracy" and "seconds", as far as there
        are such: a value for each epoch from the first on.
    weights
        The file that it came to, once it has ended.
    galaxies
        How many of them it learns from, once that is known; else 0.
    remark
        What of its history cannot be read, as a sentence, or nothing.
    """

    folder: Path
    curves: Mapping[str, tuple[float, ...]]
    weights: Path | None = None
    galaxies: int = 0
    remark: str = ""

    @property
    def epochs(self) -> int:
        """How many epochs have ended."""
        return max((len(values) for values in self.curves.values()), default=0)

    @property
    def best(self) -> int:
        """The epoch of the least validation loss, from 1 on; 0 if there is none."""
        losses = self.curves.get("validation_loss", ())
        whole = [(loss, epoch) for epoch, loss in enumerate(losses, start=1) if loss == loss]
        return min(whole)[1] if whole else 0


def read_run(folder: Path) -> TrainingRun:
    """Read what a folder tells of a training.

    Parameters
    ----------
    folder
        Given to ``gzactive train --out``, of a round, or with event files of another program.

    Raises
    ------
    GzactiveError
        If it tells of none, or nothing of its history can be read.
    """
    manifest = _manifest(folder)
    curves: dict[str, list[float]] = {}
    remark = ""
    if (folder / HISTORY).is_file():
        curves, remark = _read_csv(folder / HISTORY)
    elif isinstance(manifest.get("history"), dict):
        curves = _known(manifest["history"])
    else:
        curves, remark = _read_events(folder)
    if not curves and not looks_like_run(folder):
        raise GzactiveError(
            f"'{folder}' tells of no training: choose a folder that was given to `gzactive train "
            "--out`, or one with a history.csv or TensorBoard's event files."
        )
    weights = folder / _WEIGHTS
    galaxies = manifest.get("galaxies")
    return TrainingRun(
        folder,
        {name: tuple(values) for name, values in curves.items()},
        weights if weights.is_file() else None,
        int(galaxies.get("train", 0)) if isinstance(galaxies, dict) else 0,
        remark,
    )


def find_runs(folder: Path) -> list[Path]:
    """Folders of runs in a folder, by name; none where there is no such folder."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and looks_like_run(path))
    except OSError:
        return []


def looks_like_run(folder: Path) -> bool:
    """Whether something in a folder tells of a training."""
    return any((folder / name).exists() for name in _SIGNS) or bool(_event_files(folder))


def run_stamp(folder: Path) -> tuple[object, ...]:
    """What changes when the folder of a run tells more: compare it with that of a while ago."""
    paths = [folder / HISTORY, folder / _MANIFEST, folder / _WEIGHTS, *_event_files(folder)]
    found: list[object] = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        found.append((path.name, status.st_mtime_ns, status.st_size))
    return tuple(found)


def write_history(folder: Path, history: Mapping[str, Sequence[float]]) -> None:
    """Write ``history.csv``, one row an epoch from 1; replaced whole, so readers see no half."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *history])
    for epoch in range(max(map(len, history.values()), default=0)):
        cells = [values[epoch] if epoch < len(values) else "" for values in history.values()]
        writer.writerow([epoch + 1, *cells])
    atomic_write(folder / HISTORY, text.getvalue())


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # its curves may lie elsewhere, and are what matters
        return {}
    return found if isinstance(found, dict) else {}


def _known(curves: Mapping[str, Iterable[Any]]) -> dict[str, list[float]]:
    """Curves under our names; those that are not known are left out."""
    found: dict[str, list[float]] = {}
    for name, values in curves.items():
        if name in _NAMES and isinstance(values, list):
            found[_NAMES[name]] = [float(v) for v in values if isinstance(v, int | float)]
    return {name: values for name, values in found.items() if values}


def _read_csv(path: Path) -> tuple[dict[str, list[float]], str]:
    try:
        text = path.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        rows = list(csv.reader(whole.splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no table of text"
        raise GzactiveError(
            f"'{path}' cannot be read ({why}): choose another run, or write it again."
        ) from error
    header = rows[0] if rows else []
    if not any(name in _NAMES for name in header):
        first = ",".join(header)[:40]
        raise GzactiveError(
            f"'{path}' has no column of a loss (its first line is '{first}'): choose another run, "
            "or name its columns loss and validation_loss."
        )
    columns: dict[str, list[float]] = {name: [] for name in header if name in _NAMES}
    remark = ""
    for number, row in enumerate(rows[1:], start=2):
        try:
            cells = dict(zip(header, row, strict=True))
            values = {name: float(cells[name]) for name in columns if cells[name]}
        except ValueError:
            shown = ",".join(row)[:40]
            remark = f"'{path}' is broken at line {number} ('{shown}'): the curves end before it."
            break
        for name, value in values.items():
            columns[name].append(value)
    if not remark and whole != text:
        remark = f"The last line of '{path}' is not finished: the curves end before it."
    return _known(columns), remark


def _event_files(folder: Path) -> list[Path]:
    found = []
    for name in _EVENT_FOLDERS:
        try:
            found += sorted((folder / name).glob(_EVENTS))
        except OSError:
            continue
    return found


def _read_events(folder: Path) -> tuple[dict[str, list[float]], str]:
    steps: dict[str, dict[int, float]] = {}
    remark = ""
    for path in _event_files(folder):
        try:
            curves, why = read_tensorboard(path)
        except OSError as error:
            raise GzactiveError(
                f"'{path}' cannot be read ({error.strerror}): choose another run."
            ) from error
        if why:
            remark = f"'{path}' is not whole ({why}): the curves end before that."
        apart = path.parent.name == "validation"
        for tag, values in curves.items():
            name = _NAMES.get(tag, "")
            if apart and name in ("loss", "accuracy"):
                name = f"validation_{name}"
            if name:
                steps.setdefault(name, {}).update(values)
    if remark and not steps:
        raise GzactiveError(f"{remark.partition(': ')[0]}: choose another run, or fetch it again.")
    return {name: [at[step] for step in sorted(at)] for name, at in steps.items()}, remark
