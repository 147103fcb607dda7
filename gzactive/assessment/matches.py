"""The page that tells of two matched catalogues: the sky, separations, and what both say."""

from __future__ import annotations

from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.evaluation.report import Chart, Section, write_report
from gzactive.survey.exporters.files import checked_target
from gzactive.survey.matching import Match
from gzactive.survey.sky_figures import (
    differences_figure,
    separations_figure,
    sky_figure,
    votes_figure,
)

__all__ = ["checked_page", "write_match_report"]


def checked_page(page: Path, *, force: bool = False) -> Path:
    """The path that a page will have, absolute, before anything is matched for it.

    Raises
    ------
    GzactiveError
        If its name is that of another kind of file, or no file can be written there.
    """
    if page.suffix.lower() not in (".html", ".htm"):
        raise GzactiveError(
            f"The report is a web page, and '{page.name}' would be none: name it "
            f"{page.with_suffix('.html').name}."
        )
    return checked_target(page, force=force)


def write_match_report(match: Match, page: Path, *, force: bool = False) -> None:
    """Write an HTML page: the sky, separations, and what both say of the same galaxies.

    Raises
    ------
    GzactiveError
        If it is no web page's name, the file exists and may not be replaced, or cannot be written.
    """
    target = checked_page(page, force=force)
    one, other, comparison = match.first, match.second, match.comparison
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
    if len(match.pairs):
        sections.append(
            Section(
                "How far apart",
                charts=[
                    Chart(
                        separations_figure(match.pairs.separation, match.radius),
                        "Pairs that are one galaxy lie close to zero; chance pairs become more "
                        "frequent with distance.",
                    )
                ],
            )
        )
    if comparison.fractions:
        sections.append(
            Section(
                "What is said of the same galaxies",
                "Mean vote fractions of galaxies whose question has enough votes in both.",
                charts=[
                    Chart(
                        differences_figure(comparison),
                        f"To the right of zero, the answer is given more often in "
                        f"{comparison.second} than in {comparison.first}.",
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
    write_report(target, f"{one.name} and {other.name}", f"{match.words}.", sections)
