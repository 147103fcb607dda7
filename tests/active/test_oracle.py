"""Revealed votes are part of the stored ones, and nobody answers what they were not led to."""

import numpy as np
import pytest

from gzactive.active.oracle import Retirement, revealed
from gzactive.errors import GzactiveError
from gzactive.trees import load_tree

FIRST = slice(0, 3)  # smooth, featured, artifact


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("votes", [1, 5, 12])
def test_each_galaxy_gets_as_many_volunteers_as_asked_for(decals_sky, votes):
    told = revealed(decals_sky.votes, decals_sky.tree, Retirement(votes), rng())
    assert (told <= decals_sky.votes).all()
    assert (told[:, FIRST].sum(axis=1) == votes).all()  # 20 are stored


def test_questions_below_get_the_votes_of_those_who_were_led_there(decals_sky):
    tree = decals_sky.tree
    told = revealed(decals_sky.votes, tree, Retirement(5), rng())
    led = told[:, tree.columns.index("smooth-or-featured_featured-or-disk")]
    np.testing.assert_array_equal(told[:, tree.slice("disk-edge-on")].sum(axis=1), led)
    face_on = told[:, tree.columns.index("disk-edge-on_no")]
    np.testing.assert_array_equal(told[:, tree.slice("bar")].sum(axis=1), face_on)
    assert led.max() > led.min()


def test_on_average_they_say_what_all_say(decals_sky):
    tree = decals_sky.tree
    many = [revealed(decals_sky.votes, tree, Retirement(4), rng(seed)) for seed in range(200)]
    shares = np.mean(many, axis=0)[:, FIRST] / 4
    np.testing.assert_allclose(shares, decals_sky.votes[:, FIRST] / 20, atol=0.13)


def test_no_limit_reveals_everything_and_a_high_one_as_well(decals_sky):
    for retirement in (Retirement(), Retirement(votes=1000)):
        told = revealed(decals_sky.votes, decals_sky.tree, retirement, rng())
        np.testing.assert_array_equal(told, decals_sky.votes)


def test_artifacts_are_retired_early():
    tree = load_tree("gz-decals-dr5")
    votes = np.zeros((300, len(tree.columns)), int)
    votes[:, FIRST] = [10, 10, 20]
    told = revealed(votes, tree, Retirement(votes=40, artifacts=5), rng())
    assert (told[:, 2] == 5).all()
    volunteers = told[:, FIRST].sum(axis=1)
    assert 8 < volunteers.mean() < 12  # five of them at a share of one half
    votes[:, FIRST] = [30, 10, 3]
    told = revealed(votes, tree, Retirement(votes=40, artifacts=5), rng())
    assert (told[:, FIRST].sum(axis=1) == 40).all()


def test_a_question_of_which_alone_something_is_known_is_revealed_as_well():
    tree = load_tree("gz-decals-dr5")
    votes = np.zeros((2, len(tree.columns)), int)
    votes[0, tree.slice("merging")] = [9, 3, 0, 0]
    told = revealed(votes, tree, Retirement(4), rng())
    assert told[0, tree.slice("merging")].sum() == told.sum() == 4


def test_what_cannot_be_is_refused(ring_sky):
    with pytest.raises(GzactiveError, match="after -1 votes"):
        Retirement(-1)
    with pytest.raises(GzactiveError, match="no answer 'artifact'"):
        revealed(ring_sky.votes, ring_sky.tree, Retirement(0, 5), rng())
