"""Batches follow the scores, spread over the galaxies, and are never full of near-duplicates."""

import numpy as np
import pytest

from gzactive.active.diversity import far_and_high, kmeans_plus_plus, power_bald, stand_ins
from gzactive.active.strategies import STRATEGIES, Situation, is_fresh, strategy_named
from gzactive.errors import GzactiveError
from gzactive.model.head import Head


def rng(seed=0):
    return np.random.default_rng(seed)


def situation(sky, n, **changes):
    head = Head(rng(1).normal(0, 0.05, (1280, len(sky.tree.columns))), np.zeros(34) - 2)
    given = {
        "features": sky.features,
        "candidates": np.arange(10, len(sky)),
        "labelled": np.arange(10),
        "head": head,
        "tree": sky.tree,
        "n": n,
        "rng": rng(2),
        "n_samples": 10,
    }
    return Situation(**{**given, **changes})


def test_infinite_beta_takes_the_highest_scores_in_order():
    scores = rng().random(100)
    chosen = power_bald(scores, 10, np.inf, rng())
    np.testing.assert_array_equal(chosen, np.argsort(-scores)[:10])


def test_choices_are_drawn_with_the_power_of_the_score():
    scores = np.array([1.0, 2.0, 4.0])
    source = rng()
    for beta in (0.0, 1.0, 2.0):
        first = [power_bald(scores, 1, beta, source)[0] for _ in range(20_000)]
        shares = np.bincount(first, minlength=3) / len(first)
        np.testing.assert_allclose(shares, scores**beta / (scores**beta).sum(), atol=0.015)


def test_scores_of_zero_come_last_and_all_are_chosen_once():
    scores = np.array([0.0, 1.0, 0.0, 0.5])
    chosen = power_bald(scores, 10, 1.0, rng())
    assert set(chosen[:2]) == {1, 3}
    assert sorted(chosen) == [0, 1, 2, 3]
    assert power_bald([], 5, 1.0, rng()).shape == (0,)
    assert power_bald(scores, 0, 1.0, rng()).shape == (0,)


@pytest.mark.parametrize("scores", [[1.0, np.nan], [np.inf], [-0.1], [[1.0]]])
def test_scores_that_cannot_be_compared_are_refused(scores):
    with pytest.raises(GzactiveError, match="score again"):
        power_bald(scores, 1, 1.0, rng())


@pytest.mark.parametrize("beta", [-1.0, np.nan])
def test_a_beta_below_zero_is_refused(beta):
    with pytest.raises(GzactiveError, match="beta"):
        power_bald([1.0], 1, beta, rng())


def test_a_diverse_start_meets_every_cluster():
    centres = rng(1).normal(0, 100, (12, 1280))
    sizes = [200] * 6 + [3] * 6  # half of the clusters are rare
    labels = np.repeat(np.arange(12), sizes)
    features = (centres[labels] + rng(2).normal(size=(len(labels), 1280))).astype(np.float16)
    chosen = kmeans_plus_plus(features, 12, rng(3))
    assert len(set(chosen)) == 12
    assert len(set(labels[chosen])) == 12


def test_galaxies_chosen_before_are_kept_away_from():
    features = np.vstack([np.zeros((50, 4)), np.full((3, 4), 10.0)])
    for seed in range(10):
        chosen = kmeans_plus_plus(features, 1, rng(seed), centres=features[:1])
        assert chosen[0] >= 50


def test_identical_galaxies_are_each_chosen_once():
    chosen = kmeans_plus_plus(np.ones((6, 3)), 10, rng())
    assert sorted(chosen) == list(range(6))
    assert kmeans_plus_plus(np.empty((0, 3)), 4, rng()).shape == (0,)


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_chooses_candidates_once_and_repeats_itself(decals_sky, name):
    chosen = STRATEGIES[name](situation(decals_sky, 20))
    again = STRATEGIES[name](situation(decals_sky, 20))
    np.testing.assert_array_equal(chosen, again)
    assert len(set(chosen)) == 20
    assert (chosen >= 10).all()


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_copes_with_fewer_candidates_than_asked_for(decals_sky, name):
    chosen = STRATEGIES[name](situation(decals_sky, 20, candidates=np.array([3, 5, 8])))
    assert sorted(chosen) == [3, 5, 8]


def test_mutual_information_prefers_galaxies_on_which_the_samples_disagree(decals_sky):
    from gzactive.active.acquisition import tree_mutual_information

    given = situation(decals_sky, 30, beta=np.inf)
    chosen = STRATEGIES["mutual-information"](given)
    concentrations = given.head.mc_concentrations(decals_sky.features, 10, 0)
    scores = tree_mutual_information(concentrations, decals_sky.tree, 10)
    assert scores[chosen].min() >= np.sort(scores[given.candidates])[-30] - 1e-9


@pytest.mark.parametrize("name", ["mutual-information", "entropy"])
def test_without_a_head_half_are_random_and_half_diverse(decals_sky, name):
    fresh = Head.fresh(decals_sky.tree)
    assert is_fresh(fresh)
    chosen = STRATEGIES[name](situation(decals_sky, 21, head=fresh))
    assert len(set(chosen)) == 21


def test_an_unknown_strategy_is_refused_with_those_there_are():
    with pytest.raises(GzactiveError, match=r"mutual-information, .*, random"):
        strategy_named("best")
    assert strategy_named(STRATEGIES["random"]) is STRATEGIES["random"]


def test_far_and_high_takes_what_is_worth_it_and_unlike_the_rest():
    directions = np.eye(4)
    features = np.repeat(directions, 50, axis=0) + rng(1).normal(0, 0.01, (200, 4))
    scores = np.tile([1.0, 1e-3], 100)
    for seed in range(20):
        chosen = far_and_high(features, scores, 3, 2.0, rng(seed), labelled=directions[:1])
        assert sorted(chosen // 50) == [1, 2, 3], "one of each kind, none of the labelled one"
        assert (scores[chosen] == 1).all()


def test_far_and_high_goes_by_scores_alone_where_all_are_alike():
    scores = rng(4).random(100)
    features = rng(3).normal(0, 1, (100, 50))
    sharp = far_and_high(features, scores, 5, np.inf, rng(5), labelled=features[:0])
    np.testing.assert_array_equal(sharp, np.argsort(-scores)[:5])
    drawn = [
        far_and_high(features, scores, 1, 2.0, rng(seed), labelled=features[:0])[0]
        for seed in range(4000)
    ]
    share = np.bincount(drawn, minlength=100) / 4000
    np.testing.assert_allclose(share, scores**2 / (scores**2).sum(), atol=0.01)


def test_far_and_high_survives_scores_of_nothing():
    features = rng().normal(0, 1, (30, 4))
    chosen = far_and_high(features, np.zeros(30), 30, 2.0, rng(), labelled=features[:2])
    assert sorted(chosen) == list(range(30))


def test_chosen_through_few_stand_ins_galaxies_have_the_odds_that_they_have_among_all():
    scores = rng(4).random(100)
    scores[7] = 5.0  # a third of all weight
    odds = scores**2 / (scores**2).sum()
    picked = []
    for seed in range(8000):
        source = rng(seed)
        drawn, importance = stand_ins(scores, 12, 2.0, source)
        picked.append(drawn[source.choice(12, p=importance / importance.sum())])
    share = np.bincount(picked, minlength=100) / len(picked)
    # Weights that are estimated from twelve spread a little more evenly; uniform draws would give
    # the one that outweighs the rest at most twelve in a hundred.
    np.testing.assert_allclose(share, odds, atol=0.03)
    assert share[7] == pytest.approx(odds[7], abs=0.03)


def test_what_stands_out_is_among_the_stand_ins_and_all_stand_for_themselves_where_they_are_few():
    scores = np.full(5000, 0.1)
    scores[[17, 4000]] = 10.0
    drawn, importance = stand_ins(scores, 50, 2.0, rng(1))
    assert {17, 4000} <= set(drawn)
    assert (np.diff(drawn) > 0).all()
    # Each of the others stands for a hundred that are like it.
    assert importance[drawn == 17] == 1.0
    np.testing.assert_allclose(importance[scores[drawn] < 1], 1e-4 * 5000 / 48, rtol=0.5)
    for beta in (0.0, 1e-3, 4.0):
        drawn, importance = stand_ins(scores, 5000, beta, rng())
        assert drawn.tolist() == list(range(5000))
        np.testing.assert_allclose(importance, (scores / 10) ** beta)
        assert np.isfinite(stand_ins(scores, 50, beta, rng())[1]).all()
    assert stand_ins([], 5, 1.0, rng())[0].shape == (0,)
