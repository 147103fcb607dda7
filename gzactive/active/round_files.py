"""Rounds as they lie on disk: a folder each, whole or not there, and which one is in use.

``rounds/0003/`` holds the head, the manifest, the history and TensorBoard events;
``rounds/current.json`` names the round in use (0 is the base head). Making a round is in
:mod:`gzactive.active.rounds`.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gzactive.errors import GzactiveError
from gzactive.inference import feature_store
from gzactive.model.head import Head
from gzactive.paths import atomic_write
from gzactive.project import Project

__all__ = [
    "CURRENT",
    "HEAD",
    "HISTORY",
    "MANIFEST",
    "Round",
    "clear_unfinished",
    "current_round",
    "next_number",
    "promote",
    "rollback",
    "rounds",
    "write_round",
]

MANIFEST = "manifest.json"
HEAD = "head.safetensors"
HISTORY = "history.csv"
CURRENT = "current.json"
_UNFINISHED = ".unfinished-"


@dataclass(frozen=True, eq=False)
class Round:
    """One fine-tune round: labels in, weights out.

    Attributes
    ----------
    number
        From 1.
    path
        Its folder.
    manifest
        Everything that was recorded: seed, versions, label-log position, data hash, metrics,
        counts, durations.
    """

    number: int
    path: Path
    manifest: dict[str, Any]

    @property
    def promoted(self) -> bool:
        """Whether it was promoted when it was made (which one is in use: current_round)."""
        return bool(self.manifest["promoted"])

    @property
    def judged(self) -> bool:
        """Whether there were enough held-out galaxies to judge it."""
        return bool(self.manifest["judged"])

    @property
    def n_training(self) -> int:
        """Galaxies that it was fitted to."""
        return int(self.manifest["counts"]["training"])

    @property
    def n_held_out(self) -> int:
        """Reserved galaxies that it was judged on."""
        return int(self.manifest["counts"]["held_out"])

    @property
    def loss(self) -> float | None:
        """Mean held-out loss in nats; None where no reserved galaxy has votes."""
        return _number(self.manifest["metrics"]["held_out_loss"])

    @property
    def previous_loss(self) -> float | None:
        """The same of the head that was in use before."""
        return _number(self.manifest["metrics"]["previous_held_out_loss"])

    @property
    def sentence(self) -> str:
        """What came of it, for people."""
        return str(self.manifest["sentence"])

    @cached_property
    def head(self) -> Head:
        """Its fitted head."""
        return Head.load(self.path / HEAD)


def rounds(project: Project) -> list[Round]:
    """All rounds of a project, first to last.

    Raises
    ------
    GzactiveError
        If a round's manifest cannot be read.
    """
    return [_read(project.rounds_path / _name(number)) for number in _numbers(project.rounds_path)]


def current_round(project: Project) -> int:
    """Number of the round in use; 0 is the base head.

    Raises
    ------
    GzactiveError
        If ``current.json`` is broken.
    """
    return int(_state(project.rounds_path)["round"])


def promote(project: Project, number: int) -> None:
    """Put a round in use, or the base head again with 0; readers meet the old or the new.

    Raises
    ------
    GzactiveError
        If there is no such round, or it was made for another tree or other start weights.
    """
    numbers = _numbers(project.rounds_path)
    if number != 0:
        if number not in numbers:
            known = ", ".join(map(str, [0, *numbers]))
            raise GzactiveError(f"There is no round {number}: choose one of {known} (0 = base).")
        made = _read(project.rounds_path / _name(number))
        if made.manifest["tree"]["hash"] != project.tree.hash:
            raise GzactiveError(
                f"Round {number} was made for another version of tree '{project.tree.id}': choose "
                "a later round."
            )
        if made.manifest["backbone"] != feature_store(project).folder.name:
            raise GzactiveError(
                f"Round {number} was made with other start weights or image settings: choose them "
                "again in the project's settings, or choose a later round."
            )
        Head.load(made.path / HEAD)  # a broken file is refused before it is in use
    _write_state(project.rounds_path, number, numbers[-1] if numbers else 0)


def rollback(project: Project) -> int:
    """Put the last round promoted before the one in use, or the base head, in use again.

    Returns
    -------
    int
        The number of the round now in use.
    """
    current = current_round(project)
    earlier = [one.number for one in rounds(project) if one.promoted and one.number < current]
    number = max(earlier, default=0)
    promote(project, number)
    return number


def clear_unfinished(folder: Path) -> None:
    """Remove what a killed round left, and complete a promotion that it had decided.

    The round's folder is renamed before ``current.json`` is replaced; when a kill falls between,
    the manifest still says what was decided.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover)
    decided = int(_state(folder)["decided"])
    for number in _numbers(folder):
        if number > decided and _read(folder / _name(number)).promoted:
            _write_state(folder, number, number)


def next_number(folder: Path) -> int:
    """Number of the round to be made."""
    return max(_numbers(folder), default=0) + 1


def write_round(
    folder: Path, number: int, manifest: dict[str, Any], fill: Callable[[Path], None]
) -> Round:
    """Make a round's folder appear whole, then put it in use if its manifest says so.

    Parameters
    ----------
    folder
        The project's rounds.
    number
        Of the new round.
    manifest
        Written as JSON beside what ``fill`` writes.
    fill
        Writes the other files into the folder that it is given.
    """
    unfinished = folder / f"{_UNFINISHED}{_name(number)}"
    final = folder / _name(number)
    unfinished.mkdir(parents=True)
    fill(unfinished)
    text = json.dumps(manifest, indent=2, allow_nan=False)
    (unfinished / MANIFEST).write_text(text + "\n", encoding="utf-8")
    for path in sorted(unfinished.rglob("*"), reverse=True):
        _sync(path)
    _sync(unfinished)
    unfinished.rename(final)
    _sync(folder)
    current = int(_state(folder)["round"])
    _write_state(folder, number if manifest["promoted"] else current, number)
    return Round(number, final, manifest)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _name(number: int) -> str:
    return f"{number:04d}"


def _numbers(folder: Path) -> list[int]:
    """Numbers of the rounds, sorted as numbers: 10000 comes after 9999."""
    if not folder.is_dir():
        return []
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal())


def _read(path: Path) -> Round:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GzactiveError(
            f"The manifest of round {path.name} cannot be read ({error}): move {path} away."
        ) from error
    return Round(int(path.name), path, manifest)


def _state(folder: Path) -> dict[str, Any]:
    path = folder / CURRENT
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        return {"round": int(state["round"]), "decided": int(state["decided"])}
    except FileNotFoundError:
        return {"round": 0, "decided": 0}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GzactiveError(
            f"{path} cannot be read ({error}): delete it and promote a round again."
        ) from error


def _write_state(folder: Path, number: int, decided: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write(folder / CURRENT, json.dumps({"round": number, "decided": decided}) + "\n")


def _sync(path: Path) -> None:
    """Bring a file, or a folder's entries, to the disk (folders cannot be synced on Windows)."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
