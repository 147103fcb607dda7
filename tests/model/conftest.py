"""Trees and simulated votes shared by the model's tests."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gzactive.trees import DecisionTree, load_tree

DrawVotes = Callable[[NDArray[Any], DecisionTree, int, int], NDArray[np.int64]]


@pytest.fixture(scope="session")
def tree() -> DecisionTree:
    """The 34-answer tree that the shipped weights answer."""
    return load_tree("gz-decals-dr5")


@pytest.fixture(scope="session")
def rings() -> DecisionTree:
    """One question with two answers."""
    return load_tree("rings")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260101)


@pytest.fixture(scope="session")
def draw_votes() -> DrawVotes:
    """Votes from the Dirichlet-multinomial: (concentrations, tree, votes a question, seed)."""

    def draw(
        concentrations: NDArray[Any], tree: DecisionTree, count: int, seed: int
    ) -> NDArray[np.int64]:
        rng = np.random.default_rng(seed)
        votes = np.zeros(concentrations.shape, np.int64)
        for question in tree.modelled:
            part = tree.slice(question.name)
            weight = rng.gamma(concentrations[:, part].astype(float))
            votes[:, part] = rng.multinomial(count, weight / weight.sum(axis=1, keepdims=True))
        return votes

    return draw
