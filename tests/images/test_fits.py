"""FITS pixels become pictures: stretched, the right way up, the reddest plane first."""

import gzip

import numpy as np
import pytest
from astropy.io import fits

from gzactive.images import (
    ImageSettings,
    load_for_model,
    load_resized,
    read_image,
)

from .helpers import COLOUR, galaxy


def test_a_fits_picture_is_stretched_in_native_byte_order_with_gaps_as_black(tmp_path):
    counts = galaxy(channels=1, peak=5000.0)
    counts[:30, :30] = np.nan
    path = tmp_path / "g.fits"
    fits.PrimaryHDU(counts.astype(">f4")).writeto(path)
    picture = read_image(str(path))
    assert picture.dtype.isnative
    assert picture.dtype == np.float32
    assert np.isnan(picture[-1, 0])  # FITS counts rows from the bottom
    array = load_for_model(str(path), ImageSettings(size=120, crop=120))
    assert np.isfinite(array).all()
    assert array[-20:, :20].max() < 0.02
    assert array.max() > 0.95
    assert 0.02 < np.median(array) < 0.5  # the sky is neither cut off nor grey


@pytest.mark.parametrize("kind", ["asinh", "log", "linear"])
def test_stretches_rise_with_the_counts_and_only_linear_burns_a_bulge_out(tmp_path, kind):
    path = tmp_path / "g.fits"
    counts = galaxy(channels=1, peak=5000.0)
    fits.PrimaryHDU(counts).writeto(path)
    array = load_resized(str(path), ImageSettings(size=120, crop=120, stretch=kind))[::-1, :, 0]
    order = np.argsort(counts, axis=None)
    assert (np.diff(array.ravel()[order].astype(int)) >= 0).all()
    assert ((array == 255).mean() > 0.01) == (kind == "linear")


def test_fits_may_be_gzipped_compressed_in_tiles_or_in_an_extension(tmp_path):
    counts = np.rint(galaxy(channels=1, peak=3000.0)).astype(np.int32)
    plain, packed, tiled = tmp_path / "a.fits", tmp_path / "a.fits.gz", tmp_path / "a.fits.fz"
    fits.PrimaryHDU(counts).writeto(plain)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(counts)]).writeto(tiled)
    for path in (plain, packed, tiled):
        assert np.array_equal(read_image(str(path)), counts[::-1])


def test_planes_of_a_fits_cutout_become_colours_with_the_reddest_first(tmp_path):
    planes = np.moveaxis(galaxy(peak=900.0), -1, 0).astype(np.float32)
    unnamed, named, four = (tmp_path / name for name in ("u.fits", "n.fits", "f.fits"))
    fits.PrimaryHDU(planes).writeto(unnamed)
    fits.PrimaryHDU(planes, fits.Header({"BANDS": "grz"})).writeto(named)
    fits.PrimaryHDU(np.concatenate([planes, planes[:1]]), fits.Header({"BANDS": "grzi"})).writeto(
        four
    )
    assert np.array_equal(read_image(str(unnamed))[::-1, :, 0], planes[0])
    assert np.array_equal(read_image(str(named))[::-1, :, 0], planes[2])
    assert np.array_equal(read_image(str(four)), read_image(str(named)))
    assert load_for_model(str(named), COLOUR).shape == (224, 224, 3)
