"""Tables of galaxies for others: Zoobot's catalogue, one like GZ DECaLS's, and all for TOPCAT."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gzactive.errors import GzactiveError
from gzactive.progress import Progress
from gzactive.project import Project
from gzactive.survey.exporters.galaxies import Votes, predicted, vote_columns, votes_of
from gzactive.survey.exporters.options import Exported, Options
from gzactive.survey.exporters.sheet import Column, Sheet, plain_column, write_sheet

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_everything", "write_gz_decals", "write_zoobot"]

#: The catalogue's own columns that the GZ DECaLS tables have, too.
_KEPT = ("iauname", "ra", "dec", "redshift")
_UNITS = {"ra": "deg", "dec": "deg", "pixel_scale": "arcsec"}


def write_zoobot(project: Project, out: Path, options: Options, progress: Progress) -> Exported:
    """Zoobot's catalogue: ``id_str``, ``file_loc`` and the votes of each answer, zeros included."""
    catalog, votes = _galaxies(project, options, progress)
    columns = [_text(catalog, "id_str"), _text(catalog, "file_loc")]
    columns += _counts(votes)
    remarks = write_sheet(Sheet(columns, len(catalog)), out, progress)
    return Exported(out, len(catalog), "galaxy", (*_strangers(votes), *remarks))


def write_gz_decals(project: Project, out: Path, options: Options, progress: Progress) -> Exported:
    """A table like those of GZ DECaLS: votes, totals, fractions, and the votes to expect."""
    catalog, votes = _galaxies(project, options, progress)
    kept = [name for name in _KEPT if name in catalog.columns]
    return _write(project, catalog, votes, kept, out, options, progress)


def write_everything(project: Project, out: Path, options: Options, progress: Progress) -> Exported:
    """The same with all columns of the catalogue, for TOPCAT and other table programs."""
    catalog, votes = _galaxies(project, options, progress)
    kept = [name for name in catalog.columns if name != "id_str"]
    return _write(project, catalog, votes, kept, out, options, progress)


def _write(
    project: Project,
    catalog: "pd.DataFrame",
    votes: Votes,
    kept: list[str],
    out: Path,
    options: Options,
    progress: Progress,
) -> Exported:
    samples = options.samples or project.settings.samples
    model = predicted(project, catalog, samples, progress)
    remarks = list(_strangers(votes))
    if model is None:
        remarks.append(
            "There are no predicted fractions, since no galaxy has features yet: "
            f"`gzactive features {project.path}` computes them."
        )
    elif model.known < len(catalog):
        missing = len(catalog) - model.known
        remarks.append(
            f"{missing:,} of {len(catalog):,} galaxies have no predictions: no features."
        )
    answers = vote_columns(project.tree, votes, model, options.volunteers)
    names = {column.name for column in answers}
    columns = [
        _text(catalog, "id_str"),
        # Totals and fractions that came with the catalogue are not those of the votes written here.
        *(
            plain_column(name, catalog[name], unit=_UNITS.get(name, ""))
            for name in kept
            if name not in names
        ),
        *answers,
    ]
    remarks += write_sheet(Sheet(columns, len(catalog)), out, progress)
    return Exported(out, len(catalog), "galaxy", tuple(remarks))


def _galaxies(
    project: Project, options: Options, progress: Progress
) -> "tuple[pd.DataFrame, Votes]":
    """The galaxies to write, and their votes."""
    progress("Counting votes", 0, 0)
    catalog = project.catalog
    votes = votes_of(project, catalog, options.votes)
    if options.labelled_only:
        voted = np.flatnonzero(votes.counts.any(axis=1))
        if not voted.size:
            raise GzactiveError(
                "No galaxy has a vote yet, so there is nothing to write: label some first, or "
                "write all galaxies."
            )
        catalog = catalog.iloc[voted].reset_index(drop=True)
        votes = Votes(votes.columns, votes.counts[voted], votes.strangers)
    return catalog, votes


def _counts(votes: Votes) -> list[Column]:
    def column(number: int, name: str) -> Column:
        values = np.ascontiguousarray(votes.counts[:, number])
        return Column(name, values.dtype, lambda rows: values[rows], "Votes")

    return [column(number, name) for number, name in enumerate(votes.columns)]


def _text(catalog: "pd.DataFrame", name: str) -> Column:
    return plain_column(name, catalog[name])


def _strangers(votes: Votes) -> tuple[str, ...]:
    if not votes.strangers:
        return ()
    were = "1 galaxy" if votes.strangers == 1 else f"{votes.strangers:,} galaxies"
    return (f"Labels of {were} that this project does not have were left out.",)
