"""Scores of the whole catalogue, and predictions in Zoobot's layout for others to read.

``scores.h5`` is small (means per galaxy) and replaced whole. The full (galaxy, answer, sample)
array is streamed to HDF5, CSV or Parquet, and appears under its name only when it is complete.
"""

import csv
import json
import os
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import h5py
import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.stores.feature_files import fsync_folder
from gzactive.stores.refusals import refusal

__all__ = ["PREDICTION_SUFFIXES", "PredictionWriter", "Scores", "read_scores", "write_scores"]

_FORMAT = 1
_ATTRIBUTES = "attributes"


@dataclass(frozen=True)
class Scores:
    """Numbers per galaxy, computed from one head.

    Attributes
    ----------
    id_str : ndarray
        (n,) object array of str.
    arrays : mapping of str to ndarray
        (n,) or (n, k) each.
    attrs : mapping
        What they were computed with: texts, numbers, and lists of them.
    """

    id_str: NDArray[np.object_]
    arrays: Mapping[str, NDArray[Any]]
    attrs: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id_str", np.asarray(self.id_str, dtype=object))
        for name, values in self.arrays.items():
            if len(values) != len(self.id_str):
                raise ValueError(f"'{name}' has {len(values)} rows for {len(self.id_str)} galaxies")

    def __len__(self) -> int:
        return len(self.id_str)

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self.arrays:
            raise KeyError(f"no score '{name}'; there are {', '.join(self.arrays)}")
        return self.arrays[name]

    def __contains__(self, name: object) -> bool:
        return name in self.arrays


def write_scores(path: Path, scores: Scores) -> None:
    """Replace a file of scores: a reader meets the old or the new, whole.

    Raises
    ------
    GzactiveError
        If it cannot be written.
    """
    temporary = _temporary(path)
    try:
        with h5py.File(temporary, "x", locking=False) as file:
            file.attrs["format"] = _FORMAT
            # One text: HDF5 limits attributes to 64 kB each, a dataset it does not.
            file[_ATTRIBUTES] = json.dumps(dict(scores.attrs), default=_plain)
            file.create_dataset("id_str", data=scores.id_str, dtype=h5py.string_dtype())
            for name, values in scores.arrays.items():
                file.create_dataset(f"arrays/{name}", data=values)
        _finish(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise GzactiveError(refusal(path, error)) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_scores(path: Path, names: Sequence[str] | None = None) -> Scores:
    """Read scores, all arrays or some.

    Raises
    ------
    GzactiveError
        If there are none yet, or the file is damaged or lacks an array.
    """
    try:
        with h5py.File(path, "r", locking=False) as file:
            arrays = file.get("arrays", {})
            wanted = list(arrays) if names is None else list(names)
            return Scores(
                id_str=file["id_str"].asstr()[:],
                arrays={name: arrays[name][()] for name in wanted},
                attrs=json.loads(file[_ATTRIBUTES].asstr()[()]),
            )
    except FileNotFoundError as error:
        raise GzactiveError(
            f"There are no scores yet ({path} is missing): rank the project first."
        ) from error
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise GzactiveError(f"{path} cannot be read ({error}): rank the project again.") from error


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{value!r} is neither text, number nor list")


class PredictionWriter:
    """Predictions written block by block; the file is there only once all of them are.

    Use it in a ``with`` block: leaving it gives the file its name, an exception (also a cancelled
    job's) leaves nothing, and what was there before stays.

    The layout is Zoobot's. HDF5: ``predictions`` (galaxy, answer, sample) float32, ``id_str`` and
    ``label_cols``. CSV and Parquet: ``id_str`` and a column ``<answer>_pred`` for each answer with
    the list of its samples (JSON in CSV).

    Parameters
    ----------
    path : Path
        Ends in .hdf5, .h5, .csv or .parquet.
    columns : sequence of str
        The answers' columns.

    Raises
    ------
    GzactiveError
        If the ending is another, or the folder cannot be written to.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        kind = _KINDS.get(path.suffix.lower())
        if kind is None:
            raise GzactiveError(
                f"Predictions cannot be written as '{path.name}': end it in "
                f"{', '.join(PREDICTION_SUFFIXES)}."
            )
        try:
            is_folder, has_folder = path.is_dir(), path.parent.is_dir()
        except OSError as error:  # a name that no file can have
            raise GzactiveError(refusal(path, error)) from error
        if is_folder:
            raise GzactiveError(f"{path} is a folder: name a file in it.")
        if not has_folder:
            raise GzactiveError(f"There is no folder {path.parent}: make it first.")
        self.path = path
        self.columns = tuple(columns)
        self.galaxies = 0
        self._temporary = _temporary(path)
        self._samples: int | None = None
        self._open = True
        try:
            self._file = kind(self._temporary, self.columns)
        except OSError as error:
            raise self._refused(error) from error

    def write(self, id_str: Sequence[str], concentrations: NDArray[Any]) -> None:
        """Append galaxies.

        Parameters
        ----------
        id_str : sequence of str
            m texts.
        concentrations : ndarray
            (m, answers, samples); the number of samples is the same in every block.

        Raises
        ------
        GzactiveError
            If the file is closed, or the disk refuses.
        """
        if not self._open:
            raise GzactiveError(
                f"{self.path} is closed, so nothing more is written to it: begin a new file."
            )
        values = np.asarray(concentrations, dtype=np.float32)
        if values.ndim != 3 or values.shape[:2] != (len(id_str), len(self.columns)):
            raise ValueError(
                f"predictions of shape {values.shape} for {len(id_str)} galaxies and "
                f"{len(self.columns)} answers"
            )
        if self._samples not in (None, values.shape[2]):
            raise ValueError(f"{values.shape[2]} samples after blocks of {self._samples}")
        self._samples = values.shape[2]
        try:
            self._file.write([str(one) for one in id_str], values)
        except OSError as error:
            raise self._refused(error) from error
        self.galaxies += len(id_str)

    def close(self) -> None:
        """Make the file durable and give it its name."""
        if not self._open:
            return
        try:
            self._file.close()
            _finish(self._temporary, self.path)
        except OSError as error:
            self.abort()
            raise self._refused(error) from error
        self._open = False

    def abort(self) -> None:
        """Leave nothing behind."""
        if not self._open:
            return
        self._open = False
        try:
            with suppress(OSError):  # what is thrown away need not be whole: a full disk
                self._file.close()
        finally:
            self._temporary.unlink(missing_ok=True)

    def _refused(self, error: OSError) -> GzactiveError:
        return GzactiveError(refusal(self.path, error))

    def __enter__(self) -> "PredictionWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


class _Layout(ABC):
    """A file being written in one layout."""

    @abstractmethod
    def __init__(self, path: Path, columns: tuple[str, ...]) -> None: ...

    @abstractmethod
    def write(self, id_str: list[str], values: NDArray[np.float32]) -> None:
        """Append (m, answers, samples)."""

    @abstractmethod
    def close(self) -> None:
        """Close the file; again does nothing."""


class _Hdf5(_Layout):
    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self._file = h5py.File(path, "x", locking=False)
        text = h5py.string_dtype()
        self._file.create_dataset("label_cols", data=list(columns), dtype=text)
        self._id_str = self._file.create_dataset("id_str", (0,), text, maxshape=(None,))
        self._answers = len(columns)

    def write(self, id_str: list[str], values: NDArray[np.float32]) -> None:
        if "predictions" not in self._file:
            samples = values.shape[2]
            # Chunks of about a megabyte: large enough to read fast, small enough for one galaxy.
            rows = max(1, 2**18 // max(1, self._answers * samples))
            self._file.create_dataset(
                "predictions",
                (0, self._answers, samples),
                np.float32,
                maxshape=(None, self._answers, samples),
                chunks=(rows, self._answers, samples),
            )
        predictions = self._file["predictions"]
        start = predictions.shape[0]
        predictions.resize(start + len(id_str), axis=0)
        predictions[start:] = values
        self._id_str.resize(start + len(id_str), axis=0)
        self._id_str[start:] = np.array(id_str, dtype=object)

    def close(self) -> None:
        if self._file and "predictions" not in self._file:
            self._file.create_dataset("predictions", (0, self._answers, 0), np.float32)
        self._file.close()


class _Csv(_Layout):
    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self._file: IO[str] = path.open("x", newline="", encoding="utf-8")
        self._rows = csv.writer(self._file)
        self._rows.writerow(["id_str", *(f"{name}_pred" for name in columns)])

    def write(self, id_str: list[str], values: NDArray[np.float32]) -> None:
        # Concentrations lie between 1 and 101: five decimals are float32's own precision.
        rounded = np.round(values.astype(np.float64), 5).tolist()
        self._rows.writerows(
            [name, *map(json.dumps, answers)] for name, answers in zip(id_str, rounded, strict=True)
        )

    def close(self) -> None:
        self._file.close()


class _Parquet(_Layout):
    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        import pyarrow
        import pyarrow.parquet

        self._arrow = pyarrow
        samples = pyarrow.list_(pyarrow.float32())
        self._schema = pyarrow.schema(
            [("id_str", pyarrow.string()), *((f"{name}_pred", samples) for name in columns)]
        )
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema)

    def write(self, id_str: list[str], values: NDArray[np.float32]) -> None:
        count, answers, samples = values.shape
        offsets = np.arange(count + 1, dtype=np.int32) * samples
        lists = [
            self._arrow.ListArray.from_arrays(offsets, np.ascontiguousarray(values[:, i]).ravel())
            for i in range(answers)
        ]
        table = self._arrow.Table.from_arrays(
            [self._arrow.array(id_str, self._arrow.string()), *lists], schema=self._schema
        )
        self._writer.write_table(table)

    def close(self) -> None:
        self._writer.close()


_KINDS: dict[str, type[_Layout]] = {
    ".hdf5": _Hdf5,
    ".h5": _Hdf5,
    ".csv": _Csv,
    ".parquet": _Parquet,
}
#: Endings that :class:`PredictionWriter` knows.
PREDICTION_SUFFIXES = tuple(_KINDS)


def _temporary(path: Path) -> Path:
    return path.parent / f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp"


def _finish(temporary: Path, path: Path) -> None:
    """Make a written file durable, then give it its name."""
    with temporary.open("r+b") as written:
        os.fsync(written.fileno())
    temporary.replace(path)
    fsync_folder(path.parent)
