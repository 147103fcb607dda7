from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.model.backbone import (
    PARAMETERS,
    backbone_tensors,
    build_backbone,
    fingerprint,
    fold_normalisation,
    freeze_all_but,
    set_backbone_tensors,
)
from gzactive.model.head import Head
from gzactive.model.weights import GalaxyModel, load_model, save_model
from gzactive.model.weights_file import file_fingerprint, read_backbone, write_weights
from gzactive.trees import DecisionTree

SIZE = 64


@pytest.fixture(scope="module")
def backbone() -> keras.Model:
    """A small-input network whose BatchNorm statistics are not the trivial ones."""
    keras.utils.set_random_seed(1)
    model = build_backbone(size=SIZE)
    rng = np.random.default_rng(1)
    tensors = backbone_tensors(model)
    for name, values in tensors.items():
        if name.endswith(("moving_mean", "beta")):
            tensors[name] = rng.normal(scale=0.1, size=values.shape).astype(np.float32)
        elif name.endswith(("moving_variance", "gamma")):
            tensors[name] = rng.uniform(0.5, 1.5, values.shape).astype(np.float32)
    set_backbone_tensors(model, tensors)
    return model


@pytest.fixture(scope="module")
def images() -> NDArray[np.float32]:
    return np.random.default_rng(2).random((5, SIZE, SIZE, 1), dtype=np.float32)


@pytest.fixture(scope="module")
def model_and_file(
    backbone: keras.Model, tree: DecisionTree, tmp_path_factory: pytest.TempPathFactory
) -> tuple[GalaxyModel, Path]:
    path = tmp_path_factory.mktemp("weights") / "mine.safetensors"
    head = Head(np.random.default_rng(3).normal(size=(1280, 34)) * 0.02, np.full(34, -1.0))
    save_model(path, backbone, head, tree.id, tree.columns, {"licence": "BSD-3-Clause"})
    return load_model(path, image_settings=ImageSettings(size=80, crop=SIZE)), path


def test_it_has_4048988_parameters_at_one_channel(backbone: keras.Model) -> None:
    assert backbone.count_params() == PARAMETERS == 4_048_988
    assert backbone.output_shape == (None, 1280)
    assert build_backbone(channels=3, size=SIZE).count_params() == PARAMETERS + 2 * 288


def test_layers_have_readable_names_and_no_preprocessing(backbone: keras.Model) -> None:
    names = [layer.name for layer in backbone.layers]
    assert {"stem_conv", "block1a_depthwise_conv", "block2a_expand_conv", "block7a_excite"} < set(
        names
    )
    kinds = {type(layer).__name__ for layer in backbone.layers}
    assert not kinds & {"Rescaling", "Normalization", "ZeroPadding2D"}
    assert len(backbone_tensors(backbone)) == 309


def test_drop_connect_acts_in_training_only(images: NDArray[np.float32]) -> None:
    keras.utils.set_random_seed(1)
    model = build_backbone(size=SIZE, drop_connect=0.5)
    still = [np.asarray(model(images, training=False)) for _ in range(2)]
    np.testing.assert_array_equal(*still)
    moving = [np.asarray(model(images, training=True)) for _ in range(2)]
    assert np.abs(moving[0] - moving[1]).max() > 1e-3


def test_folding_normalisation_changes_nothing(
    backbone: keras.Model, images: NDArray[np.float32]
) -> None:
    folded = fold_normalisation(backbone)
    assert not any("norm" in layer.name for layer in folded.layers)
    expected = backbone.predict_on_batch(images)
    np.testing.assert_allclose(
        folded.predict_on_batch(images), expected, rtol=1e-3, atol=1e-5 * np.abs(expected).max()
    )


def test_weights_are_matched_by_name_and_shape(backbone: keras.Model) -> None:
    tensors = backbone_tensors(backbone)
    without = {name: values for name, values in tensors.items() if name != "stem_conv/kernel"}
    with pytest.raises(GzactiveError, match=r"lack 1 of 309 tensors, first 'stem_conv/kernel'"):
        set_backbone_tensors(backbone, without)
    with pytest.raises(GzactiveError, match="'odd/kernel'"):
        set_backbone_tensors(backbone, tensors | {"odd/kernel": np.zeros(1)})
    colour = tensors | {"stem_conv/kernel": np.zeros((3, 3, 3, 32))}
    with pytest.raises(GzactiveError, match=r"'stem_conv/kernel' has shape \(3, 3, 3, 32\)"):
        set_backbone_tensors(backbone, colour)


def test_the_loaded_model_is_the_saved_one(
    backbone: keras.Model,
    images: NDArray[np.float32],
    model_and_file: tuple[GalaxyModel, Path],
    tree: DecisionTree,
) -> None:
    model, _ = model_and_file
    assert (model.tree_id, model.columns, model.channels) == (tree.id, tree.columns, 1)
    assert model.card["licence"] == "BSD-3-Clause"
    expected = backbone.predict_on_batch(images)
    features = model.features(images)
    assert features.dtype == np.float32
    scale = np.abs(expected).max()
    np.testing.assert_allclose(features, expected, atol=0.01 * scale)  # stored as float16
    alpha = model.concentrations(features)
    assert alpha.shape == (5, 34)
    assert (alpha >= 1).all()


def test_features_do_not_depend_on_their_batch(
    images: NDArray[np.float32], model_and_file: tuple[GalaxyModel, Path]
) -> None:
    model, _ = model_and_file
    many = np.concatenate([images] * 8)[:37]
    features = model.features(many)
    np.testing.assert_allclose(features[:5], model.features(images), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(features[35:37], features[:2], rtol=1e-4, atol=1e-6)
    assert model.features(images[:0]).shape == (0, 1280)


def test_the_fingerprint_is_known_without_building_the_network(
    model_and_file: tuple[GalaxyModel, Path],
) -> None:
    model, path = model_and_file
    key = model.image_settings.key
    assert model.fingerprint == file_fingerprint(path, key) == fingerprint(model.backbone, key)


def test_wrong_images_and_settings_are_refused(
    images: NDArray[np.float32], model_and_file: tuple[GalaxyModel, Path]
) -> None:
    model, path = model_and_file
    with pytest.raises(GzactiveError, match=r"\(n, 64, 64, 1\), not \(5, 64, 64, 3\)"):
        model.features(np.repeat(images, 3, axis=3))
    with pytest.raises(GzactiveError, match="not uint8"):
        model.features((images * 255).astype(np.uint8))
    with pytest.raises(GzactiveError, match="1 channel"):
        load_model(path, image_settings=ImageSettings(channels=3))


def test_weights_without_a_head_give_features_but_no_concentrations(
    model_and_file: tuple[GalaxyModel, Path], tmp_path: Path
) -> None:
    _, path = model_and_file
    bare = tmp_path / "bare.safetensors"
    write_weights(
        bare, read_backbone(path), head=None, tree_id=None, columns=(), channels=1, card={}
    )
    model = load_model(bare, image_settings=ImageSettings(size=80, crop=SIZE))
    assert model.head is None
    with pytest.raises(GzactiveError, match="'bare' have no head"):
        model.concentrations(np.zeros((1, 1280)))


def test_only_the_last_blocks_are_trained_and_no_normalisation() -> None:
    model = build_backbone(size=32)
    freeze_all_but(model, 1)
    names = {variable.path.split("/")[0] for variable in model.trainable_variables}
    assert "top_conv" in names
    assert all(name.startswith(("top_", "block7a_")) for name in names)
    assert not any(name.endswith("_norm") for name in names)
    freeze_all_but(model, 7)
    assert "stem_conv" in {variable.path.split("/")[0] for variable in model.trainable_variables}
    with pytest.raises(GzactiveError, match="8 blocks cannot be trained"):
        freeze_all_but(model, 8)
