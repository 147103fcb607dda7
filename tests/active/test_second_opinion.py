"""Disputed galaxies are handed to who has not seen them, the most disputed first."""

import numpy as np

from gzactive.active.second_opinion import dispute, second_opinion
from gzactive.trees import load_tree

from .conftest import ids_of, label

RINGS = load_tree("rings")


def test_dispute_grows_with_division_and_is_zero_for_agreement_and_single_votes() -> None:
    scores = dispute([[1, 1], [2, 2], [3, 1], [4, 0], [1, 0], [0, 0]], RINGS)
    assert scores[3:].tolist() == [0, 0, 0]
    assert scores[1] > scores[2] > 0
    # Few votes understate how divided people are: one against one is no less than two against two.
    assert scores[0] >= scores[1]


def test_galaxies_that_others_disagree_on_come_to_who_has_not_seen_them(make_project, ring_sky):
    project = make_project(ring_sky)
    votes = np.zeros_like(ring_sky.votes)
    votes[[3, 5, 7], 0] = 1
    label(project, ring_sky, [3, 5, 7], votes, labeller="ada")
    votes = np.zeros_like(ring_sky.votes)
    votes[[3, 5], 1] = [2, 1]
    votes[7, 0] = 1
    label(project, ring_sky, [3, 5, 7], votes, labeller="bob")
    ids = ids_of(ring_sky)
    found = second_opinion(project, "eve")
    assert set(found) == {ids[3], ids[5]}
    assert second_opinion(project, "eve", n=1) == found[:1]
