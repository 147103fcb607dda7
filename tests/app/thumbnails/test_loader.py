"""Thumbnails come in off the window's thread; what was scrolled past is let go."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gzactive.app.thumbnails.folder import ThumbnailFolder
from gzactive.app.thumbnails.loader import SIDE, ThumbnailLoader
from tests.app.conftest import PATIENCE, draw_galaxy


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    rng = np.random.default_rng(4)
    paths = [tmp_path / f"{number}.png" for number in range(40)]
    for path in paths:
        draw_galaxy(path, rng, side=300)
    return [str(path) for path in paths]


@pytest.fixture
def loader(qtbot: QtBot, tmp_path: Path) -> Iterator[ThumbnailLoader]:
    loader = ThumbnailLoader(ThumbnailFolder(tmp_path / "thumbnails"))
    yield loader
    loader.close()


def test_thumbnails_come_in_and_are_kept_on_disk(
    qtbot: QtBot, loader: ThumbnailLoader, files: list[str], tmp_path: Path
) -> None:
    loader.want(files[:3])
    assert loader.get(files[0]) is None
    qtbot.waitUntil(lambda: all(loader.get(one) for one in files[:3]), timeout=PATIENCE)
    found = loader.get(files[0])
    assert found is not None
    assert found.picture is not None
    assert found.picture.width() == SIDE
    assert len(list((tmp_path / "thumbnails").rglob("*.jpg"))) == 3


def test_a_second_session_reads_them_from_the_disk(
    qtbot: QtBot, loader: ThumbnailLoader, files: list[str], tmp_path: Path
) -> None:
    loader.want(files[:1])
    qtbot.waitUntil(lambda: loader.get(files[0]) is not None, timeout=PATIENCE)
    (stored,) = (tmp_path / "thumbnails").rglob("*.jpg")
    before = stored.stat().st_mtime_ns
    again = ThumbnailLoader(ThumbnailFolder(tmp_path / "thumbnails"))
    try:
        again.want(files[:1])
        qtbot.waitUntil(lambda: again.get(files[0]) is not None, timeout=PATIENCE)
        assert stored.stat().st_mtime_ns == before
    finally:
        again.close()


@pytest.mark.requirement(7)
def test_what_was_scrolled_past_is_never_decoded(
    qtbot: QtBot, loader: ThumbnailLoader, files: list[str]
) -> None:
    loader.want(files)
    loader.want(files[-2:])
    qtbot.waitUntil(lambda: all(loader.get(one) for one in files[-2:]), timeout=PATIENCE)
    assert loader.waiting == 0
    # At most what the two threads had begun before they were asked for something else.
    assert sum(loader.get(one) is not None for one in files) <= 2 + 4


def test_memory_stays_within_its_limit(qtbot: QtBot, files: list[str], tmp_path: Path) -> None:
    one = SIDE * SIDE * 4 + 200
    loader = ThumbnailLoader(ThumbnailFolder(tmp_path / "thumbnails"), limit=5 * one)
    try:
        came: list[str] = []
        loader.ready.connect(came.extend)
        loader.want(files[:12])
        qtbot.waitUntil(lambda: len(came) == 12, timeout=PATIENCE)
        assert loader.nbytes <= 5 * one
        assert loader.get(came[-1]) is not None
        assert loader.get(came[0]) is None
    finally:
        loader.close()


def test_a_file_that_is_no_image_says_why(
    qtbot: QtBot, loader: ThumbnailLoader, tmp_path: Path
) -> None:
    text, gone = tmp_path / "text.png", tmp_path / "gone.png"
    text.write_text("not a picture")
    loader.want([str(text), str(gone)])
    qtbot.waitUntil(lambda: loader.get(str(gone)) is not None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: loader.get(str(text)) is not None, timeout=PATIENCE)
    assert loader.get(str(gone)).problem == "the file is missing"
    assert loader.get(str(text)).picture is None
    assert loader.get(str(text)).problem
