"""A round that trains blocks takes over when its network has seen all galaxies, and not before."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from gzactive.active.ranking import current_scores
from gzactive.active.rounds import current_round, promote, rollback, rounds, run_round
from gzactive.catalog import find_images
from gzactive.errors import GzactiveError
from gzactive.inference import (
    base_head,
    current_head,
    extract_features,
    feature_store,
    features_for,
    load_backbone,
    predict,
    read_serving,
)
from gzactive.model.unfreezing_settings import Unfreezing
from gzactive.progress import Cancelled
from gzactive.project import Project
from gzactive.summary import summarise

from .conftest import QUICK
from .tiny_network import ring_images, tiny_weights, use_tiny_network

BLOCKS = Unfreezing(blocks=0, learning_rate=0.02, batch=8, epochs=3)
N = 60


@pytest.fixture(autouse=True)
def tiny_network(request, monkeypatch):
    if "slow" not in request.keywords:
        use_tiny_network(monkeypatch)


@pytest.fixture
def project(request, tmp_path):
    """Sixty labelled galaxies with features; the tiny network unless the test is slow."""
    votes = ring_images(tmp_path / "images", N)
    real = "slow" in request.keywords
    weights = None if real else tiny_weights(tmp_path / "tiny.safetensors")
    catalog = find_images([tmp_path / "images"])
    with Project.create(tmp_path / "project", catalog, "rings", weights=weights) as made:
        extract_features(made)
        made.labels.add_scripted(votes, made.tree, "script")
        yield made


def test_blocks_that_did_not_improve_are_in_use_at_once(project):
    run_round(project, settings=QUICK)
    worse = Unfreezing(blocks=0, learning_rate=0.1, batch=8, epochs=1)
    made = run_round(project, settings=QUICK, unfreezing=worse)
    assert made.manifest["blocks"]["best_epoch"] == 0  # its weights are those of the start
    assert (read_serving(project).round, read_serving(project).next) == (2, 0)


def test_the_old_network_serves_until_the_new_one_has_seen_all_galaxies(project):
    head_only = run_round(project, settings=QUICK)
    before, scores = feature_store(project).folder, current_scores(project).attrs["head_id"]
    told = []
    made = run_round(project, settings=QUICK, unfreezing=BLOCKS, tell=told.append)
    assert made.promoted
    assert made.backbone == made.number == 2
    assert (made.path / "weights.safetensors").is_file()
    (sentence,) = told
    assert re.search(r"last 0 blocks on \d+ galaxies: .* 8 sides, then .* at most", sentence)
    assert "once its network has seen all galaxies" in made.sentence
    # Nothing has changed yet for whoever labels.
    assert current_round(project) == head_only.number
    assert current_head(project)[0].id == head_only.head.id
    assert feature_store(project).folder == before
    assert current_scores(project).attrs["head_id"] == scores
    assert read_serving(project).next == 2
    seen = len(feature_store(project, backbone=2))
    # It was judged on some of them and calibrated on others.
    assert seen == made.n_held_out + made.manifest["calibration"]["galaxies"]
    waiting = dict(summarise(project).facts.to_numpy().tolist())["network"]
    assert f"that of round 2 takes over when it has seen all galaxies: {seen} of 60" in waiting

    def stop(stage, done, total):
        if stage == "Computing features" and done >= 20:
            raise Cancelled

    with pytest.raises(Cancelled):
        extract_features(project, progress=stop)
    assert current_round(project) == 1
    report = extract_features(project)
    assert 0 < report.done < N - seen
    assert current_round(project) == 2
    assert read_serving(project).next == 0
    assert feature_store(project).folder.name == made.manifest["backbone"] != before.name
    assert current_head(project)[0].id == made.head.id
    assert current_scores(project).attrs["head_id"] == made.head.id
    images = np.zeros((1, 224, 224, 1), np.float32)
    assert not np.array_equal(
        load_backbone(project).features(images), load_backbone(project, 0).features(images)
    )
    assert summarise(project).facts["value"].str.startswith("round 2 (").any()


def test_rolling_back_and_promoting_again_switch_at_once(project, tmp_path):
    first = run_round(project, settings=QUICK)
    run_round(project, settings=QUICK, unfreezing=BLOCKS)
    extract_features(project)
    new = features_for(project).values
    assert rollback(project) == 1
    assert current_head(project)[0].id == first.head.id
    assert not np.array_equal(features_for(project).values, new)
    assert len(features_for(project)) == N
    promote(project, 2)
    assert current_round(project) == 2
    np.testing.assert_array_equal(features_for(project).values, new)
    assert predict(project, tmp_path / "out.csv", n_samples=2) == N
    promote(project, 0)
    assert (current_round(project), read_serving(project).backbone) == (0, 0)


def test_a_waiting_round_can_be_given_up(project):
    run_round(project, settings=QUICK, unfreezing=BLOCKS)
    assert rollback(project) == 0
    assert read_serving(project).next == 0
    assert extract_features(project).done == 0
    promote(project, 1)  # and taken up again
    assert (read_serving(project).next, current_round(project)) == (1, 0)


def test_rounds_after_it_stand_on_its_network_and_start_from_its_head(project):
    trained = run_round(project, settings=QUICK, unfreezing=BLOCKS)
    extract_features(project)
    made = run_round(project, settings=QUICK)
    assert made.backbone == trained.number
    assert made.manifest["heads"]["base"] == trained.head.id == base_head(project).id
    assert (current_round(project), read_serving(project).backbone) == (2, 1)
    # Another round with blocks begins with the project's own weights again.
    again = run_round(project, settings=QUICK, unfreezing=BLOCKS)
    assert again.manifest["heads"]["base"] == base_head(project, 0).id
    assert rollback(project) == 2
    assert rollback(project) == 1
    assert rollback(project) == 0
    assert base_head(project).id == base_head(project, 0).id


def test_a_head_only_round_meanwhile_leaves_the_waiting_one_alone(project):
    waiting = run_round(project, settings=QUICK, unfreezing=BLOCKS)
    run_round(project, settings=QUICK)
    assert (current_round(project), read_serving(project).next) == (2, waiting.number)
    extract_features(project)
    assert current_round(project) == waiting.number


def test_a_cancelled_training_goes_on_at_its_epoch_and_leaves_nothing_behind(project):
    def stop(stage, done, total):
        if "epoch 2" in stage and done:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_round(project, settings=QUICK, unfreezing=BLOCKS, progress=stop)
    assert rounds(project) == []
    stages = []
    made = run_round(
        project,
        settings=QUICK,
        unfreezing=BLOCKS,
        progress=lambda stage, *_: stages.append(stage),
    )
    assert not any("epoch 1" in stage for stage in stages)
    assert made.manifest["blocks"]["epochs"] == 3
    assert not list(project.rounds_path.glob(".*"))


def test_an_image_that_is_gone_is_named(project):
    gone = project.catalog["file_loc"][~project.catalog["reserved"]].iloc[0]
    os.rename(gone, f"{gone}.away")  # noqa: PTH104
    with pytest.raises(GzactiveError, match=r"cannot be read any more .* bring it back"):
        run_round(project, settings=QUICK, unfreezing=BLOCKS)


def test_too_few_galaxies_for_blocks_are_refused(project):
    few = " or ".join(f"id_str == '{one}'" for one in training_ids(project)[:15])
    with pytest.raises(GzactiveError, match="15 labelled galaxies are too few to train blocks on"):
        run_round(project, settings=QUICK, unfreezing=BLOCKS, where=few)


def training_ids(project):
    return project.catalog["id_str"][~project.catalog["reserved"]].tolist()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_the_real_network_learns_survives_kills_and_takes_over(project):
    command = [sys.executable, "-m", "gzactive", "finetune", str(project.path)]
    command += ["--unfreeze-blocks", "1", "--learning-rate", "1e-4"]

    def killed_when(ready):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 280
        while process.poll() is None and not ready():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGKILL)
        process.communicate()

    checkpoint = ".unfreezing/*/checkpoint.safetensors"
    killed_when(lambda: list(project.rounds_path.glob(checkpoint)))
    (state,) = project.rounds_path.glob(checkpoint)
    from safetensors import safe_open

    with safe_open(state, "numpy") as tensors:
        done = len(json.loads(tensors.metadata()["history"])["loss"])
    assert done >= 1
    # Once the round is whole, it is killed while its network looks at all galaxies.
    killed_when(lambda: (project.rounds_path / "current.json").exists())
    (made,) = rounds(project)
    assert made.manifest["blocks"]["epochs"] > done
    assert current_round(project) == 0
    features = [sys.executable, "-m", "gzactive", "features", str(project.path)]
    finished = subprocess.run(features, capture_output=True, text=True, check=True)
    assert "network of round 1 has seen all galaxies" in finished.stdout.replace("\n", " ")
    assert current_round(project) == 1
    assert len(features_for(project)) == N
