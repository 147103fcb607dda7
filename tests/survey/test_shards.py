"""Shards beside the images they were made of, and beside TensorFlow's own reader."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gzactive.catalog import split_parts
from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings, load_resized
from gzactive.progress import Cancelled
from gzactive.survey import shard_index
from gzactive.survey.shard_index import ShardIndex
from gzactive.survey.shard_reading import open_shards
from gzactive.survey.shards import FOLDERS, ShardSettings, WrittenShards, write_shards
from gzactive.trees import load_tree

TREE = load_tree("rings")
SMALL = ShardSettings(size=24, per_shard=8)


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """Forty pictures, grey and in colour, with votes; two more without votes."""
    rng = np.random.default_rng(0)
    rows = []
    for index in range(42):
        shape = (30, 30) if index % 3 == 0 else (30, 30, 3)
        Image.fromarray(rng.integers(0, 255, shape, np.uint8)).save(tmp_path / f"{index}.png")
        votes = (index, 40 - index) if index < 40 else (0, 0)
        rows.append((f"58774{index:03d}é", f"{index}.png", *votes))
    table = pd.DataFrame(rows, columns=["id_str", "file_loc", "ring_yes", "ring_no"])
    table.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path / "table.csv"


@pytest.fixture
def written(catalog: Path, tmp_path: Path) -> Callable[..., WrittenShards]:
    def write(**changes: object) -> WrittenShards:
        settings = ShardSettings(**({"size": 24, "per_shard": 8} | changes))  # type: ignore[arg-type]
        return write_shards(catalog, TREE, tmp_path / "shards", settings=settings)

    return write


def test_tensorflow_reads_images_ids_and_votes(
    written: Callable[..., WrittenShards], tmp_path: Path
) -> None:
    import tensorflow as tf

    made = written()
    spec = {
        "matrix": tf.io.FixedLenFeature([], tf.string),
        "id_str": tf.io.FixedLenFeature([], tf.string),
        **{column: tf.io.FixedLenFeature([], tf.float32) for column in TREE.columns},
    }
    found = {}
    for part, folder in FOLDERS.items():
        files = sorted(str(file) for file in (tmp_path / "shards" / folder).glob("*.tfrecord"))
        for record in tf.data.TFRecordDataset(files):
            example = tf.io.parse_single_example(record, spec)
            pixels = tf.io.decode_raw(example["matrix"], tf.uint8).numpy().reshape(24, 24, 3)
            votes = [float(example[column]) for column in TREE.columns]
            found[example["id_str"].numpy().decode()] = (part, pixels, votes)
    assert len(found) == 40 == sum(made.galaxies.values())
    assert made.without_votes == 2
    parts = split_parts(list(found), 0)
    colour = ImageSettings(size=24, crop=24, channels=3)
    for (id_str, (part, pixels, votes)), meant in zip(found.items(), parts, strict=True):
        index = int(id_str[5:8])
        assert part == meant
        assert votes == [index, 40 - index]
        np.testing.assert_array_equal(
            pixels, load_resized(str(tmp_path / f"{index}.png"), colour), id_str
        )


@pytest.mark.parametrize(("stored", "shown"), [(3, 3), (3, 1), (1, 1)])
def test_what_is_opened_is_the_catalogue(
    written: Callable[..., WrittenShards], tmp_path: Path, stored: int, shown: int
) -> None:
    written(channels=stored)
    opened = open_shards(tmp_path / "shards", channels=shown)
    galaxies = opened.galaxies
    assert opened.id_str.tolist() == [f"58774{index:03d}é" for index in range(40)]
    np.testing.assert_array_equal(galaxies.votes[:, 0], np.arange(40))
    parts = split_parts(opened.id_str, 0)
    for part in FOLDERS:
        np.testing.assert_array_equal(galaxies.rows[part], np.flatnonzero(parts == part))
    settings = ImageSettings(size=24, crop=24, channels=shown)
    files = [str(tmp_path / f"{index}.png") for index in range(40)]
    whole = np.stack([load_resized(file, settings) for file in files])
    images = galaxies.images
    assert (images.shape, images.ndim, images.dtype, len(images)) == (whole.shape, 4, "uint8", 40)
    np.testing.assert_array_equal(images[7], whole[7])
    np.testing.assert_array_equal(images[np.array([3, 3, 39])], whole[[3, 3, 39]])
    np.testing.assert_array_equal(images[::5], whole[::5])


def test_a_killed_run_goes_on_and_ends_as_if_it_had_not_been(catalog: Path, tmp_path: Path) -> None:
    program = f"""
import os, signal, sys
from pathlib import Path
from typing import Any
from gzactive.survey.shards import ShardSettings, write_shards
from gzactive.trees import load_tree
def progress(stage, done, total):
    if done == 20:
        os.kill(os.getpid(), signal.SIGKILL)
assert not {{"tensorflow", "keras"}} & set(sys.modules)
write_shards(Path({str(catalog)!r}), load_tree("rings"), Path({str(tmp_path / "shards")!r}),
             settings=ShardSettings(size=24, per_shard=8), progress=progress)
"""
    killed = subprocess.run([sys.executable, "-c", program], timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL
    with pytest.raises(GzactiveError, match="not finished"):
        open_shards(tmp_path / "shards")
    first = tmp_path / "shards" / "train_shards" / "s24_shard_0.tfrecord"
    before = first.stat().st_mtime_ns
    made = write_shards(catalog, TREE, tmp_path / "shards", settings=SMALL)
    assert made.kept == 2
    assert first.stat().st_mtime_ns == before
    write_shards(catalog, TREE, tmp_path / "unbroken", settings=SMALL)
    assert _content(tmp_path / "shards") == _content(tmp_path / "unbroken")


def test_a_cancelled_run_leaves_no_half_of_a_shard(catalog: Path, tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if done == 12:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_shards(catalog, TREE, tmp_path / "shards", settings=SMALL, progress=stop)
    files = [file.name for file in (tmp_path / "shards" / "train_shards").iterdir()]
    assert files == ["s24_shard_0.tfrecord"]


def test_a_lost_shard_is_made_again_and_other_settings_are_refused(
    written: Callable[..., WrittenShards], catalog: Path, tmp_path: Path
) -> None:
    made = written()
    before = _content(tmp_path / "shards")
    (tmp_path / "shards" / "val_shards" / "s24_shard_0.tfrecord").unlink()
    assert written().kept == made.shards - 1
    assert _content(tmp_path / "shards") == before
    with pytest.raises(GzactiveError, match=r"other galaxies, votes or settings \(settings\)"):
        written(size=28)
    table = pd.read_csv(catalog, dtype=str)
    table.loc[0, "ring_yes"] = "33"
    table.to_csv(catalog, index=False)
    with pytest.raises(GzactiveError, match=r"\(content\)"):
        written()


def test_unreadable_images_are_listed_and_left_out(
    written: Callable[..., WrittenShards], tmp_path: Path
) -> None:
    (tmp_path / "5.png").write_text("torn")
    (tmp_path / "6.png").unlink()
    made = written()
    assert set(made.problems) == {"58774005é", "58774006é"}
    assert sum(made.galaxies.values()) == 38
    assert written().problems == made.problems  # as a run that goes on tells
    listed = pd.read_csv(tmp_path / "shards" / "problems.csv")
    assert listed["id_str"].tolist() == ["58774005é", "58774006é"]
    opened = open_shards(tmp_path / "shards")
    assert opened.galaxies.problems == 2
    assert "58774005é" not in opened.id_str
    for index in range(40):
        (tmp_path / f"{index}.png").write_text("torn")
    with pytest.raises(GzactiveError, match="None of 40 images"):
        write_shards(tmp_path / "table.csv", TREE, tmp_path / "none", settings=SMALL)


def test_a_limit_draws_galaxies_at_random_and_the_parts_stay(
    written: Callable[..., WrittenShards], tmp_path: Path
) -> None:
    made = written(limit=15, seed=4)
    assert sum(made.galaxies.values()) == 15
    opened = open_shards(tmp_path / "shards")
    indices = [int(id_str[5:8]) for id_str in opened.id_str]
    assert indices == sorted(indices) != list(range(15))
    parts = split_parts(opened.id_str, 4)
    np.testing.assert_array_equal(opened.galaxies.rows["train"], np.flatnonzero(parts == "train"))


def test_an_index_is_used_only_for_the_shards_that_it_is_of(
    written: Callable[..., WrittenShards], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written()
    folder = tmp_path / "shards"
    by_index = open_shards(folder)
    walked: list[Path] = []
    walk = shard_index.scan

    def noted(place: Path, *arguments: Any) -> ShardIndex:
        walked.append(place)
        return walk(place, *arguments)

    monkeypatch.setattr(shard_index, "scan", noted)
    open_shards(folder)
    assert not walked  # it was made with the shards
    index = folder / "index.npz"
    whole = index.read_bytes()
    index.unlink()
    by_walk = open_shards(folder)
    assert len(walked) == 1
    assert index.exists()  # for the next time
    assert by_walk.id_str.tolist() == by_index.id_str.tolist()
    np.testing.assert_array_equal(by_walk.galaxies.votes, by_index.galaxies.votes)
    np.testing.assert_array_equal(by_walk.galaxies.images[:], by_index.galaxies.images[:])
    index.write_bytes(whole[:-40])
    open_shards(folder)
    assert len(walked) == 2  # a broken one
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["shards"][0]["sha256"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    open_shards(folder)
    assert len(walked) == 3  # one of other shards


@pytest.mark.benchmark
def test_opening_by_the_index_beside_walking_through_the_records(
    written: Callable[..., WrittenShards], tmp_path: Path
) -> None:
    written()
    folder = tmp_path / "shards"
    manifest = json.loads((folder / "manifest.json").read_text())
    times = {}
    for name, way in (("index", shard_index.shard_index), ("records", shard_index.scan)):
        began = time.perf_counter()
        for _ in range(5):
            way(folder, manifest, TREE.columns)
        times[name] = time.perf_counter() - began
    print(f"opening by the records costs {times['records'] / times['index']:.0f} × the index")


def test_damage_is_told_with_the_file(
    written: Callable[..., WrittenShards], tmp_path: Path
) -> None:
    written()
    folder = tmp_path / "shards"
    shard = folder / "train_shards" / "s24_shard_0.tfrecord"
    whole = shard.read_bytes()
    shard.write_bytes(whole[:-30])
    with pytest.raises(GzactiveError, match=r"s24_shard_0\.tfrecord' is damaged \(it has"):
        open_shards(folder)
    flipped = bytearray(whole)
    flipped[-100] ^= 1
    shard.write_bytes(flipped)
    images = open_shards(folder).galaxies.images
    with pytest.raises(GzactiveError, match="checksum of a record's data is wrong"):
        images[:]
    shard.unlink()
    with pytest.raises(GzactiveError, match=r"s24_shard_0\.tfrecord' is missing"):
        open_shards(folder)
    shard.write_bytes(whole)
    manifest = json.loads((folder / "manifest.json").read_text())
    with pytest.raises(GzactiveError, match="another tree 'rings' than 'gz2'"):
        open_shards(folder, tree=load_tree("gz2"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": "later"}))
    with pytest.raises(GzactiveError, match="says 'later'"):
        open_shards(folder)
    with pytest.raises(GzactiveError, match="holds no shards"):
        open_shards(tmp_path)


def test_grey_shards_have_no_colour_to_train_on(
    written: Callable[..., WrittenShards], tmp_path: Path
) -> None:
    written(channels=1)
    with pytest.raises(GzactiveError, match=r"are grey: make them again without --grey"):
        open_shards(tmp_path / "shards", channels=3)


def _content(folder: Path) -> dict[str, bytes]:
    telling = ("manifest.json", "index.npz")  # they tell of the shards in the order of their making
    files = (file for file in folder.rglob("*") if file.is_file() and file.name not in telling)
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}
