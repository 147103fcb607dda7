import shutil
from pathlib import Path

import numpy as np
import pytest

from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.weights import load_model
from gzactive.model.weights_file import write_weights
from gzactive.model.zoobot_v1 import _expected, map_checkpoint, read_checkpoint
from gzactive.trees import DecisionTree

SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
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
    names, ignored = map_checkpoint(shapes | extra)
    assert len(names) == 311
    assert set(ignored) == set(extra)
    encoder, _ = map_checkpoint({k: v for k, v in shapes.items() if k not in HEAD})
    assert len(encoder) == 309


def test_colour_checkpoints_are_known_by_their_stem() -> None:
    colour = dict(_expected(3).values())
    names, _ = map_checkpoint(colour)
    assert len(names) == 309


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
    checkpoint = read_checkpoint(folder / "checkpoint")
    assert isinstance(checkpoint.head, Head)
    path = tmp_path / "zoobot.safetensors"
    write_weights(
        path,
        checkpoint.backbone,
        head=checkpoint.head,
        tree_id=tree.id,
        columns=tree.columns,
        channels=checkpoint.channels,
        card={},
        dtype="float32",
    )
    model = load_model(path)
    expected = np.load(folder / "expected.npz")
    features = model.features(expected["images"])
    scale = np.abs(expected["pooled"]).max()
    np.testing.assert_allclose(features, expected["pooled"], rtol=1e-4, atol=1e-5 * scale)
    np.testing.assert_allclose(
        model.concentrations(features), expected["concentrations"], rtol=1e-4
    )


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
        names, ignored = map_checkpoint(shapes)
        assert len(names) == 311
        assert len(names) + len(ignored) == len(shapes)
