"""A head is judged on the same galaxies and masks as its rival, and the verdict is honest."""

import numpy as np
import pytest

from gzactive.active.judging import held_out_loss, paired_bootstrap, plurality_accuracy
from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.likelihood import predictive_nll
from gzactive.trees import load_tree

DECALS = load_tree("gz-decals-dr5")


def test_the_held_out_loss_is_the_predictive_loss_of_seeded_samples(decals_sky):
    head = Head(np.random.default_rng(0).normal(0, 0.05, (1280, 34)), np.zeros(34))
    found = held_out_loss(
        head, decals_sky.features, decals_sky.votes, decals_sky.tree, n_samples=7, seed=5
    )
    concentrations = head.mc_concentrations(decals_sky.features, 7, 5)
    expected = predictive_nll(decals_sky.votes, concentrations, decals_sky.tree)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_clear_difference_is_found_and_its_interval_holds_the_mean():
    rng = np.random.default_rng(0)
    old = rng.normal(3, 1, 200)
    worse = paired_bootstrap(old + rng.normal(0.2, 0.1, 200), old)
    assert worse.worse
    assert worse.probability_worse == 1
    assert 0.17 < worse.low < worse.difference < worse.high < 0.22
    better = paired_bootstrap(old - 0.1, old)
    assert not better.worse
    assert better.probability_worse == 0


def test_equal_losses_are_not_worse():
    same = np.random.default_rng(0).normal(3, 1, 50)
    found = paired_bootstrap(same, same)
    assert (found.difference, found.low, found.high) == (0, 0, 0)
    assert not found.worse


def test_no_difference_is_called_worse_about_one_time_in_ten():
    rng = np.random.default_rng(0)
    verdicts = [
        paired_bootstrap(
            rng.normal(size=100), rng.normal(size=100), resamples=400, seed=trial
        ).worse
        for trial in range(500)
    ]
    assert 0.06 < np.mean(verdicts) < 0.15


def test_the_verdict_repeats_itself():
    rng = np.random.default_rng(0)
    new, old = rng.normal(size=(2, 3000))
    assert paired_bootstrap(new, old, seed=3) == paired_bootstrap(new, old, seed=3)
    assert paired_bootstrap(new, old, seed=3) != paired_bootstrap(new, old, seed=4)


@pytest.mark.parametrize(
    ("new", "old"), [([], []), ([1.0], [1.0, 2.0]), ([[1.0]], [[1.0]]), ([np.nan], [1.0])]
)
def test_losses_that_cannot_be_compared_are_refused(new, old):
    with pytest.raises(GzactiveError):
        paired_bootstrap(new, old)


def test_accuracy_counts_only_questions_that_half_were_asked():
    votes = np.zeros((2, 34))
    fractions = np.full((2, 34), 0.1)
    columns = DECALS.columns.index
    votes[0, columns("smooth-or-featured_smooth")] = 8
    votes[0, columns("smooth-or-featured_featured-or-disk")] = 2
    votes[0, columns("disk-edge-on_yes")] = 2  # asked of a fifth: does not count
    votes[0, columns("how-rounded_round")] = 8
    votes[1, columns("smooth-or-featured_artifact")] = 5
    fractions[0, columns("smooth-or-featured_smooth")] = 0.9  # right
    fractions[0, columns("how-rounded_cigar-shaped")] = 0.9  # wrong
    fractions[1, columns("smooth-or-featured_artifact")] = 0.9  # right
    assert plurality_accuracy(fractions, votes, DECALS) == pytest.approx(2 / 3)


def test_accuracy_takes_either_of_two_leading_answers_and_needs_votes():
    votes = np.zeros((1, 34))
    votes[0, :2] = 3
    fractions = np.full((1, 34), 0.1)
    fractions[0, 1] = 0.5
    assert plurality_accuracy(fractions, votes, DECALS) == 1
    assert np.isnan(plurality_accuracy(fractions, np.zeros((1, 34)), DECALS))
