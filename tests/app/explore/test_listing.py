"""What stands under a galaxy's picture."""

import numpy as np
import pytest

from gzactive.app.explore.listing import Listing, Query


@pytest.mark.parametrize(
    ("nats", "told"), [(0.004, "0.0040"), (0.0034, "0.0034"), (0.3, "0.30"), (0.00996, "0.010")]
)
def test_figures_of_unsureness_are_told_with_the_same_digits(nats: float, told: str) -> None:
    query = Query("has-spiral-arms_yes", order="unsure")
    listing = Listing(
        query, np.arange(1), fraction=np.full(1, 0.55, "f4"), beside=np.full(1, nats, "f4")
    )
    assert listing.caption(0) == f"55 % · unsure {told}"
    assert f" {told} nats" in listing.meaning(0)
