import shutil
from pathlib import Path

import numpy as np
import pytest

from gzactive.errors import GzactiveError
from gzactive.model.importing import import_weights
from gzactive.model.weights import load_model
from gzactive.model.zoobot_v1 import _expected, map_checkpoint, read_checkpoint
from gzactive.trees import DecisionTree

SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
STEM = "layer_with_weights-0/layer_with_weights-0/layer_with_weights-0/kernel" + SUFFIX
HEAD = {
    "layer_with_weights-1/kernel/.ATTRIBUTES/VARIABLE_VALUE": (1280, 34),
    "layer_with_weights-1/bias/.ATTRIBUTES/VARIABLE_VALUE": (34,),
}


@pytest.fixture(scope="module")
def shapes() -> dict[str, tuple[int, ...]]:
    """Names and shapes as a whole checkpoint has them."""
    return dict(_expected(1).values()) | HEAD


def test_every_tensor_is_mapped_or_ignored_by_name(shapes: dict[str, tuple[int, ...]]) -> None:
    extra = {
        "step/.ATTRIBUTES/VARIABLE_VALUE": (),
        "layer-1/_rng/_state_var/.ATTRIBUTES/VARIABLE_VALUE": (3,),
        "layer_with_weights-1/bias/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE": (34,),
        "optimizer/iter/.ATTRIBUTES/VARIABLE_VALUE": (),
        "_CHECKPOINTABLE_OBJECT_GRAPH": (),
    }
    found = map_checkpoint(shapes | extra)
    assert len(found.names) == 311
    assert {name for names in found.ignored.values() for name in names} == set(extra)
    assert found.ignored["optimizer slots"] == (next(key for key in extra if "SLOT" in key),)
    encoder = map_checkpoint({k: v for k, v in shapes.items() if k not in HEAD})
    assert len(encoder.names) == 309


def test_colour_checkpoints_are_known_by_their_stem() -> None:
    assert len(map_checkpoint(dict(_expected(3).values())).names) == 309
    with pytest.raises(GzactiveError, match="images of 5 channels"):
        map_checkpoint({STEM: (3, 3, 5, 32)})


def test_what_is_missing_misshapen_or_unknown_is_refused_by_name(
    shapes: dict[str, tuple[int, ...]],
) -> None:
    name = next(key for key in shapes if key.endswith("layer_with_weights-12/kernel" + SUFFIX))
    with pytest.raises(GzactiveError, match=r"lacks '.*layer_with_weights-12/kernel"):
        map_checkpoint({key: shape for key, shape in shapes.items() if key != name})
    with pytest.raises(GzactiveError, match=r"layer_with_weights-12/kernel.* has shape \(7,\)"):
        map_checkpoint(shapes | {name: (7,)})
    with pytest.raises(GzactiveError, match=r"holds 'layer_with_weights-9/kernel'"):
        map_checkpoint(shapes | {"layer_with_weights-9/kernel": (7,)})
    with pytest.raises(GzactiveError, match="not a Zoobot v1"):
        map_checkpoint({})


def test_absent_and_broken_checkpoints_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GzactiveError, match="no checkpoint"):
        read_checkpoint(tmp_path / "absent")
    (tmp_path / "broken.index").write_bytes(b"nothing of the kind")
    with pytest.raises(GzactiveError, match="cannot be read"):
        read_checkpoint(tmp_path / "broken")


@pytest.mark.real_data
def test_imported_weights_reproduce_zoobots_outputs(
    real_data: Path, tree: DecisionTree, tmp_path: Path
) -> None:
    folder = real_data / "zoobot_v1" / "random_weights"
    path = import_weights(folder / "checkpoint", tmp_path / "zoobot.safetensors").header.path
    model = load_model(path)
    assert (model.tree_id, model.columns) == (tree.id, tree.columns)
    expected = np.load(folder / "expected.npz")
    features = model.features(expected["images"])
    scale = np.abs(expected["pooled"]).max()
    np.testing.assert_allclose(features, expected["pooled"], rtol=1e-4, atol=1e-5 * scale)
    np.testing.assert_allclose(
        model.concentrations(features), expected["concentrations"], rtol=1e-4
    )


@pytest.mark.real_data
def test_a_checkpoint_that_is_not_whole_is_refused(real_data: Path, tmp_path: Path) -> None:
    for file in (real_data / "zoobot_v1" / "random_weights").glob("checkpoint.*"):
        shutil.copy(file, tmp_path)
    data = tmp_path / "checkpoint.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1_000_000])
    with pytest.raises(GzactiveError, match=r"cannot be read .* copy all its files again"):
        read_checkpoint(tmp_path / "checkpoint")
    data.unlink()
    with pytest.raises(GzactiveError, match="cannot be read"):
        read_checkpoint(tmp_path / "checkpoint")


@pytest.mark.real_data
def test_every_tensor_of_the_published_checkpoints_is_accounted_for(
    real_data: Path, tmp_path: Path
) -> None:
    import tensorflow as tf

    indices = sorted((real_data / "zoobot_v1" / "published_index").glob("*.index"))
    assert len(indices) == 2
    for index in indices:
        shutil.copy(index, tmp_path)
        reader = tf.train.load_checkpoint(str(tmp_path / index.stem))
        shapes = {k: tuple(v) for k, v in reader.get_variable_to_shape_map().items()}
        found = map_checkpoint(shapes)
        assert len(found.names) == 311
        ignored = [name for names in found.ignored.values() for name in names]
        assert {*found.names.values(), *ignored} == set(shapes)
        assert {"optimizer slots", "random states"} <= set(found.ignored)
