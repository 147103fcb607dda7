"""Commands that say what the model predicts: for every galaxy, or the best for one answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gzactive.cli.project_argument import ProjectFolder, open_project
from gzactive.terminal import console, progress_bars, show_or_write

__all__ = ["predict", "top"]


def predict(
    project: ProjectFolder,
    out: Annotated[Path, typer.Option("--out", help="FILE.hdf5, FILE.csv or FILE.parquet.")],
    samples: Annotated[
        int | None,
        typer.Option(
            "--samples",
            min=1,
            help="How often the head is sampled.",
            show_default="as the project is set",
        ),
    ] = None,
    catalog: Annotated[
        Path | None,
        typer.Option("--catalog", help="Other galaxies: a table with id_str and file_loc."),
    ] = None,
) -> None:
    """Write concentrations (galaxy, answer, sample) in Zoobot's layout."""
    from gzactive.inference import predict as run

    with open_project(project) as opened, progress_bars() as progress:
        often = samples or opened.settings.samples
        count = run(opened, out, n_samples=often, catalog=catalog, progress=progress)
    console().print(f"{count:,} galaxies × {often} samples written to {out}.", soft_wrap=True)


def top(
    project: ProjectFolder,
    answer: Annotated[
        str, typer.Argument(metavar="ANSWER", help="For instance has-spiral-arms_yes.")
    ],
    n: Annotated[int, typer.Option("-n", min=1, help="How many galaxies.")] = 10,
    out: Annotated[Path | None, typer.Option("--out", help="Write them to this CSV.")] = None,
) -> None:
    """List the galaxies most confidently predicted to have a feature."""
    from gzactive.active.ranking import top as best

    with open_project(project) as opened, progress_bars() as progress:
        table = best(opened, answer, n, progress=progress)
    show_or_write(table, out, f"Top {len(table):,} for {answer}")
    if table.attrs["statement"]:
        console().print(table.attrs["statement"])
