"""Tensors of PyTorch's files are read, and no file can make the reader run anything."""

import os
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model.importing import import_weights
from gzactive.model.torch_file import read_torch
from gzactive.model.weights_file import read_backbone

from .test_timm import some_state

STORAGES = {"float32": b"FloatStorage", "int64": b"LongStorage", "float16": b"HalfStorage"}


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def integers(values: tuple[int, ...]) -> bytes:
    return b"(" + b"".join(b"J" + struct.pack("<i", value) for value in values) + b"t"


def tensor(key: str, array: NDArray[Any], strides: tuple[int, ...] | None = None) -> bytes:
    """The instructions by which PyTorch says which numbers make a tensor."""
    steps = strides or tuple(step // array.itemsize for step in array.strides)
    storage = b"(" + text("storage") + b"ctorch\n" + STORAGES[array.dtype.name] + b"\n"
    storage += text(key) + text("cpu") + b"J" + struct.pack("<i", array.size) + b"tQ"
    arguments = storage + b"K\x00" + integers(array.shape) + integers(steps)
    arguments += b"\x89" + b"ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + arguments + b"tR"


def write(path: Path, state: Mapping[str, NDArray[Any]], program: bytes | None = None) -> Path:
    """A file as ``torch.save`` writes it."""
    body = b"ccollections\nOrderedDict\n)R("
    for number, (name, array) in enumerate(state.items()):
        body += text(name) + tensor(str(number), array)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", program or b"\x80\x02" + body + b"u.")
        file.writestr("archive/byteorder", "little")
        for number, array in enumerate(state.values()):
            file.writestr(f"archive/data/{number}", array.tobytes())
    return path


def test_tensors_are_read_as_they_were_saved(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    state: dict[str, NDArray[Any]] = {
        "a": rng.normal(size=(3, 4)).astype("float32"),
        "b": np.arange(6).reshape(2, 3),
        "c": np.array([0.5, -2], np.float16),
        "step": np.array(7),
    }
    shapes, read = read_torch(write(tmp_path / "state.pt", state))
    assert shapes == {name: array.shape for name, array in state.items()}
    for name, array in state.items():
        np.testing.assert_array_equal(read(name), array)
        assert read(name).dtype == array.dtype


def test_an_encoder_comes_in_with_its_classifier_left_out(tmp_path: Path) -> None:
    state = some_state() | {"classifier.weight": np.zeros((1000, 1280), "float32")}
    done = import_weights(write(tmp_path / "m.bin", state), tmp_path / "ours.safetensors")
    kernel = read_backbone(done.header.path)["stem_conv/kernel"]
    theirs = state["conv_stem.weight"].transpose(2, 3, 1, 0)[::-1, ::-1]
    np.testing.assert_allclose(kernel, theirs, rtol=1e-6)
    assert done.header.turned
    assert any("its own classifier" in remark for remark in done.remarks)


class Evil:
    def __reduce__(self) -> Any:
        return os.mkdir, ("opened",)


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (pickle.dumps({"a": Evil()}, protocol=2), "more than tensors .*posix.mkdir|nt.mkdir"),
        (pickle.dumps(OrderedDict(a=Evil()), protocol=4), "more than tensors"),
        (b"\x80\x02cbuiltins\neval\n" + text("1") + b"\x85R.", "builtins.eval"),
        (b"\x80\x02ctorch\nFloatStorage\n" + text("1") + b"\x85R.", "a call of"),
        (b"\x80\x02}" + text("a"), "not a whole file"),
        (b"\x80\x02u.", "not a whole file"),
        (pickle.dumps({"a": 1}, protocol=2), "holds no tensors by name"),
    ],
)
def test_a_file_with_anything_else_is_refused_and_nothing_is_run(
    program: bytes, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "state.pt", {"a": np.zeros(2, "float32")}, program)
    with pytest.raises(GzactiveError, match=sentence):
        read_torch(path)
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize("strides", [(100, 1), (-1, 1), (2**30, 2**30)])
def test_a_tensor_beyond_its_numbers_is_refused(strides: tuple[int, int], tmp_path: Path) -> None:
    array = np.zeros((3, 4), "float32")
    body = b"\x80\x02}(" + text("a") + tensor("0", array, strides) + b"u."
    path = write(tmp_path / "state.pt", {"a": array}, body)
    with pytest.raises(GzactiveError, match=r"reaches beyond|that steps"):
        read_torch(path)[1]("a")


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.pt", {"a": np.zeros(999, "float32")}).read_bytes()
    (tmp_path / "half.pt").write_bytes(whole[:2000])
    with pytest.raises(GzactiveError, match="fetch it again"):
        read_torch(tmp_path / "half.pt")
    with zipfile.ZipFile(tmp_path / "other.pt", "w") as file:
        file.writestr("readme", "")
    with pytest.raises(GzactiveError, match=r"has no data\.pkl"):
        read_torch(tmp_path / "other.pt")


def test_what_pytorch_saves_is_read(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    turned = torch.arange(12.0).reshape(3, 4).T  # not contiguous
    half = torch.arange(20.0)[4:8].to(torch.float16)
    layer = torch.nn.Parameter(torch.ones(2, 3))
    path = tmp_path / "state.pt"
    torch.save({"state_dict": {"turned": turned, "half": half, "layer": layer}, "epoch": 3}, path)
    shapes, read = read_torch(path)
    assert shapes == {"turned": (4, 3), "half": (4,), "layer": (2, 3)}
    np.testing.assert_array_equal(read("turned"), turned.numpy())
    np.testing.assert_array_equal(read("half"), half.numpy())
    np.testing.assert_array_equal(read("layer"), np.ones((2, 3)))
