"""Weights of PyTorch's timm give the features that PyTorch gives."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.model.foreign import layout
from gzactive.model.importing import import_weights
from gzactive.model.timm import _their_name, _their_shape, read_timm
from gzactive.model.weights import load_model


def some_state(channels: int = 1, prefix: str = "") -> dict[str, NDArray[Any]]:
    """Tensors named and shaped as timm's; variances small enough for the epsilons to matter."""
    rng = np.random.default_rng(5)
    state = {
        prefix + _their_name(name): rng.normal(0, 0.1, _their_shape(name, shape)).astype("float32")
        for name, shape in layout(channels).items()
    }
    for name in [name for name in state if name.endswith("running_var")]:
        state[name] = rng.uniform(1e-4, 1.0, state[name].shape).astype("float32")
        state[name.replace("running_var", "num_batches_tracked")] = np.array(7)
    return state


def read(state: Mapping[str, NDArray[Any]]) -> Any:
    return read_timm({name: values.shape for name, values in state.items()}, state.__getitem__)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("channels", "size"), [(1, 224), (3, 224), (1, 150)])
def test_features_are_those_of_pytorch(tmp_path: Path, channels: int, size: int) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file as save_torch

    from .torch_network import EfficientNetB0

    torch.manual_seed(3)
    network = EfficientNetB0(channels)
    images = np.random.default_rng(1).random((4, size, size, channels), np.float32)
    planes = torch.from_numpy(images).permute(0, 3, 1, 2)
    network.train()  # statistics of batches, so that no BatchNorm is left as it was made
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.momentum = 0.7
                layer.weight.uniform_(0.5, 1.5)
                layer.bias.uniform_(-0.5, 0.5)
        for _ in range(4):
            network(planes + 0.1 * torch.rand_like(planes))
    network.eval()
    with torch.no_grad():
        expected = network(planes).numpy()
    assert expected.std(axis=0).max() > 0.01  # features tell images apart
    state = {f"encoder.{name}": values for name, values in network.state_dict().items()}
    save_torch(
        {name: values.contiguous() for name, values in state.items()},
        tmp_path / "encoder.safetensors",
    )

    done = import_weights(tmp_path / "encoder.safetensors", tmp_path / "ours.safetensors")
    settings = ImageSettings(crop=size, channels=channels)
    features = load_model(done.header.path, image_settings=settings).features(images)
    np.testing.assert_allclose(features, expected, atol=1e-4 * np.abs(expected).max(), rtol=1e-4)


@pytest.mark.parametrize("size", [8, 9])
@pytest.mark.parametrize("kernel", [3, 5])
def test_padding_on_the_other_side_is_our_padding_of_what_is_turned(
    size: int, kernel: int, rng: np.random.Generator
) -> None:
    image = rng.normal(size=(1, size, size, 1)).astype("float32")
    weights = rng.normal(size=(kernel, kernel, 1, 1)).astype("float32")
    width = kernel // 2
    padded = np.pad(image, ((0, 0), (width, width), (width, width), (0, 0)))
    theirs = keras.ops.conv(padded, weights, 2, "valid")
    ours = keras.ops.conv(image[:, ::-1, ::-1], weights[::-1, ::-1], 2, "same")
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(theirs),
        keras.ops.convert_to_numpy(ours)[:, ::-1, ::-1],
        rtol=1e-5,
        atol=1e-5,
    )


def test_every_tensor_is_found_alone_or_under_a_prefix() -> None:
    alone = read(some_state())
    assert alone.channels == 1
    assert alone.turned
    assert len(alone.ignored["counters of batches"]) == 49
    state = some_state(3, "model.encoder.") | {"head.1.weight": np.zeros((34, 1280))}
    under = read(state | {"model.encoder.classifier.bias": np.zeros(1000)})
    assert under.channels == 3
    assert under.ignored["parts outside of 'model.encoder.'"] == ("head.1.weight",)
    assert under.ignored["its own classifier"] == ("model.encoder.classifier.bias",)
    assert under.head is None


def test_batchnorm_scales_as_it_did_whatever_the_variance() -> None:
    state = some_state()
    state["bn1.running_var"][:3] = [0.0, 1e-6, 50.0]
    ours = read(state).backbone
    np.testing.assert_allclose(
        ours["stem_norm/gamma"] / np.sqrt(ours["stem_norm/moving_variance"] + 1e-3),
        state["bn1.weight"] / np.sqrt(state["bn1.running_var"] + 1e-5),
        rtol=1e-5,
    )


def test_another_network_is_refused_by_the_tensor_that_tells() -> None:
    state = some_state()
    name = "blocks.3.1.conv_dw.weight"
    with pytest.raises(GzactiveError, match=f"lacks '{name}' .our 'block4b_depthwise_conv/kernel'"):
        read({k: v for k, v in state.items() if k != name})
    with pytest.raises(GzactiveError, match=r"has shape \(480, 1, 7, 7\)"):
        read(state | {name: np.zeros((480, 1, 7, 7))})
    with pytest.raises(GzactiveError, match=r"holds 'blocks\.6\.1\.conv_pw\.weight'"):
        read(state | {"blocks.6.1.conv_pw.weight": np.zeros((1920, 320, 1, 1))})
    with pytest.raises(GzactiveError, match="holds 2 networks"):
        read(state | {"other.conv_stem.weight": np.zeros((32, 1, 3, 3))})
    with pytest.raises(GzactiveError, match="images of 4 channels"):
        read(state | {"conv_stem.weight": np.zeros((32, 4, 3, 3))})
