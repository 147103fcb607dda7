"""Weights of our own architecture from a Keras 3 ``.weights.h5``, matched by structure.

Keras numbers the layers of each class in the network's order (``layers/conv2d_7/vars/0``) and
drops their names, so the n-th convolution there is the n-th here. Only arrays are read: neither
the architecture nor any code comes from the file.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from gzactive.errors import GzactiveError
from gzactive.model.foreign import ForeignWeights, Shape, account, head_of, layout

if TYPE_CHECKING:
    import h5py

__all__ = ["read_keras"]

#: The stem, in the whole model or in a backbone nested in it.
_STEM = re.compile(r"^(?P<outer>(?:layers/\w+/)*)layers/conv2d/vars/0$")
_NORM = re.compile(r"layers/(?P<kind>\w*batch_normalization)/vars/0$")  # and subclasses of it
_PLAIN_NORM = "batch_normalization"
_HEAD = ("layers/dense/vars/0", "layers/dense/vars/1")
_IGNORED = {
    "optimizer slots and settings": r"^optimizer/",
    "random states": r"(^|/)seed_generator/vars/",
}
#: Our variables in Keras's order, of convolutions and of BatchNorm.
_VARIABLES = {"kernel": 0, "bias": 1} | {
    name: index for index, name in enumerate(("gamma", "beta", "moving_mean", "moving_variance"))
}


def read_keras(path: Path) -> ForeignWeights:
    """Read what ``save_weights`` of Keras 3 wrote of our network, with or without a dense head.

    Raises
    ------
    GzactiveError
        If the file is broken, or a tensor is missing, of another shape or unknown.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            shapes = _shapes(file)
            stems = [match for name in shapes if (match := _STEM.match(name))]
            if len(stems) != 1 or len(shapes[stems[0][0]]) != 4:
                raise GzactiveError(
                    f"'{path}' lacks the tensor 'layers/conv2d/vars/0' of a network's first "
                    f"convolution: save an EfficientNet-B0 with save_weights of Keras 3."
                )
            expected = _expected(shapes, stems[0]["outer"], shapes[stems[0][0]][2])
            found = account("file", shapes, expected | head_of(shapes, _HEAD), _IGNORED)
            tensors = {ours: file[theirs][()] for ours, theirs in found.names.items()}
    except (OSError, RuntimeError, ValueError, KeyError) as error:  # h5py's, on damaged files
        raise GzactiveError(
            f"'{path}' is not a whole HDF5 file ({error}): write or copy it again."
        ) from error
    return ForeignWeights.of("Keras weights (.weights.h5)", tensors, found)


def _shapes(file: h5py.File) -> dict[str, Shape]:
    """Shapes of all arrays in the file by their path."""
    import h5py

    shapes: dict[str, Shape] = {}

    def visit(name: str, found: h5py.Dataset | h5py.Group) -> None:
        if isinstance(found, h5py.Dataset):
            shapes[name] = tuple(found.shape or ())

    file.visititems(visit)
    return shapes


def _expected(shapes: dict[str, Shape], outer: str, channels: int) -> dict[str, tuple[str, Shape]]:
    """Our name of each backbone tensor to Keras's and its shape."""
    norm = next((match["kind"] for name in shapes if (match := _NORM.search(name))), _PLAIN_NORM)
    seen: Counter[str] = Counter()
    places: dict[str, str] = {}
    expected = {}
    for name, shape in layout(channels).items():
        layer, variable = name.split("/")
        if layer not in places:
            kind = "conv2d"
            if layer.endswith("_depthwise_conv"):
                kind = "depthwise_conv2d"
            elif layer.endswith("_norm"):
                kind = norm
            places[layer] = (
                f"{outer}layers/{kind}_{seen[kind]}" if seen[kind] else f"{outer}layers/{kind}"
            )
            seen[kind] += 1
        expected[name] = (f"{places[layer]}/vars/{_VARIABLES[variable]}", shape)
    return expected
