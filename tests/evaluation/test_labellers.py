"""Labellers are compared with each other, question by question, and outliers are named."""

import numpy as np
import pytest

from gzactive.evaluation.labellers import consensus, labeller_figures, outliers
from gzactive.trees import DecisionTree, load_tree

RINGS = load_tree("rings")


def test_agreement_is_the_share_of_the_others_votes() -> None:
    votes = {
        "ada": np.array([[1, 0], [1, 0], [0, 1]]),
        "bob": np.array([[1, 0], [0, 1], [0, 0]]),
        "eve": np.array([[1, 0], [1, 0], [0, 0]]),
    }
    found = labeller_figures(votes, RINGS)
    assert found["ada"].galaxies == 3
    assert found["ada"].compared == 2
    assert found["ada"].agreement == pytest.approx((1 + 0.5) / 2)
    assert found["bob"].agreement == pytest.approx((1 + 0) / 2)
    # Of the others' four answers to the two galaxies, three were yes.
    assert found["ada"].expected == pytest.approx((0.75 + (0.75 * 0.5 + 0.25 * 0.5)) / 2)


def test_who_is_alone_has_no_agreement() -> None:
    found = labeller_figures({"ada": np.array([[1, 0]])}, RINGS)
    assert np.isnan(found["ada"].agreement)
    assert labeller_figures({}, RINGS) == {}


def test_who_calls_most_of_150_galaxies_artifacts_is_outlying(tree: DecisionTree) -> None:
    n = 160
    many = np.zeros((n, len(tree.columns)), dtype=int)
    many[:, tree.columns.index("smooth-or-featured_artifact")] = 1
    few = np.zeros_like(many)
    few[:, tree.columns.index("smooth-or-featured_smooth")] = 1
    found = labeller_figures({"eve": many, "ada": few}, tree)
    assert outliers(found) == ["eve"]
    assert found["eve"].artifact_rate == 1.0
    assert outliers(labeller_figures({"eve": many[:149], "ada": few[:149]}, tree)) == []


def test_consensus_adds_up_with_weights_and_without_some() -> None:
    votes = {"ada": np.array([[1, 0]]), "bob": np.array([[0, 1]]), "eve": np.array([[0, 1]])}
    assert consensus(votes).tolist() == [[1, 2]]
    assert consensus(votes, {"bob": 0.5}, without=["eve"]).tolist() == [[1, 0.5]]
    assert consensus(votes, without=["ada", "bob", "eve"]).tolist() == [[0, 0]]


def test_the_artifact_rate_of_a_table_is_the_mean_share_of_its_votes(tree: DecisionTree) -> None:
    table = np.zeros((4, len(tree.columns)), dtype=int)
    table[:, tree.slice("smooth-or-featured")] = [30, 5, 5]
    (found,) = labeller_figures({"catalogue": table}, tree).values()
    assert found.artifact_rate == pytest.approx(5 / 40)
