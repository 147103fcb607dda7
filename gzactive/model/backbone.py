"""EfficientNet-B0 (Tan & Le 2019, arXiv 1905.11946) without top, rescaling or normalisation.

Built from its Table 1 with the public Keras API, so that it runs on every Keras backend.
Weights are put into it by name (:mod:`gzactive.model.weights`); the head is NumPy
(:mod:`gzactive.model.head`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model.head import FEATURES
from gzactive.model.normalisation import FusedBatchNormalization
from gzactive.model.weights_file import backbone_fingerprint

__all__ = [
    "EPSILON",
    "PARAMETERS",
    "backbone_tensors",
    "build_backbone",
    "fingerprint",
    "fold_normalisation",
    "freeze_all_but",
    "set_backbone_tensors",
]

PARAMETERS = 4_048_988  # at one channel, as in Table 1 of the report
_STEM, _SQUEEZE = 32, 0.25
EPSILON = 1e-3  # of BatchNorm, as in the published TensorFlow weights
#: expansion, channels, repeats, stride, kernel of the seven stages
_STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)


@dataclass(frozen=True)
class _Builder:
    """How a convolution is drawn: with its BatchNorm, or with that folded into its bias."""

    folded: bool
    drop_connect: float
    momentum: float

    def convolution(
        self, x: Any, name: str, filters: int | None, kernel: int, stride: int = 1, *, active: bool
    ) -> Any:
        """Convolution (depthwise if ``filters`` is None), normalisation, swish if ``active``.

        ``padding="same"`` puts an odd pixel of padding at the right and bottom; that equals the
        explicit padding of the published TensorFlow weights, for any size and Keras backend.
        """
        options = {
            "strides": stride,
            "padding": "same",
            "use_bias": self.folded,
            "name": f"{name}_conv",
        }
        if filters is None:
            x = keras.layers.DepthwiseConv2D(
                kernel, depthwise_initializer=_initializer(), **options
            )(x)
        else:
            x = keras.layers.Conv2D(filters, kernel, kernel_initializer=_initializer(), **options)(
                x
            )
        if not self.folded:
            x = FusedBatchNormalization(
                momentum=self.momentum, epsilon=EPSILON, name=f"{name}_norm"
            )(x)
        return keras.layers.Activation("swish", name=f"{name}_swish")(x) if active else x

    def block(
        self, x: Any, name: str, expand: int, filters: int, stride: int, kernel: int, drop: float
    ) -> Any:
        """Inverted bottleneck with squeeze-and-excitation (MBConv)."""
        layers = keras.layers
        inputs, before = x, int(x.shape[-1])
        if expand > 1:
            x = self.convolution(x, f"{name}_expand", before * expand, 1, active=True)
        x = self.convolution(x, f"{name}_depthwise", None, kernel, stride, active=True)
        squeezed = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(x)
        for step, units, activation in (
            ("reduce", max(1, int(before * _SQUEEZE)), "swish"),
            ("excite", before * expand, "sigmoid"),
        ):
            squeezed = layers.Conv2D(
                units,
                1,
                activation=activation,
                kernel_initializer=_initializer(),
                name=f"{name}_{step}",
            )(squeezed)
        x = layers.Multiply(name=f"{name}_gate")([x, squeezed])
        x = self.convolution(x, f"{name}_project", filters, 1, active=False)
        if stride == 1 and before == filters:
            if drop > 0:
                x = layers.Dropout(drop, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(x)
            x = layers.Add(name=f"{name}_add")([x, inputs])
        return x

    def network(self, channels: int, size: int, name: str) -> keras.Model:
        """The whole network, images to pooled features."""
        inputs = keras.Input((size, size, channels), name="image")
        x = self.convolution(inputs, "stem", _STEM, 3, 2, active=True)
        total, index = sum(stage[2] for stage in _STAGES), 0
        for number, (expand, filters, repeats, stride, kernel) in enumerate(_STAGES, start=1):
            for repeat in range(repeats):
                x = self.block(
                    x,
                    f"block{number}{'abcd'[repeat]}",
                    expand,
                    filters,
                    stride if repeat == 0 else 1,
                    kernel,
                    self.drop_connect * index / total,
                )
                index += 1
        x = self.convolution(x, "top", FEATURES, 1, active=True)
        return keras.Model(inputs, keras.layers.GlobalAveragePooling2D(name="pool")(x), name=name)


def _initializer() -> Any:
    """Fan-out normal, as the network was published with."""
    return keras.initializers.VarianceScaling(2.0, "fan_out", "truncated_normal")


def build_backbone(
    channels: int = 1, size: int = 224, *, drop_connect: float = 0.0, momentum: float = 0.99
) -> keras.Model:
    """Build the network with fresh weights.

    Parameters
    ----------
    channels : 1 grey, 3 colour
    size : pixels on a side; the weights fit any
    drop_connect : rate at the last block, in training only
    momentum : of the BatchNorm statistics; 0.9 keeps up where an epoch has some 50 steps

    Returns
    -------
    keras.Model
        (n, size, size, channels) in [0, 1] → (n, 1280)
    """
    model = _Builder(False, drop_connect, momentum).network(channels, size, "efficientnet_b0")
    assert model.count_params() == PARAMETERS + (channels - 1) * 9 * _STEM
    return model


def backbone_tensors(model: keras.Model) -> dict[str, NDArray[np.float32]]:
    """All weights by ``<layer>/<variable>``, BatchNorm statistics included."""
    return {
        f"{layer.name}/{variable.name}": np.array(variable.numpy())
        for layer in model.layers
        for variable in layer.weights
    }


def set_backbone_tensors(model: keras.Model, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Put weights into the network by name.

    Raises
    ------
    GzactiveError
        If one is missing, superfluous or of another shape, by name; the network is then unchanged.
    """
    variables = {
        f"{layer.name}/{variable.name}": variable
        for layer in model.layers
        for variable in layer.weights
    }
    if missing := sorted(variables.keys() - tensors.keys()):
        raise GzactiveError(
            f"The weights lack {len(missing)} of {len(variables)} tensors, first '{missing[0]}': "
            f"they are not EfficientNet-B0's."
        )
    if extra := sorted(tensors.keys() - variables.keys()):
        raise GzactiveError(
            f"The weights hold {len(extra)} tensors that EfficientNet-B0 has not, first "
            f"'{extra[0]}': take another file."
        )
    for name, variable in variables.items():
        if tuple(variable.shape) != tensors[name].shape:
            raise GzactiveError(
                f"Tensor '{name}' has shape {tensors[name].shape} where {tuple(variable.shape)} "
                f"is needed: take weights of as many channels."
            )
    for name, variable in variables.items():
        variable.assign(tensors[name].astype(np.float32))


def freeze_all_but(model: keras.Model, blocks: int) -> None:
    """Let only the last blocks and what follows them be trained, and no BatchNorm.

    BatchNorm keeps the statistics of the many images that it was trained on, which a few hundred
    would spoil.

    Parameters
    ----------
    model : keras.Model
        Of :func:`build_backbone`.
    blocks : int
        0 to 7; with 7 the stem is trained too, with 0 only the last convolution.

    Raises
    ------
    GzactiveError
        If there are not that many blocks.
    """
    if not 0 <= blocks <= len(_STAGES):
        raise GzactiveError(
            f"{blocks} blocks cannot be trained: EfficientNet-B0 has {len(_STAGES)}; give 0 to "
            f"{len(_STAGES)}."
        )
    trained = ["top", *(f"block{len(_STAGES) - index}" for index in range(blocks))]
    if blocks == len(_STAGES):
        trained.append("stem")
    for layer in model.layers:
        layer.trainable = layer.name.startswith(tuple(trained)) and not layer.name.endswith("_norm")


def fold_normalisation(model: keras.Model) -> keras.Model:
    """The same function without BatchNorm layers, for inference.

    Each BatchNorm is a fixed scale and shift after a convolution, so both go into its kernel and
    bias: fewer passes over memory, which bound speed on a CPU.
    """
    _, size, _, channels = model.input_shape
    folded = _Builder(True, 0.0, 0.99).network(channels, size, "efficientnet_b0_folded")
    tensors = backbone_tensors(model)
    fused: dict[str, NDArray[Any]] = {
        name: values for name, values in tensors.items() if "_norm/" not in name
    }
    for name in [name.removesuffix("/gamma") for name in tensors if name.endswith("/gamma")]:
        gamma, beta, mean, variance = (
            tensors[f"{name}/{part}"].astype(np.float64)
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        scale = gamma / np.sqrt(variance + EPSILON)
        conv = name.removesuffix("_norm") + "_conv"
        kernel = tensors[f"{conv}/kernel"].astype(np.float64)
        depthwise = kernel.shape[-1] == 1 and kernel.shape[-2] == len(scale)
        fused[f"{conv}/kernel"] = kernel * (scale[:, None] if depthwise else scale)
        fused[f"{conv}/bias"] = beta - mean * scale
    set_backbone_tensors(folded, fused)
    return folded


def fingerprint(model: keras.Model, image_key: str = "") -> str:
    """16 hex digits that tell this network with these image settings from any other."""
    return backbone_fingerprint(backbone_tensors(model), image_key)
