"""The argument that most commands begin with: a project's folder, opened for a ``with`` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gzactive.project import Project

__all__ = ["ProjectFolder", "open_project"]

ProjectFolder = Annotated[
    Path, typer.Argument(metavar="PROJECT", help="The project's folder, made by `gzactive new`.")
]


#: Seconds that a command waits until what it has added is sent; a large table takes its time.
_PATIENCE = 120.0


@contextmanager
def open_project(path: Path) -> Iterator[Project]:
    """Open a project, and close it whatever happens; a team's labels meet before and after.

    Where it can only be read, whoever asks is told why.
    """
    from gzactive.project import Project

    project = Project.open(path)
    if project.read_only:
        typer.echo(project.read_only, err=True)
    try:
        _bring_together(project)
        yield project
    finally:
        _send(project)
        project.close()


def _bring_together(project: Project) -> None:
    """Fetch what a team sent; where that is not possible, say so and go on with what is here."""
    if project.server:
        from gzactive.teams import bring_together

        state = bring_together(project)
        if state is not None and state.problem:
            typer.echo(f"{state.problem} Going on with the labels that are here.", err=True)


def _send(project: Project) -> None:
    """Send what a command has added to a team's labels, and say how much could not be sent."""
    if project.server and not project.read_only:
        from gzactive.teams import bring_together, waiting

        if waiting(project):
            bring_together(project, _PATIENCE)
        if left := waiting(project):
            typer.echo(
                f"{left:,} events wait here for the label server; the next command or window "
                "sends them.",
                err=True,
            )
