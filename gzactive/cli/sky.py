"""Commands about places in the sky: which galaxies two catalogues share, and where surveys lie."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gzactive.terminal import console, count, print_table, progress_bars

__all__ = ["crossmatch", "sky"]

_CATALOGUE = "A table with ids and coordinates (ra and dec, ICRS degrees), or a project's folder."


def crossmatch(
    first: Annotated[Path, typer.Argument(metavar="A", help=_CATALOGUE)],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another.")],
    out: Annotated[
        Path, typer.Option("--out", help="FILE.csv, FILE.parquet, FILE.fits or FILE.vot.")
    ],
    radius: Annotated[float, typer.Option("--radius", help="Arc seconds.")] = 2.0,
    every: Annotated[
        bool,
        typer.Option("--all", help="Every pair within the radius, not each galaxy once at most."),
    ] = False,
    columns: Annotated[
        bool, typer.Option("--columns", help="Keep all columns of both, as name_1 and name_2.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="An HTML page: the sky, and the votes of both compared."),
    ] = None,
    least: Annotated[
        int, typer.Option("--least", min=1, help="Votes that a question needs to be compared.")
    ] = 10,
    predictions: Annotated[
        bool,
        typer.Option(
            "--predictions", help="Of projects, compare what their models predict, not votes."
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the files if they exist.")
    ] = False,
) -> None:
    """Match the galaxies of two catalogues by their places in the sky.

    One to one, closest pairs first. What both say of matched galaxies is compared: the votes in a
    table's columns, a project's votes, or what its model predicts where it has none.
    """
    from gzactive.assessment.matches import checked_page, write_match_report
    from gzactive.survey.exporters.files import checked_target
    from gzactive.survey.matching import match_catalogues, write_match

    target = checked_target(out, force=force)
    page = checked_page(report, force=force) if report is not None else None
    with progress_bars() as progress:
        match = match_catalogues(
            first,
            second,
            radius=radius,
            every=every,
            least=least,
            predictions=predictions,
            progress=progress,
        )
        more = write_match(match, target, columns=columns, force=force, progress=progress)
    say = console()
    for remark in (*match.remarks, *more):
        say.print(remark, soft_wrap=True, markup=False)
    say.print(
        f"{match.words}, found in {match.seconds:.1f} s and written to {target}.",
        soft_wrap=True,
        markup=False,
    )
    comparison = match.comparison
    if comparison.fractions:
        short = comparison.table().drop(columns=["higher_in_2", "correlation"])
        print_table(short, f"Vote fractions: {comparison.first} (1) and {comparison.second} (2)")
    if page is not None:
        write_match_report(match, page, force=force)
        say.print(f"Report written to {page}.", soft_wrap=True, markup=False)


def sky(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help=_CATALOGUE)],
    out: Annotated[Path, typer.Option("--out", help="FILE.png, FILE.svg or FILE.pdf.")],
    centre: Annotated[
        float, typer.Option("--centre", help="Right ascension in the middle, degrees.")
    ] = 180.0,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Draw where surveys lie in the sky: Mollweide's ellipse, a colour each, the denser the darker.

    The first lies undermost, so give the widest first.
    """
    from gzactive.survey.exporters.files import checked_target
    from gzactive.survey.positions import read_positions
    from gzactive.survey.sky_figures import save_sky

    target = checked_target(out, force=force)
    surveys = [read_positions(one) for one in files]
    say = console()
    for survey in surveys:
        for remark in survey.remarks:
            say.print(remark, soft_wrap=True, markup=False)
    save_sky(surveys, target, centre=centre)
    total = sum(len(survey.placed) for survey in surveys)
    say.print(f"{count(total, 'galaxy')} drawn to {target}.", soft_wrap=True, markup=False)
