"""Commands about places in the sky: which galaxies two catalogues share, and where surveys lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gzactive.terminal import console, count, print_table, progress_bars

if TYPE_CHECKING:
    from gzactive.survey.positions import Positions
    from gzactive.survey.vote_comparison import VoteComparison

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
    force: Annotated[
        bool, typer.Option("--force", help="Replace the files if they exist.")
    ] = False,
) -> None:
    """Match the galaxies of two catalogues by their places in the sky.

    One to one, closest pairs first. If both have columns of votes, the fractions of matched
    galaxies are compared.
    """
    import time

    from gzactive.survey.crossmatch import cross_match, matched_table
    from gzactive.survey.exporters.files import checked_target
    from gzactive.survey.exporters.sheet import Sheet, plain_column, write_sheet
    from gzactive.survey.positions import read_positions
    from gzactive.survey.vote_comparison import compare_votes

    target = checked_target(out, force=force)
    page = checked_target(report, force=force) if report is not None else None
    with progress_bars() as progress:
        one, other = read_positions(first), read_positions(second)
        began = time.perf_counter()
        pairs = cross_match(
            (one.ra, one.dec), (other.ra, other.dec), radius, every=every, progress=progress
        )
        took = time.perf_counter() - began
        table = matched_table(one, other, pairs, columns=columns)
        units = {"separation": "arcsec"} | dict.fromkeys(("ra_1", "dec_1", "ra_2", "dec_2"), "deg")
        sheet = [
            plain_column(name, table[name], unit=units.get(name, ""))
            for name in map(str, table.columns)
        ]
        remarks = [
            *one.remarks,
            *other.remarks,
            *write_sheet(Sheet(sheet, len(table)), target, progress),
        ]
    say = console()
    for remark in remarks:
        say.print(remark, soft_wrap=True, markup=False)
    middle = f", {table['separation'].median():.2f}″ apart in the median" if len(table) else ""
    say.print(
        f"{count(len(table), 'pair')} within {radius:g}″ of {len(one):,} and {len(other):,} "
        f"galaxies{middle}, found in {took:.1f} s and written to {target}.",
        soft_wrap=True,
        markup=False,
    )
    comparison = compare_votes(one, other, pairs, least=least)
    if comparison.fractions:
        short = comparison.table().drop(columns=["higher_in_2", "correlation"])
        print_table(short, f"Vote fractions: {one.name} (1) and {other.name} (2)")
    if page is not None:
        _write_report(page, one, other, len(table), radius, comparison)
        say.print(f"Report written to {page}.", soft_wrap=True, markup=False)


def sky(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=_CATALOGUE)],
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


def _write_report(
    page: Path,
    one: Positions,
    other: Positions,
    pairs: int,
    radius: float,
    comparison: VoteComparison,
) -> None:
    from gzactive.evaluation.report import Chart, Section, write_report
    from gzactive.survey.sky_figures import differences_figure, sky_figure, votes_figure

    sections = [
        Section(
            "Where they lie",
            charts=[
                Chart(
                    sky_figure([one, other]),
                    "Mollweide's projection keeps areas; right ascension increases to the left. "
                    "The denser, the darker; dotted: the plane of the Milky Way.",
                )
            ],
        )
    ]
    if comparison.fractions:
        sections.append(
            Section(
                "What their volunteers say of the same galaxies",
                "Mean vote fractions of galaxies whose question has enough votes in both.",
                charts=[
                    Chart(
                        differences_figure(comparison),
                        f"To the right of zero, volunteers give the answer more often in "
                        f"{other.name} than in {one.name}.",
                    ),
                    *(
                        Chart(
                            votes_figure(comparison, answer),
                            "Each galaxy's fraction in both; on the dashed line they agree.",
                        )
                        for answer in list(comparison.fractions)[:4]
                    ),
                ],
                table=comparison.table().round(4),
            )
        )
    else:
        sections.append(
            Section(
                "Votes",
                "There is nothing to compare: the catalogues share no answers with enough votes on "
                "matched galaxies.",
            )
        )
    lead = (
        f"{count(pairs, 'pair')} within {radius:g}″ of {len(one):,} galaxies in {one.name} and "
        f"{len(other):,} in {other.name}."
    )
    write_report(page, f"{one.name} and {other.name}", lead, sections)
