"""Features of a project: computed once, kept through kills and cancels."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gzactive.catalog import find_images
from gzactive.errors import GzactiveError
from gzactive.inference import (
    extract_features,
    extraction,
    feature_rows,
    feature_store,
    features_for,
)
from gzactive.progress import Cancelled
from gzactive.project import Project

from .fakes import TREE, FakeNetwork, NoNetwork, make_project, picture, random_head, weights


def test_every_galaxy_gets_the_features_of_its_own_image(project):
    network = FakeNetwork()
    report = extract_features(project, model=network)
    assert (report.done, report.cached, report.problems) == (40, 0, 0)
    assert network.batches == [32, 8]
    features = features_for(project)
    assert features.id_str.tolist() == project.catalog["id_str"].to_list()
    from gzactive.images import load_for_model

    one = load_for_model(project.catalog["file_loc"][17], project.image_settings)
    expected = FakeNetwork().features(one[None])[0]
    assert np.allclose(features.values[17], expected, atol=2e-3)


def test_features_come_in_the_order_asked_for(project):
    extract_features(project, model=FakeNetwork())
    whole = features_for(project)
    some = features_for(project, ["g030", "g002", "nobody"])
    assert some.id_str.tolist() == ["g030", "g002"]
    assert np.array_equal(some.values, whole.values[[30, 2]])
    with feature_rows(project) as rows:
        assert rows.shape == (40, 1280)


def test_what_is_cached_is_not_computed_again(project):
    extract_features(project, model=FakeNetwork())
    report = extract_features(project, model=NoNetwork())
    assert (report.done, report.cached, report.problems) == (0, 40, 0)


def test_a_changed_image_is_computed_and_a_touched_one_is_not(project):
    extract_features(project, model=FakeNetwork())
    before = features_for(project).values
    files = project.catalog["file_loc"]
    os.utime(files[3], ns=(1, 1))
    os.utime(files[4], ns=(1, 1))
    report = extract_features(project, model=NoNetwork())
    assert (report.done, report.cached) == (2, 38)
    assert np.array_equal(features_for(project).values, before)
    assert extract_features(project, model=NoNetwork()).cached == 40  # the new time is kept
    picture(Path(files[5]), 999)
    network = FakeNetwork()
    assert extract_features(project, model=network).done == 1
    assert network.seen == 1
    after = features_for(project).values
    assert not np.array_equal(after[5], before[5])
    assert np.array_equal(np.delete(after, 5, axis=0), np.delete(before, 5, axis=0))


def test_unusable_images_are_listed_with_their_reason_until_they_are_mended(project):
    files = [Path(file) for file in project.catalog["file_loc"]]
    files[2].write_bytes(b"not an image at all")
    files[6].unlink()
    report = extract_features(project, model=FakeNetwork())
    assert (report.done, report.problems) == (38, 2)
    listed = project.problems.frame()
    assert listed["id_str"].to_list() == ["g002", "g006"]
    assert "no JPEG" in listed["reason"][0]
    assert "missing" in listed["reason"][1]
    assert set(listed["stage"]) == {"features"}
    assert len(features_for(project)) == 38

    picture(files[2], 2)
    report = extract_features(project, model=FakeNetwork())
    assert (report.done, report.cached, report.problems) == (1, 38, 1)
    assert project.problems.frame()["id_str"].to_list() == ["g006"]


def test_an_image_that_went_away_keeps_its_features_and_is_listed(project):
    extract_features(project, model=FakeNetwork())
    gone = Path(project.catalog["file_loc"][6])
    kept = gone.rename(gone.with_suffix(".away"))
    report = extract_features(project, model=NoNetwork())
    assert (report.cached, report.problems) == (39, 1)
    assert len(features_for(project)) == 40
    kept.rename(gone)
    assert extract_features(project, model=NoNetwork()).problems == 0
    assert project.problems.frame().empty


def test_cancelling_keeps_what_was_computed(project):
    network = FakeNetwork()

    def cancel(stage: str, done: int, total: int) -> None:
        if stage == "Computing features" and done >= 32:
            raise Cancelled

    with pytest.raises(Cancelled):
        extract_features(project, model=network, progress=cancel)
    assert len(features_for(project)) == 32
    second = FakeNetwork()
    assert extract_features(project, model=second).cached == 32
    assert second.seen == 8


def test_cancelling_takes_effect_at_once_even_before_the_first_batch(project):
    def cancel(stage: str, done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        extract_features(project, model=NoNetwork(), progress=cancel)
    assert extract_features(project, model=FakeNetwork()).done == 40


def test_a_stalled_drive_does_not_hold_a_cancel_up(project, monkeypatch):
    load = extraction.load_unless_known

    def stalled(file_loc, *args):
        time.sleep(0 if "g000" in file_loc else 2.0)
        return load(file_loc, *args)

    monkeypatch.setattr(extraction, "load_unless_known", stalled)
    started = time.monotonic()

    def cancel(stage: str, done: int, total: int) -> None:
        if time.monotonic() - started > 0.3:
            raise Cancelled

    asked = []

    def noted(stage: str, done: int, total: int) -> None:
        asked.append(time.monotonic())
        cancel(stage, done, total)

    with pytest.raises(Cancelled):
        extract_features(project, model=NoNetwork(), progress=noted, workers=2)
    assert max(np.diff(asked)) < 1.0
    assert features_for(project).id_str.tolist() == []


def test_progress_comes_with_each_batch_and_ends_at_the_total(tmp_path):
    told = []
    with make_project(tmp_path, n=100) as project:
        extract_features(
            project, model=FakeNetwork(), progress=lambda *args: told.append(args), batch=16
        )
    computing = [done for stage, done, total in told if stage == "Computing features"]
    assert computing == sorted(computing)
    assert computing[-1] == 100
    assert max(np.diff([0, *computing])) <= 16


def test_features_are_computed_in_one_place_at_a_time(project):
    with project.compute_lock("features"), pytest.raises(GzactiveError, match="busy"):
        extract_features(project, model=NoNetwork())


def test_images_in_zips_are_extracted_too(tmp_path):
    archive = tmp_path / "many.zip"
    with zipfile.ZipFile(archive, "w") as written:
        for number in range(20):
            written.write(picture(tmp_path / "x.png", number), f"deep/g{number:02d}.png")
    catalog = find_images([archive])
    with Project.create(tmp_path / "p", catalog, TREE, weights=weights(tmp_path)) as project:
        assert extract_features(project, model=FakeNetwork()).done == 20
        assert extract_features(project, model=NoNetwork()).cached == 20


def test_a_damaged_part_is_set_aside_and_only_its_galaxies_computed_again(project, monkeypatch):
    monkeypatch.setattr(extraction, "_PART", 10)
    extract_features(project, model=FakeNetwork(), batch=10)
    whole = features_for(project).values
    parts = sorted(feature_store(project).folder.glob("part-*.h5"))
    assert len(parts) == 4
    data = bytearray(parts[1].read_bytes())
    data[len(data) // 2] ^= 0xFF
    parts[1].write_bytes(data)
    network = FakeNetwork()
    with Project.open(project.path) as again:
        report = extract_features(again, model=network)
        assert (report.done, report.cached) == (10, 30)
        assert np.array_equal(features_for(again).values, whole)
    assert list(parts[1].parent.glob("*.bad"))


def test_many_parts_are_merged_when_the_run_is_over(tmp_path, monkeypatch):
    monkeypatch.setattr(extraction, "_PART", 4)
    with make_project(tmp_path) as project:
        extract_features(project, model=FakeNetwork(), batch=4)
        folder = feature_store(project).folder
        assert [path.name for path in folder.glob("*.h5")] == ["features.h5"]
        assert len(features_for(project)) == 40


KILLED = """
    import sys, time
    sys.path.insert(0, {fakes!r})
    from gzactive.inference import extraction
    from gzactive.inference import extract_features
    from gzactive.project import Project
    from fakes import FakeNetwork

    extraction._PART = 8
    project = Project.open({project!r})
    extract_features(project, model=FakeNetwork(seconds=0.05), batch=4)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_kill_in_the_middle_loses_only_what_was_not_yet_stored(tmp_path):
    with make_project(tmp_path, n=120) as project:
        folder = feature_store(project).folder
        code = KILLED.format(fakes=str(Path(__file__).parent), project=str(project.path))
        process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)])
        deadline = time.monotonic() + 60
        while len(list(folder.glob("part-*.h5"))) < 4:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        stored = len(features_for(project))
        assert 32 <= stored < 120
        network = FakeNetwork()
        report = extract_features(project, model=network)
        assert (report.cached, report.done) == (stored, 120 - stored)
        assert network.seen == 120 - stored
        resumed = features_for(project).values
        shutil.rmtree(folder)
        extract_features(project, model=FakeNetwork())
        assert np.array_equal(features_for(project).values, resumed)


def test_the_real_network_gives_the_features_that_are_cached(tmp_path):
    from gzactive.images import load_for_model
    from gzactive.inference import load_backbone
    from gzactive.model.backbone import build_backbone
    from gzactive.model.weights import save_model

    path = tmp_path / "real.safetensors"
    save_model(path, build_backbone(1, 224), random_head(), TREE.id, TREE.columns, {})
    for number in range(5):
        picture(tmp_path / "images" / f"g{number}.png", number)
    catalog = find_images([tmp_path / "images"])
    with Project.create(tmp_path / "p", catalog, TREE, weights=path) as project:
        assert extract_features(project).done == 5
        model = load_backbone(project)
        assert load_backbone(project) is model
        assert feature_store(project).folder.name == model.fingerprint
        images = np.stack(
            [load_for_model(file, project.image_settings) for file in project.catalog["file_loc"]]
        )
        expected = model.backbone.predict_on_batch(images)
        assert np.allclose(features_for(project).values, expected, atol=2e-3, rtol=2e-3)
