"""What commands say where nothing is new, nothing is learnt, or nothing can be written."""

import errno
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gzactive.app.label.frame import load_frame
from gzactive.catalog import find_images
from gzactive.inference import feature_store
from gzactive.project import Project
from gzactive.stores.refusals import refusal

from .conftest import Command


@pytest.fixture
def rings(tmp_path: Path) -> Project:
    """A small project on rings with made-up features, of which a script labelled half."""
    rng = np.random.default_rng(5)
    archive = tmp_path / "images.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(60):
            path = tmp_path / f"G{number:02d}.png"
            Image.fromarray(rng.integers(0, 255, (32, 32, 3), dtype=np.uint8)).save(path)
            file.write(path, path.name)
    with Project.create(tmp_path / "rings", find_images([archive]), "rings") as project:
        ids = project.catalog["id_str"].to_list()
        values = np.clip(rng.normal(0, 0.5, (60, 1280)), 0, None)
        feature_store(project).write_part(ids, ["made-up"] * 60, values)
        votes = pd.DataFrame({"id_str": ids[:40], "ring_yes": 3, "ring_no": 1})
        votes.loc[::2, ["ring_yes", "ring_no"]] = [0, 5]
        project.labels.add_scripted(votes, project.tree, "script")
    return project


def test_finetune_without_new_labels_says_so_and_makes_none(gz: Command, rings: Project) -> None:
    assert "Round 1" in gz("finetune", rings.path).out
    again = gz("finetune", rings.path)
    assert again.code == 0
    assert "There is nothing new since round 1" in again.out
    assert "--again" in again.out
    assert not (rings.path / "rounds" / "0002").exists()
    assert "Round 2" in gz("finetune", rings.path, "--again").out
    assert "nothing new since round 2" in gz("finetune", rings.path).out
    (rings.path.parent / "more.csv").write_text("id_str,ring_yes,ring_no\nG50,3,0\nG51,0,3\n")
    assert gz("label", rings.path, rings.path.parent / "more.csv").code == 0
    assert "Round 3" in gz("finetune", rings.path).out


def test_predict_takes_as_many_samples_as_everything_else(
    gz: Command, rings: Project, tmp_path: Path
) -> None:
    with Project.open(rings.path) as opened:
        opened.save_settings(samples=12)
    out = tmp_path / "p.hdf5"
    done = gz("predict", rings.path, "--out", out)
    assert "60 galaxies × 12 samples" in done.out
    with h5py.File(out) as file:
        assert file["predictions"].shape[2] == 12


def test_a_top_list_of_an_untrained_model_warns(gz: Command, rings: Project) -> None:
    assert "has learnt nothing of this question yet" in gz("top", rings.path, "ring_yes").out
    gz("finetune", rings.path)
    assert "has learnt nothing" not in gz("top", rings.path, "ring_yes").out


def test_predict_names_the_real_cause(gz: Command, rings: Project, tmp_path: Path) -> None:
    folder = tmp_path / "out.csv"
    folder.mkdir()
    assert "is a folder: name a file in it" in gz("predict", rings.path, "--out", folder).err
    long = tmp_path / ("x" * 300 + ".hdf5")
    told = gz("predict", rings.path, "--out", long).err
    assert "too long" in told
    assert "space" not in told


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EROFS, "Read-only file system"), "can only be read"),
        (OSError("Unable to create (errno = 13, error message = 'denied')"), "may not write"),
        (OSError("odd"), "since odd"),
    ],
)
def test_each_cause_has_its_sentence(error: OSError, words: str) -> None:
    assert words in refusal(Path("p.csv"), error)


def test_an_archive_that_is_gone_is_told_in_one_way(rings: Project) -> None:
    (rings.path.parent / "images.zip").unlink()
    file_loc = rings.catalog["file_loc"].iloc[0]
    shown = load_frame("G00", file_loc).problem
    assert shown == "its archive images.zip is missing: bring it back to where it was"
    from gzactive.images import ImageProblem, image_stamp

    with pytest.raises(ImageProblem, match=r"its archive images\.zip is missing"):
        image_stamp(file_loc)


def test_reading_commands_work_on_a_folder_that_cannot_be_written_to(
    gz: Command, rings: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gz("finetune", rings.path)
    monkeypatch.setattr("gzactive.project.unwritable", lambda folder: "It is a locked drive.")
    before = {p: p.stat().st_mtime_ns for p in rings.path.rglob("*") if p.is_file()}
    (rings.path / "scores.h5").unlink()
    before.pop(rings.path / "scores.h5")
    assert gz("info", rings.path).code == 0
    assert gz("top", rings.path, "ring_yes").code == 0
    assert gz("rank", rings.path).code == 0
    out = tmp_path / "predictions.csv"
    assert gz("predict", rings.path, "--out", out).code == 0
    assert out.is_file()
    refused = gz("finetune", rings.path, "--again")
    assert refused.code
    assert "It is a locked drive." in refused.err
    after = {p: p.stat().st_mtime_ns for p in rings.path.rglob("*") if p.is_file()}
    assert {p: t for p, t in after.items() if not p.name.endswith(("-shm", "-wal"))} == {
        p: t for p, t in before.items() if not p.name.endswith(("-shm", "-wal"))
    }


def test_a_full_disk_is_one_sentence_wherever_it_is_met(
    gz: Command, rings: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: str | bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr("gzactive.project.Project.open", lambda path: full(path, ""))
    told = gz("info", rings.path)
    assert told.code == 2
    assert told.err == (
        f"gzactive: {rings.path} cannot be written, since the disk is full: free some space.\n"
    )
