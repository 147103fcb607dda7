from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model import backbone_training
from gzactive.model.auxiliary import Auxiliary
from gzactive.model.backbone import backbone_tensors, build_backbone
from gzactive.model.backbone_training import BackboneFit, BackboneSettings, _Run, train_backbone
from gzactive.progress import Cancelled
from gzactive.trees import DecisionTree

SETTINGS = BackboneSettings(crop=32, epochs=2, batch=16, validation_share=0.25)


@pytest.fixture(autouse=True)
def tiny_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One convolution in place of EfficientNet, whose every trace takes ten seconds."""

    def build(channels: int, size: int, drop_connect: float, momentum: float) -> keras.Model:
        layers = keras.layers
        inputs = keras.Input((size, size, channels))
        x = layers.Conv2D(4, 3, strides=2, use_bias=False, name="top_conv")(inputs)
        x = layers.BatchNormalization(momentum=momentum, name="top_norm")(x)
        return keras.Model(inputs, layers.GlobalAveragePooling2D()(layers.ReLU()(x)))

    if "slow" not in request.keywords:
        monkeypatch.setattr(backbone_training, "build_backbone", build)


@pytest.fixture(scope="module")
def sky(rings: DecisionTree) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bright and dark discs, and votes that say which."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 60, (64, 44, 44, 1), np.uint8)
    bright = np.arange(64) % 2 == 0
    images[bright, 15:30, 15:30] += 150
    return images, np.where(bright[:, None], [9, 1], [1, 9])


def tensors(fit: BackboneFit) -> NDArray[np.float32]:
    return np.concatenate([value.ravel() for value in backbone_tensors(fit.backbone).values()])


def test_a_killed_run_goes_on_and_ends_as_if_nothing_had_happened(
    sky: tuple[NDArray[np.uint8], NDArray[np.int64]], rings: DecisionTree, tmp_path: Path
) -> None:
    whole = train_backbone(*sky, rings, tmp_path / "whole", settings=SETTINGS)
    assert len(whole.history["loss"]) == 2
    assert all(np.isfinite(whole.history["validation_loss"]))
    assert len(whole.validation) == 16

    def kill_in_the_second_epoch(stage: str, done: int, total: int) -> None:
        if "epoch 2" in stage and done:
            raise Cancelled

    with pytest.raises(Cancelled):
        train_backbone(
            *sky, rings, tmp_path / "cut", settings=SETTINGS, progress=kill_in_the_second_epoch
        )
    resumed = train_backbone(*sky, rings, tmp_path / "cut", settings=SETTINGS)
    assert resumed.history["loss"] == pytest.approx(whole.history["loss"], rel=1e-3)
    np.testing.assert_allclose(tensors(resumed), tensors(whole), rtol=1e-2, atol=1e-3)
    assert "resumed after epoch 1" in (tmp_path / "cut" / "training.log").read_text()
    finished = train_backbone(*sky, rings, tmp_path / "cut", settings=SETTINGS)
    np.testing.assert_array_equal(tensors(finished), tensors(resumed))
    with pytest.raises(GzactiveError, match="other data or settings"):
        train_backbone(*sky, rings, tmp_path / "cut", settings=SETTINGS, seed=5)


def test_it_starts_from_given_weights_and_halves_the_batch_when_memory_runs_out(
    sky: tuple[NDArray[np.uint8], NDArray[np.int64]],
    rings: DecisionTree,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = BackboneSettings(
        crop=32, epochs=1, batch=16, accumulate=2, learning_rate=0.0, validation_share=0.25
    )
    run = _Run(sky[0], sky[1].astype(np.float32), rings, tmp_path, settings, 0)
    run.build(None, None)
    before = backbone_tensors(run.backbone)["top_conv/kernel"]
    sizes: list[int] = []
    train_on_batch = run.model.train_on_batch

    def small_memory(views: NDArray[np.float32], votes: NDArray[np.float32]) -> float:
        sizes.append(len(views))
        if len(views) > 8:
            raise MemoryError("out of memory")
        return float(train_on_batch(views, votes))

    monkeypatch.setattr(run.model, "train_on_batch", small_memory)
    run.epoch(lambda stage, done, total: None)
    assert sizes[:2] == [16, 8]
    assert sum(size for size in sizes if size <= 8) == len(run.training)
    assert "batch 8 from here" in (tmp_path / "training.log").read_text()
    again = _Run(sky[0], sky[1].astype(np.float32), rings, tmp_path / "b", settings, 1)
    again.build(backbone_tensors(run.backbone), None)
    np.testing.assert_allclose(
        backbone_tensors(again.backbone)["top_conv/kernel"], before, atol=1e-6
    )


@pytest.mark.slow
def test_the_whole_network_learns_from_votes(
    sky: tuple[NDArray[np.uint8], NDArray[np.int64]], rings: DecisionTree, tmp_path: Path
) -> None:
    settings = BackboneSettings(crop=32, epochs=15, batch=16, validation_share=0.25)
    fit = train_backbone(*sky, rings, tmp_path, settings=settings)
    assert fit.backbone.count_params() == build_backbone().count_params()
    assert fit.history["loss"][-1] < 0.8 * fit.history["loss"][0]


def test_bad_arrays_are_refused(rings: DecisionTree, tmp_path: Path) -> None:
    images = np.zeros((4, 20, 20, 1), np.uint8)
    with pytest.raises(GzactiveError, match="at least 32 pixels"):
        train_backbone(images, np.ones((4, 2)), rings, tmp_path, settings=SETTINGS)
    with pytest.raises(GzactiveError, match=r"votes of shape \(4, 2\), not \(4, 3\)"):
        train_backbone(
            np.zeros((4, 40, 40, 1), np.uint8), np.ones((4, 3)), rings, tmp_path, settings=SETTINGS
        )


def test_attributes_beyond_the_tree_are_learnt_on_the_way_and_dropped(
    sky: tuple[NDArray[np.uint8], NDArray[np.int64]], rings: DecisionTree, tmp_path: Path
) -> None:
    images, votes = sky
    bright = (votes[:, :1] > 5).astype(np.float32)
    attributes = Auxiliary(("bright", "unknown"), np.hstack([bright, np.full_like(bright, np.nan)]))
    silent = np.zeros_like(votes)  # the attributes alone teach the backbone
    settings = BackboneSettings(crop=32, epochs=12, batch=16, learning_rate=0.05)
    fit = train_backbone(
        images,
        silent,
        rings,
        tmp_path,
        auxiliary=attributes,
        validation=np.arange(16),
        settings=settings,
    )
    assert fit.head.kernel.shape == (4, 2)
    assert fit.history["loss"][-1] < 0.5 * fit.history["loss"][0]
    assert fit.history["validation_loss"][-1] == 0.0
    np.testing.assert_array_equal(fit.validation, np.arange(16))
    with pytest.raises(GzactiveError, match="as many rows of attributes"):
        train_backbone(
            images[:9], silent[:9], rings, tmp_path, auxiliary=attributes, settings=settings
        )


def test_a_galaxy_named_twice_is_seen_twice_an_epoch(
    sky: tuple[NDArray[np.uint8], NDArray[np.int64]], rings: DecisionTree, tmp_path: Path
) -> None:
    last: dict[str, int] = {}

    def note(stage: str, done: int, total: int) -> None:
        last[stage] = total

    settings = BackboneSettings(crop=32, epochs=1, batch=16)
    rows = np.repeat(np.arange(16, 32), 3)
    train_backbone(
        *sky,
        rings,
        tmp_path,
        training=rows,
        validation=np.arange(16),
        settings=settings,
        progress=note,
    )
    assert last["training, epoch 1 of 1"] == 48
