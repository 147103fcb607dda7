"""The scale and the directions of a picture, from its FITS header."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from gzactive.images.plate import plate_of_header, read_plate


def header(turn: float = 0.0, scale: float = 0.262, mirrored: bool = False) -> fits.Header:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [150.0, 2.0]
    wcs.wcs.crpix = [32, 32]
    angle = np.radians(turn)
    side = 1 if mirrored else -1
    step = scale / 3600
    wcs.wcs.cd = step * np.array(
        [[side * np.cos(angle), -side * np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    )
    return wcs.to_header(relax=True)


def directions_by_astropy(head: fits.Header) -> tuple[np.ndarray, np.ndarray]:
    """North and east in pixels (right, up), found by moving on the sky and looking where to."""
    wcs = WCS(head)
    here = np.array(wcs.wcs_world2pix([[150.0, 2.0]], 0)[0])
    north = np.array(wcs.wcs_world2pix([[150.0, 2.001]], 0)[0]) - here
    east = np.array(wcs.wcs_world2pix([[150.001, 2.0]], 0)[0]) - here
    return north / np.hypot(*north), east / np.hypot(*east)


@pytest.mark.parametrize("turn", [0, 30, 90, 200])
@pytest.mark.parametrize("mirrored", [False, True])
def test_north_and_east_are_where_astropy_finds_them(turn: float, mirrored: bool) -> None:
    head = header(turn, mirrored=mirrored)
    plate = plate_of_header(head)
    north, east = directions_by_astropy(head)
    assert plate.scale == pytest.approx(0.262)
    np.testing.assert_allclose(plate.north, north, atol=1e-4)
    np.testing.assert_allclose(plate.east, east, atol=1e-4)


def test_the_survey_convention_is_north_up_and_east_left() -> None:
    plate = plate_of_header(header())
    np.testing.assert_allclose(plate.north, (0, 1), atol=1e-9)
    np.testing.assert_allclose(plate.east, (-1, 0), atol=1e-9)


def test_an_old_header_with_a_rotation_is_read(tmp_path: Path) -> None:
    old = fits.Header()
    old["CTYPE1"], old["CTYPE2"] = "RA---TAN", "DEC--TAN"
    old["CDELT1"], old["CDELT2"], old["CROTA2"] = -0.4 / 3600, 0.4 / 3600, 20.0
    old["CRVAL1"], old["CRVAL2"], old["CRPIX1"], old["CRPIX2"] = 150.0, 2.0, 8.0, 8.0
    fits.writeto(tmp_path / "g.fits", np.arange(256.0).reshape(16, 16), old)
    plate = read_plate(str(tmp_path / "g.fits"))
    north, east = directions_by_astropy(old)
    assert plate.scale == pytest.approx(0.4)
    np.testing.assert_allclose(plate.north, north, atol=1e-4)
    np.testing.assert_allclose(plate.east, east, atol=1e-4)


def test_a_header_that_says_nothing_gives_no_plate(tmp_path: Path) -> None:
    fits.writeto(tmp_path / "g.fits", np.arange(256.0).reshape(16, 16))
    assert read_plate(str(tmp_path / "g.fits")) is None
    assert read_plate(str(tmp_path / "g.jpg")) is None


def test_galactic_coordinates_give_a_scale_and_no_arrows() -> None:
    head = header()
    head["CTYPE1"], head["CTYPE2"] = "GLON-TAN", "GLAT-TAN"
    plate = plate_of_header(head)
    assert plate.scale == pytest.approx(0.262)
    assert plate.north is None
