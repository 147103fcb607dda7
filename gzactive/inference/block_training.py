"""Training the last blocks of a project's network on its galaxies, and features by the outcome.

How blocks are trained is in :mod:`gzactive.model.unfreezing`; here are the images, the disk and an
estimate of the time. Everything lies in one folder until a round takes it over, so that a killed
training goes on.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.inference.activations import Activations, views_that_fit
from gzactive.inference.extraction import extract
from gzactive.inference.heads import weights_of
from gzactive.inference.serving import WEIGHTS
from gzactive.model.head import Head
from gzactive.model.quiet import hushed
from gzactive.model.unfreezing_settings import Unfreezing
from gzactive.model.weights_file import (
    file_fingerprint,
    read_backbone,
    read_header,
    write_weights,
)
from gzactive.progress import Progress
from gzactive.project import Project
from gzactive.stores.features import Features

if TYPE_CHECKING:
    from gzactive.model.unfreezing import Pace

__all__ = ["TrainedBlocks", "discard_blocks", "features_by", "train_blocks"]

_FOLDER = ".unfreezing"
#: A step forward, as a share of one that also learns.
_FORWARD = 1 / 3


@dataclass(frozen=True, eq=False)
class TrainedBlocks:
    """A network whose last blocks were trained, and how it came about.

    Attributes
    ----------
    weights
        Its file, network and head.
    fingerprint
        Of the network with the project's image settings.
    head, start_loss, best_epoch
        See :class:`gzactive.model.unfreezing.Unfrozen`.
    history
        "loss" and "validation_loss" of each epoch.
    """

    weights: Path
    fingerprint: str
    head: Head
    history: dict[str, list[float]]
    start_loss: float
    best_epoch: int


def train_blocks(
    project: Project,
    id_str: NDArray[np.object_],
    votes: NDArray[np.float64],
    head: Head,
    settings: Unfreezing,
    *,
    validation: NDArray[np.bool_],
    weights: NDArray[np.float64],
    seed: int,
    tell: Callable[[str], None],
    progress: Progress,
) -> TrainedBlocks:
    """Train the last blocks of the project's own network and a head that was fitted to it.

    Started again with the same arguments after it was stopped, it goes on.

    Parameters
    ----------
    id_str, votes : (n,), (n, answers)
        The galaxies to learn from.
    head
        Fitted to the features of the untrained network.
    validation, weights, seed
        See :meth:`gzactive.model.unfreezing.TailTraining.fit`.
    tell
        Told in one sentence, before it begins, how long it will take.
    progress
        Told what is done; may raise :class:`gzactive.progress.Cancelled`.

    Raises
    ------
    GzactiveError
        If an image cannot be read, there are not that many blocks, or the disk has no room.
    """
    progress("Loading TensorFlow", 0, 0)
    with hushed():
        from gzactive.model.unfreezing import SplitNetwork, TailTraining

        path, _ = weights_of(project, 0)
        header, images = read_header(path), project.image_settings
        network = SplitNetwork(
            read_backbone(path),
            settings.blocks,
            channels=images.channels,
            size=images.crop,
            turned=header.turned,
        )
        progress("Loading TensorFlow", 1, 1)
        progress("Measuring the first steps", 0, 0)
        training = TailTraining(network, project.tree, float(votes.max()), settings)
        pace = training.pace()
        progress("Measuring the first steps", 1, 1)
    folder = _own_folder(project, settings, header.sha256, id_str, votes, head, weights, seed)
    views = views_that_fit(len(id_str), network.shape, folder)
    tell(_estimate(pace, settings, project, validation, views))
    looks = Activations(folder / "activations", len(id_str), views, network.shape)
    files = project.catalog.set_index("id_str")["file_loc"].loc[id_str.tolist()]
    looks.compute(files.tolist(), network.front, images, progress)
    fit = training.fit(
        looks,
        np.arange(len(id_str)),
        votes,
        head,
        folder,
        validation=validation,
        weights=weights,
        seed=seed,
        progress=progress,
    )
    card = {**header.card, "fine-tuned": f"last {settings.blocks} blocks, from {header.name}"}
    write_weights(
        folder / WEIGHTS,
        fit.backbone,
        head=fit.head,
        tree_id=project.tree.id,
        columns=project.tree.columns,
        channels=images.channels,
        card=card,
        dtype="float32",  # what blocks learn in one round is little beside float16's steps
        turned=header.turned,
    )
    return TrainedBlocks(
        folder / WEIGHTS,
        file_fingerprint(folder / WEIGHTS, images.key),
        fit.head,
        {name: fit.history[name] for name in ("loss", "validation_loss")},
        fit.start_loss,
        fit.best_epoch,
    )


def features_by(
    project: Project, trained: TrainedBlocks, ids: Sequence[str], progress: Progress
) -> Features:
    """Features of some galaxies by a network that is in no round yet, kept for when it is."""
    from gzactive.model.weights import load_model

    store = project.feature_store(trained.fingerprint)
    files = project.catalog.set_index("id_str")["file_loc"].loc[list(ids)]
    with project.compute_lock("features"):
        extract(
            list(ids),
            files.tolist(),
            store,
            project.problems,
            lambda: load_model(trained.weights, image_settings=project.image_settings),
            settings=project.image_settings,
            progress=progress,
        )
    return store.load(ids)


def discard_blocks(project: Project) -> None:
    """Remove what trainings left, those that were stopped included."""
    shutil.rmtree(project.rounds_path / _FOLDER, ignore_errors=True)


def _own_folder(
    project: Project,
    settings: Unfreezing,
    start: str,
    id_str: NDArray[np.object_],
    votes: NDArray[np.float64],
    head: Head,
    weights: NDArray[np.float64],
    seed: int,
) -> Path:
    """Folder named by all that the training depends on; those of other trainings are removed."""
    told = [asdict(settings), start, project.image_settings.key, project.tree.hash, head.id, seed]
    digest = hashlib.sha256(json.dumps(told).encode())
    digest.update("\n".join(id_str).encode())
    digest.update(np.ascontiguousarray(votes, "<f8").tobytes())
    digest.update(np.ascontiguousarray(weights, "<f8").tobytes())
    folder = project.rounds_path / _FOLDER / digest.hexdigest()[:16]
    if not folder.is_dir():
        discard_blocks(project)
        folder.mkdir(parents=True)
    return folder


def _estimate(
    pace: "Pace",
    settings: Unfreezing,
    project: Project,
    validation: NDArray[np.bool_],
    views: int,
) -> str:
    galaxies, judged = len(validation), int(validation.sum())
    looking = galaxies * views * pace.front
    epoch = (galaxies - judged + judged * _FORWARD) * pace.tail
    again = len(project.catalog) * (pace.front + _FORWARD * pace.tail)
    sides = "one side" if views == 1 else f"{views} sides"
    return (
        f"Training the last {settings.blocks} blocks on {galaxies:,} galaxies: "
        f"{_duration(looking)} to look at them from {sides}, then {_duration(epoch)} an epoch, "
        f"{_duration(settings.epochs * epoch)} at most; if it is put in use, {_duration(again)} to "
        f"look at all {len(project.catalog):,} galaxies again."
    )


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
