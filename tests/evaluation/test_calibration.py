"""Coverage is exact where predictions are true, of however few votes, and shows where they err."""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import betabinom

from gzactive.evaluation.calibration import (
    LEVELS,
    central_coverage,
    coverage,
    expected_error,
    predicted_counts,
    reliability_sums,
)


def known_world(n=4000, evidence=8.0, samples=4, votes=(1, 40), seed=0):
    """Passes of a model, and votes drawn from the very mixture that it predicts."""
    rng = np.random.default_rng(seed)
    centre = rng.dirichlet([1.0, 1.0, 0.6], n)
    alpha = evidence * centre[:, :, None] * rng.uniform(0.5, 2, (n, 1, samples)) + 0.2
    total = rng.integers(votes[0], votes[1] + 1, n)
    chosen = alpha[np.arange(n), :, rng.integers(samples, size=n)]
    return alpha, draw_votes(chosen, total, rng)


def draw_votes(alpha, total, rng):
    gamma = rng.standard_gamma(alpha)
    return rng.multinomial(total, gamma / gamma.sum(axis=1, keepdims=True))


def test_the_distribution_of_counts_is_scipys_mixture() -> None:
    alpha = np.array([[[3.0, 5.0], [2.0, 1.0]]])
    found = predicted_counts([[7, 3]], alpha)
    k = np.arange(11)
    pmf = (betabinom.pmf(k, 10, 3, 2) + betabinom.pmf(k, 10, 5, 1)) / 2
    assert found.level[0, 0] == pytest.approx(pmf[7])
    assert found.above[0, 0] == pytest.approx(pmf[pmf > pmf[7] * 1.000001].sum())
    mean = pmf @ k
    assert found.missed[0, 0] == pytest.approx(abs(7 - mean))
    assert found.variance[0, 0] == pytest.approx((pmf @ k**2 - mean**2) / 100)
    near = np.abs(k - mean) <= 2
    assert found.within[0, 2] == pytest.approx(pmf[near].sum())


@pytest.mark.parametrize("total", [100, 101, 400])
def test_many_votes_on_an_extreme_answer_still_have_scipys_probabilities(total: int) -> None:
    alpha = np.array([101.0, 101.0, 101.0, 1.0])
    counts = np.array([total, 0, 0, 0])
    found = predicted_counts(counts[None], alpha[None, :, None])
    k = np.arange(total + 1)
    for answer, own in enumerate(alpha):
        pmf = betabinom.pmf(k, total, own, alpha.sum() - own)
        assert found.level[0, answer] == pytest.approx(pmf[counts[answer]], rel=1e-9)
        assert found.missed[0, answer] == pytest.approx(abs(counts[answer] - pmf @ k), rel=1e-9)


@pytest.mark.parametrize("votes", [(1, 1), (1, 5), (20, 60)])
def test_where_the_prediction_is_true_each_interval_holds_what_it_says(votes) -> None:
    alpha, counts = known_world(votes=votes)
    covered = coverage(predicted_counts(counts, alpha)).mean(axis=0)
    np.testing.assert_allclose(covered, LEVELS, atol=0.02)


def test_w20s_coverage_agrees_with_itself_where_the_prediction_is_true() -> None:
    alpha, counts = known_world(votes=(10, 40))
    found = predicted_counts(counts, alpha)
    np.testing.assert_allclose(
        found.observed_within.mean(axis=0), found.within.mean(axis=0), atol=0.02
    )


def test_a_model_that_is_too_sure_covers_too_little_and_a_timid_one_too_much() -> None:
    alpha, counts = known_world(votes=(20, 40))
    eighty = int(np.flatnonzero(LEVELS == 0.8)[0])
    rash, timid = (
        coverage(predicted_counts(counts, factor * alpha)).mean(axis=0)[eighty]
        for factor in (6.0, 0.3)
    )
    assert rash < 0.65
    assert timid > 0.86


def test_central_intervals_are_exact_too() -> None:
    alpha, counts = known_world(samples=1, votes=(5, 30))
    assert central_coverage(alpha[:, :, 0], counts, 0.8) == pytest.approx(0.8, abs=0.015)


def test_fractions_are_compared_with_votes_in_steps() -> None:
    fractions = np.array([[0.25, 0.75], [0.22, 0.78]])
    counts = np.array([[1, 1], [1, 1]])
    said, seen, number = reliability_sums(fractions, counts, bins=4)
    assert number.sum(axis=0).tolist() == [1, 1, 0, 0, 0, 0, 0, 2]
    assert said.sum(axis=0).tolist() == pytest.approx([0.22, 0.25, 0, 0, 0, 0, 0, 1.53])
    assert seen.sum(axis=0).tolist() == pytest.approx([0.5, 0.5, 0, 0, 0, 0, 0, 1.0])
    error = expected_error(said.sum(axis=0), seen.sum(axis=0), number.sum(axis=0))
    assert error == pytest.approx((0.28 + 0.25 + 0.53) / 4)


def test_what_one_answer_gets_too_much_another_does_not_make_up_for() -> None:
    fractions = np.full((50, 3), [0.34, 0.33, 0.33])
    counts = np.tile([10, 0, 0], (50, 1))
    sums = [one.sum(axis=0) for one in reliability_sums(fractions, counts)]
    assert expected_error(*sums) == pytest.approx((0.66 + 0.33 + 0.33) / 3)


@pytest.mark.real_data
def test_dirichlet_multinomials_fitted_to_real_totals_cover_what_they_say() -> None:
    """Real totals of volunteers, which vary from galaxy to galaxy, with counts of known origin."""
    import pandas as pd

    root = os.environ.get("GZACTIVE_TEST_DATA")
    if root is None:
        pytest.skip("GZACTIVE_TEST_DATA names no folder of real galaxies")
    path = Path(root) / "votes" / "gz_decals_full_tree_votes.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    table = pd.read_csv(path)
    names = [
        f"smooth-or-featured_{answer}" for answer in ("smooth", "featured-or-disk", "artifact")
    ]
    real = table[names].fillna(0).to_numpy().round().astype(int)
    real = real[real.sum(axis=1) > 0]
    rng = np.random.default_rng(2)
    mean = real / real.sum(axis=1, keepdims=True)
    alpha = 12 * mean + 0.3
    counts = draw_votes(alpha, real.sum(axis=1), rng)
    covered = coverage(predicted_counts(counts, alpha[:, :, None])).mean(axis=0)
    np.testing.assert_allclose(covered, LEVELS, atol=0.025)
