"""Weights from tensors that carry names: ours or timm's, in files of several programs.

``.safetensors`` holds no code, NumPy refuses pickled arrays in an ``.npz`` before it reads them,
and of what PyTorch saves none is run.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model.foreign import ForeignWeights, Shape, account, head_of, layout
from gzactive.model.timm import is_timm, read_timm
from gzactive.model.torch_file import read_torch
from gzactive.model.weights_file import open_tensors

__all__ = ["read_npz", "read_safetensors", "read_state"]

_STEM = "stem_conv/kernel"
_PREFIX = "backbone/"  # in our own files; tensors named by layer alone are as good
#: What NumPy and zipfile raise on damaged files, and on files that are something else.
_DAMAGE = (OSError, ValueError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


def read_safetensors(path: Path) -> ForeignWeights:
    """Read a backbone, with or without a head, whose tensors are named as ours or as timm's.

    Raises
    ------
    GzactiveError
        If the file is broken, or a tensor is missing, of another shape, type or unknown.
    """
    with open_tensors(path) as tensors:

        def read(name: str) -> NDArray[Any]:
            try:
                return np.asarray(tensors.get_tensor(name))
            except (TypeError, AttributeError) as error:  # bfloat16 and the like
                raise GzactiveError(
                    f"Tensor '{name}' of '{path}' is of a type that NumPy has not: save the "
                    f"weights as float32."
                ) from error

        shapes = {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}  # noqa: SIM118 - not a mapping
        return _read("safetensors", shapes, read)


def read_npz(path: Path) -> ForeignWeights:
    """Read a backbone, with or without a head, as :func:`read_safetensors` does.

    Raises
    ------
    GzactiveError
        As :func:`read_safetensors`, or if the file holds anything but plain arrays.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in file.files}
    except _DAMAGE as error:
        raise GzactiveError(
            f"'{path}' is not a whole .npz file of plain arrays ({error}): write it again with "
            f"numpy.savez."
        ) from error
    return _read("npz", {name: one.shape for name, one in arrays.items()}, arrays.__getitem__)


def read_state(path: Path) -> ForeignWeights:
    """Read a state that PyTorch saved, as :func:`read_safetensors` does.

    Raises
    ------
    GzactiveError
        As :func:`read_safetensors`, or if the file holds anything but tensors.
    """
    return _read("PyTorch", *read_torch(path))


def _read(
    form: str, shapes: Mapping[str, Shape], read: Callable[[str], NDArray[Any]]
) -> ForeignWeights:
    if is_timm(shapes):
        return read_timm(shapes, read)
    prefix = _PREFIX if _PREFIX + _STEM in shapes else ""
    if len(shapes.get(prefix + _STEM, ())) != 4:
        raise GzactiveError(
            f"The file holds neither '{_STEM}' (our names) nor 'conv_stem.weight' (timm's): it is "
            f"no EfficientNet-B0 that can be imported."
        )
    expected = {
        name: (prefix + name, shape) for name, shape in layout(shapes[prefix + _STEM][2]).items()
    }
    found = account("file", shapes, expected | head_of(shapes), {})
    tensors = {ours: read(theirs) for ours, theirs in found.names.items()}
    return ForeignWeights.of(f"EfficientNet-B0 tensors ({form})", tensors, found)
