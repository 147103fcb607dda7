from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model.head import Head, dropout_masks
from gzactive.trees import DecisionTree

WIDTH = 24


@pytest.fixture
def head(rng: np.random.Generator) -> Head:
    return Head(rng.normal(size=(WIDTH, 5)), rng.normal(size=5))


@pytest.fixture
def features(rng: np.random.Generator) -> NDArray[np.float32]:
    return rng.random((300, WIDTH), dtype=np.float32)


def squashed(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 + 100 / (1 + np.exp(-logits))


def test_concentrations_are_1_plus_100_sigmoid(head: Head, features: NDArray[np.float32]) -> None:
    logits = features.astype(float) @ head.kernel + head.bias
    np.testing.assert_allclose(head.concentrations(features), squashed(logits), rtol=2e-5)


def test_the_34_answer_head_has_43554_parameters(tree: DecisionTree) -> None:
    head = Head.fresh(tree)
    assert head.kernel.size + head.bias.size == 43_554


def test_each_pass_is_the_head_with_one_mask_for_every_galaxy(
    head: Head, features: NDArray[np.float32]
) -> None:
    samples = head.mc_concentrations(features, 6, seed=3, rate=0.2)
    assert samples.shape == (300, 5, 6)
    assert samples.dtype == np.float32
    assert samples.flags.c_contiguous
    masks = dropout_masks(WIDTH, 6, 3, 0.2).astype(float)
    for t in range(6):
        logits = (features * masks[:, t]) @ head.kernel + head.bias
        np.testing.assert_allclose(samples[:, :, t], squashed(logits), rtol=2e-5)


def test_passes_repeat_by_seed_and_more_passes_extend_fewer(
    head: Head, features: NDArray[np.float32]
) -> None:
    first = head.mc_concentrations(features, 4, seed=3)
    np.testing.assert_allclose(head.mc_concentrations(features, 9, seed=3)[..., :4], first, 1e-5)
    assert not np.allclose(head.mc_concentrations(features, 4, seed=4), first)


def test_dropout_keeps_the_expected_share_and_the_mean() -> None:
    masks = dropout_masks(4000, 30, 0, 0.2)
    assert masks.mean() == pytest.approx(1.0, abs=0.01)
    assert set(np.unique(masks)) == {np.float32(0), np.float32(1.25)}
    assert (dropout_masks(10, 3, 0, 0.0) == 1).all()


def test_a_catalogue_streams_in_blocks_from_a_float16_file(
    head: Head, features: NDArray[np.float32], tmp_path: Path
) -> None:
    half = features.astype(np.float16)
    with h5py.File(tmp_path / "features.h5", "w") as file:
        stored = file.create_dataset("features", data=half)
        blocks = list(head.mc_blocks(stored, 7, seed=1, block=128))
        whole = head.mc_concentrations(stored, 7, seed=1)
    assert [rows for rows, _ in blocks] == [slice(0, 128), slice(128, 256), slice(256, 300)]
    np.testing.assert_allclose(np.concatenate([values for _, values in blocks]), whole, 1e-5)
    np.testing.assert_allclose(whole, head.mc_concentrations(half, 7, seed=1), rtol=1e-6)


def test_no_galaxies_give_no_rows(head: Head) -> None:
    assert head.mc_concentrations(np.zeros((0, WIDTH)), 7, seed=1).shape == (0, 5, 7)
    assert head.concentrations(np.zeros((0, WIDTH))).shape == (0, 5)


def test_extreme_logits_stay_between_1_and_101() -> None:
    head = Head(np.eye(2) * 1e4, np.zeros(2))
    alpha = head.mc_concentrations(np.array([[1.0, -1.0]]), 3, seed=0, rate=0.0)
    assert alpha[0, 0].tolist() == [101.0] * 3
    assert alpha[0, 1].tolist() == [1.0] * 3


def test_a_fresh_head_has_equal_fractions_and_a_constant_total(
    tree: DecisionTree, rng: np.random.Generator
) -> None:
    alpha = Head.fresh(tree).concentrations(rng.random((4, 1280)))
    for question in tree.modelled:
        part = alpha[:, tree.slice(question.name)]
        np.testing.assert_allclose(part.sum(axis=1), 50.0, rtol=1e-5)
        np.testing.assert_allclose(part, 50.0 / part.shape[1], rtol=1e-5)
    assert Head.fresh([2, 3], width=8).kernel.shape == (8, 5)
    with pytest.raises(GzactiveError, match="total concentration of 4"):
        Head.fresh([5], total=4)


def test_saved_and_loaded_heads_are_the_same_head(head: Head, tmp_path: Path) -> None:
    head.save(tmp_path / "head.safetensors", {"round": "3"})
    loaded = Head.load(tmp_path / "head.safetensors")
    assert loaded.id == head.id
    np.testing.assert_array_equal(loaded.kernel, head.kernel)
    assert Head(head.kernel, head.bias + 1).id != head.id
    assert list(tmp_path.iterdir()) == [tmp_path / "head.safetensors"]


def test_bad_heads_and_features_are_refused_in_one_sentence(head: Head, tmp_path: Path) -> None:
    with pytest.raises(GzactiveError, match=r"\(n, 24\), not \(3, 7\)"):
        head.concentrations(np.zeros((3, 7)))
    with pytest.raises(GzactiveError, match="kernel"):
        Head(np.zeros((3, 4)), np.zeros(3))
    with pytest.raises(GzactiveError, match="not finite"):
        Head(np.full((3, 4), np.nan), np.zeros(4))
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\x00" * 40)
    with pytest.raises(GzactiveError, match="not a whole safetensors file"):
        Head.load(broken)
    with pytest.raises(GzactiveError, match="no weights file"):
        Head.load(tmp_path / "absent.safetensors")
