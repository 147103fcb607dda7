"""Commands that train a whole network on images and votes, and that pack these into shards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gzactive.errors import GzactiveError, meant
from gzactive.terminal import console, count, print_table, progress_bars

if TYPE_CHECKING:
    from gzactive.images import ImageSettings
    from gzactive.trees import DecisionTree

__all__ = ["curves", "shards", "train"]


def train(
    out: Annotated[Path, typer.Option(help="Folder of the run; the same call goes on with it.")],
    catalog: Annotated[
        Path | None,
        typer.Argument(
            help="Table of id_str, file_loc and counts a column of an answer; or a project."
        ),
    ] = None,
    shards: Annotated[
        Path | None,
        typer.Option(help="Train from this folder of shards, not from a table.", metavar="DIR"),
    ] = None,
    tree: Annotated[
        str | None,
        typer.Option(
            help="A tree's id or a TOML file; by default that of the shards or the project.",
            show_default="gz-decals-dr5",
        ),
    ] = None,
    images: Annotated[
        list[Path] | None,
        typer.Option(help="Folder or ZIP, joined by file stem when there is no file_loc."),
    ] = None,
    weights: Annotated[
        str | None, typer.Option(help="Start from these, a file or a name, not from nothing.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="At most.")] = 100,
    batch: Annotated[int, typer.Option(min=1, help="Halved when memory runs out.")] = 128,
    learning_rate: Annotated[float, typer.Option(min=0.0, help="Adam's, at its highest.")] = 1e-3,
    patience: Annotated[
        int, typer.Option(min=1, help="Epochs without a better validation loss.")
    ] = 10,
    crop: Annotated[
        int, typer.Option(min=32, max=300, help="Pixels of 300 that the network sees.")
    ] = 224,
    split: Annotated[
        str | None,
        typer.Option(
            metavar="A:B:C",
            help="Shares of train, test and validation; shards have theirs.",
            show_default="7:2:1",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the split, the start and the order.")] = 0,
    colour: Annotated[bool, typer.Option("--colour", help="Three channels, not grey.")] = False,
) -> None:
    """Train backbone and head on a table of images and votes, or on shards; killed, it goes on.

    Of a project all galaxies with votes are learnt from, but for those that it is judged by; they
    are kept in the run's folder, so that it goes on with the votes that it began with.

    Minutes on a GPU, hours on a CPU. The weights start projects ([bold]new --weights[/bold]), and
    a run made elsewhere comes home as one file.
    """
    from gzactive.inference import train_network, train_on_catalogue
    from gzactive.model.backbone_settings import BackboneSettings
    from gzactive.survey.shard_reading import open_shards
    from gzactive.trees import load_tree

    if (catalog is None) == (shards is None):
        raise GzactiveError("Training needs galaxies: give a table, or --shards with a folder.")
    settings = BackboneSettings(
        crop=crop, epochs=epochs, batch=batch, learning_rate=learning_rate, patience=patience
    )
    with progress_bars() as progress:
        if shards is not None:
            if split or images:
                raise GzactiveError(
                    f"{'--split' if split else '--images'} has no place beside --shards: shards "
                    "hold their images and the part of each galaxy. Give it to `gzactive shards`."
                )
            opened = open_shards(
                shards,
                tree=load_tree(tree) if tree else None,
                channels=3 if colour else 1,
                progress=progress,
            )
            trained = train_network(
                opened.galaxies,
                out,
                weights=weights,
                settings=settings,
                seed=seed,
                progress=progress,
            )
        elif catalog is not None:
            given = _galaxies(catalog, out, tree, images)
            trained = train_on_catalogue(
                given.table,
                given.tree,
                out,
                images=images,
                weights=weights,
                settings=settings,
                image_settings=replace(given.images, channels=3 if colour else 1),
                split=_shares(split or "7:2:1"),
                seed=seed,
                progress=progress,
            )
    if trained.without_votes:
        console().print(f"{count(trained.without_votes, 'row')} left out: no votes.")
    if trained.problems:
        console().print(
            f"{count(trained.problems, 'image')} could not be read: see "
            f"{(shards or out) / 'problems.csv'}.",
            soft_wrap=True,
        )
    if trained.test_loss is not None:
        print_table(trained.questions, "On galaxies that were never trained on")
        console().print(
            f"Test loss {trained.test_loss:.3f} nats a galaxy; always saying the mean fractions "
            f"costs {trained.baseline_loss:.3f}."
        )
    console().print(
        f"{count(trained.epochs, 'epoch')}; the device waited for images "
        f"{100 * trained.waiting:.1f} % of the time."
    )
    console().print(f"Weights: [bold]{trained.weights}[/bold]", soft_wrap=True)


def shards(
    catalog: Annotated[
        Path,
        typer.Argument(
            help="Table of id_str, file_loc and counts a column of an answer; or a project."
        ),
    ],
    out: Annotated[Path, typer.Argument(help="Folder of the shards; the same call goes on.")],
    tree: Annotated[
        str | None,
        typer.Option(
            help="A tree's id or a TOML file; by default that of the project.",
            show_default="gz-decals-dr5",
        ),
    ] = None,
    images: Annotated[
        list[Path] | None,
        typer.Option(help="Folder or ZIP, joined by file stem when there is no file_loc."),
    ] = None,
    split: Annotated[
        str, typer.Option(metavar="A:B:C", help="Shares of train, test and validation.")
    ] = "7:2:1",
    seed: Annotated[
        int, typer.Option(min=0, help="Of the split, as that of train, and of the order.")
    ] = 0,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many galaxies, drawn at random.")
    ] = None,
    size: Annotated[int, typer.Option(min=16, help="Pixels on a side.")] = 300,
    per_shard: Annotated[int, typer.Option(min=1, help="Galaxies a file.")] = 512,
    grey: Annotated[
        bool,
        typer.Option("--grey", help="One channel: a third of the size, not for Zoobot."),
    ] = False,
) -> None:
    """Pack images and votes into TFRecords, as Zoobot v1 reads them; killed, it goes on.

    For training on another machine ([bold]train --shards[/bold]): a few large files travel and load
    faster than many small ones.
    """
    from gzactive.survey.shards import ShardSettings, write_shards

    given = _galaxies(catalog, out, tree, images)
    settings = ShardSettings(
        size=size,
        channels=1 if grey else 3,
        stretch=given.images.stretch,
        split=_shares(split),
        seed=seed,
        limit=limit,
        per_shard=per_shard,
    )
    with progress_bars() as progress:
        written = write_shards(
            given.table, given.tree, out, images=images, settings=settings, progress=progress
        )
    if written.without_votes:
        console().print(f"{count(written.without_votes, 'row')} left out: no votes.")
    if written.problems:
        id_str, reason = next(iter(written.problems.items()))
        console().print(
            f"{count(len(written.problems), 'image')} could not be read (first: {id_str}, "
            f"{reason}): see {out / 'problems.csv'}.",
            soft_wrap=True,
        )
    parts = ", ".join(f"{number:,} {part}" for part, number in written.galaxies.items())
    console().print(
        f"{count(sum(written.galaxies.values()), 'galaxy')} ({parts}) in "
        f"{count(written.shards, 'shard')} of {written.bytes / 1e6:,.1f} MB in all"
        + (f"; {written.kept:,} were there already." if written.kept else ".")
    )
    console().print(f"Next: [bold]gzactive train --shards {out} --out RUN[/bold]", soft_wrap=True)


def curves(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Folders of runs: of train, of rounds, of Keras or Zoobot."),
    ],
    out: Annotated[Path, typer.Option(help="The figure: .svg, .png or .pdf.")],
    quantity: Annotated[str, typer.Option(help="loss or accuracy.")] = "loss",
) -> None:
    """Draw the curves of several trainings over one another; those that still run, so far.

    Bold lines are of the validation part, with the best epoch marked; thin ones of the training.
    """
    from gzactive.evaluation.run_figures import QUANTITIES, save_curves
    from gzactive.inference.training_runs import read_run

    if quantity not in QUANTITIES:
        raise GzactiveError(f"There is no curve of '{quantity}': {meant(quantity, QUANTITIES)}")
    read = [read_run(folder.absolute()) for folder in runs]
    save_curves([(run.folder.name, run.curves) for run in read], out, quantity=quantity)
    for run in read:
        if run.remark:
            console().print(run.remark, soft_wrap=True)
    console().print(f"Drawn: {out}", soft_wrap=True)


@dataclass(frozen=True)
class _Given:
    """What is trained on, or made shards of."""

    table: Path
    tree: DecisionTree
    images: ImageSettings


def _galaxies(catalog: Path, out: Path, tree: str | None, images: list[Path] | None) -> _Given:
    """A table as it is; of a project, its galaxies with votes, kept in the folder ``out``."""
    from gzactive.images import ImageSettings
    from gzactive.project import Project
    from gzactive.survey.voted import keep_voted
    from gzactive.trees import DEFAULT_TREE, load_tree

    if not (catalog / "project.toml").is_file():
        return _Given(catalog, load_tree(tree or DEFAULT_TREE), ImageSettings())
    if tree or images:
        raise GzactiveError(
            f"{'--tree' if tree else '--images'} has no place beside a project, which has its own: "
            "leave it out."
        )
    with Project.open(catalog, read_only="It is only read to train on it.") as project:
        return _Given(keep_voted(project, out), project.tree, project.image_settings)


def _shares(text: str) -> tuple[float, float, float]:
    try:
        train, test, validation = (float(share) for share in text.split(":"))
    except ValueError as error:
        raise GzactiveError(
            f"--split {text} is not three shares: give them as 7:2:1, for train, test and "
            "validation."
        ) from error
    return train, test, validation
