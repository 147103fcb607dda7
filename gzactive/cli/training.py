"""The command that trains a whole network on a table of images and votes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gzactive.errors import GzactiveError
from gzactive.terminal import console, count, print_table, progress_bars

__all__ = ["train"]


def train(
    catalog: Annotated[
        Path, typer.Argument(help="Table of id_str, file_loc and counts a column of an answer.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the run; the same call goes on with it.")],
    tree: Annotated[str, typer.Option(help="A tree's id or a TOML file.")] = "gz-decals-dr5",
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
        str, typer.Option(metavar="A:B:C", help="Shares of train, test and validation.")
    ] = "7:2:1",
    seed: Annotated[int, typer.Option(min=0, help="Of the split, the start and the order.")] = 0,
    colour: Annotated[bool, typer.Option("--colour", help="Three channels, not grey.")] = False,
) -> None:
    """Train backbone and head on a table of images and votes; killed, it goes on.

    Minutes on a GPU, hours on a CPU. The weights start projects ([bold]new --weights[/bold]), and
    a run made elsewhere comes home as one file.
    """
    from gzactive.images import ImageSettings
    from gzactive.inference import train_on_catalogue
    from gzactive.model.backbone_settings import BackboneSettings
    from gzactive.trees import load_tree

    settings = BackboneSettings(
        crop=crop, epochs=epochs, batch=batch, learning_rate=learning_rate, patience=patience
    )
    with progress_bars() as progress:
        trained = train_on_catalogue(
            catalog,
            load_tree(tree),
            out,
            images=images,
            weights=weights,
            settings=settings,
            image_settings=ImageSettings(channels=3 if colour else 1),
            split=_shares(split),
            seed=seed,
            progress=progress,
        )
    if trained.without_votes:
        console().print(f"{count(trained.without_votes, 'row')} left out: no votes.")
    if trained.problems:
        console().print(
            f"{count(trained.problems, 'image')} could not be read: see {out / 'problems.csv'}.",
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


def _shares(text: str) -> tuple[float, float, float]:
    try:
        train, test, validation = (float(share) for share in text.split(":"))
    except ValueError as error:
        raise GzactiveError(
            f"--split {text} is not three shares: give them as 7:2:1, for train, test and "
            "validation."
        ) from error
    return train, test, validation
