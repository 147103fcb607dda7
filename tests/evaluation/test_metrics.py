"""Figures agree with small cases counted by hand, and with SciPy."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from gzactive.evaluation.metrics import (
    area_under_curve,
    binary_figures,
    concerned,
    confident,
    confusion_matrix,
    equivalent_votes,
    leading_right,
)
from gzactive.trees import DecisionTree


def test_a_question_concerns_a_galaxy_if_half_of_its_volunteers_were_asked(
    tree: DecisionTree,
) -> None:
    votes = np.zeros((3, len(tree.columns)), dtype=int)
    root, edge = tree.slice("smooth-or-featured"), tree.slice("disk-edge-on")
    votes[:, root] = [[10, 10, 0], [11, 9, 0], [2, 2, 0]]
    votes[:, edge] = [[5, 5], [4, 5], [1, 1]]
    names = [question.name for question in tree.modelled]
    asked = concerned(votes, tree)
    assert asked[:, names.index("smooth-or-featured")].tolist() == [True, True, True]
    assert asked[:, names.index("disk-edge-on")].tolist() == [True, False, True]
    assert not asked[:, names.index("bar")].any()
    enough = concerned(votes, tree, min_votes=5)
    assert enough[:, names.index("disk-edge-on")].tolist() == [True, False, False]


def test_confident_means_more_than_four_in_five_of_at_least_five_votes() -> None:
    counts = [[5, 0], [4, 0], [8, 2], [9, 2], [1, 0]]
    assert confident(counts).tolist() == [True, False, False, True, False]


def test_the_confusion_matrix_has_the_model_in_rows_and_volunteers_in_columns() -> None:
    fractions = [[0.6, 0.4], [0.7, 0.3], [0.2, 0.8], [0.9, 0.1]]
    counts = [[9, 1], [1, 9], [3, 7], [5, 5]]
    assert confusion_matrix(fractions, counts).tolist() == [[2, 1], [0, 1]]
    assert leading_right(fractions, counts).tolist() == [True, False, True, True]


@pytest.mark.parametrize("votes", [5, 40])
@pytest.mark.parametrize("worth", [3, 12])
def test_a_model_as_good_as_k_volunteers_is_told_to_be_so(votes: int, worth: int) -> None:
    """Against finite votes, however few: a model that errs as k volunteers' fractions do."""
    rng = np.random.default_rng(0)
    truth = rng.dirichlet([1.0, 1.5, 0.8], 60_000)
    said = rng.multinomial(worth, truth) / worth
    counts = rng.multinomial(votes, truth)
    scatter, error = equivalent_votes(said, counts)
    assert scatter.sum() / error.sum() == pytest.approx(worth, rel=0.06)


def test_single_votes_do_not_say_how_many_volunteers_a_model_is_worth() -> None:
    scatter, error = equivalent_votes([[0.5, 0.5]], [[1, 0]])
    assert scatter.tolist() == error.tolist() == [0.0]


def test_the_area_under_the_curve_is_that_of_scipy_ties_included() -> None:
    rng = np.random.default_rng(0)
    positive = rng.random(300) < 0.3
    scores = np.round(rng.normal(positive, 1.0), 1)
    expected = mannwhitneyu(scores[positive], scores[~positive]).statistic
    pairs = positive.sum() * (~positive).sum()
    assert area_under_curve(scores, positive) == pytest.approx(expected / pairs)


def test_binary_figures_of_a_case_counted_by_hand() -> None:
    found = binary_figures([0.9, 0.6, 0.4, 0.2], [True, False, True, True])
    assert found.galaxies == 4
    assert found.accuracy == 0.25
    assert found.best_accuracy == 0.75
    assert found.majority == 0.75
    assert found.area_under_curve == pytest.approx(1 / 3)
