import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.weights_file import (
    FORMAT,
    available_weights,
    backbone_fingerprint,
    default_weights,
    file_fingerprint,
    find_weights,
    read_backbone,
    read_head,
    read_header,
    write_weights,
)

TENSORS = {"stem_conv/kernel": np.arange(9, dtype=np.float32).reshape(3, 3) / 7}


def write(path: Path, **changes: object) -> Path:
    arguments: dict[str, object] = {
        "head": Head(np.ones((4, 2)), np.zeros(2)),
        "tree_id": "rings",
        "columns": ("ring_yes", "ring_no"),
        "channels": 1,
        "card": {"licence": "BSD-3-Clause"},
    }
    write_weights(path, TENSORS, **(arguments | changes))  # type: ignore[arg-type]
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.safetensors")
    head, header = read_head(path)
    assert head is not None
    assert head.kernel.shape == (4, 2)
    assert (header.tree_id, header.columns, header.channels) == (
        "rings",
        ("ring_yes", "ring_no"),
        1,
    )
    assert header.card == {"licence": "BSD-3-Clause"}
    assert header.name == "mine"
    assert len(header.sha256) == 64
    np.testing.assert_allclose(
        read_backbone(path)["stem_conv/kernel"], TENSORS["stem_conv/kernel"], rtol=1e-3
    )
    full = write(tmp_path / "full.safetensors", dtype="float32")
    np.testing.assert_array_equal(
        read_backbone(full)["stem_conv/kernel"], TENSORS["stem_conv/kernel"]
    )


def test_weights_without_a_head_say_so(tmp_path: Path) -> None:
    path = write(tmp_path / "bare.safetensors", head=None, tree_id=None, columns=())
    head, header = read_head(path)
    assert head is None
    assert header.tree_id is None


def test_the_fingerprint_tells_tensors_and_image_settings_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.safetensors")
    fingerprint = file_fingerprint(path, "300-224")
    assert len(fingerprint) == 16
    assert fingerprint == backbone_fingerprint(read_backbone(path), "300-224")
    assert fingerprint != file_fingerprint(path, "300-128")
    assert fingerprint != backbone_fingerprint({"stem_conv/kernel": np.zeros((3, 3))}, "300-224")


def test_bad_files_are_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(GzactiveError, match="no weights 'nowhere'"):
        find_weights("nowhere")
    foreign = tmp_path / "foreign.safetensors"
    save_file({"a": np.zeros(3)}, foreign)
    with pytest.raises(GzactiveError, match="does not say that it is a gzactive-weights-1"):
        read_header(foreign)
    save_file({"a": np.zeros(3)}, foreign, {"format": FORMAT, "columns": "[]"})
    with pytest.raises(GzactiveError, match="incomplete"):
        read_header(foreign)
    short = write(tmp_path / "short.safetensors", columns=("ring_yes",))
    with pytest.raises(GzactiveError, match="2 answers and its header names 1"):
        read_head(short)
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(short.read_bytes()[:-5])
    with pytest.raises(GzactiveError, match="not a whole safetensors file"):
        read_header(cut)
    with pytest.raises(GzactiveError, match="float16 cannot"):
        write(tmp_path / "huge.safetensors", head=Head(np.full((4, 2), 1e6), np.zeros(2)))
    assert not (tmp_path / "huge.safetensors").exists()


def test_a_head_is_read_without_loading_keras(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.safetensors")
    program = (
        "import sys; from gzactive.model.weights_file import read_head; "
        f"head, _ = read_head({str(path)!r}); head.mc_concentrations(head.kernel.T, 3, 0); "
        "import json; print(json.dumps([m for m in ('keras', 'tensorflow') if m in sys.modules]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout) == []


def test_the_default_weights_are_shipped_whole_with_a_card() -> None:
    assert default_weights() in available_weights()
    head, header = read_head(default_weights())
    assert head is not None
    assert head.kernel.shape == (1280, 34)
    assert header.path.stat().st_size < 10_000_000
    assert header.card["licence"] == "BSD-3-Clause"
    assert {"data", "recipe", "metrics", "limits"} <= set(header.card)
