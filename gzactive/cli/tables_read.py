"""Tables of votes that commands read: how they are to be read, and what came of it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from gzactive.errors import GzactiveError
from gzactive.terminal import console, count

if TYPE_CHECKING:
    from pathlib import Path

    from gzactive.catalog.findings import Finding
    from gzactive.survey.known_votes import ImportedFile, VoteTable

__all__ = ["IdColumn", "PseudoVotes", "Where", "print_read", "vote_table"]

Where = Annotated[
    str | None,
    typer.Option(
        "--where",
        help="Of a table of votes only these rows: a pandas query, such as "
        "\"sample == 'original'\".",
    ),
]
IdColumn = Annotated[
    str | None,
    typer.Option(
        "--id",
        metavar="COLUMN",
        help="Of a table of votes the one with the galaxies' ids; by default that with most of the "
        "project's.",
    ),
]
PseudoVotes = Annotated[
    int | None,
    typer.Option(
        "--pseudo-votes",
        metavar="PEOPLE",
        min=1,
        help="Where a table has fractions without totals: votes of so many nominal people.",
    ),
]


def vote_table(
    path: Path | None, where: str | None, id_column: str | None, people: int | None
) -> VoteTable | None:
    """The table that --votes names, if it names one.

    Raises
    ------
    GzactiveError
        If something is said of a table that is not named.
    """
    from gzactive.survey.known_votes import VoteTable

    if path is not None:
        return VoteTable(path, where, id_column, people)
    given = {"--where": where, "--id": id_column, "--pseudo-votes": people}
    for option, value in given.items():
        if value is not None:
            raise GzactiveError(f"{option} is about a table of votes: name it with --votes.")
    return None


def print_read(files: Sequence[ImportedFile], findings: Sequence[Finding] = ()) -> None:
    """Say in which form votes were found, and every row that was left out.

    Parameters
    ----------
    files
        What was read.
    findings
        Of all files together.
    """
    for one in files:
        pseudo = f"; pseudo-votes of {one.people} nominal people" if one.people else ""
        console().print(
            f"{one.name}: {one.format}{pseudo}; ids in '{one.ids}'; "
            f"{count(one.galaxies, 'galaxy')} with votes.",
            soft_wrap=True,
            markup=False,
        )
        for finding in one.findings:
            console().print(f"  {finding.told}", soft_wrap=True, markup=False)
            for row in finding.rows:
                console().print(f"    {row}", soft_wrap=True, markup=False)
    for finding in findings:
        console().print(finding.told, soft_wrap=True, markup=False)
