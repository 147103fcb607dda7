"""Training the last blocks of a backbone with its head, BatchNorm frozen: Zoobot's "unfreeze".

The network is cut in front of the first block that is trained. What lies before the cut never
changes, so its output is computed once for each galaxy and view, as features are for the head, and
an epoch costs the tail alone: with two of the seven blocks, on two cores, 376 galaxies take seconds
an epoch and not minutes, and views are not decoded again. The price is that the random augmentation
is one of the eight turns and mirror images and not any angle; training that varies images freely,
over the whole network, is :mod:`gzactive.model.backbone_training`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model.backbone import (
    backbone_tensors,
    build_backbone,
    fold_normalisation,
    freeze_all_but,
    set_backbone_tensors,
)
from gzactive.model.devices import is_out_of_memory
from gzactive.model.head import Head
from gzactive.model.likelihood import dirichlet_multinomial_nll, question_totals
from gzactive.model.loss import dirichlet_multinomial_loss
from gzactive.model.unfreezing_settings import Unfreezing
from gzactive.model.weights_file import open_tensors
from gzactive.paths import atomic_write
from gzactive.progress import Progress, silent, tell_losses

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["Looks", "Pace", "SplitNetwork", "TailTraining", "Unfrozen"]

_BATCH = 32  # images at a time where nothing is learnt
_MEASURED = 4  # steps
_CHECKPOINT, _BEST = "checkpoint.safetensors", "best.safetensors"


class Looks(Protocol):
    """What the front says of each galaxy in each view."""

    views: int

    def take(self, rows: NDArray[np.int64], views: NDArray[np.int64]) -> NDArray[np.floating[Any]]:
        """Activations of rows, each in its view: (n, height, width, channels)."""


@dataclass(frozen=True)
class Pace:
    """Seconds an image, measured."""

    front: float  #: up to the cut, once a view
    tail: float  #: training behind it, once an epoch


@dataclass(frozen=True)
class Unfrozen:
    """Trained last blocks and how they came about."""

    backbone: dict[str, NDArray[np.float32]]  #: all tensors by ``<layer>/<variable>``
    head: Head
    history: dict[str, list[float]]  #: "loss", "validation_loss" and "seconds" of each epoch
    start_loss: float  #: validation loss before the first epoch
    best_epoch: int  #: whose weights these are; 0 is the start, where no epoch was better


class SplitNetwork:
    """A backbone, cut before the first block that is trained.

    Parameters
    ----------
    tensors : by ``<layer>/<variable>``
    blocks : 0 to 7, the last so many are trained
    channels, size : of the images
    turned : whether the network sees images turned by 180°, as a weights file says
    """

    def __init__(
        self,
        tensors: Mapping[str, NDArray[Any]],
        blocks: int,
        *,
        channels: int = 1,
        size: int = 224,
        turned: bool = False,
    ) -> None:
        self.start = dict(tensors)
        self.backbone = build_backbone(channels, size)
        freeze_all_but(self.backbone, blocks)
        set_backbone_tensors(self.backbone, self.start)
        first = next(layer for layer in self.backbone.layers if layer.trainable_weights)
        folded = fold_normalisation(self.backbone)
        self._front = keras.Model(folded.input, folded.get_layer(first.name).input)
        self.tail = keras.Model(first.input, self.backbone.output)
        self.shape: tuple[int, ...] = tuple(self.tail.input_shape[1:])
        self._turned = turned

    def front(self, images: NDArray[np.floating[Any]]) -> NDArray[np.float16]:
        """Images (n, size, size, channels) in [0, 1] to the tail's input; best 32 at a time."""
        if self._turned:
            images = images[:, ::-1, ::-1]
        padded = np.zeros((_BATCH, *images.shape[1:]), np.float32)
        result = np.empty((len(images), *self.shape), np.float16)
        for start in range(0, len(images), _BATCH):
            part = images[start : start + _BATCH]
            padded[: len(part)] = part  # one shape, one trace
            result[start : start + _BATCH] = self._front.predict_on_batch(padded)[: len(part)]
        return result


class TailTraining:
    """Trains what lies behind the cut; built once, it fits as often as it is asked to.

    Parameters
    ----------
    network : SplitNetwork
    tree : DecisionTree
    most_votes : no count on one answer is above this
    settings : Unfreezing
    """

    def __init__(
        self, network: SplitNetwork, tree: DecisionTree, most_votes: float, settings: Unfreezing
    ) -> None:
        self.network, self.tree, self.settings = network, tree, settings
        self.batch = settings.batch
        self._dropout = keras.layers.Dropout(settings.dropout, seed=0)
        self._dense = keras.layers.Dense(len(tree.columns), name="head")
        outputs = self._dense(self._dropout(network.tail.output))
        self._model = keras.Model(network.tail.input, outputs)
        steps = settings.accumulate if settings.accumulate > 1 else None
        self._optimizer = keras.optimizers.Adam(
            settings.learning_rate, gradient_accumulation_steps=steps
        )
        self._optimizer.build(self._model.trainable_variables)
        answers, most = len(tree.columns), int(np.ceil(most_votes))
        parts = [tree.slice(question.name) for question in tree.modelled]

        def loss(targets: Any, logits: Any) -> Any:
            alpha = 1.0 + 100.0 * keras.ops.sigmoid(logits)
            votes, evidence = targets[:, :answers], targets[:, answers:]
            total = dirichlet_multinomial_loss(votes, alpha, tree, max_votes=most)
            for index, part in enumerate(parts):
                # The evidence anchor of fit_head, which tells why.
                asked = keras.ops.sum(votes[:, part], axis=-1)
                drift = keras.ops.log(keras.ops.sum(alpha[:, part], axis=-1)) - evidence[:, index]
                held = settings.anchor / keras.ops.maximum(asked, 1e-3) ** 3
                total = total + keras.ops.where(asked > 0, held * drift**2, 0.0)
            return total

        self._model.compile(optimizer=self._optimizer, loss=loss)
        trained = [*self._model.trainable_variables, *self._optimizer.variables]
        self._state = [*trained, self._dropout.seed_generator.state]
        self._zeros = [np.array(one.numpy()) * 0 for one in self._optimizer.variables]

    def pace(self) -> Pace:
        """Measure the first steps; what they learnt is forgotten."""
        rng = np.random.default_rng(0)
        images = rng.random((_BATCH, *self.network.backbone.input_shape[1:]), np.float32)
        self.network.front(images)  # the first one traces
        began = time.perf_counter()
        looks = self.network.front(images)[: self.batch]
        front = (time.perf_counter() - began) / _BATCH
        answers, questions = len(self.tree.columns), len(self.tree.modelled)
        targets = np.ones((len(looks), answers + questions), np.float32)
        weights = np.ones(len(looks), np.float32)
        inputs = looks.astype(np.float32)
        self.step(inputs, targets, weights)
        began = time.perf_counter()
        for _ in range(_MEASURED):
            self.step(inputs, targets, weights)
        return Pace(front, (time.perf_counter() - began) / (_MEASURED * len(looks)))

    def fit(
        self,
        looks: Looks,
        rows: NDArray[np.int64],
        votes: NDArray[np.float64],
        head: Head,
        folder: Path,
        *,
        validation: NDArray[np.bool_],
        weights: NDArray[np.float64] | None = None,
        seed: int = 0,
        progress: Progress = silent,
    ) -> Unfrozen:
        """Train from the network's start and a head that was fitted to its features.

        Parameters
        ----------
        looks : what the front says of galaxies
        rows : (n,) of ``looks``, one a galaxy
        votes : (n, answers); of fractions of a vote so much counts
        head : that goes with the untrained network
        folder : holds the state of the run; started again with the same arguments, the run goes on
        validation : (n,) whether early stopping judges by a galaxy, and nothing is learnt from it
        weights : (n,) of each galaxy's loss, by default 1
        seed : of the order, the views and the dropout
        progress : called for every batch; what it raises ends the run, which can be resumed

        Returns
        -------
        Unfrozen
            With the weights of the best epoch, or those at the start if none was better.

        Raises
        ------
        GzactiveError
            If there is nothing to train on, or nothing to judge by.
        """
        if validation.all() or not validation.any():
            raise GzactiveError(
                f"{(~validation).sum()} galaxies to train on and {validation.sum()} to judge by: "
                "label more, both need at least one."
            )
        run = _Fit(self, looks, rows, votes, weights, validation, seed, folder)
        run.begin(head, progress)
        while not run.finished:
            run.epoch(progress)
        return run.result()

    def reset(self, head: Head, seed: int) -> None:
        """Put the start weights back, with a head and fresh optimizer state."""
        set_backbone_tensors(self.network.backbone, self.network.start)
        self._dense.set_weights([head.kernel, head.bias])
        for variable, zero in zip(self._optimizer.variables, self._zeros, strict=True):
            variable.assign(zero)
        self._optimizer.learning_rate = self.settings.learning_rate
        self._dropout.seed_generator.state.assign(np.array([seed % 2**32, 0], np.uint32))

    def step(self, looks: Any, targets: Any, weights: Any) -> float:
        """One batch; its mean loss."""
        return float(self._model.train_on_batch(looks, targets, sample_weight=weights))

    def concentrations(
        self, looks: Looks, rows: NDArray[np.int64], progress: Progress = silent
    ) -> NDArray[np.float64]:
        """What the network says now of galaxies as they are, (n, answers), without dropout."""
        logits = np.empty((len(rows), len(self.tree.columns)))
        for start in range(0, len(rows), _BATCH):
            progress("Judging the blocks", start, len(rows))
            part = rows[start : start + _BATCH]
            padded = np.resize(part, _BATCH)  # one shape, one trace
            views = np.zeros(_BATCH, np.int64)
            inputs = looks.take(padded, views).astype(np.float32)
            logits[start : start + _BATCH] = self._model.predict_on_batch(inputs)[: len(part)]
        progress("Judging the blocks", len(rows), len(rows))
        result: NDArray[np.float64] = 51.0 + 50.0 * np.tanh(0.5 * logits)
        return result

    def head(self) -> Head:
        """The head as it is now."""
        return Head(*self._dense.get_weights())

    def save(self, path: Path, metadata: Mapping[str, str]) -> None:
        """Write all that training changes, atomically."""
        from safetensors.numpy import save

        values = {f"{i:04d}": np.array(one.numpy()) for i, one in enumerate(self._state)}
        atomic_write(path, save(values, dict(metadata)))

    def load(self, path: Path) -> dict[str, str]:
        """Read what :meth:`save` wrote; the metadata."""
        with open_tensors(path) as tensors:
            for index, variable in enumerate(self._state):
                variable.assign(tensors.get_tensor(f"{index:04d}"))
            metadata: dict[str, str] = tensors.metadata() or {}
        return metadata


class _Fit:
    """One training while it lasts."""

    def __init__(
        self,
        trainer: TailTraining,
        looks: Looks,
        rows: NDArray[np.int64],
        votes: NDArray[np.float64],
        weights: NDArray[np.float64] | None,
        validation: NDArray[np.bool_],
        seed: int,
        folder: Path,
    ) -> None:
        self.trainer, self.looks, self.rows, self.seed = trainer, looks, rows, seed
        self.votes = votes
        self.weights = np.ones(len(rows)) if weights is None else weights
        self.training, self.validation = np.flatnonzero(~validation), np.flatnonzero(validation)
        self.folder, self.start_loss = folder, 0.0
        self.history: dict[str, list[float]] = {"loss": [], "validation_loss": [], "seconds": []}
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self, head: Head, progress: Progress) -> None:
        """Judge the start, or go on where a former run was stopped."""
        trainer, tree = self.trainer, self.trainer.tree
        trainer.reset(head, self.seed)
        alpha = trainer.concentrations(self.looks, self.rows, progress)
        self.targets = np.hstack([self.votes, np.log(question_totals(alpha, tree))])
        self.start_loss = self._loss(alpha[self.validation])
        if (self.folder / _CHECKPOINT).exists():
            self.history = json.loads(trainer.load(self.folder / _CHECKPOINT)["history"])
        else:
            trainer.save(self.folder / _BEST, {})

    @property
    def best_epoch(self) -> int:
        """The epoch of the lowest validation loss; 0 is the start."""
        return int(np.argmin([self.start_loss, *self.history["validation_loss"]]))

    @property
    def finished(self) -> bool:
        ran, settings = len(self.history["loss"]), self.trainer.settings
        return ran >= settings.epochs or ran - self.best_epoch >= settings.patience

    def epoch(self, progress: Progress) -> None:
        """Train one epoch, judge it, and write it down."""
        began, number, trainer = time.monotonic(), len(self.history["loss"]), self.trainer
        rng = np.random.default_rng([self.seed, number])
        order = rng.permutation(self.training)
        views = rng.integers(self.looks.views, size=len(order))
        stage = f"Training {trainer.settings.blocks} blocks, epoch {number + 1}"
        loss, done = 0.0, 0
        # A last batch of another size would cost a trace of its own.
        while done + (size := min(trainer.batch, len(order))) <= len(order):
            progress(stage, done, len(order))
            part = slice(done, done + size)
            try:
                loss += size * trainer.step(
                    self.looks.take(self.rows[order[part]], views[part]).astype(np.float32),
                    self.targets[order[part]].astype(np.float32),
                    self.weights[order[part]].astype(np.float32),
                )
            except Exception as error:
                if size == 1 or not is_out_of_memory(error):
                    raise
                trainer.batch = size // 2
                stage += f", batch {trainer.batch} since memory ran out"
                continue
            done += size
        progress(stage, len(order), len(order))
        alpha = trainer.concentrations(self.looks, self.rows[self.validation], progress)
        self.history["loss"].append(loss / done)
        self.history["validation_loss"].append(self._loss(alpha))
        self.history["seconds"].append(time.monotonic() - began)
        tell_losses(progress, {name: self.history[name] for name in ("loss", "validation_loss")})
        # The best first: a kill between the two writes repeats an epoch and loses nothing.
        if self.best_epoch == number + 1:
            trainer.save(self.folder / _BEST, {})
        trainer.save(self.folder / _CHECKPOINT, {"history": json.dumps(self.history)})

    def result(self) -> Unfrozen:
        self.trainer.load(self.folder / _BEST)
        return Unfrozen(
            backbone_tensors(self.trainer.network.backbone),
            self.trainer.head(),
            self.history,
            self.start_loss,
            self.best_epoch,
        )

    def _loss(self, alpha: NDArray[np.float64]) -> float:
        """Mean loss of the galaxies that early stopping judges by."""
        rows = self.validation
        losses = dirichlet_multinomial_nll(self.votes[rows], alpha, self.trainer.tree)
        return float(np.average(losses, weights=self.weights[rows]))
