"""A sample of real galaxies to try the program on: well-known ones, from the Legacy Surveys.

``resources/samples/well-known.csv`` lists 147 Messier and NGC galaxies: names, positions (ICRS) and
a pixel scale at which 1.6 times the major diameter fills a cutout of 424 pixels. Positions and
diameters are facts that OpenNGC (Mattia Verga) compiled from NED, HyperLEDA and SIMBAD.
"""

from __future__ import annotations

from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.intake import new_project
from gzactive.paths import resource
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.survey.cutouts import FetchReport, fetch_cutouts
from gzactive.survey.downloads import Manners

__all__ = ["fetch_sample"]

_LEAST = 30  # galaxies without which there is little to try
_REMEDY = "or try the simulated sky, which needs no network"


def fetch_sample(
    folder: Path, *, manners: Manners | None = None, progress: Progress = silent
) -> Path:
    """Fetch the sample and make a project of it, or go on where an earlier call stopped.

    Parameters
    ----------
    folder
        Gets ``cutouts/`` and ``project/``.
    manners
        How the service is treated.
    progress
        Told how many came; may cancel, and what came is kept.

    Returns
    -------
    Path
        The project's folder.

    Raises
    ------
    GzactiveError
        If the service cannot be reached, or too few galaxies came.
    """
    path = folder / "project"
    if (path / "project.toml").is_file():
        Project.open(path).close()  # says so if it is damaged
        return path
    report = fetch_cutouts(
        resource("samples/well-known.csv"),
        folder / "cutouts",
        survey="legacy",
        manners=manners,
        progress=progress,
    )
    _refuse_too_few(report)
    made = new_project(path, catalog=report.catalog, name="Well-known galaxies", progress=progress)
    made.project.close()
    return path


def _refuse_too_few(report: FetchReport) -> None:
    here = report.fetched + report.present
    if report.unreachable:
        raise GzactiveError(
            "The sample cannot be downloaded, because the Legacy Surveys' server cannot be "
            f"reached: check the network and try again, {_REMEDY}."
        )
    if report.stopped or here < _LEAST:
        why = report.stopped or report.failures["why"].mode().iloc[0]
        raise GzactiveError(
            f"The sample could not be downloaded whole: {here:,} galaxies came, then the Legacy "
            f"Surveys' server failed ({why}). Try again later, which goes on from here, {_REMEDY}."
        )
