"""Training the whole network, backbone and head, on images and votes: hours, not seconds.

Resumable: after every epoch the variables, the optimizer's state and the history are replaced
atomically, and what is random follows from (seed, epoch, step), so a killed run goes on as if
nothing had happened. Fitting only the head is :mod:`gzactive.model.training`.
"""

from __future__ import annotations

import json
import math
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.errors import GzactiveError
from gzactive.model.augmentation import augment, centre_crop
from gzactive.model.auxiliary import Auxiliary, auxiliary_loss
from gzactive.model.backbone import (
    build_backbone,
    fold_normalisation,
    freeze_all_but,
    set_backbone_tensors,
)
from gzactive.model.backbone_settings import BackboneSettings
from gzactive.model.devices import is_out_of_memory, mixed_precision
from gzactive.model.head import Head
from gzactive.model.likelihood import agreement, dirichlet_multinomial_nll
from gzactive.model.loss import dirichlet_multinomial_loss
from gzactive.model.weights_file import open_tensors
from gzactive.paths import atomic_write
from gzactive.progress import Progress, silent

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["BackboneFit", "BackboneSettings", "concentrations_of", "train_backbone"]

#: Of each epoch both losses, the validation's accuracy, seconds, and those without a batch.
History = dict[str, list[float]]
_JUDGED = 32  # images at a time
_CURVES = ("loss", "validation_loss", "validation_accuracy", "seconds", "waiting")

_CHECKPOINT, _BEST, _LOG = "checkpoint.safetensors", "best.safetensors", "training.log"


@dataclass(frozen=True)
class BackboneFit:
    """A trained network and how it came about."""

    backbone: keras.Model
    head: Head
    history: History
    crop: int  #: that it was trained on
    validation: NDArray[np.int64]  #: rows that early stopping judged by


def train_backbone(
    images: NDArray[np.uint8],
    votes: ArrayLike,
    tree: DecisionTree,
    folder: Path,
    *,
    start: Mapping[str, NDArray[Any]] | None = None,
    start_head: Head | None = None,
    auxiliary: Auxiliary | None = None,
    training: NDArray[np.int64] | None = None,
    validation: NDArray[np.int64] | None = None,
    settings: BackboneSettings | None = None,
    seed: int = 0,
    progress: Progress = silent,
    after_epoch: Callable[[History], None] | None = None,
) -> BackboneFit:
    """Train backbone and head from fresh or given weights.

    Parameters
    ----------
    images : (n, size, size, channels) uint8
        One row a galaxy; an array or a memory map. ``size`` exceeds the crop as 300 does 224.
    votes : (n, answers) whole counts in the order of ``tree.columns``
    tree : DecisionTree
    folder : Path
        Holds the state of the run; started again with the same arguments, the run goes on.
    start, start_head : tensors by ``<layer>/<variable>`` and a head to start from
    auxiliary : Auxiliary, optional
        What else the network learns on the way, for the same rows.
    training, validation : rows, optional
        To learn from, and for early stopping to judge by; by default a share by seed is set aside
        for that, and all other rows are learnt from. Rows in neither are not looked at, one that
        is to be learnt from twice is seen twice an epoch.
    settings : BackboneSettings, optional
    seed : of the split, the order, the augmentation and the fresh weights
    progress : called for every batch; what it raises ends the run, which can be resumed
    after_epoch : called with the history so far when an epoch is safely on disk

    Returns
    -------
    BackboneFit
        With the weights of the epoch of the best validation loss.

    Raises
    ------
    GzactiveError
        If the arrays do not belong together or the folder holds a run with other arguments.
    """
    run = _Run(
        images,
        np.asarray(votes, np.float32),
        tree,
        folder,
        settings or BackboneSettings(),
        seed,
        auxiliary,
        training,
        validation,
    )
    run.build(start, start_head)
    run.resume()
    while not run.finished:
        run.epoch(progress)
        if after_epoch is not None:
            after_epoch(run.history)
    return run.result()


def concentrations_of(
    fit: BackboneFit,
    images: NDArray[np.uint8],
    rows: NDArray[np.int64],
    progress: Progress = silent,
) -> NDArray[np.float64]:
    """What a trained network says of the centres of images, (rows, answers), as when it scores."""
    network = fold_normalisation(fit.backbone)
    parts = []
    for start in range(0, len(rows), _JUDGED):
        progress("judging", start, len(rows))
        part = rows[start : start + _JUDGED]
        views = centre_crop(images[np.resize(part, _JUDGED)], fit.crop)  # one shape, one trace
        features = np.asarray(network.predict_on_batch(views))[: len(part)]
        parts.append(fit.head.concentrations(features))
    progress("judging", len(rows), len(rows))
    return np.concatenate(parts).astype(np.float64)


class _Run:
    """A training while it lasts."""

    def __init__(
        self,
        images: NDArray[np.uint8],
        votes: NDArray[np.float32],
        tree: DecisionTree,
        folder: Path,
        settings: BackboneSettings,
        seed: int,
        auxiliary: Auxiliary | None = None,
        training: NDArray[np.int64] | None = None,
        validation: NDArray[np.int64] | None = None,
    ) -> None:
        if images.ndim != 4 or images.dtype != np.uint8 or images.shape[1] < settings.crop:
            raise GzactiveError(
                f"Training needs uint8 images of at least {settings.crop} pixels, (n, size, size, "
                f"channels), not {images.dtype} {images.shape}: load them resized."
            )
        if votes.shape != (len(images), len(tree.columns)) or len(images) < 2:
            raise GzactiveError(
                f"Training on {len(images)} images for '{tree.id}' needs votes of shape "
                f"({len(images)}, {len(tree.columns)}), not {votes.shape}."
            )
        if auxiliary is not None and len(auxiliary.values) != len(images):
            raise GzactiveError(
                f"{len(images)} images need as many rows of attributes, not "
                f"{len(auxiliary.values)}."
            )
        self.images, self.votes, self.tree = images, votes, tree
        self.auxiliary = auxiliary
        self.folder, self.settings, self.seed = folder, settings, seed
        self.batch = settings.batch
        if validation is None:
            order = np.random.default_rng(seed).permutation(len(images))
            validation = order[: max(1, round(settings.validation_share * len(images)))]
        self.validation = np.sort(validation)
        rows = np.arange(len(images)) if training is None else training
        self.training = rows[~np.isin(rows, self.validation)]
        if not (len(self.validation) and len(self.training)):
            raise GzactiveError(
                f"{len(self.training)} galaxies to train on and {len(self.validation)} to judge "
                f"by: both need at least one."
            )
        self.history: History = {name: [] for name in _CURVES}
        self.waiting = 0.0
        folder.mkdir(parents=True, exist_ok=True)

    def build(self, start: Mapping[str, NDArray[Any]] | None, head: Head | None) -> None:
        keras.utils.set_random_seed(self.seed)
        with mixed_precision(self.settings.mixed_precision) as mixed:
            self._build(start, head, mixed)

    def _build(
        self, start: Mapping[str, NDArray[Any]] | None, head: Head | None, mixed: bool
    ) -> None:
        options = self.settings
        self.backbone = build_backbone(
            self.images.shape[3],
            options.crop,
            drop_connect=options.drop_connect,
            momentum=options.momentum,
        )
        if start is not None:
            set_backbone_tensors(self.backbone, start)
        if options.blocks is not None:
            freeze_all_but(self.backbone, options.blocks)
        if head is None:
            head = Head.fresh(self.tree, width=self.backbone.output_shape[-1])
        self.dense = keras.layers.Dense(len(self.tree.columns), dtype="float32", name="head")
        dropped = keras.layers.Dropout(options.dropout)(self.backbone.output)
        outputs = self.dense(dropped)
        if self.auxiliary is not None:
            extra = keras.layers.Dense(len(self.auxiliary.names), dtype="float32", name="auxiliary")
            outputs = keras.layers.Concatenate(dtype="float32")([outputs, extra(dropped)])
        self.model = keras.Model(self.backbone.input, outputs)
        self.dense.set_weights([head.kernel, head.bias])
        accumulate = options.accumulate if options.accumulate > 1 else None
        self.optimizer = keras.optimizers.Adam(
            options.learning_rate, gradient_accumulation_steps=accumulate
        )
        if mixed:  # small gradients would be 0 in 16 bits
            self.optimizer = keras.optimizers.LossScaleOptimizer(self.optimizer)
        self.optimizer.build(self.model.trainable_variables)
        most, answers = int(self.votes.max()), len(self.tree.columns)

        def loss(targets: Any, logits: Any) -> Any:
            alpha = 1.0 + 100.0 * keras.ops.sigmoid(logits[:, :answers])
            votes = targets[:, :answers]
            total = dirichlet_multinomial_loss(votes, alpha, self.tree, max_votes=most)
            if self.auxiliary is not None:
                beyond = auxiliary_loss(targets[:, answers:], logits[:, answers:])
                total = total + self.auxiliary.weight * beyond
            return total

        self.model.compile(optimizer=self.optimizer, loss=loss)

    @property
    def finished(self) -> bool:
        losses = self.history["validation_loss"]
        if len(losses) >= self.settings.epochs:
            return True
        return (
            len(losses) - 1 - int(np.argmin(losses)) >= self.settings.patience if losses else False
        )

    def epoch(self, progress: Progress) -> None:
        """Train one epoch, judge it, and write it down."""
        began, number = time.monotonic(), len(self.history["loss"])
        stage = f"training, epoch {number + 1} of {self.settings.epochs}"
        # A last batch of another size would cost a trace of its own, and odd statistics.
        total = len(self.training) - len(self.training) % min(self.batch, len(self.training))
        loss, done, self.waiting = 0.0, 0, 0.0
        while done < total:
            try:
                for views, targets in self._batches(number, done, total):
                    progress(stage, done, total)
                    self.optimizer.learning_rate = self._learning_rate(number + done / total)
                    loss += len(views) * float(self.model.train_on_batch(views, targets))
                    done += len(views)
            except Exception as error:
                if self.batch == 1 or not is_out_of_memory(error):
                    raise
                self.batch //= 2
                stage += f", batch {self.batch} since memory ran out"
                self._log(f"out of memory: batch {self.batch} from here")
        progress(stage, total, total)
        judged = self._judge(progress)
        figures = (loss / done, *judged, time.monotonic() - began, self.waiting)
        for name, figure in zip(_CURVES, figures, strict=True):
            if name in self.history:  # a run that an earlier version began has fewer curves
                self.history[name].append(figure)
        last = {name: values[-1] for name, values in self.history.items()}
        self._log(f"epoch {number + 1} " + " ".join(f"{k} {v:.4f}" for k, v in last.items()))
        # The best first: a kill between the two writes repeats an epoch and loses nothing.
        if last["validation_loss"] <= min(self.history["validation_loss"]):
            self._write(_BEST, self.model.variables)
        self._write(_CHECKPOINT, [*self.model.variables, *self.optimizer.variables])

    def _batches(
        self, epoch: int, done: int, total: int
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Augmented batches of what is left of an epoch, made ahead on threads."""
        order = np.random.default_rng([self.seed, epoch]).permutation(self.training)[:total]
        starts = deque(range(done, total, self.batch))

        def make(start: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            rows = order[start : start + self.batch]
            rng = np.random.default_rng([self.seed, epoch, start])
            mirrored = rng.random(len(rows)) < 0.5
            options = self.settings
            views = [
                augment(self.images[row], options.crop, rng, options.augmentation, mirrored=mirror)
                for row, mirror in zip(rows, mirrored.tolist(), strict=True)
            ]
            targets = self.votes[rows]
            if self.auxiliary is not None:
                targets = np.hstack([targets, self.auxiliary.targets(rows, mirrored)])
            return np.stack(views), targets

        ahead: deque[Future[tuple[NDArray[np.float32], NDArray[np.float32]]]] = deque()
        with ThreadPoolExecutor(self.settings.workers) as pool:
            while starts or ahead:
                while starts and len(ahead) <= self.settings.workers:
                    ahead.append(pool.submit(make, starts.popleft()))
                asked = time.monotonic()
                batch = ahead.popleft().result()
                self.waiting += time.monotonic() - asked
                yield batch

    def _learning_rate(self, epoch: float) -> float:
        options = self.settings
        fall = 0.5 * (1.0 + math.cos(math.pi * min(1.0, epoch / options.epochs)))
        rise = min(1.0, (epoch + 0.02) / options.warm_up) if options.warm_up else 1.0
        return options.learning_rate * max(fall * rise, 1e-3)

    def _judge(self, progress: Progress) -> tuple[float, float]:
        """Loss and accuracy on the validation part."""
        parts = []
        for start in range(0, len(self.validation), _JUDGED):
            progress("validating", start, len(self.validation))
            rows = self.validation[start : start + _JUDGED]
            padded = np.resize(rows, _JUDGED)  # one shape, one trace
            views = centre_crop(self.images[padded], self.settings.crop)
            logits = np.asarray(self.model.predict_on_batch(views), np.float64)
            logits = logits[: len(rows), : len(self.tree.columns)]
            parts.append(51.0 + 50.0 * np.tanh(0.5 * logits))
        progress("validating", len(self.validation), len(self.validation))
        votes, alpha = self.votes[self.validation], np.concatenate(parts)
        loss = dirichlet_multinomial_nll(votes, alpha, self.tree)
        return float(loss.mean()), agreement(votes, alpha, self.tree)

    def _identity(self) -> str:
        settings = asdict(self.settings)
        settings.pop("workers")  # the run may go on on another machine
        arguments = {
            "settings": settings,
            "seed": self.seed,
            "shape": self.images.shape,
            "images": zlib.crc32(self.images[:: max(1, len(self.images) // 64)].tobytes()),
            "votes": zlib.crc32(self.votes.tobytes()),
            "tree": self.tree.id,
            "rows": [zlib.crc32(rows.tobytes()) for rows in (self.training, self.validation)],
        }
        if self.auxiliary is not None:
            arguments["auxiliary"] = [*self.auxiliary.names, self.auxiliary.weight]
        return json.dumps(arguments, sort_keys=True)

    def _write(self, name: str, variables: list[Any]) -> None:
        from safetensors.numpy import save

        tensors = {
            f"{index:04d}": np.array(variable.numpy()) for index, variable in enumerate(variables)
        }
        metadata = {"run": self._identity(), "history": json.dumps(self.history)}
        atomic_write(self.folder / name, save(tensors, metadata))

    def _read(self, name: str, variables: list[Any]) -> dict[str, str]:
        with open_tensors(self.folder / name) as tensors:
            metadata: dict[str, str] = tensors.metadata() or {}
            if metadata.get("run") != self._identity() or len(tensors.keys()) != len(variables):
                raise GzactiveError(
                    f"'{self.folder}' holds a training with other data or settings: choose another "
                    f"folder, or empty this one."
                )
            for index, variable in enumerate(variables):
                variable.assign(tensors.get_tensor(f"{index:04d}"))
        return metadata

    def resume(self) -> None:
        """Go on where a former run in this folder was stopped."""
        if (self.folder / _CHECKPOINT).exists():
            metadata = self._read(_CHECKPOINT, [*self.model.variables, *self.optimizer.variables])
            self.history = json.loads(metadata["history"])
            self._log(f"resumed after epoch {len(self.history['loss'])}")

    def result(self) -> BackboneFit:
        self._read(_BEST, self.model.variables)
        kernel, bias = self.dense.get_weights()
        return BackboneFit(
            self.backbone, Head(kernel, bias), self.history, self.settings.crop, self.validation
        )

    def _log(self, line: str) -> None:
        with (self.folder / _LOG).open("a", encoding="utf-8") as file:
            file.write(time.strftime("%Y-%m-%dT%H:%M:%SZ ", time.gmtime()) + line + "\n")
