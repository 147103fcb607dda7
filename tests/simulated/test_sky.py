import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gzactive.catalog import load_catalog
from gzactive.errors import GzactiveError
from gzactive.progress import Cancelled
from gzactive.simulated.parameters import draw_parameters
from gzactive.simulated.sky import make_sky
from gzactive.simulated.volunteers import vote
from gzactive.trees import load_tree


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted((folder / "images").iterdir())}


def test_a_sky_has_pictures_a_catalogue_and_its_truth(tmp_path):
    catalogue = make_sky(tmp_path, 6, seed=1, size=48)
    assert catalogue["id_str"].tolist() == [f"SIM{number:06d}" for number in range(6)]
    for file_loc in catalogue["file_loc"]:
        with Image.open(file_loc) as picture:
            assert picture.size == (48, 48)
            assert np.asarray(picture).std() > 1
    written = load_catalog(tmp_path / "catalog.csv")
    assert written["file_loc"].tolist() == catalogue["file_loc"].tolist()
    assert "kind" not in written  # a survey would not know
    np.testing.assert_allclose(catalogue["pixel_scale"] * 48, catalogue["field"])
    truth = pd.read_parquet(tmp_path / "truth.parquet")
    assert (truth["kind"] == draw_parameters(6, 1)["kind"]).all()


def test_its_catalogue_is_enough_for_volunteers(tmp_path):
    tree = load_tree("gz-decals-dr5")
    catalogue = make_sky(tmp_path, 5, seed=1, size=32)
    expected = vote(draw_parameters(5, 1), tree)
    pd.testing.assert_frame_equal(vote(catalogue, tree), expected)
    stored = pd.read_parquet(tmp_path / "truth.parquet")
    pd.testing.assert_frame_equal(vote(stored, tree), expected)


def test_pictures_depend_on_the_seed_and_not_on_the_number_of_workers(tmp_path):
    for name, seed, workers in (("one", 1, 1), ("three", 1, 3), ("other", 2, 2)):
        make_sky(tmp_path / name, 8, seed=seed, size=40, workers=workers)
    one, three, other = (contents(tmp_path / name) for name in ("one", "three", "other"))
    assert one == three
    assert all(one[name] != other[name] for name in one)


def test_a_cancelled_sky_goes_on_where_it_stopped(tmp_path):
    def cancel(stage, done, total):
        if done >= 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        make_sky(tmp_path / "cut", 20, seed=3, size=32, progress=cancel)
    kept = contents(tmp_path / "cut")
    assert 5 <= len(kept) < 20
    assert not [name for name in kept if not name.endswith(".jpg")]
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "cut" / "images").iterdir()}
    make_sky(tmp_path / "cut", 20, seed=3, size=32)
    assert all(path.stat().st_mtime_ns == when for path, when in made.items())
    make_sky(tmp_path / "whole", 20, seed=3, size=32)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


def test_a_sky_can_be_enlarged(tmp_path):
    make_sky(tmp_path, 4, seed=1, size=32)
    before = contents(tmp_path)
    assert len(make_sky(tmp_path, 7, seed=1, size=32)) == 7
    after = contents(tmp_path)
    assert len(after) == 7
    assert before.items() <= after.items()


def test_progress_counts_every_picture(tmp_path):
    seen = []
    make_sky(tmp_path, 9, size=32, progress=lambda stage, done, total: seen.append((done, total)))
    assert seen[0] == (0, 9)
    assert seen[-1] == (9, 9)
    assert sorted(seen) == seen


@pytest.mark.parametrize("changed", [{"seed": 2}, {"size": 40}])
def test_a_folder_with_another_sky_is_left_alone(tmp_path, changed):
    make_sky(tmp_path, 2, seed=1, size=32)
    with pytest.raises(GzactiveError, match="another simulated sky"):
        make_sky(tmp_path, 2, **({"seed": 1, "size": 32} | changed))


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GzactiveError, match=r"file/sky: the sky cannot be written"):
        make_sky(tmp_path / "file" / "sky", 2)


def test_pictures_of_an_earlier_recipe_are_not_taken_for_this_truth(tmp_path):
    make_sky(tmp_path, 2, seed=1, size=32)
    (tmp_path / "sky.txt").write_text("seed 1, 32 pixels, recipe 1\n")
    with pytest.raises(GzactiveError, match="recipe 1"):
        make_sky(tmp_path, 2, seed=1, size=32)
