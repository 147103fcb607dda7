"""Tables of votes that commands have read: their form, and what was left out, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gzactive.terminal import console, count

if TYPE_CHECKING:
    from gzactive.catalog.findings import Finding
    from gzactive.survey.known_votes import ImportedFile

__all__ = ["print_read"]


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
