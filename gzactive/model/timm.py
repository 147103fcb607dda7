"""Weights of timm's ``efficientnet_b0`` (PyTorch), of which three things differ from ours.

Kernels lie as (out, in, height, width). BatchNorm adds 1e-5 to the variance where ours adds 1e-3:
gamma takes up the difference, exactly. And a convolution of stride 2 puts the odd pixel of padding
left and top where ours, as TensorFlow, puts it right and bottom. Turned by 180°, one is the other,
so the kernels are stored turned and the network looks at turned images: the pooled features are
the same for any size. Names and shapes are facts of the published state; no code was copied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model.backbone import EPSILON
from gzactive.model.foreign import ForeignWeights, Shape, account, layout, numbers

__all__ = ["is_timm", "read_timm"]

_STEM = "conv_stem.weight"
_EPSILON = 1e-5  # of PyTorch's BatchNorm, which timm leaves as it is for efficientnet_b0
_NOTES = (
    "Taken as timm's efficientnet_b0; tf_efficientnet_b0 has the same names but pads otherwise.",
    "Images come to it in [0, 1], without ImageNet's mean and spread, as Zoobot trains.",
)
_ENDS = {"stem_conv": "conv_stem", "stem_norm": "bn1", "top_conv": "conv_head", "top_norm": "bn2"}
_SQUEEZE = {"reduce": "se.conv_reduce", "excite": "se.conv_expand"}
#: Layers of a block: of the first stage, which does not expand, and of all others.
_FIRST = _SQUEEZE | {
    "depthwise_conv": "conv_dw",
    "depthwise_norm": "bn1",
    "project_conv": "conv_pw",
    "project_norm": "bn2",
}
_OTHERS = _SQUEEZE | {
    "expand_conv": "conv_pw",
    "expand_norm": "bn1",
    "depthwise_conv": "conv_dw",
    "depthwise_norm": "bn2",
    "project_conv": "conv_pwl",
    "project_norm": "bn3",
}
_VARIABLES = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def is_timm(names: Mapping[str, Any]) -> bool:
    """Whether tensors are named as timm names them."""
    return any(name.endswith(_STEM) for name in names)


def read_timm(shapes: Mapping[str, Shape], read: Callable[[str], NDArray[Any]]) -> ForeignWeights:
    """Read the state of a timm ``efficientnet_b0``, alone or under a prefix such as ``encoder.``.

    Parameters
    ----------
    shapes : of all tensors, by name
    read : a tensor by its name

    Raises
    ------
    GzactiveError
        If a tensor is missing, of another shape, or unknown: the sentence names it.
    """
    stems = sorted(name for name in shapes if name.endswith(_STEM))
    if len(stems) != 1 or len(shapes[stems[0]]) != 4:
        raise GzactiveError(
            f"The state holds {len(stems)} networks, first '{stems[0]}' of shape "
            f"{tuple(shapes[stems[0]])}: save the state of one efficientnet_b0."
        )
    prefix = stems[0].removesuffix(_STEM)
    ignored = {
        "counters of batches": r"\.num_batches_tracked$",
        "its own classifier": f"^{re.escape(prefix)}classifier\\.",
    }
    if prefix:
        ignored[f"parts outside of '{prefix}'"] = f"^(?!{re.escape(prefix)})"
    ours = layout(shapes[stems[0]][1])
    expected = {
        name: (prefix + _their_name(name), _their_shape(name, shape))
        for name, shape in ours.items()
    }
    found = account("state", shapes, expected, ignored)
    tensors = {
        name: _as_ours(name, numbers(read(theirs), np.float64, theirs))
        for name, theirs in found.names.items()
    }
    for name in [name for name in tensors if name.endswith("/gamma")]:
        variance = tensors[name.replace("/gamma", "/moving_variance")]
        with np.errstate(invalid="ignore"):
            tensors[name] *= np.sqrt((variance + EPSILON) / (variance + _EPSILON))
    return ForeignWeights.of(
        "timm efficientnet_b0 (PyTorch)", tensors, found, notes=_NOTES, turned=True
    )


def _their_name(name: str) -> str:
    layer, variable = name.split("/")
    if block := re.fullmatch(r"block(\d)(\w)_(\w+)", layer):
        stage, repeat, part = int(block[1]) - 1, "abcd".index(block[2]), block[3]
        layer = f"blocks.{stage}.{repeat}.{(_OTHERS if stage else _FIRST)[part]}"
    else:
        layer = _ENDS[layer]
    return f"{layer}.{_VARIABLES[variable]}"


def _their_shape(name: str, shape: Shape) -> Shape:
    """(height, width, in, out) to (out, in, height, width); depthwise (height, width, n, 1)."""
    if len(shape) != 4:
        return shape
    height, width, inward, outward = shape
    if "_depthwise_" in name:
        return inward, outward, height, width
    return outward, inward, height, width


def _as_ours(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A kernel with its axes in our order, turned by 180°; all else as it is."""
    if values.ndim != 4:
        return values
    kernel = values.transpose((2, 3, 0, 1) if "_depthwise_" in name else (2, 3, 1, 0))
    return kernel[::-1, ::-1]
