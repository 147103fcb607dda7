"""Reading the runs that a project lists, on a thread beside the window's.

What is read again is only what has changed. Which runs from elsewhere are listed, and which are
drawn, is kept in the project's folder of runs.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gzactive.app.train.run_entry import RunEntry
from gzactive.app.train.training_plan import started_with
from gzactive.errors import GzactiveError
from gzactive.inference.training_runs import TrainingRun, find_runs, read_run, run_stamp
from gzactive.paths import atomic_write
from gzactive.project import Project

__all__ = [
    "RunList",
    "Seen",
    "draw_runs",
    "galaxies_to_learn_from",
    "look_at_runs",
    "read_seen",
    "write_list",
]

_LIST = "list.json"
_HERE = "./"


@dataclass(frozen=True)
class Seen:
    """What a folder held when it was read.

    Parameters
    ----------
    stamp
        Of its files, see :func:`gzactive.inference.training_runs.run_stamp`.
    run
        What it tells; None if it cannot be read.
    fault
        Why not, as a sentence.
    begun
        Whether the app began it, so that it knows how to go on.
    """

    stamp: tuple[object, ...]
    run: TrainingRun | None
    fault: str = ""
    begun: bool = False

    @property
    def epochs(self) -> int:
        """How many have ended."""
        return 0 if self.run is None else self.run.epochs


@dataclass(frozen=True)
class RunList:
    """Runs from elsewhere that are listed, and which are drawn by their keys, or not to be."""

    added: tuple[Path, ...] = ()
    hidden: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()


def look_at_runs(
    folder: Path, added: Sequence[Path], known: Mapping[Path, Seen], first: bool
) -> tuple[dict[Path, Seen], RunList]:
    """Every run as it is now, and, the first time, which were listed and drawn the last time."""
    listed = _read_list(folder) if first else RunList()
    found = {}
    for run in dict.fromkeys([*find_runs(folder), *added, *listed.added]):
        before = known.get(run)
        same = before is not None and before.stamp == run_stamp(run)
        found[run] = before if before is not None and same else read_seen(run)
    return found, listed


def read_seen(folder: Path) -> Seen:
    """Read a run now."""
    stamp = run_stamp(folder)
    try:
        return Seen(stamp, read_run(folder), begun=bool(started_with(folder)[0]))
    except GzactiveError as error:
        return Seen(stamp, None, str(error))


def write_list(folder: Path, told: RunList) -> None:
    """Keep which runs are listed and drawn; those of the folder by name, since it may move."""

    def kept(key: str) -> str:
        return f"{_HERE}{Path(key).name}" if Path(key).parent == folder else key

    content = {
        "added": [str(run) for run in told.added],
        "hidden": sorted(map(kept, told.hidden)),
        "shown": sorted(map(kept, told.shown)),
    }
    try:
        folder.mkdir(exist_ok=True)
        atomic_write(folder / _LIST, json.dumps(content, indent=1))
    except OSError as error:
        raise GzactiveError(
            f"Which runs are listed cannot be kept in '{folder}' ({error.strerror})."
        ) from error


def _read_list(folder: Path) -> RunList:
    try:
        told = json.loads((folder / _LIST).read_text(encoding="utf-8"))
        keys = {
            name: [
                str(folder / key.removeprefix(_HERE)) if key.startswith(_HERE) else str(key)
                for key in told[name]
            ]
            for name in ("added", "hidden", "shown")
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # nothing was chosen yet
        return RunList()
    added = tuple(map(Path, keys["added"]))
    return RunList(added, frozenset(keys["hidden"]), frozenset(keys["shown"]))


def galaxies_to_learn_from(project: Project) -> int:
    """How many galaxies of a project a training would have."""
    from gzactive.survey.voted import voted_of

    try:
        return len(voted_of(project))
    except GzactiveError:
        return 0


def draw_runs(
    entries: Sequence[RunEntry], path: Path, quantity: str, *, training: bool, validation: bool
) -> None:
    """Save what is drawn as a figure for print."""
    from gzactive.evaluation.run_figures import save_curves

    save_curves(
        [(entry.name, entry.run.curves) for entry in entries if entry.run is not None],
        path,
        quantity=quantity,
        training=training,
        validation=validation,
        places=[entry.place for entry in entries],
    )
