"""Weights of other programs come in whole, with a card, or not at all and with the reason."""

import json
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

from gzactive.errors import GzactiveError
from gzactive.model.backbone import backbone_tensors, build_backbone
from gzactive.model.head import Head
from gzactive.model.importing import import_weights
from gzactive.model.weights import load_model
from gzactive.model.weights_file import (
    available_weights,
    find_weights,
    read_backbone,
    read_head,
    write_weights,
)

# Keras saves its variables through an array protocol that NumPy 2 calls old.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

Tensors = dict[str, NDArray[np.float32]]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's own files, away from those of whoever runs the tests."""
    folder = tmp_path / "person"
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: folder / name)
    return folder / "gzactive" / "weights"


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(2)
    network = build_backbone(size=32)
    rng = np.random.default_rng(4)
    for layer in network.layers:
        if layer.name.endswith("_norm"):
            for variable in layer.weights:  # no two layers alike
                variable.assign(rng.uniform(0.5, 1.5, variable.shape))
    return network


@pytest.fixture(scope="module")
def tensors(network: keras.Model) -> Tensors:
    return backbone_tensors(network)


def same(path: Path, tensors: Tensors) -> bool:
    read = read_backbone(path)
    return read.keys() == tensors.keys() and all(
        np.array_equal(read[name], tensors[name]) for name in tensors
    )


def test_a_keras_file_is_matched_by_structure(
    network: keras.Model, tensors: Tensors, tmp_path: Path
) -> None:
    source, out = tmp_path / "bare.weights.h5", tmp_path / "bare.safetensors"
    network.save_weights(source)
    done = import_weights(source, out)
    assert same(out, tensors)
    assert done.header.tree_id is None
    assert any("no head: every tree starts from equal fractions" in one for one in done.remarks)
    assert list(done.header.card["imported"]["from"]) == ["bare.weights.h5"]
    assert done.header.card["licence"] == "unknown: as published by its authors"


def test_batchnorm_is_known_by_any_name_of_its_class(
    network: keras.Model, tensors: Tensors, tmp_path: Path
) -> None:
    source = tmp_path / "renamed.weights.h5"
    network.save_weights(source)
    with h5py.File(source, "r+") as file:
        layers = file["layers"]
        for name in [name for name in layers if "batch_normalization" in name]:
            layers.move(name, name[name.index("batch_normalization") :])
    import_weights(source, tmp_path / "ours.safetensors")
    assert same(tmp_path / "ours.safetensors", tensors)


@pytest.mark.parametrize("nested", [True, False])
def test_a_keras_file_with_a_trained_head_brings_it(
    network: keras.Model, tensors: Tensors, tmp_path: Path, nested: bool
) -> None:
    dense = keras.layers.Dense(34)
    if nested:
        model = keras.Sequential([network, keras.layers.Dropout(0.2), dense])
    else:
        model = keras.Model(network.inputs, dense(keras.layers.Dropout(0.2)(network.output)))
        model.compile("adam", "mse")
        model.optimizer.build(model.trainable_variables)
    model.save_weights(tmp_path / "model.weights.h5")
    done = import_weights(tmp_path / "model.weights.h5", tmp_path / "ours.safetensors")
    assert same(tmp_path / "ours.safetensors", tensors)
    head, header = read_head(tmp_path / "ours.safetensors")
    assert head is not None
    assert header.tree_id == "gz-decals-dr5"
    np.testing.assert_array_equal(head.kernel, dense.kernel.numpy())
    assert nested or any("optimizer slots" in one for one in done.remarks)
    features = load_model(header.path).features(np.zeros((1, 224, 224, 1), np.float32))
    assert np.isfinite(features).all()


def test_tensors_with_our_names_come_from_either_format(tensors: Tensors, tmp_path: Path) -> None:
    np.savez(tmp_path / "bare.npz", **tensors)
    import_weights(tmp_path / "bare.npz", tmp_path / "a.safetensors")
    assert same(tmp_path / "a.safetensors", tensors)
    rings: Tensors = {
        "head/kernel": np.ones((1280, 2), np.float32),
        "head/bias": np.zeros(2, np.float32),
    }
    prefixed = {f"backbone/{name}": values for name, values in tensors.items()}
    save_file(prefixed | rings, tmp_path / "rings.safetensors")
    done = import_weights(
        tmp_path / "rings.safetensors",
        tmp_path / "b.safetensors",
        tree="rings",
        card={"credits": "Ada"},
    )
    assert same(tmp_path / "b.safetensors", tensors)
    assert done.header.columns == ("ring_yes", "ring_no")
    assert done.header.card["credits"] == "Ada"


def test_our_own_file_keeps_its_card_tree_and_size(tensors: Tensors, tmp_path: Path) -> None:
    source, out = tmp_path / "remote.safetensors", tmp_path / "here.safetensors"
    head = Head(np.ones((1280, 2)), np.zeros(2))
    write_weights(
        source,
        tensors,
        head=head,
        tree_id="rings",
        columns=("ring_yes", "ring_no"),
        channels=1,
        card={"licence": "CC-BY-4.0", "recipe": "far away"},
        turned=True,
    )
    header = import_weights(source, out).header
    assert (header.tree_id, header.turned) == ("rings", True)
    assert header.card["licence"] == "CC-BY-4.0"
    assert header.card["recipe"] == "far away"
    assert out.stat().st_size < 9_000_000  # float16 lost nothing, so float16 it stays


def test_weights_without_a_place_are_found_by_name(
    tensors: Tensors, tmp_path: Path, own_folder: Path
) -> None:
    np.savez(tmp_path / "zoo.npz", **tensors)
    import_weights(tmp_path / "zoo.npz")
    import_weights(tmp_path / "zoo.npz", name="other name")
    assert available_weights()[-2:] == ("other name", "zoo")
    assert find_weights("zoo") == own_folder / "zoo.safetensors"
    with pytest.raises(GzactiveError, match="exists already"):
        import_weights(tmp_path / "zoo.npz")
    with pytest.raises(GzactiveError, match="are shipped weights: give another --name"):
        import_weights(tmp_path / "zoo.npz", name="sdss-b0")
    with pytest.raises(GzactiveError, match="no name for weights"):
        import_weights(tmp_path / "zoo.npz", name="../zoo")


def test_what_is_missing_misshapen_unknown_or_not_finite_is_named(
    tensors: Tensors, tmp_path: Path
) -> None:
    def refused(changed: dict[str, NDArray[Any]], match: str) -> None:
        save_file(changed, tmp_path / "source.safetensors")
        with pytest.raises(GzactiveError, match=match):
            import_weights(tmp_path / "source.safetensors", tmp_path / "out.safetensors")
        assert not (tmp_path / "out.safetensors").exists()

    name = "block3a_reduce/bias"
    refused({k: v for k, v in tensors.items() if k != name}, f"lacks '{name}'")
    refused(tensors | {name: np.zeros(7, np.float32)}, rf"'{name}' .* has shape \(7,\)")
    refused(tensors | {"block8a/kernel": np.zeros(7)}, "holds 'block8a/kernel'")
    refused(tensors | {name: np.full(6, np.nan, np.float32)}, f"'{name}' .* not finite")
    refused({"conv1.weight": np.zeros((64, 3, 7, 7))}, "no EfficientNet-B0 that can be imported")
    wide = np.zeros((3, 3, 5, 32), np.float32)
    refused(tensors | {"stem_conv/kernel": wide}, "images of 5 channels")
    bias = {"head/bias": np.zeros(9, np.float32)}
    refused(tensors | bias, "lacks 'head/kernel'")
    head = {"head/kernel": np.zeros((1280, 37), np.float32), "head/bias": np.zeros(37, np.float32)}
    refused(tensors | head, "37 answers and the tree 'gz-decals-dr5' has 34: .* for instance gz2")


def test_sources_that_cannot_be_read_are_refused_in_one_sentence(
    network: keras.Model, tensors: Tensors, tmp_path: Path
) -> None:
    network.save_weights(tmp_path / "whole.weights.h5")
    np.savez(tmp_path / "whole.npz", **tensors)
    save_file(tensors, tmp_path / "whole.safetensors")
    for suffix in ("weights.h5", "npz", "safetensors"):
        cut = (tmp_path / f"whole.{suffix}").read_bytes()[:100_000]
        (tmp_path / f"cut.{suffix}").write_bytes(cut)
        (tmp_path / f"empty.{suffix}").write_bytes(b"")
    np.savez(tmp_path / "pickled.npz", **{"stem_conv/kernel": np.array([{}], object)})
    for name in ("model.ckpt", "model.pt", "model.keras", "alone.data-00000-of-00001"):
        (tmp_path / name).write_bytes(b"\x80\x04")
    (tmp_path / "broken.index").write_bytes(b"nothing of the kind")
    for source, sentence in {
        "cut.weights.h5": "not a whole HDF5 file",
        "empty.weights.h5": "not a whole HDF5 file",
        "cut.npz": "not a whole .npz",
        "empty.npz": "not a whole .npz",
        "pickled.npz": "of plain arrays",
        "cut.safetensors": "not a whole safetensors file",
        "empty.safetensors": "not a whole safetensors file",
        "model.ckpt": "is a pickle, which can run code .*save_file",
        "model.pt": "is not a whole file of PyTorch",
        "model.keras": "of no known kind",
        "absent.npz": "There is no file",
        "alone": r"There is no checkpoint .*alone.index",
        "alone.data-00000-of-00001": r"There is no checkpoint .*alone.index",
        "broken": "cannot be read",
        ".": "is a folder: name the file in it, for instance",
    }.items():
        with pytest.raises(GzactiveError, match=sentence) as refusal:
            import_weights(tmp_path / source, tmp_path / "out.safetensors")
        assert "\n" not in str(refusal.value), source
    assert not (tmp_path / "out.safetensors").exists()


def test_types_that_are_not_ours_are_taken_as_float32_or_refused(
    tensors: Tensors, tmp_path: Path
) -> None:
    def written(kind: str, one: bytes) -> Path:
        """A safetensors file of ones of a type that NumPy has no name for."""
        header, data = {}, b""
        for name, values in tensors.items():
            start, data = len(data), data + one * values.size
            spot = {"dtype": kind, "shape": values.shape, "data_offsets": [start, len(data)]}
            header[name] = spot
        text = json.dumps(header).encode()
        path = tmp_path / f"{kind}.safetensors"
        path.write_bytes(len(text).to_bytes(8, "little") + text + data)
        return path

    out = tmp_path / "out.safetensors"
    import_weights(written("BF16", b"\x80\x3f"), out)
    assert same(out, {name: np.ones_like(values) for name, values in tensors.items()})
    out.unlink()
    with pytest.raises(GzactiveError, match=r"save the weights as float32"):
        import_weights(written("F8_E4M3", b"\x38"), out)
    for values in (np.zeros(10, complex), np.full(10, "ten"), np.full(10, b"ten")):
        np.savez(tmp_path / "odd.npz", **(tensors | {"block4b_reduce/bias": values[:1].repeat(20)}))
        with pytest.raises(GzactiveError, match=r"block4b_reduce/bias' is of .* real numbers"):
            import_weights(tmp_path / "odd.npz", out)
    huge = tensors | {"block4b_reduce/bias": np.full(20, 1e300)}
    np.savez(tmp_path / "huge.npz", **huge)
    with pytest.raises(GzactiveError, match="not finite"):
        import_weights(tmp_path / "huge.npz", out)


def test_places_that_cannot_be_written_are_refused(tensors: Tensors, tmp_path: Path) -> None:
    np.savez(tmp_path / "zoo.npz", **tensors)
    (tmp_path / "taken.safetensors").write_text("mine")
    for out, sentence in {
        "taken.safetensors": "exists already",
        "zoo.h5": "kept as .safetensors: write .*zoo.h5.safetensors",
        "absent/zoo.safetensors": "Cannot write .* choose another place",
        "zoo.npz/zoo.safetensors": "Cannot write",
    }.items():
        with pytest.raises(GzactiveError, match=sentence):
            import_weights(tmp_path / "zoo.npz", tmp_path / out)
    with pytest.raises(GzactiveError, match="give --name without --out"):
        import_weights(tmp_path / "zoo.npz", tmp_path / "new.safetensors", name="new")
    assert (tmp_path / "taken.safetensors").read_text() == "mine"
