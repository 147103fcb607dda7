"""The random share is unbiased, whatever the length of the queue, and never bunched."""

import numpy as np
import pytest
from scipy.stats import chisquare

from gzactive.active.queue_plan import Eligible, QueuePlan

RESERVED = np.arange(0, 300, 5)
ACTIVE = np.setdiff1d(np.arange(300), RESERVED)


def eligible(reserved=RESERVED, active=ACTIVE, skipped=()):
    rows = np.array(skipped, dtype=np.intp)
    return Eligible(reserved, active, rows, ["active"] * len(rows), np.empty(0, np.intp))


def drawn(seed, n, share=0.2, **given):
    plan = QueuePlan(eligible(**given), n, share, np.random.default_rng(seed))
    plan.choose_uniformly("start-random")
    return plan.finish()


def test_every_reserved_galaxy_is_drawn_equally_often_wherever_people_stop():
    # People may stop after any number: the first 20 of each queue are looked at.
    first = np.concatenate([drawn(seed, 50)[0][:20] for seed in range(4000)])
    counts = np.bincount(first, minlength=300)
    assert chisquare(counts[RESERVED]).pvalue > 1e-3
    assert chisquare(counts[ACTIVE]).pvalue > 1e-3


@pytest.mark.parametrize("n", [1, 3, 7, 24, 50])
def test_the_share_is_right_on_average(n):
    rows = np.concatenate([drawn(seed, n)[0] for seed in range(4000)])
    found = np.isin(rows, RESERVED).mean()
    assert found == pytest.approx(0.2, abs=4 * np.sqrt(0.16 / 4000 / n))


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5, 0.9])
def test_random_galaxies_lie_one_in_each_equal_stretch(share):
    for seed in range(50):
        rows, selections = drawn(seed, 50, share)
        places = np.flatnonzero(np.isin(rows, RESERVED))
        np.testing.assert_array_equal(places, np.flatnonzero(np.array(selections) == "random"))
        for part, place in enumerate(places):
            low, high = part * 50 / len(places), (part + 1) * 50 / len(places)
            assert np.ceil(low) <= place < np.ceil(high)


def test_no_galaxy_is_in_a_queue_twice():
    for n in (5, 100, 300, 400):
        rows, selections = drawn(0, n)
        assert len(rows) == len(selections) == min(n, 300)
        assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("reserved", [RESERVED[:0], RESERVED[:3]])
@pytest.mark.parametrize("active", [ACTIVE[:0], ACTIVE[:3]])
def test_whatever_runs_out_the_other_fills_up(reserved, active):
    rows, _ = drawn(0, 10, reserved=reserved, active=active, skipped=[2, 4])
    assert set(rows) == {*reserved, *active, 2, 4}
    if len(rows) > 2:
        assert list(rows[-2:]) == [2, 4]


def test_of_equally_informative_galaxies_those_unlike_the_labelled_come_first():
    rng = np.random.default_rng(0)
    features = rng.normal(0, 0.01, (300, 8))
    features[200:] = rng.normal(0, 10, (100, 8))  # the others are near-duplicates of row 1
    given = Eligible(RESERVED[:0], ACTIVE[1:], ACTIVE[:0], [], ACTIVE[:1])
    scores = np.ones(300)

    def chosen(**how):
        plan = QueuePlan(given, 40, 0.0, np.random.default_rng(1))
        plan.choose_active(ACTIVE[1:], scores, 2.0, None, **how)
        return plan.finish()[0]

    assert (chosen(features_of=lambda rows: features[rows]) >= 200).all()
    assert 0.1 < (chosen() >= 200).mean() < 0.6  # by chance alone: a third
    scores[200:] = 0.0
    assert (chosen(features_of=lambda rows: features[rows]) < 200).all()


def test_few_of_high_scores_are_found_among_more_than_distances_are_looked_at(monkeypatch):
    monkeypatch.setattr("gzactive.active.queue_plan._FAR_POOL", 60)
    rng = np.random.default_rng(0)
    features, scores = rng.normal(size=(5000, 8)), np.full(5000, 0.1)
    rare = rng.choice(5000, 10, replace=False)
    scores[rare] = 10.0
    rows = np.arange(5000)
    given = Eligible(rows[:0], rows, rows[:0], [], rows[:0])
    looked_at = []

    def features_of(some):
        looked_at.append(len(some))
        return features[some]

    plan = QueuePlan(given, 20, 0.0, np.random.default_rng(1))
    plan.choose_active(rows, scores, 2.0, None, features_of)
    chosen, _ = plan.finish()
    assert set(rare) <= set(chosen)  # two thirds of all weight
    assert looked_at == [0, 60]
