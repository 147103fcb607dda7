"""A model is judged question by question, on votes, and what the correction did is shown."""

import numpy as np
import pytest

from gzactive.errors import GzactiveError
from gzactive.evaluation.judging import judge
from gzactive.evaluation.words import question_notes
from gzactive.model.recalibration import fit_recalibration
from gzactive.trees import DecisionTree, load_tree

RINGS = load_tree("rings")


def said_and_seen(n=400, votes=20, factor=1.0, seed=0):
    rng = np.random.default_rng(seed)
    true = 1 + 12 * rng.beta(0.7, 0.7, (n, 2))
    gamma = rng.standard_gamma(true)
    counts = rng.multinomial(votes, gamma / gamma.sum(axis=1, keepdims=True))
    alpha = factor * true[:, :, None] * rng.uniform(0.95, 1.05, (n, 1, 5))
    return counts, alpha


def test_a_true_model_covers_what_it_says_and_errs_as_it_expects() -> None:
    counts, alpha = said_and_seen()
    found = judge(counts, alpha, RINGS, resamples=300)
    ring = found.question("ring")
    assert ring is not None
    assert ring.galaxies == found.galaxies == 400
    assert ring.votes == 20
    assert ring.calibration.eighty.low < 0.8 < ring.calibration.eighty.high
    assert ring.root_mean_square.value == pytest.approx(ring.root_mean_square_expected, rel=0.1)
    assert ring.confusion.sum() == 400
    assert ring.accuracy.value == pytest.approx(np.trace(ring.confusion) / 400)
    assert ring.confident_accuracy.value > ring.accuracy.value > ring.majority - 0.05
    assert ring.loss.value == found.loss.value
    assert ring.loss.low == pytest.approx(found.loss.low, rel=1e-5)
    assert ring.uncorrected is None
    near = ring.calibration
    assert (
        (near.within_low <= near.within_observed) & (near.within_observed <= near.within_high)
    ).all()
    np.testing.assert_allclose(near.within_observed, near.within_expected, atol=0.06)
    told = " ".join(question_notes(ring))
    assert "votes of its expectation for" in told


def test_recalibration_is_shown_beside_what_was_before() -> None:
    counts, alpha = said_and_seen(factor=6.0)
    correction, _ = fit_recalibration(*said_and_seen(factor=6.0, seed=1), RINGS)
    assert correction is not None
    corrected = alpha.copy()
    correction.apply(corrected)
    found = judge(counts, corrected, RINGS, uncorrected=alpha, resamples=200)
    ring = found.question("ring")
    assert ring is not None
    assert ring.uncorrected is not None
    assert ring.uncorrected.eighty.value < 0.7
    assert abs(ring.calibration.eighty.value - 0.8) < 0.05
    assert found.uncorrected_loss is not None
    assert found.loss.value < found.uncorrected_loss.value


def test_questions_that_concern_no_galaxy_are_left_out(tree: DecisionTree) -> None:
    rng = np.random.default_rng(0)
    votes = np.zeros((30, len(tree.columns)), dtype=int)
    votes[:, tree.slice("smooth-or-featured")] = [8, 1, 1]
    alpha = 1 + rng.random((30, len(tree.columns), 3))
    found = judge(votes, alpha, tree, resamples=100)
    assert [one.question for one in found.questions] == ["smooth-or-featured"]
    assert not judge(votes, alpha, tree, min_votes=11, resamples=100).questions


def test_single_votes_are_judged_without_pretending_to_know_confidence() -> None:
    counts, alpha = said_and_seen(votes=1)
    ring = judge(counts, alpha, RINGS, resamples=200).question("ring")
    assert ring is not None
    assert ring.confident == 0
    assert not ring.confident_accuracy.known
    assert not ring.volunteers.known
    assert ring.calibration.eighty.value == pytest.approx(0.8, abs=0.04)


def test_votes_of_other_galaxies_and_no_votes_are_refused() -> None:
    counts, alpha = said_and_seen(n=20)
    with pytest.raises(GzactiveError, match="same galaxies"):
        judge(counts[:10], alpha, RINGS)
    with pytest.raises(GzactiveError, match="add labels"):
        judge(np.zeros_like(counts), alpha, RINGS)
