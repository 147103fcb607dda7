"""Weights of Zoobot v1, read from its TensorFlow checkpoints: tensors only, mapped by structure.

A checkpoint names tensors by their place in the network (``layer_with_weights-7``), so the n-th
layer with weights there is the n-th here. Nothing is unpickled and no model code is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gzactive.errors import GzactiveError
from gzactive.model.foreign import (
    Account,
    ForeignWeights,
    Shape,
    account,
    head_of,
    layout,
)

__all__ = ["map_checkpoint", "read_checkpoint"]

_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
_BACKBONE = "layer_with_weights-0/layer_with_weights-0/layer_with_weights-{}/{}" + _SUFFIX
_HEAD = "layer_with_weights-1/{}" + _SUFFIX
_STEM = _BACKBONE.format(0, "kernel")
#: What a checkpoint holds besides the model.
_IGNORED = {
    "optimizer slots": r"\.OPTIMIZER_SLOT/",
    "optimizer settings": r"^optimizer/",
    "random states": r"/_rng/_state_var/",
    "counters": r"^(step|save_counter)/",
    "the checkpoint's own index": r"^_CHECKPOINTABLE_OBJECT_GRAPH$",
}


def map_checkpoint(shapes: Mapping[str, Shape]) -> Account:
    """Account for every tensor of a checkpoint, given by name and shape.

    Raises
    ------
    GzactiveError
        If a tensor is missing, of another shape, or unknown: the sentence names it.
    """
    if len(shapes.get(_STEM, ())) != 4:
        raise GzactiveError(
            f"The checkpoint lacks '{_STEM}': it is not a Zoobot v1 EfficientNet-B0 checkpoint."
        )
    head = head_of(shapes, (_HEAD.format("kernel"), _HEAD.format("bias")))
    return account("checkpoint", shapes, _expected(shapes[_STEM][2]) | head, _IGNORED)


def read_checkpoint(prefix: Path | str) -> ForeignWeights:
    """Read a checkpoint, given without ``.index`` or ``.data-…``.

    Raises
    ------
    GzactiveError
        If there is none, it is broken, or :func:`map_checkpoint` refuses it.
    """
    import tensorflow

    path = Path(prefix).expanduser()
    if not path.with_name(path.name + ".index").exists():
        raise GzactiveError(
            f"There is no checkpoint '{path}' (with a '{path.name}.index'): check the path."
        )
    try:
        reader = tensorflow.train.load_checkpoint(str(path))
        shapes = reader.get_variable_to_shape_map()
        found = map_checkpoint({name: tuple(shape) for name, shape in shapes.items()})
        tensors = {ours: np.asarray(reader.get_tensor(name)) for ours, name in found.names.items()}
    except (tensorflow.errors.OpError, ValueError, RuntimeError, LookupError) as error:
        reason = str(error).splitlines()[0]
        raise GzactiveError(
            f"The checkpoint '{path}' cannot be read ({reason}): copy all its files again."
        ) from error
    return ForeignWeights.of("Zoobot v1 checkpoint (TensorFlow)", tensors, found)


def _expected(channels: int) -> dict[str, tuple[str, Shape]]:
    """Our name of each backbone tensor to the checkpoint's and its shape."""
    shapes = layout(channels)
    layers = list(dict.fromkeys(name.split("/")[0] for name in shapes))
    expected = {}
    for name, shape in shapes.items():
        layer, variable = name.split("/")
        theirs = "depthwise_kernel" if layer.endswith("depthwise_conv") else variable
        expected[name] = (_BACKBONE.format(layers.index(layer), theirs), shape)
    return expected
