"""A whole training from a table to weights, with one convolution in place of EfficientNet."""

import json
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gzactive.catalog import split_parts
from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.inference import train_on_catalogue
from gzactive.model import backbone_training
from gzactive.model.augmentation import Augmentation
from gzactive.model.backbone_settings import BackboneSettings
from gzactive.model.weights_file import read_head
from gzactive.progress import Cancelled
from gzactive.trees import DecisionTree, load_tree

IMAGES = ImageSettings(size=44, crop=32)
SETTINGS = BackboneSettings(
    crop=32, epochs=15, batch=8, learning_rate=0.1, augmentation=Augmentation(scale=0.0)
)


@pytest.fixture(autouse=True)
def tiny_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(channels: int, size: int, drop_connect: float, momentum: float) -> keras.Model:
        layers = keras.layers
        inputs = keras.Input((size, size, channels))
        x = layers.Conv2D(4, 3, strides=2, name="top_conv")(inputs)
        return keras.Model(inputs, layers.GlobalAveragePooling2D()(layers.ReLU()(x)))

    monkeypatch.setattr(backbone_training, "build_backbone", build)
    monkeypatch.setattr(backbone_training, "fold_normalisation", lambda model: model)


@pytest.fixture
def tree() -> DecisionTree:
    return load_tree("rings")


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """Eighty discs, bright or dark, with votes that say which; three without votes."""
    rng = np.random.default_rng(0)
    rows = []
    for index in range(83):
        image = rng.integers(0, 60, (44, 44), np.uint8)
        bright = index % 2 == 0
        if bright:
            image[15:30, 15:30] += 150
        Image.fromarray(image).save(tmp_path / f"{index}.png")
        votes = (9, 1) if bright else (1, 9)
        rows.append((f"g{index}", f"{index}.png", *(votes if index < 80 else (0, 0))))
    table = pd.DataFrame(rows, columns=["id_str", "file_loc", "ring_yes", "ring_no"])
    table.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path / "table.csv"


def test_a_table_becomes_weights_that_do_better_than_the_mean(
    catalog: Path, tree: DecisionTree, tmp_path: Path
) -> None:
    (tmp_path / "5.png").write_text("torn")
    out = tmp_path / "run"
    made = train_on_catalogue(catalog, tree, out, settings=SETTINGS, image_settings=IMAGES)
    assert made.without_votes == 3
    assert made.problems == 1
    assert pd.read_csv(out / "problems.csv")["id_str"].tolist() == ["g5"]
    split = pd.read_csv(out / "split.csv", dtype=str)
    assert len(split) == 80
    np.testing.assert_array_equal(split["part"], split_parts(split["id_str"], 0))
    assert sum(made.galaxies.values()) == 79
    assert made.test_loss is not None
    assert made.baseline_loss is not None
    assert made.test_loss < made.baseline_loss
    assert made.questions["accuracy"].tolist() == [1.0]
    assert 0 <= made.waiting < 1
    head, header = read_head(made.weights)
    assert head is not None
    assert header.columns == ("ring_yes", "ring_no")
    manifest = json.loads((out / "manifest.json").read_text())
    assert len(manifest["history"]["validation_loss"]) == made.epochs
    assert "CPU" in manifest["device"]
    assert len(list((out / "tensorboard").iterdir())) == 1


def test_a_stopped_training_goes_on_and_another_one_is_refused(
    catalog: Path, tree: DecisionTree, tmp_path: Path
) -> None:
    arguments = {"settings": SETTINGS, "image_settings": IMAGES}

    def stop(stage: str, done: int, total: int) -> None:
        if stage.startswith("training, epoch 3") and done:
            raise Cancelled

    with pytest.raises(Cancelled):
        train_on_catalogue(catalog, tree, tmp_path / "run", progress=stop, **arguments)
    assert not (tmp_path / "run" / "weights.safetensors").exists()
    train_on_catalogue(catalog, tree, tmp_path / "run", **arguments)
    log = (tmp_path / "run" / "run" / "training.log").read_text()
    assert "resumed after epoch 2" in log
    assert log.count("epoch 1 loss") == 1
    with pytest.raises(GzactiveError, match="other data or settings"):
        train_on_catalogue(catalog, tree, tmp_path / "run", seed=9, **arguments)


def test_tables_that_cannot_be_trained_on_are_told_in_a_sentence(
    catalog: Path, tree: DecisionTree, tmp_path: Path
) -> None:
    table = pd.read_csv(catalog)
    empty = tmp_path / "empty.csv"
    table.assign(ring_yes=0, ring_no=0).to_csv(empty, index=False)
    with pytest.raises(GzactiveError, match="every count is 0"):
        train_on_catalogue(empty, tree, tmp_path / "a", settings=SETTINGS, image_settings=IMAGES)
    with pytest.raises(GzactiveError, match="left for the part 'validation'"):
        train_on_catalogue(
            catalog,
            tree,
            tmp_path / "b",
            settings=SETTINGS,
            image_settings=IMAGES,
            split=(9, 1, 0),
        )


def test_it_computes_in_sixteen_bits_where_asked(
    catalog: Path, tree: DecisionTree, tmp_path: Path
) -> None:
    made = train_on_catalogue(
        catalog,
        tree,
        tmp_path / "run",
        settings=replace(SETTINGS, mixed_precision=True, epochs=3),
        image_settings=IMAGES,
    )
    assert keras.config.dtype_policy().name == "float32"
    losses = json.loads((tmp_path / "run" / "manifest.json").read_text())["history"]["loss"]
    assert losses[-1] < losses[0]
    head, _ = read_head(made.weights)
    assert head is not None
    assert np.isfinite(head.kernel).all()
