"""The head in use: that of the weights, until a round has made a better one."""

import json
from functools import lru_cache
from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.weights_file import default_weights, find_weights, read_head
from gzactive.project import Project

__all__ = ["base_head", "current_head", "weights_of"]


def weights_of(project: Project) -> tuple[Path, tuple[int, int]]:
    """The project's weights file, and what changes when it does."""
    path = find_weights(project.settings.weights or default_weights())
    status = path.stat()
    return path, (status.st_mtime_ns, status.st_size)


def base_head(project: Project) -> Head:
    """The head that every round of the project starts from.

    That of the weights if it answers the project's questions, else one of equal fractions.
    """
    path, stamp = weights_of(project)
    head, columns = _weights_head(path, stamp)
    if head is not None and columns == project.tree.columns:
        return head
    return Head.fresh(project.tree)


@lru_cache(maxsize=8)
def _weights_head(path: Path, stamp: tuple[int, int]) -> tuple[Head | None, tuple[str, ...]]:
    head, header = read_head(path)
    return head, header.columns


def current_head(project: Project) -> tuple[Head, str, int]:
    """The head in use, its id, and the round that made it (0 is the base head).

    Raises
    ------
    GzactiveError
        If the note on the round in use, or its head, is broken or of another tree.
    """
    number = _current_round(project)
    if number == 0:
        head = base_head(project)
    else:
        head = Head.load(project.rounds_path / f"{number:04d}" / "head.safetensors")
        if head.n_answers != len(project.tree.columns):
            raise GzactiveError(
                f"The head of round {number} has {head.n_answers} answers and the tree "
                f"'{project.tree.id}' {len(project.tree.columns)}: roll back to another round."
            )
    return head, head.id, number


def _current_round(project: Project) -> int:
    note = project.rounds_path / "current.json"
    try:
        return int(json.loads(note.read_text(encoding="utf-8"))["round"])
    except FileNotFoundError:
        return 0
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GzactiveError(
            f"{note} cannot be read ({error}): delete it to go back to the base head."
        ) from error
