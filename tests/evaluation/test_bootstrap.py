"""Intervals cover what they promise, and do not pretend to know what few galaxies cannot tell."""

import numpy as np
import pytest

from gzactive.evaluation.bootstrap import resample


def columns(values):
    return np.stack([values, np.ones_like(values)], axis=1)


def test_the_interval_of_a_mean_is_that_of_the_central_limit_theorem() -> None:
    values = np.random.default_rng(0).normal(3, 2, 400)
    found = resample(columns(values), resamples=2000).ratio(0, 1, 400)
    error = values.std() / 20
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - 1.645 * error, abs=0.25 * error)
    assert found.high == pytest.approx(values.mean() + 1.645 * error, abs=0.25 * error)


def test_nine_in_ten_intervals_hold_the_truth() -> None:
    rng = np.random.default_rng(1)
    held = []
    for seed in range(200):
        found = resample(columns(rng.exponential(1, 80)), resamples=300, seed=seed).ratio(0, 1, 80)
        held.append(found.low <= 1 <= found.high)
    assert 0.82 < np.mean(held) < 0.95


def test_where_all_are_right_the_interval_still_has_a_width() -> None:
    all_right = resample(columns(np.ones(10))).proportion(0, 1, 10)
    assert (all_right.value, all_right.high) == (1.0, 1.0)
    assert all_right.low == pytest.approx(0.05 ** (1 / 10))
    none_right = resample(columns(np.zeros(10))).proportion(0, 1, 10)
    assert none_right.high == pytest.approx(1 - 0.05 ** (1 / 10))


def test_nothing_gives_no_figure() -> None:
    found = resample(np.zeros((0, 2))).ratio(0, 1, 0)
    assert not found.known


def test_the_same_seed_gives_the_same_interval() -> None:
    values = columns(np.arange(50.0))
    assert resample(values, seed=4).ratio(0, 1, 50) == resample(values, seed=4).ratio(0, 1, 50)
