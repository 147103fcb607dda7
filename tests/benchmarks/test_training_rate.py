"""Training the whole network: our BatchNorm against Keras's, and whether the network ever waits."""

import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from gzactive.model import backbone
from gzactive.model.augmentation import Augmentation
from gzactive.model.backbone_settings import BackboneSettings
from gzactive.model.backbone_training import train_backbone
from gzactive.trees import load_tree

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]
CROP, BATCH, STEPS = 112, 64, 6


def test_the_fused_normalisation_trains_faster_than_keras_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fused = compiled()
    monkeypatch.setattr(backbone, "FusedBatchNormalization", keras.layers.BatchNormalization)
    plain = compiled()
    rng = np.random.default_rng(0)
    views = rng.random((BATCH, CROP, CROP, 1), np.float32)
    target = rng.random((BATCH, 1280), np.float32)
    for model in (fused, plain):
        model.train_on_batch(views, target)
    turns = [(seconds(fused, views, target), seconds(plain, views, target)) for _ in range(3)]
    ours, theirs = np.min(turns, axis=0)
    print(
        f"\nfused {BATCH / ours:.1f}, Keras's {BATCH / theirs:.1f} images a second: "
        f"{theirs / ours:.2f} times as fast"
    )
    assert theirs / ours > 1.15


def test_the_network_does_not_wait_for_augmented_images(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (10 * BATCH, 300, 300, 1), np.uint8)
    votes = rng.integers(0, 9, (len(images), 2))
    strong = Augmentation(zoom=0.75, scale=0.4, noise=0.06, coarse=3, faint=1.3)
    settings = BackboneSettings(crop=CROP, batch=BATCH, epochs=2, augmentation=strong)
    fit = train_backbone(images, votes, load_tree("rings"), tmp_path, settings=settings)
    share = fit.history["waiting"][1] / fit.history["seconds"][1]
    print(f"\nthe network waited {100 * share:.1f} % of an epoch for images")
    assert share < 0.1


def compiled() -> Any:
    model = backbone.build_backbone(size=CROP, momentum=0.9)
    model.compile(optimizer=keras.optimizers.Adam(1e-4), loss="mse", jit_compile=False)
    return model


def seconds(model: Any, views: Any, target: Any) -> float:
    started = time.perf_counter()
    for _ in range(STEPS):
        model.train_on_batch(views, target)
    return (time.perf_counter() - started) / STEPS
