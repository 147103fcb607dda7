"""What the Evaluate page computes, for the compute thread: no Qt, no widgets.

Each imports what it needs when it runs, since the window is on screen before any of it loads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gzactive.progress import Progress

if TYPE_CHECKING:
    from gzactive.app.label.upcoming import UpcomingGalaxy
    from gzactive.assessment import Assessment, LabellerLine
    from gzactive.evaluation.saving import Saving
    from gzactive.project import Project

__all__ = ["Judged", "disputed", "estimate_saving", "judge", "write"]

#: Galaxies that are asked for at once.
_OPINIONS = 20


@dataclass(frozen=True, eq=False)
class Judged:
    """The model and the labellers, judged at one position of the label log."""

    assessment: "Assessment"
    labellers: "tuple[LabellerLine, ...]"
    position: tuple[str, int]


def judge(project: "Project", progress: Progress) -> Judged:
    """Judge the model in use and the labellers; seconds."""
    progress("Judging the model", 0, 0)
    from gzactive.assessment import assess, assess_labellers

    position = project.labels.position
    return Judged(assess(project, progress=progress), assess_labellers(project), position)


def estimate_saving(project: "Project", progress: Progress) -> "Saving":
    """Tell from the labels what active choice saves; up to a minute."""
    from gzactive.assessment import assess_saving

    return assess_saving(project, progress=progress)


def write(
    path: Path,
    assessment: "Assessment",
    saving: "Saving | None",
    labellers: "Sequence[LabellerLine]",
    progress: Progress,
) -> Path:
    """Write the report."""
    progress("Writing the report", 0, 0)
    from gzactive.assessment import write_assessment

    write_assessment(path, assessment, saving=saving, labellers=labellers)
    return path


def disputed(project: "Project", labeller: str, progress: Progress) -> "list[UpcomingGalaxy]":
    """Galaxies that need this labeller's opinion besides others', those that need it most first."""
    progress("Looking for disputed galaxies", 0, 0)
    from gzactive.app.work import second_opinions

    return second_opinions(project, labeller, _OPINIONS, progress)
