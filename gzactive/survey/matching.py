"""Two catalogues brought together by place: pairs, what both say of them, and files of it.

The command and the app match through here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gzactive.progress import Progress, silent
from gzactive.survey.crossmatch import RADIUS, Pairs, cross_match, matched_table
from gzactive.survey.exporters.files import checked_target
from gzactive.survey.exporters.sheet import Sheet, plain_column, write_sheet
from gzactive.survey.positions import Positions, read_positions
from gzactive.survey.vote_comparison import LEAST, VoteComparison, compare_votes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Match", "match_catalogues", "write_match"]


@dataclass(frozen=True, eq=False)
class Match:
    """What came of matching two catalogues.

    Attributes
    ----------
    first, second
        The catalogues.
    radius
        Arc seconds.
    pairs
        The closest first.
    comparison
        What both say of the pairs.
    seconds
        How long the search took.
    """

    first: Positions
    second: Positions
    radius: float
    pairs: Pairs
    comparison: VoteComparison
    seconds: float

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences on what was left out of the catalogues."""
        return (*self.first.remarks, *self.second.remarks)

    @property
    def words(self) -> str:
        """How many galaxies were matched, in one sentence without its end."""
        import numpy as np

        count = len(self.pairs)
        apart = f", {np.median(self.pairs.separation):.2f}″ apart in the median" if count else ""
        return (
            f"{count:,} {'pair' if count == 1 else 'pairs'} within {self.radius:g}″ of "
            f"{len(self.first):,} and {len(self.second):,} galaxies{apart}"
        )

    def table(self, *, columns: bool = False) -> pd.DataFrame:
        """The pairs, see :func:`gzactive.survey.crossmatch.matched_table`."""
        return matched_table(self.first, self.second, self.pairs, columns=columns)


def match_catalogues(
    first: str | Path,
    second: str | Path,
    *,
    radius: float = RADIUS,
    every: bool = False,
    least: int = LEAST,
    predictions: bool = False,
    progress: Progress = silent,
) -> Match:
    """Match the galaxies of two catalogues, and compare what is said of them.

    Parameters
    ----------
    first, second
        Tables with ids and coordinates, or folders of projects.
    radius
        Arc seconds.
    every
        All pairs within the radius instead of one to one.
    least
        Votes that a question needs to be compared.
    predictions
        Of projects, compare what their models predict instead of votes.
    progress
        Told what is done; may cancel.

    Raises
    ------
    GzactiveError
        If a catalogue cannot be read or has no coordinates, or the radius is none.
    """
    progress(f"Reading {Path(first).name}", 0, 0)
    one = read_positions(first, opinions=True, predictions=predictions)
    progress(f"Reading {Path(second).name}", 0, 0)
    other = read_positions(second, opinions=True, predictions=predictions)
    began = time.perf_counter()
    pairs = cross_match(
        (one.ra, one.dec), (other.ra, other.dec), radius, every=every, progress=progress
    )
    took = time.perf_counter() - began
    progress("Comparing", 0, 0)
    comparison = compare_votes(one, other, pairs, least=least)
    return Match(one, other, radius, pairs, comparison, took)


def write_match(
    match: Match,
    out: Path,
    *,
    columns: bool = False,
    force: bool = False,
    progress: Progress = silent,
) -> list[str]:
    """Write the pairs as CSV, Parquet, FITS or VOTable; remarks on what the form cannot hold.

    Raises
    ------
    GzactiveError
        If the file exists and may not be replaced, or cannot be written.
    """
    target = checked_target(out, force=force)
    table = match.table(columns=columns)
    units = {"separation": "arcsec"} | dict.fromkeys(("ra_1", "dec_1", "ra_2", "dec_2"), "deg")
    sheet = [
        plain_column(name, table[name], unit=units.get(name, ""))
        for name in map(str, table.columns)
    ]
    return list(write_sheet(Sheet(sheet, len(table)), target, progress))
