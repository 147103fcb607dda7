"""The tree that most of these tests walk."""

import pytest

from gzactive.trees import DEFAULT_TREE, DecisionTree, load_tree


@pytest.fixture(scope="session")
def tree() -> DecisionTree:
    return load_tree(DEFAULT_TREE)
