import os

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from gzactive.model.likelihood import dirichlet_multinomial_nll, votes_gradient
from gzactive.model.loss import binomial_loss, dirichlet_multinomial_loss
from gzactive.trees import DecisionTree


def draws(tree: DecisionTree, alpha: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Votes of every flavour: unanimous, even, and random ones of each question."""
    rng = np.random.default_rng(0)
    votes = np.zeros(alpha.shape, int)
    for question in tree.modelled:
        part = tree.slice(question.name)
        size = part.stop - part.start
        for row in range(len(alpha)):
            share = rng.dirichlet(np.full(size, [0.05, 1.0, 100.0][row % 3]))
            votes[row, part] = rng.multinomial(rng.integers(0, total + 1), share)
    return votes


@pytest.mark.parametrize("spread", [(0.1, 0.1), (1.0, 1.0), (5.0, 0.3)])
def test_float32_agrees_with_scipy_up_to_100_votes_a_question(
    tree: DecisionTree, spread: tuple[float, float]
) -> None:
    alpha = 1 + 100 * np.random.default_rng(1).beta(*spread, (240, len(tree.columns)))
    alpha = alpha.astype(np.float32).astype(float)
    votes = draws(tree, alpha, 100)
    loss = np.asarray(dirichlet_multinomial_loss(votes, alpha, tree))
    assert loss.shape == (240,)
    expected = np.zeros(240)
    for question in tree.modelled:
        part = tree.slice(question.name)
        expected -= [
            stats.dirichlet_multinomial.logpmf(k, a, k.sum())
            for k, a in zip(votes[:, part], alpha[:, part], strict=True)
        ]
    np.testing.assert_allclose(loss, expected, rtol=2e-5)


def test_extreme_concentrations_do_not_cancel(rings: DecisionTree) -> None:
    votes = np.array([[100, 0], [0, 100], [50, 50], [1, 0], [99, 1], [100, 0]])
    alpha = np.array([[101.0, 1.0], [101, 1], [101, 101], [1, 101], [1, 1], [1, 101]])
    loss = np.asarray(dirichlet_multinomial_loss(votes, alpha, rings))
    np.testing.assert_allclose(loss, dirichlet_multinomial_nll(votes, alpha, rings), rtol=2e-5)


def test_a_question_without_votes_adds_exactly_nothing(tree: DecisionTree) -> None:
    alpha = 1 + 100 * np.random.default_rng(1).random((9, len(tree.columns)))
    votes = np.zeros(alpha.shape, int)
    assert (np.asarray(dirichlet_multinomial_loss(votes, alpha, tree)) == 0).all()
    votes[:, tree.slice("bar")] = 3
    changed = alpha.copy()
    changed[:, tree.slice("merging")] = 1.0
    np.testing.assert_array_equal(
        np.asarray(dirichlet_multinomial_loss(votes, alpha, tree)),
        np.asarray(dirichlet_multinomial_loss(votes, changed, tree)),
    )


def test_it_trains_a_compiled_model_to_the_gradient_of_its_numpy_twin(tree: DecisionTree) -> None:
    """One SGD step on logits moves each by the analytic gradient; nothing is read eagerly."""
    rng = np.random.default_rng(3)
    votes = rng.integers(0, 6, (1, len(tree.columns)))
    logits = rng.normal(size=len(tree.columns)).astype(np.float32)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(len(tree.columns))])
    model.set_weights([np.zeros((1, len(logits)), np.float32), logits])

    def loss(k: object, z: object) -> object:
        alpha = 1.0 + 100.0 * keras.ops.sigmoid(z)
        return dirichlet_multinomial_loss(k, alpha, tree, max_votes=6)

    model.compile(optimizer=keras.optimizers.SGD(1.0), loss=loss)
    model.train_on_batch(np.zeros((1, 1), np.float32), votes)
    share = 1 / (1 + np.exp(-logits.astype(float)))
    gradient = votes_gradient(votes, 1 + 100 * share[None], tree)[0] * 100 * share * (1 - share)
    np.testing.assert_allclose(logits - model.get_weights()[1], gradient, rtol=1e-3, atol=1e-5)


def test_binomial_loss_is_that_of_the_report() -> None:
    k, n = np.array([3.0, 0.0, 40.0, 1.0]), np.array([40.0, 5.0, 40.0, 1.0])
    rho = np.array([0.1, 0.3, 0.9, 0.5])
    expected = -(k * np.log(rho) + (n - k) * np.log1p(-rho))
    np.testing.assert_allclose(np.asarray(binomial_loss(k, n, rho)), expected, rtol=1e-5)


def test_binomial_loss_is_finite_at_certain_fractions() -> None:
    loss = np.asarray(binomial_loss([0.0, 5.0, 2.0], [5.0, 5.0, 5.0], [0.0, 1.0, 0.0]))
    assert loss[0] == 0
    assert loss[1] == 0
    assert np.isfinite(loss[2])
    assert loss[2] > 100


def test_the_tests_run_on_one_backend() -> None:
    assert keras.backend.backend() == os.environ.get("KERAS_BACKEND", "tensorflow")


def test_a_fraction_of_a_vote_counts_so_much_of_a_vote(rings: DecisionTree) -> None:
    alpha = np.array([[30.0, 10.0]])
    whole, half, more = (
        float(np.asarray(dirichlet_multinomial_loss(np.array([[k, 0.0]]), alpha, rings))[0])
        for k in (1.0, 0.5, 1.5)
    )
    assert half == pytest.approx(whole / 2, rel=1e-5)
    assert more == pytest.approx(whole - 0.5 * np.log(31 / 41), rel=1e-5)
