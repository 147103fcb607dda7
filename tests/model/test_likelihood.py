import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.special import betaln, comb

from gzactive.model.likelihood import (
    dirichlet_multinomial_nll,
    per_question_nll,
    predictive_nll,
    votes_gradient,
)
from gzactive.trees import DecisionTree


def votes_and_concentrations(
    tree: DecisionTree, n: int = 60, most: int = 40
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    rng = np.random.default_rng(5)
    votes = rng.integers(0, most, (n, len(tree.columns)))
    alpha = 1 + 100 * rng.beta(0.3, 0.3, (n, len(tree.columns)))
    return votes, alpha


def test_agrees_with_scipy_question_by_question(tree: DecisionTree) -> None:
    votes, alpha = votes_and_concentrations(tree)
    nll = per_question_nll(votes, alpha, tree)
    for index, question in enumerate(tree.modelled):
        part = tree.slice(question.name)
        expected = [
            -stats.dirichlet_multinomial.logpmf(k, a, k.sum())
            for k, a in zip(votes[:, part], alpha[:, part], strict=True)
        ]
        np.testing.assert_allclose(nll[:, index], expected, rtol=1e-6)
    np.testing.assert_allclose(
        dirichlet_multinomial_nll(votes, alpha, tree), nll.sum(axis=1), rtol=1e-12
    )


def test_two_answers_are_the_beta_binomial(rings: DecisionTree) -> None:
    votes, alpha = votes_and_concentrations(rings)
    k, n = votes[:, 0], votes.sum(axis=1)
    expected = -(
        np.log(comb(n, k))
        + betaln(k + alpha[:, 0], n - k + alpha[:, 1])
        - betaln(alpha[:, 0], alpha[:, 1])
    )
    np.testing.assert_allclose(dirichlet_multinomial_nll(votes, alpha, rings), expected, rtol=1e-9)


def test_a_question_without_votes_adds_exactly_nothing(tree: DecisionTree) -> None:
    votes, alpha = votes_and_concentrations(tree)
    votes[:, tree.slice("bar")] = 0
    index = [question.name for question in tree.modelled].index("bar")
    assert (per_question_nll(votes, alpha, tree)[:, index] == 0.0).all()
    nothing = np.zeros_like(votes)
    assert (dirichlet_multinomial_nll(nothing, alpha, tree) == 0.0).all()
    samples = np.repeat(alpha[:, :, None], 3, axis=2)
    assert (predictive_nll(nothing, samples, tree) == 0.0).all()


def test_one_vote_says_nothing_of_the_total(tree: DecisionTree) -> None:
    votes = np.zeros((5, len(tree.columns)), int)
    votes[:, tree.slice("bar").start] = 1
    alpha = np.random.default_rng(1).uniform(1, 20, votes.shape)
    np.testing.assert_allclose(
        dirichlet_multinomial_nll(votes, alpha, tree),
        dirichlet_multinomial_nll(votes, 4 * alpha, tree),
        rtol=1e-12,
    )


def test_the_predictive_loss_mixes_passes_within_a_question(tree: DecisionTree) -> None:
    votes, _ = votes_and_concentrations(tree, n=7)
    samples = np.random.default_rng(2).uniform(1, 101, (7, len(tree.columns), 4))
    by_pass = np.stack([per_question_nll(votes, samples[:, :, t], tree) for t in range(4)], axis=-1)
    expected = -np.log(np.exp(-by_pass).mean(axis=-1)).sum(axis=1)
    np.testing.assert_allclose(predictive_nll(votes, samples, tree), expected, rtol=1e-9)
    same = np.repeat(samples[:, :, :1], 3, axis=2)
    np.testing.assert_allclose(
        predictive_nll(votes, same, tree),
        dirichlet_multinomial_nll(votes, samples[:, :, 0], tree),
        rtol=1e-9,
    )


@pytest.mark.parametrize("weight", [1.0, 0.5])
def test_the_gradient_is_that_of_the_loss(tree: DecisionTree, weight: float) -> None:
    votes, alpha = votes_and_concentrations(tree, n=3)
    counts = weight * votes
    gradient = votes_gradient(counts, alpha, tree)
    step = 1e-5
    for column in range(alpha.shape[1]):
        shifted = alpha.copy()
        shifted[:, column] += step
        above = dirichlet_multinomial_nll(counts, shifted, tree)
        shifted[:, column] -= 2 * step
        below = dirichlet_multinomial_nll(counts, shifted, tree)
        np.testing.assert_allclose(
            gradient[:, column], (above - below) / (2 * step), rtol=1e-4, atol=1e-7
        )
