"""Which round serves: whose head is in use, on whose network, and which one is to take over.

``rounds/current.json`` says it in four numbers. A round that trained its own network takes over
when that has seen all galaxies; until then the features and the head in use go on serving. How
rounds are made is in :mod:`gzactive.active.rounds`.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.paths import atomic_write
from gzactive.project import Project

__all__ = [
    "HEAD",
    "WEIGHTS",
    "Serving",
    "change_serving",
    "read_serving",
    "round_folder",
    "take_over",
]

HEAD = "head.safetensors"
#: Network and head of a round that trained both.
WEIGHTS = "weights.safetensors"
_NOTE = "current.json"
_PATIENCE = 10.0  # seconds to wait for another process that changes the note


@dataclass(frozen=True)
class Serving:
    """What is in use; 0 stands for the project's own weights, or for none."""

    round: int = 0  #: whose head is in use
    backbone: int = 0  #: the round whose network that head stands on
    decided: int = 0  #: the last round of which it is known whether it is put in use
    next: int = 0  #: the round that takes over when its network has seen all galaxies

    @property
    def coming(self) -> int:
        """The round whose network new features are for."""
        return self.next or self.backbone


def round_folder(project: Project, number: int) -> Path:
    """Folder of a round."""
    return project.rounds_path / f"{number:04d}"


def read_serving(project: Project) -> Serving:
    """What is in use now.

    Raises
    ------
    GzactiveError
        If the note that says it is broken.
    """
    note = project.rounds_path / _NOTE
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
        number = int(known["round"])
        others = {name: int(known.get(name, 0)) for name in ("backbone", "next")}
        return Serving(number, decided=int(known.get("decided", number)), **others)
    except FileNotFoundError:
        return Serving()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GzactiveError(
            f"{note} cannot be read ({error}): delete it to go back to the base head, then promote "
            "a round again."
        ) from error


def change_serving(project: Project, change: Callable[[Serving], Serving]) -> Serving:
    """Replace the note by a change of it; readers meet the old or the new."""
    project.rounds_path.mkdir(parents=True, exist_ok=True)
    with project.compute_lock("serving", "changing the round in use", timeout=_PATIENCE):
        changed = change(read_serving(project))
        text = json.dumps(asdict(changed)) + "\n"
        atomic_write(project.rounds_path / _NOTE, text)
    return changed


def take_over(project: Project, number: int) -> None:
    """Put in use a round whose network has now seen all galaxies, if it is still waited for."""

    def change(serving: Serving) -> Serving:
        if serving.next != number:
            return serving
        return replace(serving, round=number, backbone=number, next=0)

    change_serving(project, change)
