"""A balanced fit tells rare classes apart, and its probabilities are then put right."""

from dataclasses import replace

import numpy as np
import pytest

from gzactive.active.balance import Balance, without_own_votes
from gzactive.active.judging import held_out_loss
from gzactive.active.rounds import run_round
from gzactive.errors import GzactiveError
from gzactive.inference import current_head
from gzactive.model.head import Head, PriorShift
from gzactive.model.training import HeadFit, fit_head
from gzactive.trees import load_tree

from .conftest import WIDTH, Sky, label, rows_of

RINGS = load_tree("rings")
BRIGHT = load_tree("gz-decals-dr5")
#: A fit that converges: a timid one is not calibrated even on the balanced sky.
FIT = HeadFit(pull=0.1, evidence_steps=0, anchor=0.1)


def rare_rings(n=4000, prevalence=0.05, seed=0):
    """One galaxy in twenty has a ring; ten features say so, with noise; one vote each."""
    rng = np.random.default_rng(seed)
    ring = rng.random(n) < prevalence
    features = np.zeros((n, WIDTH))
    features[:, :10] = 1 + 0.4 * (ring[:, None] - 0.5) + 0.5 * rng.normal(size=(n, 10))
    votes = np.stack([ring, ~ring], axis=1).astype(np.int64)
    return Sky(RINGS, features.astype(np.float16), votes.astype(float), votes)


@pytest.fixture(scope="module")
def sky():
    return rare_rings()


def test_a_balanced_fit_is_calibrated_after_the_correction_and_not_before(sky):
    training, random = slice(0, 2000), slice(2000, 4000)
    balance = Balance(sky.votes[training], RINGS, "ring")
    ring = sky.votes[training, 0] == 1
    assert balance.weights[ring].sum() == pytest.approx(balance.weights[~ring].sum())
    assert balance.weights.mean() == pytest.approx(1)
    fit = fit_head(
        sky.features[training],
        sky.votes[training],
        RINGS,
        Head.fresh(RINGS),
        weights=balance.weights,
        settings=FIT,
    )
    shift, told = balance.shift(sky.votes[random])
    assert "2,000 reserved" in told
    before = fit.head.concentrations(sky.features[random])
    after = replace(fit.head, shift=shift).concentrations(sky.features[random])
    truth = sky.votes[random, 0]
    fractions = [alpha[:, 0] / alpha.sum(axis=1) for alpha in (before, after)]
    assert calibration_error(fractions[0], truth) > 0.12
    assert calibration_error(fractions[1], truth) < 0.03
    assert fractions[1].mean() == pytest.approx(truth.mean(), abs=0.02)
    np.testing.assert_array_equal(np.argsort(fractions[0]), np.argsort(fractions[1]))
    np.testing.assert_allclose(after.sum(axis=1), before.sum(axis=1), rtol=1e-5)


def calibration_error(predicted, truth, bins=10):
    """Mean distance of predicted and true share, over bins of as many galaxies."""
    order = np.argsort(predicted)
    parts = np.array_split(order, bins)
    return np.mean([abs(predicted[part].mean() - truth[part].mean()) for part in parts])


def test_the_correction_is_bayes_rule_on_each_sample():
    rng = np.random.default_rng(1)
    head = Head(rng.normal(0, 0.1, (WIDTH, 5)), np.zeros(5))
    shifted = replace(head, shift=PriorShift(1, (0.2, 1.0, 1.8)))
    features = rng.random((7, WIDTH))
    before, after = (one.mc_concentrations(features, 3, 0) for one in (head, shifted))
    part = before[:, 1:4] / before[:, 1:4].sum(axis=1, keepdims=True)
    expected = part * np.array([0.2, 1.0, 1.8])[:, None]
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        after[:, 1:4] / after[:, 1:4].sum(axis=1, keepdims=True), expected, rtol=1e-5
    )
    np.testing.assert_array_equal(after[:, [0, 4]], before[:, [0, 4]])


def test_the_correction_is_kept_with_the_head(tmp_path):
    head = replace(Head.fresh(RINGS), shift=PriorShift(0, (0.1, 1.9), (2.5, 47.5)))
    head.save(tmp_path / "head.safetensors")
    loaded = Head.load(tmp_path / "head.safetensors")
    assert (loaded.shift, loaded.id) == (head.shift, head.id)
    assert head.id != Head.fresh(RINGS).id
    # What it was counted from changes nothing that the head says: heads of before keep their id.
    assert replace(head, shift=PriorShift(0, (0.1, 1.9))).id == head.id


def test_a_galaxy_is_judged_by_a_correction_that_the_others_alone_make():
    rng = np.random.default_rng(5)
    part = BRIGHT.slice("smooth-or-featured")
    votes = np.zeros((50, len(BRIGHT.columns)))
    votes[np.arange(48), part.start + rng.choice(3, 48, p=[0.6, 0.3, 0.1])] = 1
    balance = Balance(votes, BRIGHT, "smooth-or-featured")
    shift, _ = balance.shift(votes)
    before = 1 + 50 * rng.random((50, len(BRIGHT.columns), 4)).astype(np.float32)
    full = before.copy()
    shift.apply(full)
    found = without_own_votes(full.copy(), votes, shift)
    for row in (0, 7, 30, 47):  # one by one, as it is defined
        alone, _ = balance.shift(np.delete(votes, row, axis=0))
        expected = before[row : row + 1].copy()
        alone.apply(expected)
        np.testing.assert_allclose(found[row : row + 1], expected, rtol=1e-4)
    np.testing.assert_array_equal(found[48:], full[48:])  # without votes they were not counted
    np.testing.assert_array_equal(without_own_votes(full.copy(), votes, None), full)


def test_knowing_only_the_prevalence_flatters_no_balanced_round():
    """A head that knows nothing else: on average it may not beat the true prevalence."""
    rng = np.random.default_rng(6)
    truth, n, flattered, fair = 0.2, 40, [], []
    best = -(truth * np.log(truth) + (1 - truth) * np.log(1 - truth))
    features = np.zeros((n, WIDTH), np.float16)
    balance = Balance(np.eye(2), RINGS, "ring")
    for _ in range(150):
        ring = rng.random(n) < truth
        votes = np.stack([ring, ~ring], axis=1).astype(float)
        shift, _ = balance.shift(votes)
        head = replace(Head.fresh(RINGS), shift=shift)
        alpha = head.concentrations(features)
        said = alpha[np.arange(n), (~ring).astype(int)] / alpha.sum(axis=1)
        flattered.append(-np.log(said).mean())
        fair.append(held_out_loss(head, features, votes, RINGS, n_samples=2).mean())
    error = np.std(np.subtract(flattered, best)) / np.sqrt(150)
    assert np.mean(flattered) < best + error  # what judging by itself would give
    assert np.mean(fair) > np.mean(flattered) + 0.5 / n
    assert np.mean(fair) > best - error


def test_an_answer_that_nobody_gave_is_neither_balanced_nor_corrected():
    tree = load_tree("gz-decals-dr5")
    part = tree.slice("smooth-or-featured")
    votes = np.zeros((40, len(tree.columns)))
    votes[:30, part.start] = votes[30:, part.start + 1] = 1
    balance = Balance(votes, tree, "smooth-or-featured")
    shift, _ = balance.shift(votes)
    assert shift is not None
    assert shift.ratios[2] == 1
    assert shift.ratios[:2] == pytest.approx((2 * 30.5 / 41, 2 * 10.5 / 41))


def test_galaxies_without_votes_on_the_question_weigh_one():
    votes = np.array([[1, 0], [0, 1], [0, 1], [0, 0]])
    assert Balance(votes, RINGS, "ring").weights.tolist() == [1.5, 0.75, 0.75, 1]


def test_what_cannot_be_balanced_is_refused():
    with pytest.raises(GzactiveError, match="no question 'rings' to balance: did you mean 'ring'"):
        Balance(np.ones((3, 2)), RINGS, "rings")
    with pytest.raises(GzactiveError, match="All 3 labelled galaxies"):
        Balance(np.array([[1, 0]] * 3), RINGS, "ring")


def test_a_balanced_round_puts_a_corrected_head_in_use_and_says_so(make_project, sky):
    project = make_project(sky)
    label(project, sky, range(1000))
    made = run_round(project, balance="ring")
    assert "then corrected to its prevalence among" in made.sentence
    assert current_head(project)[0].shift == made.head.shift is not None
    assert made.manifest["chosen"] == {"where": None, "balance": "ring"}
    plain = run_round(project)
    assert plain.head.shift is None
    fractions = [head_fraction(one.head, sky) for one in (made, plain)]
    assert fractions[0].mean() == pytest.approx(0.05, abs=0.04)


def head_fraction(head, sky):
    alpha = head.concentrations(sky.features)
    return alpha[:, 0] / alpha.sum(axis=1)


def test_with_too_few_reserved_labels_nothing_is_corrected_and_that_is_said(make_project, sky):
    project = make_project(sky)
    label(project, sky, rows_of(project, False, 100))
    label(project, sky, rows_of(project, True, 29), labeller="other")
    made = run_round(project, balance="ring")
    assert made.head.shift is None
    assert "not corrected to its prevalence" in made.sentence
