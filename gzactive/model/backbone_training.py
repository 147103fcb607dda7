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
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.errors import GzactiveError
from gzactive.model.augmentation import Augmentation, augment, centre_crop
from gzactive.model.backbone import build_backbone, set_backbone_tensors
from gzactive.model.head import DROPOUT_RATE, Head
from gzactive.model.likelihood import dirichlet_multinomial_nll
from gzactive.model.loss import dirichlet_multinomial_loss
from gzactive.model.weights_file import open_tensors
from gzactive.paths import atomic_write
from gzactive.progress import Progress, silent

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["BackboneFit", "BackboneSettings", "train_backbone"]

_CHECKPOINT, _BEST, _LOG = "checkpoint.safetensors", "best.safetensors", "training.log"


@dataclass(frozen=True)
class BackboneSettings:
    """How the whole network is trained."""

    crop: int = 224  #: pixels on a side of what the network sees
    epochs: int = 100
    batch: int = 128  #: halved when memory runs out
    accumulate: int = 1  #: batches whose gradients make one step: small ones answer a cancel soon
    learning_rate: float = 1e-3  #: of Adam; falls to 0 as a cosine over the epochs
    warm_up: float = 1.0  #: epochs over which it first rises
    patience: int = 10  #: epochs without a better validation loss
    validation_share: float = 0.1
    dropout: float = DROPOUT_RATE
    drop_connect: float = 0.2
    momentum: float = 0.9  #: of the BatchNorm statistics, at some 50 steps an epoch
    workers: int = 1  #: threads that augment
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True)
class BackboneFit:
    """A trained network and how it came about."""

    backbone: keras.Model
    head: Head
    history: dict[str, list[float]]  #: "loss", "validation_loss", "seconds" of each epoch
    validation: NDArray[np.int64]  #: rows that early stopping judged by


def train_backbone(
    images: NDArray[np.uint8],
    votes: ArrayLike,
    tree: DecisionTree,
    folder: Path,
    *,
    start: Mapping[str, NDArray[Any]] | None = None,
    start_head: Head | None = None,
    settings: BackboneSettings | None = None,
    seed: int = 0,
    progress: Progress = silent,
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
    settings : BackboneSettings, optional
    seed : of the split, the order, the augmentation and the fresh weights
    progress : called for every batch; what it raises ends the run, which can be resumed

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
        images, np.asarray(votes, np.float32), tree, folder, settings or BackboneSettings(), seed
    )
    run.build(start, start_head)
    run.resume()
    while not run.finished:
        run.epoch(progress)
    return run.result()


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
        self.images, self.votes, self.tree = images, votes, tree
        self.folder, self.settings, self.seed = folder, settings, seed
        self.batch = settings.batch
        order = np.random.default_rng(seed).permutation(len(images))
        held = max(1, round(settings.validation_share * len(images)))
        self.validation, self.training = np.sort(order[:held]), order[held:]
        self.history: dict[str, list[float]] = {"loss": [], "validation_loss": [], "seconds": []}
        folder.mkdir(parents=True, exist_ok=True)

    def build(self, start: Mapping[str, NDArray[Any]] | None, head: Head | None) -> None:
        keras.utils.set_random_seed(self.seed)
        options = self.settings
        self.backbone = build_backbone(
            self.images.shape[3],
            options.crop,
            drop_connect=options.drop_connect,
            momentum=options.momentum,
        )
        if start is not None:
            set_backbone_tensors(self.backbone, start)
        if head is None:
            head = Head.fresh(self.tree, width=self.backbone.output_shape[-1])
        self.dense = keras.layers.Dense(len(self.tree.columns), dtype="float32", name="head")
        dropped = keras.layers.Dropout(options.dropout)(self.backbone.output)
        self.model = keras.Model(self.backbone.input, self.dense(dropped))
        self.dense.set_weights([head.kernel, head.bias])
        accumulate = options.accumulate if options.accumulate > 1 else None
        self.optimizer = keras.optimizers.Adam(
            options.learning_rate, gradient_accumulation_steps=accumulate
        )
        self.optimizer.build(self.model.trainable_variables)
        most = int(self.votes.max())

        def loss(votes: Any, logits: Any) -> Any:
            alpha = 1.0 + 100.0 * keras.ops.sigmoid(logits)
            return dirichlet_multinomial_loss(votes, alpha, self.tree, max_votes=most)

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
        loss, done = 0.0, 0
        while done < total:
            try:
                for views, votes in self._batches(number, done, total):
                    progress(stage, done, total)
                    self.optimizer.learning_rate = self._learning_rate(number + done / total)
                    loss += len(votes) * float(self.model.train_on_batch(views, votes))
                    done += len(votes)
            except _memory_errors() as error:
                if self.batch == 1 or not _is_out_of_memory(error):
                    raise
                self.batch //= 2
                stage += f", batch {self.batch} since memory ran out"
                self._log(f"out of memory: batch {self.batch} from here")
        self.history["loss"].append(loss / done)
        self.history["validation_loss"].append(self._validation_loss(progress))
        self.history["seconds"].append(time.monotonic() - began)
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
            options = self.settings
            views = [
                augment(self.images[row], options.crop, rng, options.augmentation) for row in rows
            ]
            return np.stack(views), self.votes[rows]

        ahead: deque[Future[tuple[NDArray[np.float32], NDArray[np.float32]]]] = deque()
        with ThreadPoolExecutor(self.settings.workers) as pool:
            while starts or ahead:
                while starts and len(ahead) <= self.settings.workers:
                    ahead.append(pool.submit(make, starts.popleft()))
                yield ahead.popleft().result()

    def _learning_rate(self, epoch: float) -> float:
        options = self.settings
        fall = 0.5 * (1.0 + math.cos(math.pi * min(1.0, epoch / options.epochs)))
        rise = min(1.0, (epoch + 0.02) / options.warm_up) if options.warm_up else 1.0
        return options.learning_rate * max(fall * rise, 1e-3)

    def _validation_loss(self, progress: Progress) -> float:
        losses = []
        for start in range(0, len(self.validation), 32):
            progress("validating", start, len(self.validation))
            rows = self.validation[start : start + 32]
            padded = np.resize(rows, 32)  # one shape, one trace
            views = centre_crop(self.images[padded], self.settings.crop)
            logits = np.asarray(self.model.predict_on_batch(views), np.float64)[: len(rows)]
            alpha = 51.0 + 50.0 * np.tanh(0.5 * logits)
            losses.append(dirichlet_multinomial_nll(self.votes[rows], alpha, self.tree))
        return float(np.concatenate(losses).mean())

    def _identity(self) -> str:
        arguments = {
            "settings": asdict(self.settings),
            "seed": self.seed,
            "shape": self.images.shape,
            "images": zlib.crc32(self.images[:: max(1, len(self.images) // 64)].tobytes()),
            "votes": zlib.crc32(self.votes.tobytes()),
            "tree": self.tree.id,
        }
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
        return BackboneFit(self.backbone, Head(kernel, bias), self.history, self.validation)

    def _log(self, line: str) -> None:
        with (self.folder / _LOG).open("a", encoding="utf-8") as file:
            file.write(time.strftime("%Y-%m-%dT%H:%M:%SZ ", time.gmtime()) + line + "\n")


def _memory_errors() -> tuple[type[Exception], ...]:
    """Exceptions by which Keras's backends say, among other things, that memory ran out."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        return (MemoryError, tensorflow.errors.ResourceExhaustedError)
    return (MemoryError, RuntimeError)  # jaxlib's and PyTorch's are RuntimeErrors


def _is_out_of_memory(error: Exception) -> bool:
    text = f"{type(error).__name__} {error}".lower()
    return any(sign in text for sign in ("out of memory", "resource", "oom", "memoryerror"))
