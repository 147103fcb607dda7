"""Thumbnails on disk: whole or not at all, new for a changed image, and never more than allowed."""

import os
from pathlib import Path

import numpy as np
import pytest

from gzactive.app.thumbnails.folder import ThumbnailFolder
from gzactive.images import ImageProblem
from tests.app.conftest import draw_galaxy


def test_a_changed_image_gets_another_name(tmp_path: Path) -> None:
    folder = ThumbnailFolder(tmp_path / "thumbnails")
    image = tmp_path / "galaxy.png"
    draw_galaxy(image, np.random.default_rng(1))
    before = folder.name(str(image), "256")
    assert folder.name(str(image), "256") == before
    assert folder.name(str(image), "128") != before
    os.utime(image, ns=(1, 1))
    assert folder.name(str(image), "256") != before


def test_what_was_written_is_read_by_another_session_and_nothing_half_written_is_left(
    tmp_path: Path,
) -> None:
    path = tmp_path / "thumbnails"
    ThumbnailFolder(path).write("ab12", b"picture")
    assert ThumbnailFolder(path).read("ab12") == b"picture"
    assert ThumbnailFolder(path).read("ab13") is None
    assert not list(path.rglob("*.part"))


def test_the_oldest_go_when_there_is_no_room(tmp_path: Path) -> None:
    folder = ThumbnailFolder(tmp_path, limit=1000)
    for number in range(30):
        folder.write(f"{number:04d}", b"x" * 100)
        os.utime(tmp_path / f"{number:04d}"[:2] / f"{number:04d}.jpg", ns=(number, number))
    kept = [number for number in range(30) if folder.read(f"{number:04d}") is not None]
    assert 5 <= len(kept) <= 10
    assert kept == list(range(30))[-len(kept) :]


def test_a_folder_that_cannot_be_written_to_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "thumbnails").write_text("a file where the folder should be")
    folder = ThumbnailFolder(tmp_path / "thumbnails")
    folder.write("ab12", b"picture")
    assert folder.read("ab12") is None


def test_an_image_that_is_gone_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(ImageProblem, match="missing"):
        ThumbnailFolder(tmp_path).name(str(tmp_path / "gone.png"), "256")
