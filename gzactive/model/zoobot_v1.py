"""Weights of Zoobot v1, read from its TensorFlow checkpoints: tensors only, mapped by structure.

A checkpoint names tensors by their place in the network (``layer_with_weights-7``), so the n-th
layer with weights there is the n-th here. Nothing is unpickled and no model code is run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model.backbone import build_backbone
from gzactive.model.head import Head

__all__ = ["ZoobotCheckpoint", "map_checkpoint", "read_checkpoint"]

_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
_BACKBONE = "layer_with_weights-0/layer_with_weights-0/layer_with_weights-{}/{}" + _SUFFIX
_HEAD = "layer_with_weights-1/{}" + _SUFFIX
_STEM = _BACKBONE.format(0, "kernel")
#: What a checkpoint holds besides the model: optimizer, random states, counters, its own index.
_IGNORED = re.compile(
    r"\.OPTIMIZER_SLOT/|^optimizer/|/_rng/_state_var/|^step/|^save_counter/|"
    r"^_CHECKPOINTABLE_OBJECT_GRAPH$"
)


@dataclass(frozen=True)
class ZoobotCheckpoint:
    """What a checkpoint holds."""

    backbone: dict[str, NDArray[np.float32]]  #: by ``<layer>/<variable>``
    head: Head | None  #: None for an encoder alone
    channels: int
    ignored: tuple[str, ...]  #: names left out: optimizer slots, random states, counters


def map_checkpoint(
    shapes: Mapping[str, tuple[int, ...]],
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Account for every tensor of a checkpoint.

    Parameters
    ----------
    shapes : mapping
        Name of each tensor in the checkpoint to its shape.

    Returns
    -------
    names : dict
        Our name of each model tensor (``<layer>/<variable>``, ``head/kernel``, ``head/bias``) to
        the checkpoint's.
    ignored : tuple of str
        What is no part of the model.

    Raises
    ------
    GzactiveError
        If a tensor is missing, of another shape, or unknown: the sentence names it.
    """
    if _STEM not in shapes or len(shapes[_STEM]) != 4:
        raise GzactiveError(
            f"The checkpoint lacks '{_STEM}': it is not a Zoobot v1 EfficientNet-B0 checkpoint."
        )
    expected = _expected(shapes[_STEM][2])
    heads = {_HEAD.format(part): f"head/{part}" for part in ("kernel", "bias")}
    if any(name in shapes for name in heads):
        answers = shapes.get(_HEAD.format("bias"), (0,))[0]
        expected |= {
            "head/kernel": (_HEAD.format("kernel"), (1280, answers)),
            "head/bias": (_HEAD.format("bias"), (answers,)),
        }
    for ours, (theirs, shape) in expected.items():
        if theirs not in shapes:
            raise GzactiveError(f"The checkpoint lacks '{theirs}' (our '{ours}'): it is not whole.")
        if tuple(shapes[theirs]) != shape:
            raise GzactiveError(
                f"'{theirs}' (our '{ours}') has shape {tuple(shapes[theirs])} where {shape} is "
                f"needed: it is not an EfficientNet-B0."
            )
    names = {ours: theirs for ours, (theirs, _) in expected.items()}
    rest = sorted(set(shapes) - set(names.values()))
    for name in rest:
        if not _IGNORED.search(name):
            raise GzactiveError(
                f"The checkpoint holds '{name}', which EfficientNet-B0 has not: take another."
            )
    return names, tuple(rest)


def read_checkpoint(prefix: Path | str) -> ZoobotCheckpoint:
    """Read a checkpoint, given without ``.index`` or ``.data-…``.

    Raises
    ------
    GzactiveError
        If there is none, it is broken, or :func:`map_checkpoint` refuses it.
    """
    import tensorflow

    path = Path(str(prefix).removesuffix(".index")).expanduser()
    if not path.with_name(path.name + ".index").exists():
        raise GzactiveError(
            f"There is no checkpoint '{path}' (with a '{path.name}.index'): check the path."
        )
    try:
        reader = tensorflow.train.load_checkpoint(str(path))
        shapes = reader.get_variable_to_shape_map()
        names, ignored = map_checkpoint({name: tuple(shape) for name, shape in shapes.items()})
        tensors = {ours: np.asarray(reader.get_tensor(name)) for ours, name in names.items()}
    except (tensorflow.errors.OpError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise GzactiveError(
            f"The checkpoint '{path}' cannot be read ({reason}): copy all its files again."
        ) from error
    kernel, bias = tensors.pop("head/kernel", None), tensors.pop("head/bias", None)
    head = Head(kernel, bias) if kernel is not None and bias is not None else None
    return ZoobotCheckpoint(tensors, head, tensors["stem_conv/kernel"].shape[2], ignored)


def _expected(channels: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Our name of each backbone tensor to the checkpoint's and its shape."""
    model: Any = build_backbone(channels, size=32)
    layers = [layer for layer in model.layers if layer.weights]
    expected = {}
    for index, layer in enumerate(layers):
        for variable in layer.weights:
            theirs = "depthwise_kernel" if layer.name.endswith("depthwise_conv") else variable.name
            expected[f"{layer.name}/{variable.name}"] = (
                _BACKBONE.format(index, theirs),
                tuple(variable.shape),
            )
    return expected
