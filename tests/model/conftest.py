"""Trees and simulated votes shared by the model's tests."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gzactive.trees import DecisionTree, load_tree


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


def draw_votes(
    concentrations: NDArray[np.float64], tree: DecisionTree, asked: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """Votes from the Dirichlet-multinomial: ``asked`` (n, questions) says how many a question."""
    rng = np.random.default_rng(seed)
    votes = np.zeros(concentrations.shape, np.int64)
    for index, question in enumerate(tree.modelled):
        part = tree.slice(question.name)
        weight = rng.gamma(concentrations[:, part])
        votes[:, part] = rng.multinomial(
            asked[:, index], weight / weight.sum(axis=1, keepdims=True)
        )
    return votes
