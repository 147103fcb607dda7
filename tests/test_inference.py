"""Features, heads and predictions of a project: computed once, kept through kills and cancels."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gzactive.catalog import find_images
from gzactive.errors import GzactiveError
from gzactive.inference import (
    base_head,
    current_head,
    extract_features,
    extraction,
    feature_rows,
    feature_store,
    features_for,
    measure_rates,
    predict,
    score,
)
from gzactive.model.head import Head
from gzactive.model.weights_file import write_weights
from gzactive.progress import Cancelled
from gzactive.project import Project
from gzactive.stores.predictions import read_scores
from gzactive.trees import load_tree

TREE = load_tree("gz-decals-dr5")


class FakeNetwork:
    """Features that depend on the image alone, at no cost; counts what it is given."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seen = 0
        self.batches: list[int] = []
        self._seconds = seconds
        self._projection = np.random.default_rng(0).normal(0, 0.3, (49, 1280))

    def features(self, images: np.ndarray) -> np.ndarray:
        time.sleep(self._seconds)
        self.seen += len(images)
        self.batches.append(len(images))
        assert images.dtype == np.float32
        assert images.shape[1:] == (224, 224, 1)
        cells = images.reshape(-1, 7, 32, 7, 32).mean(axis=(2, 4)).reshape(-1, 49)
        return (cells @ self._projection).astype(np.float32)


class NoNetwork:
    """Where nothing may be computed."""

    def features(self, images: np.ndarray) -> np.ndarray:
        pytest.fail(f"{len(images)} images were sent through the network")


def picture(path: Path, number: int) -> Path:
    rng = np.random.default_rng(number)
    y, x = np.mgrid[:60, :60]
    blob = 180 * np.exp(-((x - 20 - number % 20) ** 2 + (y - 30) ** 2) / 60)
    pixels = np.clip(blob + rng.normal(20, 6, blob.shape), 0, 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def random_head(seed: int = 0) -> Head:
    rng = np.random.default_rng(seed)
    kernel = rng.normal(0, 0.1, (1280, len(TREE.columns))).astype(np.float32)
    return Head(kernel, np.full(len(TREE.columns), -3.0, np.float32))


def weights(folder: Path, head: Head | None = None, columns=TREE.columns) -> Path:
    """A weights file whose backbone no test builds."""
    path = folder / "fake.safetensors"
    write_weights(
        path,
        {"layer/kernel": np.arange(6.0).reshape(2, 3)},
        head=head,
        tree_id=TREE.id if head else None,
        columns=columns if head else (),
        channels=1,
        card={},
    )
    return path


def make_project(folder: Path, n: int = 40, head: Head | None = None, tree=TREE) -> Project:
    for number in range(n):
        picture(folder / "images" / f"g{number:03d}.png", number)
    catalog = find_images([folder / "images"])
    return Project.create(folder / "project", catalog, tree, weights=weights(folder, head))


@pytest.fixture
def project(tmp_path):
    with make_project(tmp_path) as made:
        yield made


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
    sys.path.insert(0, {tests!r})
    from gzactive.inference import extraction
    from gzactive.inference import extract_features
    from gzactive.project import Project
    from test_inference import FakeNetwork

    extraction._PART = 8
    project = Project.open({project!r})
    extract_features(project, model=FakeNetwork(seconds=0.05), batch=4)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_kill_in_the_middle_loses_only_what_was_not_yet_stored(tmp_path):
    with make_project(tmp_path, n=120) as project:
        folder = feature_store(project).folder
        code = KILLED.format(tests=str(Path(__file__).parent), project=str(project.path))
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


# --- heads --------------------------------------------------------------------------------------


def test_the_base_head_is_that_of_the_weights_where_it_answers_the_same_questions(tmp_path):
    head = random_head()
    with make_project(tmp_path, n=2, head=head) as project:
        used, weights_id, number = current_head(project)
        assert number == 0
        assert weights_id == used.id == base_head(project).id
        assert np.allclose(used.kernel, head.kernel, atol=1e-3)


def test_a_tree_that_the_weights_do_not_know_starts_with_equal_fractions(tmp_path):
    rings = load_tree("rings")
    with make_project(tmp_path, n=2, head=random_head(), tree=rings) as project:
        assert base_head(project).id == Head.fresh(rings).id


def test_the_head_of_the_round_in_use_is_the_current_one(project):
    folder = project.rounds_path / "0003"
    folder.mkdir(parents=True)
    head = random_head(seed=3)
    head.save(folder / "head.safetensors")
    (project.rounds_path / "current.json").write_text('{"round": 3}')
    used, weights_id, number = current_head(project)
    assert (used.id, weights_id, number) == (head.id, head.id, 3)
    assert base_head(project).id != head.id
    (project.rounds_path / "current.json").write_text('{"round": 0}')
    assert current_head(project)[2] == 0


def test_a_broken_note_or_head_is_told(project):
    folder = project.rounds_path / "0001"
    folder.mkdir(parents=True)
    (project.rounds_path / "current.json").write_text("{")
    with pytest.raises(GzactiveError, match="cannot be read"):
        current_head(project)
    (project.rounds_path / "current.json").write_text('{"round": 1}')
    with pytest.raises(GzactiveError, match="head"):
        current_head(project)
    Head.fresh([2]).save(folder / "head.safetensors")
    with pytest.raises(GzactiveError, match="2 answers"):
        current_head(project)


def test_scores_are_what_the_measures_say_of_the_samples(project):
    extract_features(project, model=FakeNetwork())
    head = random_head()
    told = []
    scores = score(
        project,
        head,
        {"mean": lambda c: c.mean(axis=2), "spread": lambda c: c.std(axis=(1, 2))},
        n_samples=7,
        seed=5,
        progress=lambda *args: told.append(args),
        write=True,
    )
    features = features_for(project, scores.id_str)
    samples = head.mc_concentrations(features.values, 7, 5)
    assert np.allclose(scores["mean"], samples.mean(axis=2), rtol=1e-5)
    assert scores["spread"].shape == (40,)
    assert told[-1] == ("Scoring", 40, 40)
    stored = read_scores(project.scores_path)
    assert stored.attrs["weights_id"] == head.id
    assert np.array_equal(stored["mean"], scores["mean"])


def test_scoring_never_imports_keras(project):
    extract_features(project, model=FakeNetwork())
    code = f"""
        import sys
        from gzactive.inference import current_head, predict, score
        from gzactive.project import Project

        project = Project.open({str(project.path)!r})
        head, _, _ = current_head(project)
        score(project, head, {{"mean": lambda c: c.mean(axis=(1, 2))}})
        predict(project, {str(project.path / "out.csv")!r})
        print(sorted({{"keras", "tensorflow"}} & set(sys.modules)))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# --- predictions --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".hdf5", ".csv", ".parquet"])
def test_predictions_are_written_in_the_catalogues_order(project, tmp_path, suffix):
    out = tmp_path / f"out{suffix}"
    assert predict(project, out, n_samples=3, model=FakeNetwork()) == 40
    expected = current_head(project)[0].mc_concentrations(features_for(project).values, 3, 0)
    if suffix == ".hdf5":
        with h5py.File(out) as file:
            assert file["id_str"].asstr()[:].tolist() == project.catalog["id_str"].to_list()
            assert file["label_cols"].asstr()[:].tolist() == list(TREE.columns)
            assert np.allclose(file["predictions"][:], expected, rtol=1e-5)
    elif suffix == ".csv":
        table = pd.read_csv(out)
        assert table["id_str"].to_list() == project.catalog["id_str"].to_list()
        assert table.columns.to_list() == ["id_str", *(f"{name}_pred" for name in TREE.columns)]
    else:
        assert len(pd.read_parquet(out)) == 40


def test_predictions_do_not_need_the_images_once_features_are_there(project, tmp_path):
    extract_features(project, model=FakeNetwork())
    shutil.rmtree(tmp_path / "images")
    assert predict(project, tmp_path / "out.hdf5", model=NoNetwork()) == 40


def test_other_galaxies_are_predicted_without_disturbing_the_projects_own(project, tmp_path):
    extract_features(project, model=FakeNetwork())
    own = features_for(project)
    new = [picture(tmp_path / "new" / f"n{number}.png", 500 + number) for number in range(5)]
    table = pd.DataFrame(
        {
            # An id that the project has for another galaxy, and an image that the project knows.
            "id_str": ["g000", "n1", "n2", "n3", "n4", "same"],
            "file_loc": [*map(str, new), project.catalog["file_loc"][9]],
        }
    )
    table.to_csv(tmp_path / "new.csv", index=False)
    (tmp_path / "new" / "n4.png").write_bytes(b"")
    network = FakeNetwork()
    out = tmp_path / "out.hdf5"
    assert predict(project, out, catalog=tmp_path / "new.csv", model=network) == 5
    assert network.seen == 4
    with h5py.File(out) as file:
        assert file["id_str"].asstr()[:].tolist() == ["g000", "n1", "n2", "n3", "same"]
        head = current_head(project)[0]
        known = head.mc_concentrations(own.values[9:10], 5, 0)
        assert np.allclose(file["predictions"][4], known[0], rtol=1e-5)
    assert np.array_equal(features_for(project).values, own.values)
    assert project.problems.frame()["id_str"].to_list() == ["n4"]
    assert predict(project, out, catalog=tmp_path / "new.csv", model=NoNetwork()) == 5


def test_predictions_that_cannot_be_made_leave_nothing_behind(project, tmp_path):
    with pytest.raises(GzactiveError, match="xlsx"):
        predict(project, tmp_path / "out.xlsx", model=NoNetwork())
    for file in project.catalog["file_loc"]:
        Path(file).write_bytes(b"broken")
    with pytest.raises(GzactiveError, match="None of the 40 images"):
        predict(project, tmp_path / "out.hdf5", model=NoNetwork())
    assert not list(tmp_path.glob("*out*"))


def test_the_bare_rates_are_measured_on_the_projects_images(project):
    rates = measure_rates(project, 16, model=FakeNetwork(seconds=0.01))
    assert rates.decode > 0
    assert 0 < rates.forward < 3200
    assert rates.bound < min(rates.decode, rates.forward)
    for file in project.catalog["file_loc"]:
        Path(file).write_bytes(b"broken")
    with pytest.raises(GzactiveError, match="No image"):
        measure_rates(project, 16, model=FakeNetwork())


# --- the real network ---------------------------------------------------------------------------


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
