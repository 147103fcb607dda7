"""Training from shards beside training from the catalogue, one convolution for EfficientNet."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gzactive.images import ImageSettings
from gzactive.inference import train_network, train_on_catalogue
from gzactive.model import backbone_training
from gzactive.model.backbone_settings import BackboneSettings
from gzactive.model.weights_file import read_head
from gzactive.progress import Cancelled
from gzactive.survey.shard_reading import open_shards
from gzactive.survey.shards import ShardSettings, write_shards
from gzactive.trees import load_tree

TREE = load_tree("rings")
SETTINGS = BackboneSettings(crop=32, epochs=3, batch=8, learning_rate=0.1)


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    rows = []
    for index in range(60):
        image = rng.integers(0, 60, (44, 44, 3), np.uint8)
        image[15:30, 15:30] += 150 * (index % 2)
        Image.fromarray(image).save(tmp_path / f"{index}.png")
        rows.append((f"g{index}", f"{index}.png", *((9, 1) if index % 2 else (1, 9))))
    (tmp_path / "5.png").write_text("torn")
    table = pd.DataFrame(rows, columns=["id_str", "file_loc", "ring_yes", "ring_no"])
    table.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path / "table.csv"


def test_the_result_is_that_of_the_catalogue_also_after_a_stop(
    catalog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(channels: int, size: int, drop_connect: float, momentum: float) -> keras.Model:
        layers = keras.layers
        inputs = keras.Input((size, size, channels))
        x = layers.Conv2D(4, 3, strides=2, name="top_conv")(inputs)
        return keras.Model(inputs, layers.GlobalAveragePooling2D()(layers.ReLU()(x)))

    monkeypatch.setattr(backbone_training, "build_backbone", build)
    monkeypatch.setattr(backbone_training, "fold_normalisation", lambda model: model)
    images = ImageSettings(size=44, crop=32)
    by_table = train_on_catalogue(
        catalog, TREE, tmp_path / "a", settings=SETTINGS, image_settings=images
    )
    write_shards(catalog, TREE, tmp_path / "shards", settings=ShardSettings(size=44, per_shard=7))

    def stop(stage: str, done: int, total: int) -> None:
        if stage.startswith("training, epoch 2") and done:
            raise Cancelled

    galaxies = open_shards(tmp_path / "shards").galaxies
    out = tmp_path / "b"
    with pytest.raises(Cancelled):
        train_network(galaxies, out, settings=SETTINGS, progress=stop)
    left = out / "run" / ".best.safetensors.0123456789ab"  # as a kill while it wrote leaves it
    left.write_bytes(b"half")
    galaxies = open_shards(tmp_path / "shards").galaxies
    by_shards = train_network(galaxies, out, settings=SETTINGS)
    assert "resumed after epoch 1" in (out / "run" / "training.log").read_text()
    assert not left.exists()
    assert by_shards.galaxies == by_table.galaxies
    assert by_shards.problems == by_table.problems == 1
    assert by_shards.test_loss == pytest.approx(by_table.test_loss, rel=1e-5)
    one, other = read_head(by_table.weights)[0], read_head(by_shards.weights)[0]
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(other.kernel, one.kernel, rtol=1e-4, atol=1e-6)


def test_shards_are_opened_where_there_is_no_tensorflow(catalog: Path, tmp_path: Path) -> None:
    write_shards(catalog, TREE, tmp_path / "shards", settings=ShardSettings(size=44, per_shard=7))
    program = f"""
import sys
from pathlib import Path
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "tensorboard", "keras"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from gzactive.survey.shard_reading import open_shards
galaxies = open_shards(Path({str(tmp_path / "shards")!r})).galaxies
assert galaxies.images[:].shape == (59, 44, 44, 1)
print("read")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout == "read\n", done.stderr


@pytest.mark.slow
@pytest.mark.timeout(1800)  # JAX compiles for minutes where others keep the cores busy
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_another_backend_trains_from_shards_without_tensorflow(
    catalog: Path, tmp_path: Path, backend: str
) -> None:
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    write_shards(catalog, TREE, tmp_path / "shards", settings=ShardSettings(size=44))
    program = f"""
import sys
sys.modules["tensorflow"] = None  # absent, also for who only looks for it
sys.argv = ["gzactive", "train", "--shards", {str(tmp_path / "shards")!r}, "--crop", "32"]
sys.argv += ["--out", {str(tmp_path / "run")!r}, "--epochs", "1", "--batch", "8"]
from gzactive.cli import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "the device waited for images" in done.stdout
    assert (tmp_path / "run" / "weights.safetensors").exists()
