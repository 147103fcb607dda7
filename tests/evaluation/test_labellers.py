"""Labellers are compared with each other, question by question, and outliers are named."""

import numpy as np
import pytest

from gzactive.evaluation.labellers import LabellerVotes, labeller_figures, outliers
from gzactive.trees import DecisionTree, load_tree

RINGS = load_tree("rings")

YES, NO = [1, 0], [0, 1]


def test_agreement_is_the_share_of_the_others_votes() -> None:
    votes = LabellerVotes(
        ["ada", "ada", "ada", "bob", "bob", "eve", "eve"],
        ["g1", "g2", "g3", "g1", "g2", "g1", "g2"],
        [YES, YES, NO, YES, NO, YES, YES],
    )
    found = labeller_figures(votes, RINGS)
    assert found["ada"].galaxies == 3
    assert found["ada"].compared == 2
    assert found["ada"].agreement == pytest.approx((1 + 0.5) / 2)
    assert found["bob"].agreement == pytest.approx((1 + 0) / 2)
    # Of the others' four answers to the two galaxies, three were yes.
    assert found["ada"].expected == pytest.approx((0.75 + (0.75 * 0.5 + 0.25 * 0.5)) / 2)


def test_who_is_alone_has_no_agreement() -> None:
    found = labeller_figures(LabellerVotes(["ada"], ["g1"], [YES]), RINGS)
    assert np.isnan(found["ada"].agreement)
    assert labeller_figures(LabellerVotes([], [], np.zeros((0, 2))), RINGS) == {}


def artifacts_and_smooth(tree: DecisionTree, n: int) -> LabellerVotes:
    votes = np.zeros((2 * n, len(tree.columns)), dtype=int)
    votes[:n, tree.columns.index("smooth-or-featured_artifact")] = 1
    votes[n:, tree.columns.index("smooth-or-featured_smooth")] = 1
    ids = [f"g{row}" for row in range(n)]
    return LabellerVotes(["eve"] * n + ["ada"] * n, ids * 2, votes)


def test_who_calls_most_of_150_galaxies_artifacts_is_outlying(tree: DecisionTree) -> None:
    found = labeller_figures(artifacts_and_smooth(tree, 150), tree)
    assert outliers(found) == ["eve"]
    assert found["eve"].artifact_rate == 1.0
    assert outliers(labeller_figures(artifacts_and_smooth(tree, 149), tree)) == []


def test_the_artifact_rate_of_a_table_is_the_mean_share_of_its_votes(tree: DecisionTree) -> None:
    table = np.zeros((4, len(tree.columns)), dtype=int)
    table[:, tree.slice("smooth-or-featured")] = [30, 5, 5]
    votes = LabellerVotes(["catalogue"] * 4, ["a", "b", "c", "d"], table)
    assert labeller_figures(votes, tree)["catalogue"].artifact_rate == pytest.approx(5 / 40)


def test_consensus_adds_up_with_weights_and_without_some() -> None:
    votes = LabellerVotes(["ada", "bob", "eve"], ["g1", "g1", "g2"], [YES, NO, NO])
    assert votes.galaxies.tolist() == ["g1", "g2"]
    assert votes.consensus().tolist() == [[1, 1], [0, 1]]
    assert votes.consensus({"bob": 0.5}, without=["eve"]).tolist() == [[1, 0.5], [0, 0]]
