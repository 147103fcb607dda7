"""Features in memory, and rows of features on the disk that are sliced like an array.

Which files there are, and how they come about, is for :mod:`gzactive.stores.features`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.stores.feature_files import FeatureFile

__all__ = ["FeatureRows", "Features"]

#: Rows so near to each other are read together: skipping fewer costs more than reading them.
_NEAR = 16
#: Rows read together lie within as many at most.
_SPAN = 4096


@dataclass(frozen=True)
class Features:
    """Features of galaxies in memory.

    Attributes
    ----------
    id_str, image_hash : ndarray
        (n,) object arrays of str.
    values : ndarray
        (n, width) float16.
    """

    id_str: NDArray[np.object_]
    image_hash: NDArray[np.object_]
    values: NDArray[np.float16]

    def __len__(self) -> int:
        return len(self.id_str)


class FeatureRows:
    """Rows of a feature store, on the disk: sliced like an array, read when sliced.

    Attributes
    ----------
    id_str : ndarray
        (n,) object array of str.
    shape : tuple
        (n, width).
    files : list of FeatureFile
        What the rows are read from, oldest first.
    """

    dtype = np.dtype(np.float16)
    ndim = 2

    def __init__(self, files: Sequence[FeatureFile], width: int) -> None:
        self.files = list(files)
        ids = self._texts("id_str")
        good = np.concatenate([np.empty(0, dtype=bool), *(one.good for one in self.files)])
        self._keep = keep = _last_of_each(ids, good)
        self.id_str: NDArray[np.object_] = ids[keep]
        # For row i: which file, and which row there.
        ends = np.cumsum([len(one) for one in self.files], dtype=np.int64)
        self._file = np.searchsorted(ends, keep, side="right")
        starts = np.concatenate([[0], ends[:-1]]).astype(np.int64) if len(ends) else ends
        self._row = keep - starts[self._file] if len(keep) else keep
        self.shape = (len(keep), width)

    def __len__(self) -> int:
        return self.shape[0]

    @cached_property
    def image_hash(self) -> NDArray[np.object_]:
        """Hashes of the images' content, (n,)."""
        found: NDArray[np.object_] = self._texts("image_hash")[self._keep]
        return found

    @cached_property
    def image_stamp(self) -> NDArray[np.object_]:
        """What tells cheaply whether an image changed, (n,)."""
        found: NDArray[np.object_] = self._texts("image_stamp")[self._keep]
        return found

    def __getitem__(self, rows: slice) -> NDArray[np.float16]:
        """Rows of a slice of step 1, as (m, width) float16."""
        start, stop, step = rows.indices(len(self))
        if step != 1:
            raise ValueError(f"Features are read in slices of step 1, not {step}.")
        values = np.empty((max(0, stop - start), self.shape[1]), dtype=np.float16)
        self._read(np.arange(start, max(start, stop)), values)
        return values

    def take(self, indices: NDArray[np.intp]) -> NDArray[np.float16]:
        """Rows at any indices (m,), in their order, as (m, width) float16."""
        values = np.empty((len(indices), self.shape[1]), dtype=np.float16)
        order = np.argsort(indices, kind="stable")
        if np.array_equal(order, np.arange(len(order))):
            self._read(np.asarray(indices), values)
        else:
            sorted_values = self.take(np.asarray(indices)[order])
            values[order] = sorted_values
        return values

    def _texts(self, name: str) -> NDArray[np.object_]:
        """Texts of all rows of all files."""
        return np.concatenate([np.empty(0, dtype=object), *(one.texts[name] for one in self.files)])

    def places(self, ids: Sequence[str]) -> NDArray[np.intp]:
        """Row of each galaxy, -1 for those that have none, (m,)."""
        import pandas as pd

        # Of a million ids few are wanted: the small side is the one that is indexed.
        wanted = pd.Index(list(dict.fromkeys(ids)), dtype=object)
        found = wanted.get_indexer(pd.Index(self.id_str, dtype=object))
        rows = np.flatnonzero(found >= 0)
        place = dict(zip(wanted[found[rows]], rows.tolist(), strict=True))
        return np.array([place.get(one, -1) for one in ids], dtype=np.intp)

    def sound(self, indices: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which of some rows (m,) agree with their checksums: for rows that were opened unchecked.

        Only the blocks in which they lie are read.
        """
        agree = np.ones(len(indices), dtype=bool)
        file, row = self._file[indices], self._row[indices]
        for number in np.unique(file).tolist():
            here = file == number
            agree[here] = self.files[number].agree(row[here])
        return agree

    def _read(self, indices: NDArray[Any], out: NDArray[np.float16]) -> None:
        """Read rows at rising indices into ``out``, near ones in one go."""
        file, row = self._file[indices], self._row[indices]
        near = (np.diff(row) <= _NEAR) & (np.diff(row) > 0) & (np.diff(file) == 0)
        near &= np.diff(row // _SPAN) == 0  # no more at once than that
        begins = [0, *(np.flatnonzero(~near) + 1).tolist()] if len(indices) else []
        for begin, end in zip(begins, [*begins[1:], len(indices)], strict=False):
            source = self.files[file[begin]].rows
            first, stop = int(row[begin]), int(row[end - 1]) + 1
            if stop - first == end - begin:
                source.read_direct(out[begin:end], slice(first, stop))
            else:
                out[begin:end] = source[first:stop][row[begin:end] - first]

    def close(self) -> None:
        """Close the files."""
        for one in self.files:
            one.close()

    def __enter__(self) -> "FeatureRows":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _last_of_each(ids: NDArray[np.object_], good: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows that count, rising: good, and the last of their galaxy."""
    import pandas as pd

    rows = np.flatnonzero(good).astype(np.int64)
    repeated = pd.Index(ids[rows], dtype=object).duplicated(keep="last")
    return rows[~repeated]
