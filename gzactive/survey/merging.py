"""Labels of other copies of a project, taken over: the union of their logs, in any order.

What is merged are events, each known by its id, so that merging twice, or the other way round,
leads to the same labels; each person's first classification of a galaxy counts. How two databases
become one is in :mod:`gzactive.stores.merging`.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.progress import Progress, silent
from gzactive.project import Project

__all__ = ["Merged", "merge_labels"]

_READ = "It is read for its labels only, so that nothing of it changes."


@dataclass(frozen=True)
class Merged:
    """What came of a merge.

    Attributes
    ----------
    events
        How many events were new.
    labellers
        Who has labels here now that had none before.
    remarks
        Sentences on what is odd about them.
    """

    events: int
    labellers: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def merge_labels(
    project: Project, others: Sequence[str | Path], *, progress: Progress = silent
) -> Merged:
    """Take over the labels of other projects; theirs are not changed.

    Parameters
    ----------
    project
        Gets the labels.
    others
        Folders of projects that ask the same questions, usually of the same galaxies.
    progress
        Told what is done; cancelling keeps the projects that were merged already.

    Raises
    ------
    GzactiveError
        If one of them is no project, asks other questions, is this project itself, or went on with
        the log of another copy; nothing is merged if that can be told beforehand.
    """
    with ExitStack() as stack:
        opened = []
        for path in others:
            other = stack.enter_context(Project.open(path, read_only=_READ))
            _check(project, other)
            opened.append(other)
        before, known = set(project.labels.labellers), set(project.catalog["id_str"])
        events, strange = 0, set[str]()
        for number, other in enumerate(opened):
            progress(f"Merging {other.name}", number, len(opened))
            events += project.labels.merge(other.labels)
            strange |= other.labels.labelled() - known
        progress("Merging", len(opened), len(opened))
    remarks = []
    if strange:
        were = "1 galaxy" if len(strange) == 1 else f"{len(strange):,} galaxies"
        remarks.append(
            f"{were} with labels there (such as {min(strange)}) are not in this project: their "
            "labels are kept and count for nothing here."
        )
    new = tuple(name for name in project.labels.labellers if name not in before)
    return Merged(events, new, tuple(remarks))


def _check(project: Project, other: Project) -> None:
    """Refuse what cannot be merged, before anything is."""
    if other.path.resolve() == project.path.resolve():
        raise GzactiveError(f"{other.path} is this project itself: name another one.")
    ours, theirs = project.tree, other.tree
    if (theirs.id, theirs.hash) != (ours.id, ours.hash):
        named = f"'{theirs.id}'" if theirs.id != ours.id else f"another version of '{theirs.id}'"
        raise GzactiveError(
            f"{other.path} asks the questions of {named} and this project those of '{ours.id}', "
            "so their labels do not mean the same: merge projects with one tree."
        )
