"""A network of two convolutions, whose traces take no time, and images that it can tell apart."""

import keras
import numpy as np
import pandas as pd
from PIL import Image

from gzactive.model.backbone import backbone_tensors
from gzactive.model.head import FEATURES
from gzactive.model.weights_file import write_weights


def tiny(channels=1, size=224, **_):
    """Two convolutions and 1,280 features, in place of EfficientNet."""
    layers = keras.layers
    inputs = keras.Input((size, size, channels))
    x = layers.Conv2D(4, 32, strides=32, activation="relu", name="stem_conv")(inputs)
    x = layers.Conv2D(FEATURES, 1, activation="relu", name="top_conv")(x)
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x))


def use_tiny_network(monkeypatch):
    """Let it stand in for EfficientNet wherever a project's network is built."""
    from gzactive.model import unfreezing, weights

    for module in (unfreezing, weights):
        monkeypatch.setattr(module, "build_backbone", tiny)
        monkeypatch.setattr(module, "fold_normalisation", lambda model: model)


def tiny_weights(path):
    """A weights file of it, without a head."""
    keras.utils.set_random_seed(3)
    write_weights(
        path,
        backbone_tensors(tiny()),
        head=None,
        tree_id=None,
        columns=(),
        channels=1,
        card={},
        dtype="float32",
    )
    return path


def ring_images(folder, n):
    """Discs with and without a ring around them, and the table that says which."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:96, :96] - 48
    for number in range(n):
        radius = np.hypot(x, y) / rng.uniform(0.9, 1.1)
        light = 160 * np.exp(-((radius / 8) ** 2)) + rng.normal(20, 5, radius.shape)
        if number % 2 == 0:
            light += 120 * np.exp(-(((radius - 28) / 4) ** 2))
        pixels = np.clip(light, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"g{number:03d}.png")
    ring = np.arange(n) % 2 == 0
    ids = [f"g{number:03d}" for number in range(n)]
    return pd.DataFrame({"id_str": ids, "ring_yes": ring * 1, "ring_no": ~ring * 1})
