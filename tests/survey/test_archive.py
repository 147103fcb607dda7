"""A project packed on one computer opens on another, and what is labelled there comes back."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gzactive.images.files import read_bytes
from gzactive.inference import current_head, feature_store
from gzactive.project import Project
from gzactive.survey.exporters import Options, export
from gzactive.survey.merging import merge_labels

from .exchange import IDS, classify, give_features, make_project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = make_project(tmp_path / "here")
    give_features(made)
    rng = np.random.default_rng(1)
    for id_str in IDS[:3]:
        classify(made.labels, made.tree, id_str, "ada", rng)
    yield made
    made.close()


def unpacked(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
    return folder / "project"


def test_an_archive_opens_elsewhere_with_its_images(project: Project, tmp_path: Path) -> None:
    pixels = [read_bytes(one) for one in project.catalog["file_loc"]]
    votes = project.labels.votes(project.tree)
    done = export(project, "archive", tmp_path / "a.zip")
    assert (done.count, done.remarks) == (6, ())
    (tmp_path / "here" / "images").rename(tmp_path / "gone")  # nothing may point back there
    path = unpacked(tmp_path / "a.zip", tmp_path / "another" / "disk")
    with Project.open(path) as copy:
        assert list(copy.catalog["id_str"]) == IDS
        assert list(copy.catalog["reserved"]) == list(project.catalog["reserved"])
        assert [read_bytes(one) for one in copy.catalog["file_loc"]] == pixels
        assert all(Path(one).is_relative_to(path) for one in copy.catalog["file_loc"])
        assert copy.labels.votes(copy.tree).equals(votes)
        assert copy.settings == project.settings
        assert not len(feature_store(copy))
        assert current_head(copy)[1] == current_head(project)[1]


def test_features_come_along_on_request_and_serve_there(project: Project, tmp_path: Path) -> None:
    export(project, "archive", tmp_path / "a.zip", options=Options(features=True))
    with Project.open(unpacked(tmp_path / "a.zip", tmp_path / "there")) as copy:
        assert len(feature_store(copy)) == len(IDS)


def test_images_may_stay_where_they_are(project: Project, tmp_path: Path) -> None:
    done = export(project, "archive", tmp_path / "a.zip", options=Options(images=False))
    assert "images were left out" in done.remarks[0]
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert not [name for name in packed.namelist() if name.endswith(".png")]
    # They lie beside the project, and are looked for there.
    there = unpacked(tmp_path / "a.zip", tmp_path / "there")
    with Project.open(there) as copy:
        assert copy.catalog["file_loc"][0] == str(tmp_path / "there/images/south/galaxy0.png")


def test_an_image_that_is_missing_is_told_and_not_fatal(project: Project, tmp_path: Path) -> None:
    Path(project.catalog["file_loc"][1]).unlink()
    done = export(project, "archive", tmp_path / "a.zip")
    assert done.remarks[0].startswith("1 image is not in the archive: ")
    with Project.open(unpacked(tmp_path / "a.zip", tmp_path / "there")) as copy:
        assert len(copy.catalog) == len(IDS)


def test_labels_given_in_the_copy_and_here_meanwhile_are_merged(
    project: Project, tmp_path: Path
) -> None:
    export(project, "archive", tmp_path / "a.zip")
    rng = np.random.default_rng(4)
    classify(project.labels, project.tree, IDS[3], "ada", rng)
    with Project.open(unpacked(tmp_path / "a.zip", tmp_path / "there")) as copy:
        classify(copy.labels, copy.tree, IDS[4], "ben", rng)
        classify(copy.labels, copy.tree, IDS[0], "ben", rng)
        assert copy.labels.finished_count(since_sequence=0) == 2  # those of its own log
    merged = merge_labels(project, [tmp_path / "there" / "project"])
    assert merged.labellers == ("ben",)
    assert project.labels.finished() == set(IDS[:5])
    assert merge_labels(project, [tmp_path / "there" / "project"]).events == 0


def test_the_database_is_whole_while_somebody_labels(project: Project, tmp_path: Path) -> None:
    rng = np.random.default_rng(6)

    def label_meanwhile(stage: str, done: int, total: int) -> None:
        if stage == "Copying labels" and done == 0:
            classify(project.labels, project.tree, IDS[5], "ada", rng)

    export(project, "archive", tmp_path / "a.zip", progress=label_meanwhile)
    with Project.open(unpacked(tmp_path / "a.zip", tmp_path / "there")) as copy:
        theirs = copy.labels.events()
        assert theirs == project.labels.events()[: len(theirs)]
        assert copy.labels.finished() == set(IDS[:3]) | {IDS[5]}


def test_weights_of_ones_own_travel_along(project: Project, tmp_path: Path) -> None:
    import shutil

    from gzactive.inference.heads import weights_of
    from gzactive.model.weights_file import find_weights

    own = tmp_path / "mine.safetensors"
    shutil.copyfile(find_weights("sdss-b0"), own)
    project.save_settings(weights=str(own))
    export(project, "archive", tmp_path / "a.zip")
    own.unlink()
    path = unpacked(tmp_path / "a.zip", tmp_path / "there")
    with Project.open(path) as copy:
        assert weights_of(copy)[0] == path / "weights" / "mine.safetensors"
        assert current_head(copy)[0].n_answers == 34
