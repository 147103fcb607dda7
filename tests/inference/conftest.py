"""A project of forty galaxies whose network no test builds."""

import pytest

from .fakes import make_project


@pytest.fixture
def project(tmp_path):
    with make_project(tmp_path) as made:
        yield made
