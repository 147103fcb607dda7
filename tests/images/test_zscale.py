"""zscale agrees with astropy's, whose limits the model's pixels are stretched by."""

import numpy as np
import pytest
from astropy.visualization import ZScaleInterval

from gzactive.images.zscale import zscale


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["sky", "galaxy", "integers", "few"])
def test_limits_are_those_of_astropy(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:96, :96] - 48.0
    values = rng.normal(3, 0.2, (96, 96))
    if kind == "galaxy":
        values += 40 * np.exp(-np.hypot(x, y) / 6)
    elif kind == "integers":
        values = rng.poisson(20, (96, 96)).astype(float)
    elif kind == "few":
        values = values[:2, :3]
    found = zscale(values.reshape(-1))
    np.testing.assert_allclose(found, ZScaleInterval().get_limits(values), rtol=1e-7)


def test_values_that_are_all_alike_give_no_range() -> None:
    low, high = zscale(np.full(500, 7.0))
    assert low == high == 7.0
