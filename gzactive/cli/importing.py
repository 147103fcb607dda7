"""The command that brings survey volunteers' votes into a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gzactive.cli.project_argument import ProjectFolder, open_project
from gzactive.cli.tables_read import IdColumn, PseudoVotes, Where, print_read
from gzactive.terminal import console, count, progress_bars

__all__ = ["import_votes"]


def import_votes(
    project: ProjectFolder,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Tables or Zooniverse exports.")
    ],
    where: Where = None,
    id_column: IdColumn = None,
    pseudo_votes: PseudoVotes = None,
) -> None:
    """Import what a survey's volunteers said: the project's catalogue votes, to learn from.

    The form is found by the columns: Galaxy Zoo 1, 2, DECaLS, Hubble, CANDELS, Kaggle's solutions,
    Zoobot's catalogues, the tree's own names; Zooniverse classifications and reductions. Labels
    that answer this project's queue are added with [bold]label[/bold] instead.
    """
    from gzactive.survey.importers import import_votes as run

    with open_project(project) as opened, progress_bars() as progress:
        done = run(
            opened, files, where=where, id_column=id_column, people=pseudo_votes, progress=progress
        )
    print_read(done.files, done.findings)
    console().print(
        f"{count(done.galaxies, 'galaxy')}, {count(done.votes, 'vote')}, kept as catalogue votes"
        + (f"; {done.replaced:,} had other votes before." if done.replaced else ".")
    )
    if done.columns:
        shown = ", ".join(done.columns[:8]) + (" …" if len(done.columns) > 8 else "")
        console().print(
            f"{count(len(done.columns), 'column')} kept in the catalogue: {shown}.",
            soft_wrap=True,
            markup=False,
        )
    console().print(f"Next: [bold]gzactive finetune {project}[/bold]")
