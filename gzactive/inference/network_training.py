"""Training a whole network on galaxies with votes, wherever their images lie.

Train, judge on the part that was never trained on, and write weights that a project can start from.
What lies in the folder of a run, so that a killed one goes on:

    run/                  checkpoint, best weights, training.log
    history.csv           losses and accuracy epoch by epoch, live
    tensorboard/          the same for TensorBoard
    manifest.json         arguments, versions, device, history, metrics
    weights.safetensors   network and head, with their model card

The galaxies come from a table (:mod:`gzactive.inference.catalogue_training`) or from shards
(:mod:`gzactive.survey.shard_reading`).
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive import __version__
from gzactive.catalog import PARTS
from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.inference.training_runs import write_history
from gzactive.model.likelihood import per_question_nll
from gzactive.model.quiet import hushed
from gzactive.model.tensorboard import write_tensorboard
from gzactive.paths import atomic_write
from gzactive.progress import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.model.backbone_settings import BackboneSettings
    from gzactive.model.backbone_training import BackboneFit
    from gzactive.trees import DecisionTree

__all__ = ["SPLIT", "TrainedNetwork", "TrainingGalaxies", "make_folder", "train_network"]

SPLIT = (0.7, 0.2, 0.1)  #: train, test, validation
_MEAN_EVIDENCE = 30.0  # Σα of the baseline that always predicts the mean fractions


@dataclass(frozen=True)
class TrainingGalaxies:
    """Galaxies to train on: their images, votes and parts, row by row."""

    source: Path  #: the table, or the folder of shards
    tree: DecisionTree
    images: NDArray[np.uint8]  #: (n, size, size, channels): an array, or what is indexed like one
    votes: NDArray[np.int64]  #: (n, answers) in the order of ``tree.columns``
    rows: Mapping[str, NDArray[np.int64]]  #: part → rows; a row in none has no image
    image_settings: ImageSettings
    split: tuple[float, float, float]  #: shares of train, test and validation
    split_seed: int
    problems: int  #: images that could not be read
    without_votes: int  #: rows of the table left out


@dataclass(frozen=True)
class TrainedNetwork:
    """What a training gave."""

    weights: Path
    epochs: int
    galaxies: dict[str, int]  #: part → galaxies
    problems: int  #: images that could not be read
    without_votes: int  #: rows left out
    test_loss: float | None  #: nats a galaxy, on the test part; None if that is empty
    baseline_loss: float | None  #: the same for the mean fractions of the training part
    questions: pd.DataFrame  #: question, galaxies, loss, mean_fractions, accuracy on the test part
    seconds: float  #: of this run, after a resume of what was left
    waiting: float  #: share of the training time in which the device had no batch


def train_network(
    galaxies: TrainingGalaxies,
    out: Path,
    *,
    weights: str | None = None,
    settings: BackboneSettings | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> TrainedNetwork:
    """Train backbone and head.

    Parameters
    ----------
    galaxies
        What to train on.
    out
        Folder of the run, see above; the same call goes on with it.
    weights
        A file or a shipped name to start from; by default the network starts at random.
    settings
        See :class:`~gzactive.model.backbone_settings.BackboneSettings`.
    seed
        Of the fresh weights, the order and the augmentation.
    progress
        Called for every batch; what it raises ends the run, which can be resumed.

    Raises
    ------
    GzactiveError
        If a part of the split is empty, or the folder holds a run of other arguments.
    """
    with hushed():
        from gzactive.model.backbone import backbone_tensors
        from gzactive.model.backbone_settings import BackboneSettings
        from gzactive.model.backbone_training import train_backbone
        from gzactive.model.devices import device_name
        from gzactive.model.weights import load_model, save_model

        device = device_name()

    began = time.monotonic()
    settings = settings or BackboneSettings()
    settings = replace(settings, workers=max(settings.workers, (os.cpu_count() or 2) - 1))
    image_settings = replace(galaxies.image_settings, crop=settings.crop)
    make_folder(out)
    rows, votes, tree = galaxies.rows, galaxies.votes, galaxies.tree
    for part in ("train", "validation"):
        if not len(rows[part]):
            raise GzactiveError(
                f"No galaxy of '{galaxies.source}' is left for the part '{part}' ({len(votes):,} "
                f"have votes, the images of {galaxies.problems:,} cannot be read): give more "
                f"galaxies, or another --split."
            )
    start: dict[str, Any] = {}
    if weights is not None:
        model = load_model(weights, image_settings=image_settings)
        start["start"] = backbone_tensors(model.backbone)
        if model.head is not None and model.header.columns == tree.columns:
            start["start_head"] = model.head

    for left in (out / "run").glob(".*.safetensors.*"):  # of a run that was killed as it wrote
        left.unlink(missing_ok=True)

    def show(history: dict[str, list[float]]) -> None:
        write_tensorboard(out / "tensorboard", history)
        write_history(out, history)

    fit = train_backbone(
        galaxies.images,
        votes,
        tree,
        out / "run",
        training=rows["train"],
        validation=rows["validation"],
        settings=settings,
        seed=seed,
        progress=progress,
        after_epoch=show,
        **start,
    )
    questions, test_loss, baseline_loss = _judge(fit, galaxies, progress)
    seconds = fit.history["seconds"]
    outcome = TrainedNetwork(
        weights=out / "weights.safetensors",
        epochs=len(seconds),
        galaxies={part: len(rows[part]) for part in PARTS},
        problems=galaxies.problems,
        without_votes=galaxies.without_votes,
        test_loss=test_loss,
        baseline_loss=baseline_loss,
        questions=questions,
        seconds=time.monotonic() - began,
        waiting=sum(fit.history["waiting"]) / max(sum(seconds), 1e-9),
    )
    manifest = {
        "catalog": str(galaxies.source.absolute()),
        "tree": {"id": tree.id, "hash": tree.hash},
        "start": weights,
        "seed": seed,
        "split": galaxies.split,
        "split_seed": galaxies.split_seed,
        "settings": asdict(settings),
        "images": image_settings.to_dict(),
        "galaxies": outcome.galaxies,
        "device": device,
        "versions": _versions(),
        "history": fit.history,
        "metrics": _metrics(outcome),
    }
    card = _card(manifest, outcome)
    save_model(outcome.weights, fit.backbone, fit.head, tree.id, tree.columns, card)
    atomic_write(out / "manifest.json", json.dumps(manifest, indent=1))
    return outcome


def make_folder(out: Path) -> None:
    """Make the folder of a run, with those above it; GzactiveError if that cannot be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GzactiveError(f"The folder '{out}' cannot be made: {error.strerror}.") from error


def _judge(
    fit: BackboneFit, galaxies: TrainingGalaxies, progress: Progress
) -> tuple[pd.DataFrame, float | None, float | None]:
    """By question and in all: the loss on the test part, beside always saying the mean."""
    import pandas as pd

    from gzactive.model.backbone_training import concentrations_of

    rows, votes, tree = galaxies.rows, galaxies.votes, galaxies.tree
    test = rows["test"]
    if not len(test):
        return pd.DataFrame(), None, None
    alpha = concentrations_of(fit, galaxies.images, test, progress)
    counts = votes[test]
    loss = per_question_nll(counts, alpha, tree)
    mean = _mean_concentrations(votes[rows["train"]], tree)
    baseline = per_question_nll(counts, np.broadcast_to(mean, alpha.shape), tree)
    table = []
    for index, question in enumerate(tree.modelled):
        part = tree.slice(question.name)
        asked = counts[:, part].sum(axis=1) > 0
        if not asked.any():
            continue
        said, meant = alpha[asked, part].argmax(axis=1), counts[asked, part].argmax(axis=1)
        table.append(
            {
                "question": question.name,
                "galaxies": int(asked.sum()),
                "loss": float(loss[asked, index].mean()),
                "mean fractions": float(baseline[asked, index].mean()),
                "accuracy": float((said == meant).mean()),
            }
        )
    return pd.DataFrame(table), float(loss.sum(1).mean()), float(baseline.sum(1).mean())


def _mean_concentrations(votes: NDArray[np.int64], tree: DecisionTree) -> NDArray[np.float64]:
    """What one who knows only the mean fractions would say, (answers,)."""
    mean = np.ones(votes.shape[1])
    for question in tree.modelled:
        part = tree.slice(question.name)
        share = votes[:, part].sum(axis=0) + 1.0  # never zero
        mean[part] = 1.0 + _MEAN_EVIDENCE * share / share.sum()
    return mean


def _versions() -> dict[str, str]:
    found = {name: importlib.metadata.version(name) for name in ("keras", "numpy")}
    return {"python": platform.python_version(), "gzactive": __version__, **found}


def _metrics(outcome: TrainedNetwork) -> dict[str, Any]:
    return {
        "test loss a galaxy, nats": outcome.test_loss,
        "of the mean fractions": outcome.baseline_loss,
        "by question": outcome.questions.to_dict("records"),
    }


def _card(manifest: dict[str, Any], outcome: TrainedNetwork) -> dict[str, Any]:
    """The model card of weights trained so; what only a person knows is left to say."""
    count = sum(outcome.galaxies.values())
    start = manifest["start"] or "random weights"
    return {
        "data": f"{count:,} galaxies with votes of '{Path(manifest['catalog']).name}', "
        f"{outcome.galaxies['train']:,} of them to train on.",
        "recipe": f"EfficientNet-B0 from {start}, {outcome.epochs} epochs, crops of "
        f"{manifest['settings']['crop']} pixels, seed {manifest['seed']}, on "
        f"{manifest['device']}.",
        "metrics": manifest["metrics"],
        "limits": "Judged on galaxies of the same catalogue only.",
        "credits": "not given",
        "licence": "not given",
    }
