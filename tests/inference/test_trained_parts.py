"""One part of a training run is judged by the run's own network, and the others are left alone."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.inference.trained_parts import is_training_run, read_part
from gzactive.model.augmentation import centre_crop
from gzactive.model.backbone import build_backbone
from gzactive.model.head import Head
from gzactive.model.weights import load_model, save_model
from gzactive.trees import load_tree

RINGS = load_tree("rings")
IMAGES = ImageSettings(size=44, crop=32)
PARTS = ["train", "train", "test", "test", "validation", "test"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of six galaxies; the image of the last could not be read."""
    folder = tmp_path_factory.mktemp("run")
    rng = np.random.default_rng(0)
    ids = [f"g{row}" for row in range(len(PARTS))]
    pd.DataFrame({"id_str": ids, "part": PARTS}).to_csv(folder / "split.csv", index=False)
    table = pd.DataFrame({"id_str": ids, "ring_yes": range(6), "ring_no": 3})
    table.to_csv(folder / "votes.csv", index=False)
    pd.DataFrame({"id_str": ["g5"], "file_loc": "x", "reason": "torn"}).to_csv(
        folder / "problems.csv", index=False
    )
    np.save(folder / "images.npy", rng.integers(0, 255, (6, 44, 44, 1), np.uint8))
    head = Head(rng.normal(0, 0.1, (1280, 2)), np.zeros(2))
    save_model(
        folder / "weights.safetensors", build_backbone(1, 32), head, RINGS.id, RINGS.columns, {}
    )
    manifest = {
        "tree": {"id": "rings"},
        "catalog": str(folder / "votes.csv"),
        "images": asdict(IMAGES),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_the_readable_galaxies_of_one_part_are_seen_as_they_are_scored(run: Path) -> None:
    found = read_part(run, "test")
    assert found.id_str.tolist() == ["g2", "g3"]
    assert found.votes.tolist() == [[2, 3], [3, 3]]
    model = load_model(run / "weights.safetensors", image_settings=IMAGES)
    images = np.load(run / "images.npy")[[2, 3]]
    np.testing.assert_allclose(found.features, model.features(centre_crop(images, 32)), rtol=1e-5)
    assert model.head is not None
    assert found.head.id == model.head.id


def test_votes_of_another_table_judge_if_they_are_given(run: Path, tmp_path: Path) -> None:
    others = pd.DataFrame({"ring_yes": [9, 9], "ring_no": [1, 1]}, index=["g3", "g0"])
    asked = []

    def votes(galaxies, tree):
        asked.extend(galaxies)
        assert tree.id == "rings"
        return others

    found = read_part(run, "test", votes=votes)
    assert {"g0", "g2", "g3"} <= set(asked)
    assert found.id_str.tolist() == ["g3"]
    assert found.votes.tolist() == [[9, 1]]


def test_ids_of_a_run_from_a_folder_of_images_may_lie_in_any_column(
    run: Path, tmp_path: Path
) -> None:
    table = pd.read_csv(run / "votes.csv").rename(columns={"id_str": "iauname"})
    table.loc[len(table)] = ["not in the run", 1, 1]
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    table.to_csv(copy / "names.csv", index=False)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["catalog"] = str(copy / "names.csv")
    (copy / "manifest.json").write_text(json.dumps(manifest))
    np.testing.assert_array_equal(read_part(copy, "test").votes, read_part(run, "test").votes)


def test_what_is_no_run_and_no_part_is_refused(run: Path, tmp_path: Path) -> None:
    assert is_training_run(run)
    with pytest.raises(GzactiveError, match="train --out"):
        read_part(tmp_path, "test")
    with pytest.raises(GzactiveError, match="no part 'tset'"):
        read_part(run, "tset")


def test_a_run_from_shards_says_why_it_cannot_be_judged_by_parts(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"catalog": "shards"}))
    with pytest.raises(GzactiveError, match="learnt from shards and keeps no images of theirs"):
        read_part(tmp_path, "test")
