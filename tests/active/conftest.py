"""Galaxies of known truth: features and votes drawn from one linear model, so learning shows."""

from dataclasses import dataclass

import numpy as np
import pytest

from gzactive.active.votes import vote_fractions
from gzactive.trees import DecisionTree, load_tree

WIDTH = 1280


@dataclass(frozen=True, eq=False)
class Sky:
    """Features (n, 1280) float16, the true vote fractions, and votes drawn from them."""

    tree: DecisionTree
    features: np.ndarray
    fractions: np.ndarray
    votes: np.ndarray

    def __len__(self) -> int:
        return len(self.features)


def walk_votes(tree, fractions, n_volunteers, rng):
    """Votes of volunteers who all walk the tree: nobody is asked what is off their path."""
    votes = np.zeros(fractions.shape, dtype=np.int64)
    for question in tree.questions:
        if not question.modelled:
            continue
        parents = tree.parents(question.name)
        asked = np.full(len(fractions), n_volunteers)
        if parents:
            columns = [tree.columns.index(f"{name}_{answer}") for name, answer in parents]
            asked = votes[:, columns].sum(axis=1)
        part = tree.slice(question.name)
        shares = fractions[:, part] / fractions[:, part].sum(axis=1, keepdims=True)
        votes[:, part] = rng.multinomial(asked, shares)
    return votes


def make_sky(tree_id="gz-decals-dr5", n=400, n_volunteers=20, seed=0):
    tree = load_tree(tree_id)
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n, 8))
    mixing = rng.normal(size=(8, WIDTH)) / 4
    features = np.maximum(latent @ mixing + 0.2 * rng.normal(size=(n, WIDTH)), 0)
    logits = latent @ rng.normal(0, 1.5, (8, len(tree.columns))) - 2
    alpha = 1 + 100 / (1 + np.exp(-logits))
    fractions = vote_fractions(alpha[:, :, None], tree)
    votes = walk_votes(tree, fractions, n_volunteers, rng)
    return Sky(tree, features.astype(np.float16), fractions, votes)


@pytest.fixture(scope="session")
def decals_sky():
    return make_sky()


@pytest.fixture(scope="session")
def ring_sky():
    return make_sky("rings", n=300)
