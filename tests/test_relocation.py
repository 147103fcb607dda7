"""Images that were moved are found in their new folder; labels and features stay theirs."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gzactive.errors import GzactiveError
from gzactive.images import image_hash
from gzactive.inference import feature_store
from gzactive.project import Project
from gzactive.relocation import find_moved, take_from_new_place

from .survey.exchange import IDS, classify, make_project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Six galaxies that the model has looked at, and a label."""
    with make_project(tmp_path) as made:
        hashes = [image_hash(one) for one in made.catalog["file_loc"]]
        values = np.random.default_rng(3).uniform(0, 1, (len(IDS), 1280))
        feature_store(made).write_part(IDS, hashes, values)
        classify(made.labels, made.tree, IDS[0], "ada", np.random.default_rng(0))
        yield made


def test_a_folder_that_was_moved_is_taken_from_its_new_place(
    project: Project, tmp_path: Path
) -> None:
    before = project.catalog
    shutil.move(tmp_path / "images", tmp_path / "drive" / "galaxies")
    found = find_moved(project, tmp_path / "drive" / "galaxies")
    assert found.old == tmp_path / "images"
    assert (len(found.table), found.missing, found.checked, found.changed) == (6, (), 6, ())
    assert "6 of 6 images" in found.words
    assert project.catalog["file_loc"].tolist() == before["file_loc"].tolist()  # not yet
    assert take_from_new_place(project, found) == 6
    after = project.catalog
    assert all(Path(one).is_file() for one in after["file_loc"])
    assert after["id_str"].tolist() == before["id_str"].tolist()
    assert after["reserved"].tolist() == before["reserved"].tolist()
    assert after["objid"].tolist() == before["objid"].tolist()
    assert project.labels.finished_count() == 1
    with pytest.raises(GzactiveError, match="All images are where"):
        find_moved(project, tmp_path)


def test_images_of_several_drives_are_moved_one_folder_after_the_other(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(paths: object) -> str:
        raise ValueError("Paths don't have the same drive")

    (tmp_path / "images").rename(tmp_path / "gone")
    monkeypatch.setattr("gzactive.relocation.os.path.commonpath", refused)
    with pytest.raises(GzactiveError, match="several drives: move one folder after the other"):
        find_moved(project, tmp_path / "gone")


def test_images_are_found_by_name_in_other_subfolders_if_no_two_share_it(tmp_path: Path) -> None:
    places = [tmp_path / "old" / f"g{number}.png" for number in range(4)]
    places[0].parent.mkdir()
    for number, place in enumerate(places):
        Image.new("L", (8, 8), number).save(place)
    catalog = pd.DataFrame({"id_str": list("abcd"), "file_loc": list(map(str, places))})
    with Project.create(tmp_path / "project", catalog, "rings") as project:
        for number, place in enumerate(places):
            (tmp_path / "new" / str(number)).mkdir(parents=True)
            shutil.move(place, tmp_path / "new" / str(number))
        shutil.copy(tmp_path / "new" / "0" / "g0.png", tmp_path / "new" / "3")
        found = find_moved(project, tmp_path / "new")
        assert found.missing == ("a",)  # there are two of its name
        assert found.checked == 0  # nobody has looked at them yet
        assert take_from_new_place(project, found) == 3
        assert project.catalog["file_loc"][1] == str(tmp_path / "new" / "1" / "g1.png")


def test_other_images_under_the_same_names_are_refused(project: Project, tmp_path: Path) -> None:
    shutil.move(tmp_path / "images", tmp_path / "new")
    north = sorted((tmp_path / "new" / "north").iterdir())
    shutil.copy(north[0], north[1])
    found = find_moved(project, tmp_path / "new")
    assert found.changed == (IDS[3],)
    with pytest.raises(GzactiveError, match="1 of 6 that were compared are other images"):
        take_from_new_place(project, found)


def test_what_is_not_there_stays_where_it_was(project: Project, tmp_path: Path) -> None:
    shutil.move(tmp_path / "images", tmp_path / "new")
    (tmp_path / "new" / "south" / "galaxy0.png").unlink()
    found = find_moved(project, tmp_path / "new", tmp_path / "images")
    assert found.missing == (IDS[0],)
    assert take_from_new_place(project, found) == 5
    assert project.catalog["file_loc"][0] == str(tmp_path / "images" / "south" / "galaxy0.png")
    with pytest.raises(GzactiveError, match="is no folder"):
        find_moved(project, tmp_path / "nowhere")
    with pytest.raises(GzactiveError, match="No image of project lies in"):
        find_moved(project, tmp_path, tmp_path / "other")
    (tmp_path / "empty").mkdir()
    with pytest.raises(GzactiveError, match="None of the images is in"):
        take_from_new_place(project, find_moved(project, tmp_path / "empty"))
