"""The head: features to Dirichlet concentrations, all samples of it as one matrix product.

NumPy only, so that a catalogue is re-scored, and a head fitted, without loading Keras. Fitting is
in :mod:`gzactive.model.training`, how members are drawn in :mod:`gzactive.model.posterior`; what
the votes say is in :mod:`gzactive.active.votes`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model.members import Members
from gzactive.model.recalibration import Recalibration
from gzactive.paths import atomic_write

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["DROPOUT_RATE", "FEATURES", "Head", "PriorShift", "dropout_masks"]

FEATURES = 1280  # width of EfficientNet-B0's pooled output
DROPOUT_RATE = 0.2  # before the dense layer, as in W+22
_BLOCK = 2048  # galaxies a product: large enough for BLAS, 8 MB of output at 34 answers × 30
_CACHED_ROWS = 64  # rows whose sigmoid is taken at once: they stay in a core's own cache

Block = tuple[slice, NDArray[np.float32]]


def dropout_masks(width: int, n_samples: int, seed: int, rate: float) -> NDArray[np.float32]:
    """Inverted-dropout masks, (width, samples): 0 or 1/(1−rate).

    The first masks of a seed are the same whatever ``n_samples`` is.
    """
    kept = np.random.default_rng(seed).random((n_samples, width), dtype=np.float32) >= rate
    return np.ascontiguousarray(kept.T, np.float32) / np.float32(1.0 - rate)


def _squash(half_logits: NDArray[np.float32], half_bias: NDArray[np.float32]) -> None:
    """Turn z/2 into 1 + 100·sigmoid(z) = 51 + 50·tanh(z/2) in place, a cacheful at a time.

    The tanh form cannot overflow and costs one pass less than exp, add, divide.
    """
    for start in range(0, len(half_logits), _CACHED_ROWS):
        part = half_logits[start : start + _CACHED_ROWS]
        part += half_bias
        np.tanh(part, out=part)
        part *= 50.0
        part += 51.0


@dataclass(frozen=True)
class PriorShift:
    """One question's answers are rarer, or commoner, than where the head was fitted.

    A classifier fitted at prevalences p and used at π is corrected by Bayes' rule: each fraction
    times π/p, divided by their sum (Saerens, Latinne & Decaestecker 2002, Eq. 4). Σα, which says
    how sure the fractions are, is kept.
    """

    start: int  #: column of the question's first answer
    ratios: tuple[float, ...]  #: π/p of each answer
    #: Galaxies that π comes from, by answer, with what a prior adds; 0 where nothing is corrected.
    counts: tuple[float, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not all(0 < ratio < np.inf for ratio in self.ratios):
            raise GzactiveError(f"Prevalences are above 0, not in ratios of {self.ratios}.")
        if self.counts and len(self.counts) != len(self.ratios):
            raise GzactiveError(
                f"{len(self.counts)} counts do not belong to {len(self.ratios)} ratios of answers."
            )

    def apply(self, concentrations: NDArray[np.float32]) -> None:
        """Correct (n, answers, samples) in place."""
        part = concentrations[:, self.start : self.start + len(self.ratios)]
        total = part.sum(axis=1, keepdims=True)
        part *= np.array(self.ratios, np.float32)[:, None]
        part *= total / part.sum(axis=1, keepdims=True)


@dataclass(frozen=True, eq=False)
class Head:
    """A dense layer over frozen features: ``α = 1 + 100·sigmoid(F·W + b)``.

    Parameters
    ----------
    kernel : (width, answers) float32
        W; its columns are in the order of the tree's ``columns``.
    bias : (answers,) float32
    recalibration : Recalibration, optional
        Applied to all concentrations that the head gives.
    shift : PriorShift, optional
        Applied to them after that.
    members : Members, optional
        Samples are these, and not dropout passes alone.

    Raises
    ------
    GzactiveError
        If the shapes do not belong together or a value is not finite.
    """

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    recalibration: Recalibration | None = field(default=None, kw_only=True)
    shift: PriorShift | None = field(default=None, kw_only=True)
    members: Members | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        for name in ("kernel", "bias"):
            array = np.array(getattr(self, name), np.float32, order="C")
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if self.kernel.ndim != 2 or self.bias.shape != self.kernel.shape[1:]:
            raise GzactiveError(
                f"A head needs a (width, answers) kernel and an (answers,) bias, not "
                f"{self.kernel.shape} and {self.bias.shape}: take another weights file."
            )
        if not (np.isfinite(self.kernel).all() and np.isfinite(self.bias).all()):
            raise GzactiveError("A head holds values that are not finite: take another file.")
        if self.members is not None and self.members.kernels.shape[1:] != self.kernel.shape:
            raise GzactiveError(
                f"Members of shape {self.members.kernels.shape[1:]} belong to another head than "
                f"one of shape {self.kernel.shape}: fit the head again."
            )

    @classmethod
    def fresh(
        cls, tree: DecisionTree | Sequence[int], width: int = FEATURES, total: float = 50.0
    ) -> Head:
        """Head of a tree that nothing was learned for: equal fractions, constant Σα.

        Parameters
        ----------
        tree : DecisionTree or the number of answers of each question
        width : number of features
        total : Σα of every question
            50 leaves fractions from about 1/50 to 1 within reach while Σα is held.
        """
        if hasattr(tree, "modelled"):
            sizes = [len(question.answers) for question in tree.modelled]
        else:
            sizes = [int(size) for size in tree]
        alpha = total / np.repeat(sizes, sizes)
        if (alpha <= 1.0).any() or (alpha >= 101.0).any():
            raise GzactiveError(
                f"A total concentration of {total:g} leaves {alpha.min():g} an answer, outside "
                f"1 to 101: choose another."
            )
        bias = np.log((alpha - 1.0) / (101.0 - alpha))
        return cls(np.zeros((width, len(bias)), np.float32), bias.astype(np.float32))

    @cached_property
    def id(self) -> str:
        """Short SHA-256 of the values: equal heads have equal ids on every machine."""
        digest = hashlib.sha256(str(self.kernel.shape).encode())
        digest.update(self.kernel.astype("<f4").tobytes())
        digest.update(self.bias.astype("<f4").tobytes())
        if self.recalibration is not None:
            digest.update(str(self.recalibration).encode())
        if self.shift is not None:
            digest.update(str(self.shift).encode())
        if self.members is not None:
            digest.update(self.members.kernels.astype("<f2").tobytes())
            digest.update(self.members.biases.astype("<f2").tobytes())
            digest.update(str(self.members.dropout).encode())
        return digest.hexdigest()[:16]

    @property
    def width(self) -> int:
        """Number of features."""
        return int(self.kernel.shape[0])

    @property
    def n_answers(self) -> int:
        """Number of answers, over all questions."""
        return int(self.kernel.shape[1])

    def concentrations(self, features: Any) -> NDArray[np.float32]:
        """Concentrations of the head itself, no sample: (n, width) features → (n, answers)."""
        result = np.empty((self._rows(features), self.n_answers), np.float32)
        itself = self.kernel[:, :, None], self.bias[:, None]
        for _ in self._blocks(features, itself, _BLOCK, lambda rows: result[rows]):
            pass
        return result

    def mc_concentrations(
        self, features: Any, n_samples: int, seed: int, rate: float = DROPOUT_RATE
    ) -> NDArray[np.float32]:
        """Concentrations of samples of the head, the same seeded ones for every galaxy.

        Without members they are MC-dropout passes, ``z_t = F·(diag(m_t/(1−p))·W) + b``, with them
        ``z_t = F·W_t + b_t``; either way all samples of all galaxies are one product
        ``F (n × width) @ (width × answers·samples)``.

        Parameters
        ----------
        features : (n, width)
            A NumPy or memory-mapped array or an h5py dataset, float16 or float32.
        n_samples : number of samples
        seed : of the masks, and of which members
        rate : dropout rate p of a head without members

        Returns
        -------
        (n, answers, samples) float32
        """
        result = np.empty((self._rows(features), self.n_answers * n_samples), np.float32)
        sampled = self.samples(n_samples, seed, rate)
        for _ in self._blocks(features, sampled, _BLOCK, lambda rows: result[rows]):
            pass
        return result.reshape(-1, self.n_answers, n_samples)

    def mc_blocks(
        self,
        features: Any,
        n_samples: int,
        seed: int,
        rate: float = DROPOUT_RATE,
        block: int = _BLOCK,
    ) -> Iterator[Block]:
        """Yield ``(slice, (m, answers, samples))`` for catalogues too large to hold at once.

        The values are those of :meth:`mc_concentrations`; each array is the receiver's to keep.
        """
        width = self.n_answers * n_samples
        sampled = self.samples(n_samples, seed, rate)
        self._rows(features)

        def fresh_rows(rows: slice) -> NDArray[np.float32]:
            return np.empty((rows.stop - rows.start, width), np.float32)

        for rows, values in self._blocks(features, sampled, block, fresh_rows):
            yield rows, values.reshape(-1, self.n_answers, n_samples)

    def samples(
        self, n_samples: int, seed: int, rate: float = DROPOUT_RATE
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Kernels (width, answers, samples) and biases (answers, samples) of samples."""
        if self.members is None:
            masks = dropout_masks(self.width, n_samples, seed, rate)
            bias = np.repeat(self.bias[:, None], n_samples, axis=1)
            return self.kernel[:, :, None] * masks[:, None, :], bias
        drawn = self.members.drawn(n_samples, seed)
        kernels = self.kernel[:, :, None] + self.members.kernels[drawn].transpose(1, 2, 0)
        if self.members.dropout > 0:
            masks = dropout_masks(self.width, n_samples, seed, self.members.dropout)
            kernels *= masks[:, None, :]
        return kernels, self.bias[:, None] + self.members.biases[drawn].T

    def save(self, path: Path, metadata: Mapping[str, str] | None = None) -> None:
        """Write a safetensors file atomically; ``metadata`` are strings kept in its header."""
        from safetensors.numpy import save

        header = {"format": "gzactive-head-1", **(metadata or {})}
        if self.recalibration is not None:
            header["recalibration"] = json.dumps(self.recalibration.to_list())
        if self.shift is not None:
            header["shift"] = json.dumps(asdict(self.shift))
        tensors: dict[str, NDArray[Any]] = {"head/kernel": self.kernel, "head/bias": self.bias}
        if self.members is not None:
            header["members/dropout"] = str(self.members.dropout)
            tensors["members/kernels"] = self.members.kernels
            tensors["members/biases"] = self.members.biases
        atomic_write(path, save(tensors, header))

    @classmethod
    def load(cls, path: Path) -> Head:
        """Read what :meth:`save` wrote.

        Raises
        ------
        GzactiveError
            If the file is missing, broken or holds no head.
        """
        from gzactive.model.weights_file import open_tensors

        with open_tensors(path) as tensors:
            names = set(tensors.keys())
            if not {"head/kernel", "head/bias"} <= names:
                raise GzactiveError(f"'{path}' holds no head: take another weights file.")
            header = tensors.metadata() or {}
            noted = json.loads(header.get("shift", "null"))
            shift = noted and PriorShift(
                noted["start"], tuple(noted["ratios"]), tuple(noted.get("counts", ()))
            )
            scaled = json.loads(header.get("recalibration", "null"))
            scaled = scaled and Recalibration.from_list(scaled)
            kernel, bias = (tensors.get_tensor(f"head/{name}") for name in ("kernel", "bias"))
            members = None
            if "members/kernels" in names:
                members = Members(
                    tensors.get_tensor("members/kernels"),
                    tensors.get_tensor("members/biases"),
                    float(header["members/dropout"]),
                )
            return cls(kernel, bias, recalibration=scaled, shift=shift, members=members)

    def _rows(self, features: Any) -> int:
        shape = tuple(features.shape)
        if len(shape) != 2 or shape[1] != self.width:
            raise GzactiveError(
                f"This head takes features of shape (n, {self.width}), not {shape}: they come "
                f"from another backbone, so compute them again."
            )
        return int(shape[0])

    def _blocks(
        self,
        features: Any,
        sampled: tuple[NDArray[np.float32], NDArray[np.float32]],
        size: int,
        target: Callable[[slice], NDArray[np.float32]],
    ) -> Iterator[Block]:
        """Fill ``target(rows)`` with the concentrations of one block of galaxies after another.

        BLAS spreads each product over the cores; the element-wise part, which NumPy would run on
        one, is spread by a pool, or it would outweigh the product on machines of many cores.
        """
        n = self._rows(features)
        samples = sampled[1].shape[1]
        kernel = (0.5 * sampled[0]).reshape(self.width, -1)
        bias = (0.5 * sampled[1]).reshape(-1)
        workers = max(1, min(_cores(), 16))
        block = np.empty((min(size, n), self.width), np.float32)
        with ThreadPoolExecutor(workers) as pool:
            for start in range(0, n, size):
                rows = slice(start, min(start + size, n))
                wide = block[: rows.stop - rows.start]
                np.copyto(wide, features[rows])
                values = target(rows)
                np.matmul(wide, kernel, out=values)
                parts = np.array_split(values, workers)
                list(pool.map(_squash, parts, [bias] * workers))
                if self.recalibration is not None:
                    shape = (-1, self.n_answers, samples)
                    list(pool.map(self.recalibration.apply, [one.reshape(shape) for one in parts]))
                if self.shift is not None:
                    self.shift.apply(values.reshape(-1, self.n_answers, samples))
                yield rows, values


def _cores() -> int:
    """Cores that this process may use (fewer than the machine's in a container)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
