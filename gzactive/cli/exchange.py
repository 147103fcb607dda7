"""Commands that take a project's galaxies and labels elsewhere, and bring others' labels in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gzactive.cli.project_argument import ProjectFolder, open_project
from gzactive.terminal import console, count, progress_bars

__all__ = ["export", "merge", "rescan"]


#: Named here, too, so that ``--help`` need not import what writes them.
_FORMATS = (
    "zoobot, gz-decals, votable, fits, predictions, labels, zooniverse, zooniverse-workflow or "
    "archive."
)


def export(
    project: ProjectFolder,
    to: Annotated[str, typer.Option("--format", help=_FORMATS)],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="The file. Tables may end in .csv, .parquet, .fits or .vot, predictions in .hdf5, "
            ".csv or .parquet.",
        ),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    votes: Annotated[
        str,
        typer.Option(
            "--votes",
            help="Which votes: labels, catalogue, or project (both, if the project trains on "
            "catalogue votes).",
        ),
    ] = "project",
    labelled_only: Annotated[
        bool, typer.Option("--labelled-only", help="Tables: leave out galaxies without a vote.")
    ] = False,
    volunteers: Annotated[
        int, typer.Option("--volunteers", min=1, help="Expected votes: of so many people.")
    ] = 40,
    samples: Annotated[
        int | None,
        typer.Option(
            "--samples",
            min=1,
            help="How often the head is sampled.",
            show_default="as the project is set",
        ),
    ] = None,
    repeats: Annotated[
        bool,
        typer.Option(
            "--repeats", help="Zooniverse: also what a person said of a galaxy asked again."
        ),
    ] = False,
    images: Annotated[
        bool, typer.Option("--images/--no-images", help="Archive: with the images.")
    ] = True,
    features: Annotated[
        bool, typer.Option("--features", help="Archive: with the cached features.")
    ] = False,
) -> None:
    """Write galaxies, votes, labels or predictions for others, or the whole project as one ZIP.

    [bold]zoobot[/bold]: a catalogue to train Zoobot on. [bold]gz-decals[/bold]: votes, fractions
    and expected votes, as in GZ DECaLS. [bold]votable[/bold], [bold]fits[/bold]: all of it, for
    TOPCAT. [bold]predictions[/bold]: every sample. [bold]labels[/bold]: every event of the
    log, as JSON lines. [bold]zooniverse[/bold], [bold]zooniverse-workflow[/bold]: for
    panoptes_aggregation. [bold]archive[/bold]: a project to open elsewhere.
    """
    from gzactive.survey.exporters import Options
    from gzactive.survey.exporters import export as write

    options = Options(
        votes=votes,
        labelled_only=labelled_only,
        volunteers=volunteers,
        samples=samples or 0,
        repeats=repeats,
        images=images,
        features=features,
    )
    with open_project(project) as opened, progress_bars() as progress:
        done = write(opened, to, out, options=options, force=force, progress=progress)
    console().print(f"{count(done.count, done.noun)} written to {done.path}.", soft_wrap=True)
    for sentence in done.remarks:
        console().print(sentence, soft_wrap=True)


def merge(
    project: ProjectFolder,
    others: Annotated[
        list[Path], typer.Argument(metavar="OTHER", help="Projects whose labels to take over.")
    ],
) -> None:
    """Take over the labels of other copies of a project; again, or in another order, is the same.

    Each person's first classification of a galaxy counts. The others are not changed.
    """
    from gzactive.survey.merging import merge_labels

    with open_project(project) as opened, progress_bars() as progress:
        merged = merge_labels(opened, others, progress=progress)
    if not merged.events:
        console().print("Nothing is new: all of their labels are here already.")
    else:
        people = f" New here: {', '.join(merged.labellers)}." if merged.labellers else ""
        console().print(f"{count(merged.events, 'event')} taken over.{people}")
    for sentence in merged.remarks:
        console().print(sentence, soft_wrap=True)


def rescan(
    project: ProjectFolder,
    add: Annotated[
        bool, typer.Option("--add", help="Add them to the project; otherwise they are counted.")
    ] = False,
    moved: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            "--moved",
            metavar="OLD NEW",
            help="The images were moved from folder OLD to folder NEW: take them from there.",
        ),
    ] = None,
) -> None:
    """Look for images that came to the folders of a project's images since it was made.

    With --moved, images that were moved are taken from their new folder: ids, labels and features
    stay, and some images are compared to be sure that they are the same.
    """
    from gzactive.rescan import add_galaxies, new_images

    if moved is not None:
        _move(project, *moved)
        return

    with open_project(project) as opened, progress_bars() as progress:
        found = new_images(opened, progress=progress)
        if add and len(found):
            add_galaxies(opened, found)
        total = len(opened.catalog)
    for sentence in found.attrs.get("remarks", []):
        console().print(sentence, soft_wrap=True)
    if not len(found):
        console().print("No image is new.")
    elif add:
        console().print(
            f"{count(len(found), 'galaxy')} added, {total:,} in all. Next: "
            f"[bold]gzactive features {project}[/bold]"
        )
    else:
        console().print(
            f"{count(len(found), 'image')} {'is' if len(found) == 1 else 'are'} not in the "
            "project, such as "
            f"{found['file_loc'].iloc[0]}: add them with --add.",
            soft_wrap=True,
        )


def _move(project: Path, old: Path, new: Path) -> None:
    from gzactive.relocation import find_moved, take_from_new_place

    with open_project(project) as opened, progress_bars() as progress:
        found = find_moved(opened, new, old, progress=progress)
        taken = take_from_new_place(opened, found)
    console().print(found.words, soft_wrap=True, markup=False)
    console().print(f"{count(taken, 'image')} are taken from there now.", soft_wrap=True)
