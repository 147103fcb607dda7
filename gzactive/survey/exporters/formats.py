"""The formats in which a project's galaxies, labels and predictions leave it, each told once.

The command line and the app list them from here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.stores.predictions import PREDICTION_SUFFIXES
from gzactive.stores.settings import unknown_name
from gzactive.survey.exporters.archive import write_archive
from gzactive.survey.exporters.files import checked_target
from gzactive.survey.exporters.label_lines import write_labels
from gzactive.survey.exporters.options import Exported, Options
from gzactive.survey.exporters.sheet import SHEET_SUFFIXES
from gzactive.survey.exporters.tables import write_everything, write_gz_decals, write_zoobot
from gzactive.survey.exporters.zooniverse import write_classifications, write_workflow

__all__ = ["FORMATS", "ExportFormat", "export", "format_named"]

_Write = Callable[[Project, Path, Options, Progress], Exported]


@dataclass(frozen=True)
class ExportFormat:
    """One format.

    Attributes
    ----------
    name, title
        For the command line, and for people.
    help
        One sentence on what it holds and for whom.
    suffixes
        Endings of its files; the first is usual.
    write
        Writes it.
    """

    name: str
    title: str
    help: str
    suffixes: tuple[str, ...]
    write: _Write


def _predict(project: Project, out: Path, options: Options, progress: Progress) -> Exported:
    from gzactive.inference import predict

    samples = options.samples or project.settings.samples
    count = predict(project, out, n_samples=samples, progress=progress)
    left = len(project.catalog) - count
    remarks = (f"{left:,} galaxies were left out: their images cannot be used.",) if left else ()
    return Exported(out, count, "galaxy", remarks)


def _first(suffix: str) -> tuple[str, ...]:
    return (suffix, *(one for one in SHEET_SUFFIXES if one != suffix))


FORMATS: tuple[ExportFormat, ...] = (
    ExportFormat(
        "zoobot",
        "Zoobot catalogue",
        "Ids, paths of images and votes for each answer (zeros, never gaps), to train Zoobot on.",
        _first(".csv"),
        write_zoobot,
    ),
    ExportFormat(
        "gz-decals",
        "Table like GZ DECaLS",
        "Votes, totals, fractions, and what the model expects of 40 volunteers, in columns named "
        "as in the Galaxy Zoo DECaLS catalogues.",
        _first(".csv"),
        write_gz_decals,
    ),
    ExportFormat(
        "votable",
        "VOTable",
        "All columns of the catalogue with votes, fractions and predictions, for TOPCAT and "
        "Aladin; ids are text to the last digit.",
        _first(".vot"),
        write_everything,
    ),
    ExportFormat(
        "fits",
        "FITS table",
        "The same as a FITS binary table, for TOPCAT, astropy and IDL.",
        _first(".fits"),
        write_everything,
    ),
    ExportFormat(
        "predictions",
        "Predictions",
        "Concentrations of every galaxy, answer and sample, in Zoobot's layout.",
        PREDICTION_SUFFIXES,
        _predict,
    ),
    ExportFormat(
        "labels",
        "Labels, every event",
        "The whole label log as JSON lines: who answered what, when, how the galaxy was chosen, by "
        "which weights, blind or not; undone answers too.",
        (".jsonl",),
        write_labels,
    ),
    ExportFormat(
        "zooniverse",
        "Zooniverse classifications",
        "Each person's first classification of a galaxy as Zooniverse exports it, for "
        "panoptes_aggregation to extract and reduce.",
        (".csv",),
        write_classifications,
    ),
    ExportFormat(
        "zooniverse-workflow",
        "Zooniverse workflow",
        "The decision tree as a Zooniverse workflow export, which panoptes_aggregation is "
        "configured from.",
        (".csv",),
        write_workflow,
    ),
    ExportFormat(
        "archive",
        "Project archive",
        "The whole project with its images as one ZIP, to open on another computer; labels given "
        "there can be merged back.",
        (".zip",),
        write_archive,
    ),
)


def format_named(name: str) -> ExportFormat:
    """A format by its name; GzactiveError with the nearest right one if there is none such."""
    for one in FORMATS:
        if one.name == name:
            return one
    raise GzactiveError(unknown_name("format", name, [one.name for one in FORMATS]))


def export(
    project: Project,
    name: str,
    out: str | Path,
    *,
    options: Options | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Exported:
    """Write a project's galaxies, labels or predictions to a file for others.

    Parameters
    ----------
    project
        It may be open elsewhere; nothing of it is changed.
    name
        One of :data:`FORMATS`.
    out
        The file; it appears when it is complete.
    options
        See :class:`Options`.
    force
        Replace a file that is there.
    progress
        Told what is done; raising :class:`gzactive.progress.Cancelled` leaves nothing behind.

    Raises
    ------
    GzactiveError
        If the format or the ending is unknown, the file exists, or the disk refuses.
    """
    chosen = format_named(name)
    path = checked_target(Path(out), force=force)
    if path.suffix.lower() not in chosen.suffixes:
        raise GzactiveError(
            f"'{path.name}' does not end as {chosen.title} does: end it in "
            f"{' or '.join(chosen.suffixes)}."
        )
    return chosen.write(project, path, options or Options(), progress)
