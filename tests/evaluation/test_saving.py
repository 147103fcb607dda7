"""What active choice saves is told from labels of both kinds, or it is said that it cannot be."""

import numpy as np
import pytest

from gzactive.evaluation.saving import ENOUGH, Labelled, estimate_saving
from gzactive.model.head import Head
from gzactive.model.training import HeadFit
from gzactive.progress import Cancelled
from gzactive.trees import load_tree

RINGS = load_tree("rings")
WIDTH = 24
FIT = HeadFit(max_epochs=40, pull=1.0, evidence_steps=0)


def known_already(n: int, seed: int) -> Labelled:
    """Votes as a fresh head expects them, and features that say nothing."""
    rng = np.random.default_rng(seed)
    yes = rng.binomial(10, rng.beta(25, 25, n))
    return Labelled(np.zeros((n, WIDTH), np.float32), np.stack([yes, 10 - yes], axis=1))


def galaxies(n: int, seed: int, informative: bool = True) -> Labelled:
    """Ten votes each; of uninformative galaxies all features are the same."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, WIDTH)).astype(np.float32)
    share = 1 / (1 + np.exp(-3 * features[:, 0]))
    yes = rng.binomial(10, share)
    if not informative:
        features[:] = 0.0
    return Labelled(features, np.stack([yes, 10 - yes], axis=1).astype(float))


def estimate(random, active, **options):
    return estimate_saving(random, active, RINGS, Head.fresh(RINGS, WIDTH), settings=FIT, **options)


def test_below_forty_of_either_kind_it_says_what_is_missing() -> None:
    found = estimate(galaxies(ENOUGH - 1, 0), galaxies(200, 1))
    assert found.share is None
    assert "39 of 40 galaxies drawn at random and 40 of 40" in found.sentence


def test_useless_labels_save_nothing() -> None:
    found = estimate(galaxies(80, 0), galaxies(60, 1, informative=False))
    assert found.gain is not None
    assert found.gain.high < 0
    assert found.share is not None
    assert found.share.high <= 0
    assert "higher" in found.sentence


def test_labels_of_the_same_kind_are_not_told_apart() -> None:
    found = estimate(galaxies(120, 0), galaxies(120, 1))
    assert found.share is not None
    assert found.share.low <= 0 <= found.share.high
    assert "can not be told apart" in found.sentence
    kinds = {kind for kind, _, _ in found.curve}
    assert kinds == {"random", "active"}


def test_where_labels_teach_nothing_nothing_is_claimed() -> None:
    found = estimate(known_already(60, 0), known_already(60, 1))
    assert found.share is None
    assert "nothing can be told yet" in found.sentence


def test_it_can_be_cancelled() -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        estimate(galaxies(60, 0), galaxies(60, 1), progress=stop)
