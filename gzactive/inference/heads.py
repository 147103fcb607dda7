"""The weights in use: those that the project began with, until a round has made better ones."""

from functools import lru_cache
from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.inference.serving import HEAD, WEIGHTS, read_serving, round_folder
from gzactive.model.head import Head
from gzactive.model.weights_file import default_weights, find_weights, read_head
from gzactive.project import Project

__all__ = ["base_head", "current_head", "weights_of"]


def weights_of(project: Project, backbone: int | None = None) -> tuple[Path, tuple[int, int]]:
    """The file of a network, and what changes when it does.

    Parameters
    ----------
    backbone
        0 for the project's own weights, else the round that trained it; by default that in use.

    Raises
    ------
    GzactiveError
        If there is no such file.
    """
    number = read_serving(project).backbone if backbone is None else backbone
    if number == 0:
        given = project.settings.weights or default_weights()
        # A project that came from an archive has brought its weights along, inside its folder.
        brought = project.path / given
        path = brought if brought.is_file() else find_weights(given)
    else:
        path = round_folder(project, number) / WEIGHTS
    try:
        status = path.stat()
    except OSError as error:
        raise GzactiveError(
            f"The network of round {number} cannot be read ({path}: {error.strerror}): roll back "
            "to another round."
        ) from error
    return path, (status.st_mtime_ns, status.st_size)


def base_head(project: Project, backbone: int | None = None) -> Head:
    """The head that every round starts from that only fits a head.

    It belongs to the network in use (or to that of ``backbone``, see :func:`weights_of`). On the
    project's own, it is the head of the weights if that answers the project's questions, else one
    of equal fractions; on the network of a round, it is that round's.
    """
    number = read_serving(project).backbone if backbone is None else backbone
    if number:
        return _round_head(project, number)
    path, stamp = weights_of(project, 0)
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
    number = read_serving(project).round
    head = _round_head(project, number) if number else base_head(project, 0)
    return head, head.id, number


def _round_head(project: Project, number: int) -> Head:
    head = Head.load(round_folder(project, number) / HEAD)
    if head.n_answers != len(project.tree.columns):
        raise GzactiveError(
            f"The head of round {number} has {head.n_answers} answers and the tree "
            f"'{project.tree.id}' {len(project.tree.columns)}: roll back to another round."
        )
    return head
