"""Savings are those of the curves, whichever way of choosing does better."""

import numpy as np
import pandas as pd
import pytest

from gzactive.active.savings import labels_needed, savings
from gzactive.errors import GzactiveError


def curves(rates, seeds=6, noise=0.0, value="held_out_loss"):
    """Losses that fall as rate/labels, so a rate of ½ needs half the labels."""
    rng = np.random.default_rng(0)
    labels = np.arange(20, 220, 20)
    rows = []
    for name, rate in rates.items():
        for seed in range(seeds):
            loss = 5 + 10 * rate / labels + noise * rng.normal(size=len(labels))
            rows += [
                {"strategy": name, "seed": seed, "n_labels": n, value: one}
                for n, one in zip(labels, loss, strict=True)
            ]
            rows.append({"strategy": name, "seed": seed, "n_labels": 0, value: 99.0})
    return pd.DataFrame(rows)


def test_half_the_labels_is_a_saving_of_a_half_and_twice_as_many_of_minus_a_half():
    found = savings(curves({"random": 1.0, "good": 0.5, "bad": 2.0})).set_index("strategy")
    assert found.loc["good", "saved"] == pytest.approx(0.5, abs=0.02)
    assert found.loc["bad", "saved"] == pytest.approx(-0.5, abs=0.02)
    assert found.loc["good", "labels"] == pytest.approx(100, abs=2)
    assert found.loc["good", "random_labels"] == 200
    assert found.loc["bad", "labels"] == 200
    assert found.loc["random", "saved"] == 0


def test_the_interval_holds_what_is_true_and_is_wide_where_seeds_differ():
    quiet = savings(curves({"random": 1.0, "good": 0.5}, noise=0.001)).set_index("strategy")
    loud = savings(curves({"random": 1.0, "good": 0.5}, noise=0.05)).set_index("strategy")
    for found in (quiet, loud):
        assert found.loc["good", "low"] <= 0.51
        assert found.loc["good", "high"] >= 0.49
    width = [one.loc["good", "high"] - one.loc["good", "low"] for one in (quiet, loud)]
    assert width[1] > 3 * width[0]


def test_of_accuracy_more_is_better():
    table = curves({"random": 1.0, "good": 0.5}, value="accuracy")
    table["accuracy"] = 6 - table["accuracy"]
    found = savings(table, value="accuracy").set_index("strategy")
    assert found.loc["good", "saved"] == pytest.approx(0.5, abs=0.02)
    assert found.loc["good", "difference"] > 0


def test_labels_are_read_between_rounds():
    labels, losses = np.array([20.0, 40, 60]), np.array([3.0, 2.0, 1.5])
    assert labels_needed(labels, losses, 2.5) == 30
    assert labels_needed(labels, losses, 5.0) == 20
    assert labels_needed(labels, losses, 1.0) == np.inf


def test_without_random_choice_there_is_nothing_to_save_against():
    with pytest.raises(GzactiveError, match="against random"):
        savings(curves({"good": 0.5}))
