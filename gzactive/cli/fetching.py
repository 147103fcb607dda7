"""The command that fetches cutouts from surveys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gzactive.errors import GzactiveError
from gzactive.terminal import console, count, print_table, progress_bars

__all__ = ["fetch", "sample"]

_SHOWN = 10  # failures that are named


def fetch(
    catalog: Annotated[
        Path,
        typer.Argument(
            metavar="CATALOG", help="Table with ids, ra and dec (CSV, FITS, …), or a project."
        ),
    ],
    survey: Annotated[str, typer.Option("--survey", help="sdss, legacy or hips.")],
    out: Annotated[
        Path, typer.Option("--out", help="Folder to write; a second run goes on where one stopped.")
    ],
    scale: Annotated[
        str | None,
        typer.Option(
            "--scale",
            metavar="gz2|decals|FLOAT",
            help="Arc seconds a pixel, or scaled by each galaxy's size as Galaxy Zoo did.",
            show_default="the column pixel_scale, else 0.4 (legacy: 0.262)",
        ),
    ] = None,
    size: Annotated[int, typer.Option("--size", min=8, help="Side in pixels.")] = 424,
    layer: Annotated[
        str | None,
        typer.Option(
            "--layer",
            help="Layer of the Legacy Surveys, or a HiPS.",
            show_default="ls-dr10; CDS/P/SDSS9/color",
        ),
    ] = None,
    address: Annotated[
        str | None, typer.Option("--address", help="A mirror's address, up to the question mark.")
    ] = None,
    at_once: Annotated[
        int, typer.Option("--at-once", min=1, max=8, help="Requests at the same time.")
    ] = 4,
) -> None:
    """Fetch a cutout of each galaxy from a survey: SDSS, Legacy Surveys, or any HiPS.

    What came is listed in catalog.csv, with the pixel scale of each, and what did not in
    failures.csv, with the reason.
    """
    from gzactive.survey.cutouts import fetch_cutouts
    from gzactive.survey.downloads import Manners
    from gzactive.survey.services import called

    with progress_bars() as progress:
        report = fetch_cutouts(
            catalog,
            out,
            survey=survey,
            size=size,
            scale=scale,
            layer=layer,
            address=address,
            manners=Manners(at_once=at_once),
            progress=progress,
        )
    screen = console()
    for remark in report.remarks:
        screen.print(remark)
    screen.print(
        f"{count(report.fetched, 'cutout')} fetched, {report.present:,} were there, "
        f"{len(report.failures):,} failed" + (":" if len(report.failures) else ".")
    )
    if len(report.failures):
        print_table(report.failures[["id_str", "why", "tries"]].head(_SHOWN), "")
        if (out / "failures.csv").exists():
            screen.print(f"All of them: {out / 'failures.csv'}", soft_wrap=True)
    if report.unreachable:
        raise GzactiveError(
            f"The server of {called(survey)} cannot be reached: check the network and run the "
            "same command again."
        )
    if report.stopped:
        raise GzactiveError(
            f"The server of {called(survey)} was given up ({report.stopped}): run the same "
            "command again later; what came is kept."
        )
    if report.fetched or report.present:
        screen.print(f"Next: [bold]gzactive new PROJECT --catalog {report.catalog}[/bold]")


def sample(
    folder: Annotated[
        Path, typer.Argument(help="Where the images and their project are kept.")
    ] = Path("gzactive-sample"),
) -> None:
    """Fetch a sample of well-known galaxies and make a project of it.

    A second run goes on where one stopped.
    """
    from gzactive.survey.sample import fetch_sample

    with progress_bars() as progress:
        project = fetch_sample(folder, progress=progress)
    console().print(f"Next: [bold]gzactive app {project}[/bold]", soft_wrap=True)
