"""What is trained, or made shards of, as arguments of a command; and how long it may take.

No widget lives here. The commands are those of the terminal: what the app starts can be started
there, and what was begun here can be gone on with there.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.paths import atomic_write

__all__ = [
    "ShardsChoice",
    "TrainingChoice",
    "begin_run",
    "counted",
    "duration",
    "first_guess",
    "folder_of",
    "free_name",
    "shards_words",
    "started_with",
    "stopped_words",
    "time_words",
]

_STARTED = "started.json"
#: Views a second that EfficientNet-B0 learns from on one core at 224 pixels, as the guide says.
_RATE, _CROP = 10.0, 224
#: A step forward, as a share of one that also learns.
_FORWARD = 1 / 3
_PARTS = (0.7, 0.1)  # of the galaxies: learnt from, and validated on after each epoch


@dataclass(frozen=True)
class TrainingChoice:
    """How a network is to be trained.

    Parameters
    ----------
    source
        The project, a table, or a folder of shards.
    name
        Of the run.
    weights
        Where it starts: a name or a file; empty for random weights.
    epochs, patience, batch, crop, learning_rate, seed, colour
        As the command has them.
    """

    source: Path
    name: str
    weights: str = ""
    epochs: int = 100
    patience: int = 10
    batch: int = 128
    crop: int = 224
    learning_rate: float = 1e-3
    seed: int = 0
    colour: bool = False

    @property
    def shards(self) -> bool:
        """Whether the source is a folder of shards."""
        return (self.source / "manifest.json").is_file()

    def arguments(self, out: Path) -> list[str]:
        """Of ``gzactive`` for a run in a folder."""
        told = ["train", *(["--shards"] if self.shards else []), str(self.source)]
        told += ["--out", str(out), "--epochs", str(self.epochs), "--patience", str(self.patience)]
        told += ["--batch", str(self.batch), "--crop", str(self.crop)]
        told += ["--learning-rate", f"{self.learning_rate:g}", "--seed", str(self.seed)]
        if self.weights:
            told += ["--weights", self.weights]
        return [*told, "--colour"] if self.colour else told


@dataclass(frozen=True)
class ShardsChoice:
    """How shards are to be made.

    Parameters
    ----------
    source
        The project, or a table.
    out
        Their folder.
    size, split, limit, grey
        As the command has them; a limit of 0 is none.
    tree
        Of a table; a project has its own.
    """

    source: Path
    out: Path
    size: int = 300
    split: str = "7:2:1"
    limit: int = 0
    grey: bool = False
    tree: str = ""

    @property
    def arguments(self) -> list[str]:
        """Of ``gzactive``."""
        told = ["shards", str(self.source), str(self.out), "--size", str(self.size)]
        told += ["--split", self.split]
        if self.limit:
            told += ["--limit", str(self.limit)]
        if self.tree:
            told += ["--tree", self.tree]
        return [*told, "--grey"] if self.grey else told

    def room(self, galaxies: int) -> int:
        """Bytes that shards of so many galaxies take."""
        count = min(galaxies, self.limit) if self.limit else galaxies
        return count * self.size**2 * (1 if self.grey else 3)


def folder_of(project: Path) -> Path:
    """Where a project keeps the runs of whole networks."""
    return project / "runs"


def free_name(runs: Path) -> str:
    """A name for a run that none has."""
    number = 1
    while (runs / f"network-{number}").exists():
        number += 1
    return f"network-{number}"


def begin_run(choice: TrainingChoice, out: Path) -> list[str]:
    """Make the folder of a run and note in it how to go on; the arguments of the command.

    Raises
    ------
    GzactiveError
        If there is such a folder, or it cannot be made.
    """
    arguments = choice.arguments(out)
    try:
        out.mkdir(parents=True)
        own = choice.source == out.parent.parent
        told = {"arguments": arguments, "epochs": choice.epochs, "of the project": own}
        atomic_write(out / _STARTED, json.dumps(told, indent=1))
    except FileExistsError as error:
        raise GzactiveError(
            f"There is a run '{out.name}' already: give this one another name."
        ) from error
    except OSError as error:
        raise GzactiveError(f"'{out}' cannot be made ({error.strerror}).") from error
    return arguments


def started_with(out: Path) -> tuple[list[str], int]:
    """The arguments that a run was begun with, and its epochs at most; none if not from the app.

    The project may have moved since, and the run with it: the arguments name where they are now.
    """
    try:
        told = json.loads((out / _STARTED).read_text(encoding="utf-8"))
        arguments = [str(one) for one in told["arguments"]]
        place = arguments.index("--out")
        arguments[place + 1] = str(out)
        if told.get("of the project"):
            arguments[place - 1] = str(out.parent.parent)
        return arguments, int(told["epochs"])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return [], 0


def first_guess(galaxies: int, crop: int, cores: int | None = None) -> float:
    """Seconds an epoch may take on a processor, before anything has been measured here."""
    rate = _RATE * (cores or os.cpu_count() or 1) * (_CROP / crop) ** 2
    learnt, validated = (share * galaxies for share in _PARTS)
    return (learnt + validated * _FORWARD) / rate


def time_words(epoch: float, left: int) -> str:
    """How long an epoch takes, and all that may be left of them."""
    return f"{duration(epoch)} an epoch, at most {duration(epoch * left)} for {left:,} more"


def duration(seconds: float) -> str:
    """About so long, in words."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def counted(stage: str, done: int, total: int) -> str:
    """How far a stage is, in words."""
    return f"{stage}: {done:,} of {total:,}" if total else stage


def shards_words(lines: Sequence[str], out: Path) -> str:
    """What the command said when the shards were made, and where they lie."""
    told = " ".join(line for line in lines if not line.startswith("Next:"))
    return f"{told} They lie in {out}."


def stopped_words(name: str, epochs: int) -> str:
    """Where a training stands that was stopped, and how it goes on."""
    after = {0: "before its first epoch had ended", 1: "after 1 epoch"}
    return (
        f"{name} was stopped {after.get(epochs, f'after {epochs:,} epochs')}; “Go on” continues "
        "from there."
    )
