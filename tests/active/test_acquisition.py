"""Entropy and mutual information agree with brute force, with W+20, and with what they mean."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import xlogy
from scipy.stats import binom, dirichlet_multinomial

from gzactive.active.acquisition import (
    binomial_mutual_information,
    entropy,
    mutual_information,
    tree_mutual_information,
)
from gzactive.active.votes import path_probabilities
from gzactive.errors import GzactiveError
from gzactive.trees import load_tree

DECALS = load_tree("gz-decals-dr5")
QUESTIONS = [question.name for question in DECALS.modelled]


def draw(n_galaxies, n_samples, seed=0, tree=DECALS):
    rng = np.random.default_rng(seed)
    logits = rng.normal(-1, 2, (n_galaxies, len(tree.columns), n_samples))
    return 1 + 100 / (1 + np.exp(-logits))


def brute_force(alpha, n_votes):
    """Entropy of the mean and mean of the entropies, outcome by outcome, by scipy."""
    n_galaxies, n_answers, n_samples = alpha.shape
    counts = itertools.product(range(n_votes + 1), repeat=n_answers)
    outcomes = np.array([one for one in counts if sum(one) == n_votes])
    probability = np.empty((n_galaxies, n_samples, len(outcomes)))
    for galaxy, sample in np.ndindex(n_galaxies, n_samples):
        votes = dirichlet_multinomial(alpha[galaxy, :, sample], n_votes)
        probability[galaxy, sample] = np.exp([votes.logpmf(one) for one in outcomes])
    mean = probability.mean(axis=1)
    predicted = -xlogy(mean, mean).sum(axis=-1)
    expected = -xlogy(probability, probability).sum(axis=-1).mean(axis=1)
    return predicted, expected


@pytest.mark.parametrize("n_votes", [1, 2, 5])
@pytest.mark.parametrize("question", ["disk-edge-on", "bar", "merging", "bulge-size"])
def test_entropies_agree_with_every_outcome_summed_by_scipy(question, n_votes):
    concentrations = draw(3, 3)
    predicted, expected = brute_force(concentrations[:, DECALS.slice(question)], n_votes)
    found = entropy(concentrations, DECALS, question, n_votes)
    np.testing.assert_allclose(found, predicted, rtol=1e-9)
    information = mutual_information(concentrations, DECALS, question, n_votes)
    np.testing.assert_allclose(information, predicted - expected, atol=1e-10)


@pytest.mark.parametrize("question", ["disk-edge-on", "smooth-or-featured"])
def test_ten_votes_are_the_default(question):
    concentrations = draw(2, 3)
    predicted, expected = brute_force(concentrations[:, DECALS.slice(question)], 10)
    np.testing.assert_allclose(entropy(concentrations, DECALS, question), predicted, rtol=1e-9)
    np.testing.assert_allclose(
        mutual_information(concentrations, DECALS, question), predicted - expected, atol=1e-10
    )


def test_six_answers_and_ten_votes_have_all_their_outcomes():
    # Enormous equal concentrations: a plain multinomial of six equal answers, 3,003 outcomes.
    concentrations = np.full((1, 34, 2), 1e9)
    logs = [math.lgamma(j + 1) for j in range(11)]
    total = 0.0
    for cut in itertools.combinations(range(15), 5):
        edges = (-1, *cut, 15)
        votes = [after - before - 1 for before, after in itertools.pairwise(edges)]
        log_p = logs[10] - sum(logs[k] for k in votes) - 10 * math.log(6)
        total -= math.exp(log_p) * log_p
    found = entropy(concentrations, DECALS, "spiral-arm-count", 10)
    np.testing.assert_allclose(found, total, rtol=1e-7)


def test_the_published_mutual_information_is_reproduced(real_data):
    with np.load(real_data / "w20_reference" / "binomial_mutual_information.npz") as reference:
        rho = np.round(reference["rho"], 3)  # the published code rounds; ours does not
        for n_votes in (10, 40):
            np.testing.assert_allclose(
                binomial_mutual_information(rho, n_votes),
                reference[f"mutual_information_{n_votes}"],
                atol=1e-6,
            )


def test_binomial_information_agrees_with_scipy_and_takes_certainties():
    rho = np.vstack([np.random.default_rng(0).random((5, 7)), [0, 1, 0.5, 0, 1, 1, 0]])
    pmf = binom.pmf(np.arange(41)[:, None, None], 40, rho)
    mean = pmf.mean(axis=2)
    expected = -xlogy(mean, mean).sum(axis=0) + xlogy(pmf, pmf).sum(axis=0).mean(axis=1)
    np.testing.assert_allclose(binomial_mutual_information(rho, 40), expected, atol=1e-10)
    np.testing.assert_allclose(
        binomial_mutual_information([[0.0, 1.0], [0.0, 0.0], [1.0, 1.0]], 40),
        [math.log(2), 0, 0],
        atol=1e-12,
    )
    assert binomial_mutual_information(np.empty((0, 3)), 40).shape == (0,)


def test_one_vote_on_two_answers_is_the_same_by_both_formulas():
    concentrations = draw(20, 9)
    part = concentrations[:, DECALS.slice("disk-edge-on")]
    rho = part[:, 0] / part.sum(axis=1)
    np.testing.assert_allclose(
        mutual_information(concentrations, DECALS, "disk-edge-on", 1),
        binomial_mutual_information(rho, 1),
        atol=1e-12,
    )


@pytest.mark.parametrize("n_votes", [1, 3])
def test_the_tree_score_weighs_each_question_by_its_path(n_votes):
    concentrations = draw(40, 6)
    paths = path_probabilities(concentrations, DECALS)
    parts = [mutual_information(concentrations, DECALS, name, n_votes) for name in QUESTIONS]
    np.testing.assert_allclose(
        tree_mutual_information(concentrations, DECALS, n_votes),
        (paths * np.stack(parts, axis=1)).sum(axis=1),
        rtol=1e-9,
    )


def test_a_tree_of_one_question_scores_as_that_question():
    rings = load_tree("rings")
    concentrations = draw(10, 5, tree=rings)
    np.testing.assert_allclose(
        tree_mutual_information(concentrations, rings),
        mutual_information(concentrations, rings, rings.root.name, 1),
        rtol=1e-12,
    )


cases = st.tuples(
    st.sampled_from(QUESTIONS),
    st.integers(1, 12),
    st.integers(1, 6),
    st.integers(0, 2**32 - 1),
    st.floats(0.05, 4.0),
)


def drawn(case):
    question, n_votes, n_samples, seed, width = case
    rng = np.random.default_rng(seed)
    return question, n_votes, np.exp(rng.normal(1, width, (3, 34, n_samples)))


@given(cases)
@settings(max_examples=60, deadline=None)
def test_information_is_bounded_by_the_entropy_and_both_by_the_outcomes(case):
    question, n_votes, concentrations = drawn(case)
    answers = len(DECALS.question(question).answers)
    largest = math.log(math.comb(n_votes + answers - 1, answers - 1))
    found = entropy(concentrations, DECALS, question, n_votes)
    information = mutual_information(concentrations, DECALS, question, n_votes)
    assert (found >= -1e-12).all()
    assert (found <= largest + 1e-9).all()
    assert (information >= 0).all()
    assert (information <= found + 1e-9).all()
    assert (information <= math.log(concentrations.shape[2]) + 1e-9).all()


@given(cases)
@settings(max_examples=40, deadline=None)
def test_samples_that_agree_tell_nothing(case):
    question, n_votes, concentrations = drawn(case)
    same = np.repeat(concentrations[:, :, :1], 4, axis=2)
    for samples in (same[:, :, :1], same):
        information = mutual_information(samples, DECALS, question, n_votes)
        np.testing.assert_allclose(information, 0, atol=1e-9)
        np.testing.assert_allclose(tree_mutual_information(samples, DECALS), 0, atol=1e-9)


@given(cases, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_samples_and_of_answers_does_not_matter(case, random):
    question, n_votes, concentrations = drawn(case)
    part = DECALS.slice(question)
    samples = list(range(concentrations.shape[2]))
    answers = list(range(part.start, part.stop))
    random.shuffle(samples)
    random.shuffle(answers)
    shuffled = concentrations[:, :, samples]
    shuffled[:, part] = shuffled[:, answers]
    for function in (entropy, mutual_information):
        np.testing.assert_allclose(
            function(shuffled, DECALS, question, n_votes),
            function(concentrations, DECALS, question, n_votes),
            atol=1e-10,
        )


@given(cases)
@settings(max_examples=30, deadline=None)
def test_more_votes_tell_more(case):
    question, n_votes, concentrations = drawn(case)
    fewer = mutual_information(concentrations, DECALS, question, n_votes)
    more = mutual_information(concentrations, DECALS, question, n_votes + 1)
    assert (more >= fewer - 1e-9).all()


@pytest.mark.parametrize("n_votes", [1, 10])
def test_single_precision_is_good_enough_to_rank_by(n_votes):
    concentrations = draw(200, 30)
    for question in QUESTIONS:
        exact = mutual_information(concentrations, DECALS, question, n_votes)
        single = mutual_information(concentrations.astype(np.float32), DECALS, question, n_votes)
        np.testing.assert_allclose(single, exact, atol=1e-6)
        assert single.dtype == np.float64


def test_blocks_join_seamlessly():
    concentrations = draw(300, 30)
    alone = [
        mutual_information(concentrations[row : row + 1], DECALS, "spiral-arm-count")[0]
        for row in (0, 60, 61, 299)
    ]
    whole = mutual_information(concentrations, DECALS, "spiral-arm-count")
    np.testing.assert_allclose(whole[[0, 60, 61, 299]], alone, rtol=1e-10)


def test_no_galaxies_give_an_empty_array():
    empty = np.empty((0, 34, 3))
    for n_votes in (1, 10):
        assert entropy(empty, DECALS, "bar", n_votes).shape == (0,)
        assert mutual_information(empty, DECALS, "bar", n_votes).shape == (0,)
        assert tree_mutual_information(empty, DECALS, n_votes).shape == (0,)


def test_the_input_is_left_as_it_was():
    concentrations = draw(4, 3)
    before = concentrations.copy()
    mutual_information(concentrations, DECALS, "merging")
    tree_mutual_information(concentrations, DECALS)
    np.testing.assert_array_equal(concentrations, before)


@pytest.mark.parametrize("function", [entropy, mutual_information])
@pytest.mark.parametrize("question", ["rings", ""])
def test_an_unknown_question_is_refused_with_those_there_are(function, question):
    with pytest.raises(GzactiveError, match="how-rounded") as caught:
        function(draw(1, 2), DECALS, question)
    assert "spiral-arm-count" in str(caught.value)


@pytest.mark.parametrize("function", [entropy, mutual_information])
def test_a_misspelt_question_is_answered_with_the_one_that_was_meant(function):
    with pytest.raises(GzactiveError, match="did you mean 'smooth-or-featured'"):
        function(draw(1, 2), DECALS, "smooth")


def test_a_question_that_nobody_models_is_refused():
    checkboxes = [question.name for question in DECALS.questions if not question.modelled]
    for question in checkboxes:
        with pytest.raises(GzactiveError, match="models no question"):
            mutual_information(draw(1, 2), DECALS, question)


@pytest.mark.parametrize("n_votes", [0, -3, 2.5])
def test_fewer_than_one_vote_or_part_of_one_is_refused(n_votes):
    for function in (entropy, mutual_information):
        with pytest.raises(GzactiveError, match="n_votes"):
            function(draw(1, 2), DECALS, "bar", n_votes)
    with pytest.raises(GzactiveError, match="n_votes"):
        tree_mutual_information(draw(1, 2), DECALS, n_votes)
    with pytest.raises(GzactiveError, match="n_votes"):
        binomial_mutual_information([[0.5]], n_votes)


def test_more_votes_than_can_be_enumerated_are_refused():
    with pytest.raises(GzactiveError, match="choose fewer votes"):
        mutual_information(draw(1, 2), DECALS, "spiral-arm-count", 200)


def test_concentrations_that_are_not_finite_are_refused():
    concentrations = draw(3, 4)
    concentrations[1, 2, 3] = np.nan
    for call in (
        lambda: entropy(concentrations, DECALS, "merging"),
        lambda: mutual_information(concentrations, DECALS, "merging", 1),
        lambda: tree_mutual_information(concentrations, DECALS),
    ):
        with pytest.raises(GzactiveError, match="galaxy 1"):
            call()


@pytest.mark.parametrize("rho", [[0.5, 0.5], [[1.1]], [[-0.1]], [[np.nan]], np.empty((2, 0))])
def test_rho_that_is_no_probability_is_refused(rho):
    with pytest.raises(GzactiveError, match="rho"):
        binomial_mutual_information(rho, 40)
