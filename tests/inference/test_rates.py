"""The rates that bound the pipeline are measured on the project's own images."""

from pathlib import Path

import pytest

from gzactive.errors import GzactiveError
from gzactive.inference import (
    measure_rates,
)

from .fakes import FakeNetwork


def test_the_bare_rates_are_measured_on_the_projects_images(project):
    rates = measure_rates(project, 16, model=FakeNetwork(seconds=0.01))
    assert rates.decode > 0
    assert 0 < rates.forward < 3200
    assert rates.bound < min(rates.decode, rates.forward)
    for file in project.catalog["file_loc"]:
        Path(file).write_bytes(b"broken")
    with pytest.raises(GzactiveError, match="No image"):
        measure_rates(project, 16, model=FakeNetwork())
