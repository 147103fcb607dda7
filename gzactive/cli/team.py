"""The command about where a project's labels lie: in its folder, or on a team's server."""

from __future__ import annotations

from typing import Annotated

import typer

from gzactive.cli.project_argument import ProjectFolder, open_project
from gzactive.terminal import console, progress_bars

__all__ = ["labels"]


def labels(
    project: ProjectFolder,
    move: Annotated[
        str | None,
        typer.Option(
            "--move",
            metavar="PLACE",
            help="Move the labels to a team's PostgreSQL database "
            "(postgresql+psycopg://USER@HOST/DATABASE) and join those that are there, or back to "
            "the project's folder (sqlite).",
        ),
    ] = None,
) -> None:
    """Say where the labels lie and whether all were sent; or move them to a team's server or back.

    The password of a server comes from ~/.pgpass (PGPASSFILE), a service file or PGPASSWORD; it is
    never written into the project.
    """
    from gzactive.teams import move_labels, place_of_labels

    with open_project(project) as opened:
        if move is not None:
            with progress_bars() as progress:
                moved = move_labels(opened, move, progress=progress)
            for sentence in (f"Carried over {moved.events:,} events.", *moved.remarks):
                console().print(sentence, soft_wrap=True, markup=False)
        console().print(f"Labels: {place_of_labels(opened)}", soft_wrap=True, markup=False)
