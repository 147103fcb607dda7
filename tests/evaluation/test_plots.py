"""Figures are SVG that any reader can open, and the same data give the same bytes."""

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from gzactive.evaluation.judging import judge
from gzactive.evaluation.plots import (
    calibration_curves,
    fraction_intervals,
    learning_curves,
    round_history,
    rounds_curve,
)
from gzactive.trees import load_tree


@pytest.fixture
def curves() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = [
        (strategy, seed, labels, 5.0 - drop * labels + rng.normal(0, 0.1))
        for strategy, drop in (("mutual information", 0.02), ("random", 0.01))
        for seed in range(3)
        for labels in (0, 40, 80)
    ]
    return pd.DataFrame(rows, columns=["strategy", "seed", "labels", "held_out_loss"])


def test_learning_curves_name_every_strategy_and_the_axes(curves: pd.DataFrame) -> None:
    svg = learning_curves(curves, label="held-out loss (nats a galaxy)")
    text = " ".join(ElementTree.fromstring(svg).itertext())
    for words in ("mutual information", "random", "galaxies labelled", "held-out loss"):
        assert words in text


def test_the_same_data_give_the_same_bytes(curves: pd.DataFrame) -> None:
    assert learning_curves(curves) == learning_curves(curves.copy())


def test_fraction_intervals_show_each_answer_once_and_survive_unasked_questions() -> None:
    answers = ["bar: Strong", "bar: Weak", "bar: No"]
    fractions = np.random.default_rng(0).dirichlet([2, 3, 5], size=30).T
    votes = np.array([0.2, 0.8, np.nan])
    svg = fraction_intervals(answers, fractions, votes=votes)
    text = list(ElementTree.fromstring(svg).itertext())
    assert [text.count(answer) for answer in answers] == [1, 1, 1]


def test_round_history_draws_training_and_validation() -> None:
    svg = round_history({"loss": [3.0, 2.0, 1.5], "validation_loss": [3.1, 2.2, 2.0]})
    text = " ".join(ElementTree.fromstring(svg).itertext())
    assert "validation loss" in text
    assert "epoch" in text


def test_calibration_is_drawn_with_what_was_before_beside_it() -> None:
    rng = np.random.default_rng(0)
    alpha = 1 + 10 * rng.random((60, 2, 3))
    counts = rng.multinomial(10, [0.4, 0.6], 60)
    judged = judge(counts, alpha, load_tree("rings"), uncorrected=5 * alpha, resamples=50)
    ring = judged.questions[0]
    both = calibration_curves(ring.calibration, ring.uncorrected)
    text = " ".join(ElementTree.fromstring(both).itertext())
    for words in ("content of the interval", "predicted fraction", "before recalibration"):
        assert words in text
    assert "before" not in calibration_curves(ring.calibration)


def test_each_round_is_named_at_its_point() -> None:
    svg = rounds_curve([0, 40], [3.0, 2.5], [2.8, 2.5 + 1e-16], [3.0 - 1e-15, 2.8], ["a", "b"])
    ElementTree.fromstring(svg)  # an interval that is a point, but for rounding
    svg = rounds_curve([0, 40], [3.0, 2.5], [2.8, 2.2], [3.2, 2.8], ["start", "round 1"])
    text = " ".join(ElementTree.fromstring(svg).itertext())
    assert "start" in text
    assert "round 1" in text


def test_colours_are_the_pages_own_with_print_behind_them() -> None:
    svg = round_history({"loss": [3.0, 2.0]})
    assert "var(--series-1, #0072b2)" in svg
    assert "var(--ink, #1f2430)" in svg
