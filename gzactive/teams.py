"""Where a project's labels lie: in its folder, or on a server where a team's labels meet.

Moving carries everything over first and changes the project last, so that a move that fails leaves
the labels where they were; the place that is left keeps its copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gzactive.errors import GzactiveError
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.stores.project_file import ProjectFile
from gzactive.stores.server import hidden, is_server, server_url, without_password
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    from gzactive.stores.courier import Delivery

__all__ = [
    "HERE",
    "Moved",
    "bring_together",
    "check_server",
    "move_labels",
    "place_of_labels",
    "waiting",
]

#: What to call the project's own folder as a place for its labels.
HERE = "sqlite"


@dataclass(frozen=True)
class Moved:
    """What came of a move.

    Attributes
    ----------
    place
        Where the labels lie now, without a password.
    events
        How many events were new there.
    remarks
        Sentences on what to look after.
    """

    place: str
    events: int
    remarks: tuple[str, ...] = ()


def bring_together(project: Project, patience: float | None = None) -> Delivery | None:
    """Send and fetch a team's labels now; how things stand, or None where there is no team."""
    from gzactive.stores.team_labels import PATIENCE, TeamLabels

    if not project.server or not isinstance(labels := project.labels, TeamLabels):
        return None
    return labels.catch_up(PATIENCE if patience is None else patience)


def waiting(project: Project) -> int:
    """How many events wait on this computer to be sent; 0 where there is no team."""
    from gzactive.stores.team_labels import waiting_events

    return waiting_events(project.labels) if project.server else 0


def place_of_labels(project: Project) -> str:
    """Where a project's labels lie, and how many wait to be sent, in words."""
    if not project.server:
        return f"{ProjectFile.labels} in the project's folder"
    left = waiting(project)
    told = f"{left:,} events wait here to be sent" if left else "all sent"
    return f"{project.server} ({told}), with a copy in the project's folder"


def check_server(place: str, tree: DecisionTree | None = None) -> str:
    """Whether a team's labels can be kept at an address, before anything is made for them.

    Parameters
    ----------
    place
        ``postgresql+psycopg://USER@HOST/DATABASE``.
    tree
        Whose questions they answer; None while that is not known yet.

    Returns
    -------
    str
        The address without its password.

    Raises
    ------
    GzactiveError
        If it is no address, the server does not answer or refuses, or it holds the labels of other
        questions.
    """
    from gzactive.stores.labels import LabelLog
    from gzactive.stores.team_labels import asked_there

    url = server_url(place)
    written = without_password(url)
    with LabelLog(url.render_as_string(hide_password=False)) as server:
        there = asked_there(server)
    if tree is not None and there not in ("", f"{tree.id} {tree.hash}"):
        raise GzactiveError(_other_questions(tree, written, there))
    return written


def move_labels(project: Project, place: str, *, progress: Progress = silent) -> Moved:
    """Move a project's labels to a server, where others may have put theirs, or back.

    Parameters
    ----------
    project
        Its labels are joined with those that are there already.
    place
        ``postgresql+psycopg://USER@HOST/DATABASE``, or ``sqlite`` for the project's folder. A
        password in it is used now and not written down.
    progress
        Told what is carried; may cancel, and then the project is as it was.

    Raises
    ------
    GzactiveError
        If the place is none, cannot be reached, or holds the labels of other questions.
    """
    if project.read_only:
        raise GzactiveError(f"The labels cannot be moved. {project.read_only}")
    if place == HERE:
        return _move_here(project)
    if not is_server(place):
        raise GzactiveError(
            f"'{hidden(place)}' is no place for labels: give the address of a PostgreSQL database "
            f"(postgresql+psycopg://USER@HOST/DATABASE), or '{HERE}' for the project's own folder."
        )
    return _move_to_server(project, place, progress)


def _move_here(project: Project) -> Moved:
    if not project.server:
        raise GzactiveError(f"The labels of {project.name} lie in its folder already.")
    from gzactive.stores.classified import count_events

    before = count_events(project.labels)
    state = bring_together(project)
    remarks = []
    if state is not None and state.problem:
        remarks.append(
            f"{state.problem} What others sent since it was reached last is not here; of your own "
            f"answers, {state.waiting:,} were not sent there."
        )
    project.save_settings(labels=ProjectFile.labels)
    return Moved(ProjectFile.labels, count_events(project.labels) - before, tuple(remarks))


def _move_to_server(project: Project, place: str, progress: Progress) -> Moved:
    from gzactive.stores.catalog_table import write_catalog
    from gzactive.stores.labels import LabelError, LabelLog
    from gzactive.stores.team_labels import asked_here, carry_labels

    url = server_url(place)
    written = without_password(url)
    if project.server and (state := bring_together(project)) is not None and state.problem:
        raise GzactiveError(
            f"{state.problem} Move the labels to '{HERE}' first, if that server is gone for good."
        )
    remarks = []
    with LabelLog(url.render_as_string(hide_password=False)) as server:
        there = asked_here(server, f"{project.tree.id} {project.tree.hash}")
        if there:
            raise GzactiveError(_other_questions(project.tree, written, there))
        events = carry_labels(project.labels, server, progress)
        progress("Writing the catalogue", 0, 0)
        try:
            write_catalog(server, project.catalog)
        except LabelError as error:
            # Another user's table; it is there for SQL alone, and theirs serves as well.
            remarks.append(f"The catalogue there is not replaced by yours: {error}")
    project.save_settings(labels=written)
    state = bring_together(project)
    if url.password or "password" in url.query:
        remarks.append(
            "The password is not written into the project: put it into ~/.pgpass or PGPASSWORD."
        )
    if state is not None and state.problem:
        remarks.append(state.problem)
    return Moved(written, events, tuple(remarks))


def _other_questions(tree: DecisionTree, place: str, there: str) -> str:
    named, mine = there.split(" ")[0], tree.id
    said = f"'{named}'" if named != mine else f"another version of '{named}'"
    return (
        f"The labels on {place} answer the questions of {said} and this project asks those of "
        f"'{mine}': make another database for it."
    )
