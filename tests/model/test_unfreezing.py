"""The last blocks are trained behind a front that is computed once, and never for the worse."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model import unfreezing
from gzactive.model.backbone import backbone_tensors
from gzactive.model.head import Head
from gzactive.model.unfreezing import SplitNetwork, TailTraining, Unfrozen
from gzactive.model.unfreezing_settings import Unfreezing
from gzactive.progress import Cancelled
from gzactive.trees import DecisionTree

SETTINGS = Unfreezing(blocks=0, learning_rate=0.05, batch=8, epochs=4)
WIDTH, SIZE = 6, 16


def tiny(channels: int = 1, size: int = SIZE) -> keras.Model:
    """Two convolutions in place of EfficientNet: one before the cut and one behind it."""
    layers = keras.layers
    inputs = keras.Input((size, size, channels))
    x = layers.Conv2D(4, 3, strides=2, activation="relu", name="stem_conv")(inputs)
    x = layers.Conv2D(WIDTH, 3, use_bias=False, name="top_conv")(x)
    x = layers.BatchNormalization(name="top_norm")(x)
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(layers.ReLU()(x)))


@pytest.fixture(autouse=True)
def tiny_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "slow" not in request.keywords:
        monkeypatch.setattr(unfreezing, "build_backbone", tiny)
        monkeypatch.setattr(unfreezing, "fold_normalisation", lambda model: model)


class Looks:
    """Activations in memory: view 1 is the mirror image of view 0."""

    views = 2

    def __init__(self, network: SplitNetwork, images: NDArray[np.float32]) -> None:
        self.seen = [network.front(images), network.front(images[:, :, ::-1])]

    def take(self, rows: NDArray[np.int64], views: NDArray[np.int64]) -> NDArray[np.float16]:
        return np.stack(self.seen)[views, rows]


@pytest.fixture(scope="module")
def start() -> dict[str, NDArray[np.float32]]:
    keras.utils.set_random_seed(1)
    return backbone_tensors(tiny())


@pytest.fixture(scope="module")
def images() -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    images = rng.random((40, SIZE, SIZE, 1), np.float32) / 4
    images[::2, 4:12, 4:12] += 0.7
    return images


VOTES = np.where(np.arange(40)[:, None] % 2 == 0, [9.0, 1.0], [1.0, 9.0])
VALIDATION = np.arange(40) >= 30


def trained(
    start: dict[str, NDArray[np.float32]],
    images: NDArray[np.float32],
    tree: DecisionTree,
    folder: Path,
    settings: Unfreezing = SETTINGS,
    votes: NDArray[np.float64] = VOTES,
    **options: object,
) -> Unfrozen:
    network = SplitNetwork(start, settings.blocks, size=SIZE)
    training = TailTraining(network, tree, votes.max(), settings)
    head = Head.fresh(tree, width=WIDTH)
    rows = np.arange(len(images))
    looks = Looks(network, images)
    return training.fit(looks, rows, votes, head, folder, validation=VALIDATION, **options)


def test_front_and_tail_are_the_network(
    start: dict[str, NDArray[np.float32]], images: NDArray[np.float32]
) -> None:
    network = SplitNetwork(start, 0, size=SIZE)
    whole = network.backbone.predict_on_batch(images)
    through = network.tail.predict_on_batch(network.front(images).astype(np.float32))
    np.testing.assert_allclose(through, whole, rtol=1e-2, atol=1e-3)
    turned = SplitNetwork(start, 0, size=SIZE, turned=True)
    np.testing.assert_array_equal(turned.front(images), network.front(images[:, ::-1, ::-1]))


def test_it_learns_in_the_trained_layers_only_and_leaves_normalisation_alone(
    start: dict[str, NDArray[np.float32]],
    images: NDArray[np.float32],
    rings: DecisionTree,
    tmp_path: Path,
) -> None:
    fit = trained(start, images, rings, tmp_path)
    assert fit.best_epoch > 0
    assert min(fit.history["validation_loss"]) < 0.9 * fit.start_loss
    changed = {
        name for name, value in fit.backbone.items() if not np.array_equal(value, start[name])
    }
    assert changed == {"top_conv/kernel"}
    assert fit.head.id != Head.fresh(rings, width=WIDTH).id


def test_it_never_ends_worse_than_it_began(
    start: dict[str, NDArray[np.float32]],
    images: NDArray[np.float32],
    rings: DecisionTree,
    tmp_path: Path,
) -> None:
    votes = VOTES.copy()
    votes[VALIDATION] = votes[VALIDATION][:, ::-1]  # whatever is learnt is wrong there
    fit = trained(start, images, rings, tmp_path, replace(SETTINGS, patience=2), votes)
    assert fit.best_epoch == 0
    assert len(fit.history["loss"]) == 2
    np.testing.assert_array_equal(fit.backbone["top_conv/kernel"], start["top_conv/kernel"])
    assert fit.head.id == Head.fresh(rings, width=WIDTH).id


def test_a_killed_training_goes_on_and_ends_as_if_nothing_had_happened(
    start: dict[str, NDArray[np.float32]],
    images: NDArray[np.float32],
    rings: DecisionTree,
    tmp_path: Path,
) -> None:
    whole = trained(start, images, rings, tmp_path / "whole")

    def kill_in_the_second_epoch(stage: str, done: int, total: int) -> None:
        if "epoch 2" in stage and done:
            raise Cancelled

    with pytest.raises(Cancelled):
        trained(start, images, rings, tmp_path / "cut", progress=kill_in_the_second_epoch)
    resumed = trained(start, images, rings, tmp_path / "cut")
    assert resumed.history["loss"] == pytest.approx(whole.history["loss"], rel=1e-4)
    np.testing.assert_allclose(
        resumed.backbone["top_conv/kernel"], whole.backbone["top_conv/kernel"], atol=1e-5
    )


def test_a_second_fit_of_the_same_training_owes_nothing_to_the_first(
    start: dict[str, NDArray[np.float32]],
    images: NDArray[np.float32],
    rings: DecisionTree,
    tmp_path: Path,
) -> None:
    network = SplitNetwork(start, 0, size=SIZE)
    training = TailTraining(network, rings, 9, SETTINGS)
    assert training.pace().tail > 0  # its steps are forgotten too
    head, looks, rows = Head.fresh(rings, width=WIDTH), Looks(network, images), np.arange(40)
    first, second = (
        training.fit(looks, rows, VOTES, head, tmp_path / name, validation=VALIDATION)
        for name in ("first", "second")
    )
    assert second.history["loss"] == pytest.approx(first.history["loss"], rel=1e-4)


def test_the_batch_is_halved_when_memory_runs_out(
    start: dict[str, NDArray[np.float32]],
    images: NDArray[np.float32],
    rings: DecisionTree,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = TailTraining.step

    def small_memory(self: TailTraining, looks: NDArray[np.float32], *rest: object) -> float:
        if len(looks) > 4:
            raise MemoryError
        return real(self, looks, *rest)

    monkeypatch.setattr(TailTraining, "step", small_memory)
    told: set[str] = set()
    trained(start, images, rings, tmp_path, progress=lambda stage, *_: told.add(stage))
    assert any("batch 4 since memory ran out" in stage for stage in told)


def test_the_evidence_does_not_drift_under_single_votes(
    start: dict[str, NDArray[np.float32]],
    images: NDArray[np.float32],
    rings: DecisionTree,
    tmp_path: Path,
) -> None:
    votes = (VOTES > 5).astype(float)
    drifts = []
    for anchor in (0.0, 3.0):
        settings = replace(SETTINGS, anchor=anchor, epochs=12, patience=12)
        fit = trained(start, images, rings, tmp_path / str(anchor), settings, votes)
        network = SplitNetwork(fit.backbone, 0, size=SIZE)
        alpha = fit.head.concentrations(network.backbone.predict_on_batch(images))
        drifts.append(np.abs(np.log(alpha.sum(axis=1) / 50.0)).mean())
    assert drifts[1] < 0.1
    assert drifts[1] < drifts[0]


def test_wrong_settings_are_refused_with_their_value() -> None:
    with pytest.raises(GzactiveError, match="8 blocks cannot be trained"):
        Unfreezing(blocks=8)
    with pytest.raises(GzactiveError, match="learning rate of -1"):
        Unfreezing(learning_rate=-1)
    with pytest.raises(GzactiveError, match="learning rate of nan"):
        Unfreezing(learning_rate=float("nan"))


@pytest.mark.slow
@pytest.mark.parametrize("blocks", [0, 2, 7])
def test_the_real_network_is_cut_where_nothing_is_lost(blocks: int) -> None:
    from gzactive.model.weights import load_model
    from gzactive.model.weights_file import default_weights, find_weights, read_backbone

    path = find_weights(default_weights())
    images = np.random.default_rng(0).random((4, 224, 224, 1), np.float32)
    network = SplitNetwork(read_backbone(path), blocks)
    through = network.tail.predict_on_batch(network.front(images).astype(np.float32))
    np.testing.assert_allclose(through, load_model(path).features(images), atol=0.05, rtol=0.02)
