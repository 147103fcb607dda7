"""Decoding for the screen: every depth is shown, bad files become a reason."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gzactive.app.label.frame import THUMBNAIL, load_frame


@pytest.fixture
def light() -> np.ndarray:
    y, x = np.mgrid[:90, :120]
    return np.exp(-np.hypot(x - 60, y - 45) / 12)


def test_a_colour_picture_is_shown_as_it_is(tmp_path: Path, light: np.ndarray) -> None:
    pixels = np.dstack([(255 * light).astype(np.uint8)] * 3)
    Image.fromarray(pixels).save(tmp_path / "g.png")
    frame = load_frame("g", str(tmp_path / "g.png"))
    assert np.array_equal(frame.picture, pixels)
    assert frame.picture is not None
    assert frame.picture.flags.c_contiguous
    assert frame.nbytes > pixels.nbytes


def test_sixteen_bits_keep_their_range_and_are_stretched_for_the_screen(
    tmp_path: Path, light: np.ndarray
) -> None:
    pixels = (1000 + 40_000 * light).astype(np.uint16)
    Image.fromarray(pixels).save(tmp_path / "g.png")
    frame = load_frame("g", str(tmp_path / "g.png"))
    assert frame.tones is not None
    assert frame.tones.codes.dtype == np.uint16
    assert frame.tones.codes.max() == pixels.max()
    assert frame.picture is not None
    assert frame.picture.dtype == np.uint8
    assert int(frame.picture.max()) - int(frame.picture.min()) > 140


def test_a_large_picture_is_shown_through_a_smaller_copy(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (3000, 4500), np.uint8)).save(tmp_path / "g.png")
    frame = load_frame("g", str(tmp_path / "g.png"))
    assert frame.step == 3
    assert frame.picture is not None
    assert frame.picture.shape == (1000, 1500)


def test_a_thumbnail_fills_its_square(tmp_path: Path, light: np.ndarray) -> None:
    Image.fromarray((255 * light).astype(np.uint8)).save(tmp_path / "g.png")
    thumbnail = load_frame("g", str(tmp_path / "g.png")).thumbnail
    assert thumbnail is not None
    assert min(thumbnail.width(), thumbnail.height()) == THUMBNAIL


def test_a_bad_file_becomes_a_reason(tmp_path: Path) -> None:
    (tmp_path / "g.jpg").write_bytes(b"\xff\xd8 not much of a picture")
    frame = load_frame("g", str(tmp_path / "g.jpg"))
    assert frame.problem
    assert frame.picture is None
