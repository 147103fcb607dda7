"""The numbers of the sky map: Mollweide's projection, and counts in cells of equal area."""

import numpy as np
import pytest

from gzactive.survey.sky_map import (
    CELL,
    HALF_HEIGHT,
    HALF_WIDTH,
    galactic_plane,
    mollweide,
    on_sky,
    sky_density,
)


def everywhere(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Positions that are uniform on the sphere."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 360, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))


def test_places_obey_the_equation_of_the_projection() -> None:
    ra, dec = everywhere(5000)
    x, y = (one.astype(np.float64) for one in mollweide(ra, dec, centre=0))
    auxiliary = np.arcsin(y / HALF_HEIGHT)
    np.testing.assert_allclose(
        2 * auxiliary + np.sin(2 * auxiliary), np.pi * np.sin(np.radians(dec)), atol=1e-5
    )
    away = (ra + 180) % 360 - 180
    np.testing.assert_allclose(x, -HALF_WIDTH / 180 * away * np.cos(auxiliary), atol=1e-6)


def test_right_ascension_increases_to_the_left_and_goes_round() -> None:
    x, _ = mollweide([170.0, 180.0, 190.0, 550.0, -170.0], np.zeros(5))
    assert x[0] > x[1] > x[2]
    assert x[1] == 0
    assert x[3] == pytest.approx(x[2])
    assert x[4] == pytest.approx(x[2])


def test_a_place_leads_back_to_its_position_and_none_lies_outside() -> None:
    ra, dec = everywhere(200)
    for x, y, one_ra, one_dec in zip(*mollweide(ra, dec), ra, dec, strict=True):
        assert on_sky(float(x), float(y)) == pytest.approx((one_ra, one_dec), abs=0.01)
    assert on_sky(HALF_WIDTH, 0.5) is None


def test_what_is_no_position_is_nowhere() -> None:
    x, y = mollweide([np.nan, 1.0, 2.0, np.inf], [1.0, 90.5, np.nan, 0.0])
    assert np.isnan(x).all()
    assert np.isnan(y).all()
    assert sky_density(x, y).counts.sum() == 0


def test_cells_have_one_area_so_that_an_even_sky_is_even() -> None:
    density = sky_density(*mollweide(*everywhere(400_000)))
    assert density.counts.sum() == 400_000
    assert density.area == pytest.approx(3.24, abs=0.01)
    inside = density.counts[10:-10, 40:-40]
    expected = 400_000 * density.area / 41_252.96
    assert inside.mean() == pytest.approx(expected, rel=0.01)
    assert inside.std() == pytest.approx(np.sqrt(expected), rel=0.05)


def test_a_part_of_the_sky_is_counted_in_finer_cells_on_the_same_grid() -> None:
    x, y = mollweide(*everywhere(50_000))
    whole = sky_density(x, y, CELL)
    box = (0.1, 0.1, 0.5, 0.4)
    part = sky_density(x, y, CELL / 2, box)
    assert part.left <= box[0]
    assert part.left + part.counts.shape[1] * part.cell >= box[2]
    middle = (0.3, 0.25)
    four = sum(
        part.at(np.floor(middle[0] / CELL) * CELL + a, np.floor(middle[1] / CELL) * CELL + b)
        for a in (CELL / 4, 3 * CELL / 4)
        for b in (CELL / 4, 3 * CELL / 4)
    )
    assert four == whole.at(*middle) > 0
    assert whole.at(99.0, 0.0) == 0


def test_the_milky_way_lies_where_astropy_puts_it() -> None:
    from astropy.coordinates import SkyCoord

    sky = SkyCoord(l=np.arange(0, 360, 7), b=0, unit="deg", frame="galactic").icrs
    x, y = galactic_plane()
    for one_x, one_y in zip(*mollweide(sky.ra.deg, sky.dec.deg), strict=True):
        assert np.nanmin(np.hypot(x - one_x, y - one_y)) < 0.02
