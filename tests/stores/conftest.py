"""Trees, and a label log in a real file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gzactive.stores.labels import LabelLog
from gzactive.trees import DecisionTree, load_tree


@pytest.fixture(scope="session")
def rings() -> DecisionTree:
    return load_tree("rings")


@pytest.fixture(scope="session")
def decals() -> DecisionTree:
    return load_tree("gz-decals-dr5")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LabelLog]:
    with LabelLog(tmp_path / "labels.sqlite") as opened:
        yield opened
