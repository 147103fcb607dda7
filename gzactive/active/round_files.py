"""Rounds as they lie on disk: a folder each, whole or not there, and which one is in use.

``rounds/0003/`` holds the head, the manifest, the history and TensorBoard events, and the whole
network where the round trained it. Which round is in use is in :mod:`gzactive.inference.serving`,
making a round in :mod:`gzactive.active.rounds`.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from gzactive.errors import GzactiveError
from gzactive.inference import (
    HEAD,
    Serving,
    change_serving,
    feature_store,
    features_complete,
    read_serving,
    round_folder,
)
from gzactive.model.head import Head
from gzactive.project import Project

__all__ = [
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
HISTORY = "history.csv"
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
    def backbone(self) -> int:
        """The round that trained the network it stands on; 0 for the project's own weights."""
        return int(self.manifest.get("backbone_round", 0))

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

    def read_up_to(self, log_id: str) -> int:
        """Sequence of the last event of a label log that it knew.

        0 for another log than that which was written to when it was made: what a copy of the
        project goes on with began after its rounds.
        """
        position = self.manifest["label_log"]
        return int(position["sequence"]) if position["log_id"] == log_id else 0

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
    return [_read(round_folder(project, number)) for number in _numbers(project)]


def current_round(project: Project) -> int:
    """Number of the round in use; 0 is the base head.

    Raises
    ------
    GzactiveError
        If the note that says it is broken.
    """
    return read_serving(project).round


def promote(project: Project, number: int) -> None:
    """Put a round in use, or the base head again with 0; readers meet the old or the new.

    A round that trained its own network takes over when that has seen all galaxies: at once if it
    has, and else when :func:`gzactive.inference.extract_features` is through.

    Raises
    ------
    GzactiveError
        If there is no such round, or it was made for another tree or other start weights.
    """
    numbers = _numbers(project)
    backbone = 0
    if number != 0:
        if number not in numbers:
            known = ", ".join(map(str, [0, *numbers]))
            raise GzactiveError(f"There is no round {number}: choose one of {known} (0 = base).")
        made = _read(round_folder(project, number))
        backbone = made.backbone
        if made.manifest["tree"]["hash"] != project.tree.hash:
            raise GzactiveError(
                f"Round {number} was made for another version of tree '{project.tree.id}': choose "
                "a later round."
            )
        if made.manifest["backbone"] != feature_store(project, backbone=backbone).folder.name:
            raise GzactiveError(
                f"Round {number} was made with other start weights or image settings: choose them "
                "again in the project's settings, or choose a later round."
            )
        Head.load(made.path / HEAD)  # a broken file is refused before it is in use
    decided = max(numbers, default=0)
    if number and backbone == number and not features_complete(project, number):
        change_serving(project, lambda now: replace(now, decided=decided, next=number))
    else:
        change_serving(project, lambda now: Serving(number, backbone, decided))


def rollback(project: Project) -> int:
    """Put the last round promoted before the one in use, or the base head, in use again.

    A round that still waits to take over is given up instead.

    Returns
    -------
    int
        The number of the round now in use.
    """
    serving = read_serving(project)
    current = serving.round
    if serving.next:
        change_serving(project, lambda now: replace(now, next=0))
        return current
    earlier = [one.number for one in rounds(project) if one.promoted and one.number < current]
    number = max(earlier, default=0)
    promote(project, number)
    return number


def clear_unfinished(project: Project) -> None:
    """Remove what a killed round left, and complete a promotion that it had decided.

    The round's folder is renamed before the note on the round in use is replaced; when a kill
    falls between, the manifest still says what was decided.
    """
    project.rounds_path.mkdir(parents=True, exist_ok=True)
    for leftover in project.rounds_path.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover)
    decided = read_serving(project).decided
    for number in _numbers(project):
        made = _read(round_folder(project, number)) if number > decided else None
        if made is not None and made.promoted:
            _decide(project, made)


def next_number(project: Project) -> int:
    """Number of the round to be made."""
    return max(_numbers(project), default=0) + 1


def write_round(
    project: Project, number: int, manifest: dict[str, Any], fill: Callable[[Path], None]
) -> Round:
    """Make a round's folder appear whole, then put it in use if its manifest says so.

    Parameters
    ----------
    project
        Whose round it is.
    number
        Of the new round.
    manifest
        Written as JSON beside what ``fill`` writes.
    fill
        Writes the other files into the folder that it is given.
    """
    final = round_folder(project, number)
    unfinished = final.with_name(f"{_UNFINISHED}{final.name}")
    unfinished.mkdir(parents=True)
    fill(unfinished)
    text = json.dumps(manifest, indent=2, allow_nan=False)
    (unfinished / MANIFEST).write_text(text + "\n", encoding="utf-8")
    for path in sorted(unfinished.rglob("*"), reverse=True):
        _sync(path)
    _sync(unfinished)
    unfinished.rename(final)
    _sync(final.parent)
    made = Round(number, final, manifest)
    _decide(project, made)
    return made


def _decide(project: Project, made: Round) -> None:
    """Put a round in use, at once or when its network has seen all galaxies, or do not."""

    # Blocks that did not improve are those of the start, whose features there are already.
    seen = made.backbone != made.number or features_complete(project, made.number)

    def change(now: Serving) -> Serving:
        if not made.promoted:
            return replace(now, decided=made.number)
        if made.backbone == made.number:
            if not seen:
                return replace(now, decided=made.number, next=made.number)
            return Serving(made.number, made.backbone, made.number)
        # A round on the network in use leaves alone the one that waits with another.
        return replace(now, round=made.number, backbone=made.backbone, decided=made.number)

    change_serving(project, change)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _numbers(project: Project) -> list[int]:
    """Numbers of the rounds, sorted as numbers: 10000 comes after 9999."""
    if not project.rounds_path.is_dir():
        return []
    names = (path.name for path in project.rounds_path.iterdir())
    return sorted(int(name) for name in names if name.isdecimal())


def _read(path: Path) -> Round:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GzactiveError(
            f"The manifest of round {path.name} cannot be read ({error}): move {path} away."
        ) from error
    return Round(int(path.name), path, manifest)


def _sync(path: Path) -> None:
    """Bring a file, or a folder's entries, to the disk (folders cannot be synced on Windows)."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
