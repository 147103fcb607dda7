"""What a file holds is shown whole: FITS, 16-bit PNG and TIFF, floats below 1, missing values."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from gzactive.app.label.frame import Frame, load_frame
from gzactive.app.label.look import STRETCHES, Look
from gzactive.app.label.tones import encode
from gzactive.images import ImageSettings, load_resized
from gzactive.images.fits import stretch

SIDE = 96


@pytest.fixture
def light() -> np.ndarray:
    """A galaxy of brightness 0 to 1 with faint noise about it."""
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    rng = np.random.default_rng(2)
    return np.clip(np.exp(-np.hypot(x, 2 * y) / 9) + rng.normal(0.02, 0.004, (SIDE, SIDE)), 0, 1)


def shown(frame: Frame, **look: object) -> np.ndarray:
    assert frame.problem == ""
    return frame.tones.show(Look(**look))


@pytest.mark.requirement(6)
@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bit_files_keep_every_value(tmp_path: Path, light: np.ndarray, suffix: str) -> None:
    pixels = np.rint(65_000 * light).astype(np.uint16)
    Image.fromarray(pixels).save(tmp_path / f"g.{suffix}")
    frame = load_frame("g", str(tmp_path / f"g.{suffix}"))
    np.testing.assert_array_equal(frame.tones.codes, pixels)
    expected = np.rint(255 * (pixels / 65_535.0)).astype(np.uint8)
    assert np.abs(shown(frame).astype(int) - expected).max() <= 1
    # A range of one two-hundredth of all fills the screen when the levels say so.
    narrow = shown(frame, black=0.015, white=0.03)
    assert len(np.unique(narrow)) > 200


@pytest.mark.parametrize("depth", [10, 12, 14])
def test_twelve_bits_in_sixteen_are_not_black(
    tmp_path: Path, light: np.ndarray, depth: int
) -> None:
    pixels = np.rint((2**depth - 1) * light).astype(np.uint16)
    Image.fromarray(pixels).save(tmp_path / "g.png")
    assert shown(load_frame("g", str(tmp_path / "g.png"))).max() > 200


def test_fits_counts_keep_sky_and_core_however_far_apart(tmp_path: Path, light: np.ndarray) -> None:
    rng = np.random.default_rng(5)
    counts = (1e6 * light**6 + rng.normal(0, 0.01, light.shape)).astype(np.float32)
    fits.writeto(tmp_path / "g.fits", counts)
    frame = load_frame("g", str(tmp_path / "g.fits"))
    meant = frame.tones.planes[0].values[frame.tones.codes][::-1]
    sky = np.abs(counts) < 0.03
    assert np.abs(meant - counts)[sky].max() < 0.002
    assert meant.max() == pytest.approx(counts.max(), rel=1e-6)
    for kind in STRETCHES:
        assert len(np.unique(shown(frame, stretch=kind))) > 2


def test_fits_is_shown_as_the_model_sees_it(tmp_path: Path, light: np.ndarray) -> None:
    counts = (300 * light - 4).astype(np.float32)
    fits.writeto(tmp_path / "g.fits", counts)
    for how in ("asinh", "log", "linear"):
        frame = load_frame("g", str(tmp_path / "g.fits"), how)
        seen = stretch(counts[::-1], how).astype(int)
        assert np.abs(shown(frame).astype(int) - seen).max() <= 2
    settings = ImageSettings(size=SIDE, crop=SIDE)
    model = load_resized(str(tmp_path / "g.fits"), settings)[..., 0].astype(int)
    assert np.abs(shown(load_frame("g", str(tmp_path / "g.fits"))).astype(int) - model).max() <= 2


def test_linear_reaches_the_brightest_value_that_zscale_saturates(
    tmp_path: Path, light: np.ndarray
) -> None:
    fits.writeto(tmp_path / "g.fits", (300 * light).astype(np.float32))
    frame = load_frame("g", str(tmp_path / "g.fits"))
    assert np.mean(shown(frame, stretch="zscale") == 255) > 0.02
    assert np.sum(shown(frame, stretch="linear") == 255) <= 2


@pytest.mark.requirement(6)
def test_floats_below_one_are_brightnesses(tmp_path: Path, light: np.ndarray) -> None:
    fits.writeto(tmp_path / "g.fits", (0.5 * light).astype(np.float32))
    picture = shown(load_frame("g", str(tmp_path / "g.fits")))
    assert picture.max() == pytest.approx(255 * 0.5 * light.max(), abs=1)


def test_missing_values_are_black_and_spoil_nothing(tmp_path: Path, light: np.ndarray) -> None:
    counts = (300 * light - 4).astype(np.float32)
    whole = shown(_written(tmp_path / "whole.fits", counts))
    counts[:, :10] = np.nan
    counts[50, 50] = np.inf
    holed = shown(_written(tmp_path / "holed.fits", counts))
    assert holed[:, :10].max() == 0
    apart = np.abs(holed[:, 12:].astype(int) - whole[:, 12:])
    assert np.percentile(apart, 99) < 12


def _written(path: Path, counts: np.ndarray) -> Frame:
    fits.writeto(path, counts)
    return load_frame("g", str(path))


def test_three_bands_are_shown_each_by_its_own_limits(tmp_path: Path, light: np.ndarray) -> None:
    rng = np.random.default_rng(1)
    bands = np.stack([k * light + rng.normal(k, 0.05 * k, light.shape) for k in (1, 30, 900)])
    picture = shown(_written(tmp_path / "g.fits", bands.astype(np.float32)))
    assert picture.shape == (SIDE, SIDE, 3)
    middles = np.median(picture.reshape(-1, 3), axis=0)
    assert middles.max() - middles.min() < 25


@pytest.mark.parametrize("kind", STRETCHES)
def test_every_stretch_keeps_the_order_of_brightness(light: np.ndarray, kind: str) -> None:
    for pixels in ((255 * light).astype(np.uint8), (900 * light - 7).astype(np.float32)):
        tones = encode(pixels)
        picture = tones.show(Look(stretch=kind)).astype(int)
        order = np.argsort(pixels, axis=None)
        assert (np.diff(picture.reshape(-1)[order]) >= 0).all()


def test_asinh_and_log_lift_what_is_faint(light: np.ndarray) -> None:
    tones = encode((255 * light).astype(np.uint8))
    faint = [tones.show(Look(stretch=kind)).mean() for kind in ("linear", "asinh", "log")]
    assert faint[0] < faint[1] < faint[2]


def test_inverting_and_grey_are_what_they_say(light: np.ndarray) -> None:
    pixels = np.dstack([(255 * light * k).astype(np.uint8) for k in (1.0, 0.5, 0.2)])
    tones = encode(pixels)
    np.testing.assert_array_equal(tones.show(Look(inverted=True)), 255 - pixels)
    np.testing.assert_array_equal(
        tones.show(Look(grey=True)), (pixels.sum(axis=2, dtype=int) // 3).astype(np.uint8)
    )
    assert tones.show(Look()) is tones.codes


def test_the_histogram_counts_all_pixels_and_follows_the_stretch(light: np.ndarray) -> None:
    tones = encode((255 * light).astype(np.uint8))
    plain, lifted = tones.histogram("linear"), tones.histogram("log")
    assert plain.sum() == pytest.approx(1.0)
    steps = np.arange(len(plain))
    assert plain @ steps < lifted @ steps
