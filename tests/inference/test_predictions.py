"""Scores and predictions come from cached features, in the catalogue's order."""

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from gzactive.errors import GzactiveError
from gzactive.inference import (
    current_head,
    extract_features,
    features_for,
    predict,
    score,
)
from gzactive.stores.predictions import read_scores

from .fakes import TREE, FakeNetwork, NoNetwork, picture, random_head


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
        known = head.mc_concentrations(own.values[9:10], 30, 0)
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
