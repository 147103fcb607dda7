from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model.curvature import fisher_information
from gzactive.model.head import Head
from gzactive.model.likelihood import predictive_nll
from gzactive.model.members import Members
from gzactive.model.posterior import POSTERIORS, Posterior, fit_posterior
from gzactive.model.training import HeadFit
from gzactive.trees import DecisionTree

WIDTH = 24


def features_of(n: int, seed: int) -> NDArray[np.float16]:
    mixing = np.random.default_rng(0).normal(size=(6, WIDTH))
    latent = np.random.default_rng(seed).normal(size=(n, 6))
    return np.abs(latent @ mixing).astype(np.float16)


def votes_on(features: NDArray[Any], votes: int, seed: int) -> NDArray[np.int64]:
    """Votes on rings that depend on the features."""
    slope = np.random.default_rng(5).normal(size=WIDTH) * 0.6
    yes = 1 / (1 + np.exp(-(features.astype(float) - features.mean()) @ slope))
    counts = np.random.default_rng(seed).binomial(votes, yes)
    return np.stack([counts, votes - counts], axis=1)


@pytest.fixture
def fitted(rings: DecisionTree) -> Any:
    def fit(kind: str, n: int = 60, votes: int = 3, **options: Any) -> Head:
        features = features_of(n, 1)
        chosen = Posterior(kind, **options)
        base = Head.fresh(rings, width=WIDTH)
        return fit_posterior(
            features, votes_on(features, votes, 2), rings, base, posterior=chosen, seed=4
        ).whole

    return fit


def spread(head: Head, features: NDArray[Any], samples: int = 60) -> float:
    alpha = head.mc_concentrations(features, samples, seed=0)
    return float((alpha[:, 0] / alpha.sum(axis=1)).std(axis=1).mean())


@pytest.mark.parametrize("kind", POSTERIORS)
def test_every_posterior_gives_the_same_kind_of_array_and_repeats_by_seed(
    fitted: Any, kind: str
) -> None:
    head, again = fitted(kind), fitted(kind)
    assert head.id == again.id
    alpha = head.mc_concentrations(features_of(9, 7), 12, seed=3)
    assert (alpha.shape, alpha.dtype) == ((9, 2, 12), np.float32)
    np.testing.assert_array_equal(alpha, again.mc_concentrations(features_of(9, 7), 12, seed=3))
    assert np.isfinite(alpha).all()
    assert alpha.std(axis=2).min() > 0


def test_more_labels_leave_less_doubt(fitted: Any) -> None:
    """Of dropout and of an ensemble with dropout that is not so: their masks stay as they are."""
    unseen = features_of(200, 9)
    few, many = (spread(fitted("laplace", n=n), unseen) for n in (40, 600))
    assert many < 0.7 * few


def test_galaxies_unlike_all_labelled_ones_are_doubted_most(fitted: Any) -> None:
    """Dropout cannot say so: its masks know nothing of where the labels are."""
    head = fitted("laplace", n=300)
    known = features_of(200, 9).astype(np.float32)
    away = np.linalg.svd(features_of(300, 1).astype(float))[2][-1]  # hardly any label along it
    strange = known + 3 * away.astype(np.float32)
    assert spread(head, strange) > 1.5 * spread(head, known)


def test_laplace_predicts_unseen_votes_better_than_dropout_from_few_labels(
    rings: DecisionTree, fitted: Any
) -> None:
    unseen = features_of(1000, 11)
    votes = votes_on(unseen, 10, 12)
    losses = {
        kind: predictive_nll(votes, fitted(kind, n=25).mc_concentrations(unseen, 30, 0), rings)
        for kind in ("laplace", "dropout")
    }
    assert losses["laplace"].mean() < losses["dropout"].mean()


def test_samples_have_the_precision_that_the_votes_and_the_pull_leave(
    rings: DecisionTree,
) -> None:
    """Against the second derivative of the objective, numerically, for galaxies all alike."""
    features = np.ones((40, 1), np.float16)
    votes = np.tile([6, 4], (40, 1))
    base = Head.fresh(rings, width=1)
    settings = HeadFit(pull=2.0, evidence_steps=0, validation_share=0.0)
    head = fit_posterior(
        features,
        votes,
        rings,
        base,
        posterior=Posterior("laplace", members=4000),
        settings=settings,
    ).whole
    assert head.members is not None
    logits = head.members.kernels[:, 0].astype(float) + head.members.biases.astype(float)
    alpha = head.concentrations(features[:1]).astype(float)
    information = 40 * fisher_information(alpha, np.array([10.0]), settings.anchor)[0]
    # Two weights, kernel and bias, move a logit: its prior variance is 2/pull.
    expected = np.linalg.inv(information + settings.pull / 2 * np.eye(2))
    np.testing.assert_allclose(np.cov(logits.T), expected, rtol=0.1, atol=0.03 * expected.max())


def test_questions_without_votes_stay_as_unsure_as_the_base_head_was(tree: DecisionTree) -> None:
    rng = np.random.default_rng(3)
    kernel = rng.normal(0, 0.2, (WIDTH, len(tree.columns))).astype(np.float32)
    base = Head(kernel, np.zeros(len(tree.columns), np.float32))
    features, asked = features_of(60, 1), tree.slice("smooth-or-featured")
    votes = np.zeros((60, len(tree.columns)), np.int64)
    votes[:, asked] = rng.multinomial(5, [0.5, 0.4, 0.1], 60)
    head = fit_posterior(
        features, votes, tree, base, posterior=Posterior("laplace", members=200)
    ).whole
    before, after = (
        one.mc_concentrations(features_of(40, 8), 200, seed=0).std(axis=2) for one in (base, head)
    )
    others = np.ones(len(tree.columns), dtype=bool)
    others[asked] = False
    ratio = after[:, others].mean(axis=0) / before[:, others].mean(axis=0)
    np.testing.assert_allclose(ratio, 1, atol=0.2)
    np.testing.assert_array_equal(head.kernel[:, others], base.kernel[:, others])


def test_fisher_information_is_the_expected_square_of_the_score(tree: DecisionTree) -> None:
    """E[g·gᵀ] over all votes there can be, with the gradient that fits use."""
    from itertools import product

    from gzactive.model.likelihood import dirichlet_multinomial_nll, votes_gradient

    part = tree.slice("merging")
    alpha = np.full((1, len(tree.columns)), 5.0)
    alpha[0, part] = [2.0, 30.0, 8.0, 1.5]
    slope = ((alpha - 1) * (101 - alpha) / 100)[0, part]
    expected = np.zeros((4, 4))
    for outcome in product(range(4), repeat=4):
        if sum(outcome) == 3:
            votes = np.zeros_like(alpha)
            votes[0, part] = outcome
            chance = np.exp(-dirichlet_multinomial_nll(votes, alpha, tree)[0])
            score = votes_gradient(votes, alpha, tree)[0, part] * slope
            expected += chance * np.outer(score, score)
    found = fisher_information(alpha[:, part], np.array([3.0]), anchor=0.0)[0]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_members_are_kept_in_the_file_and_change_the_id(fitted: Any, tmp_path: Any) -> None:
    head = fitted("ensemble", fits=3)
    head.save(tmp_path / "head.safetensors")
    read = Head.load(tmp_path / "head.safetensors")
    assert read.id == head.id != Head(head.kernel, head.bias).id
    assert read.members is not None
    assert (len(read.members), read.members.dropout) == (3, 0.2)
    features = features_of(5, 3)
    np.testing.assert_array_equal(
        read.mc_concentrations(features, 7, 1), head.mc_concentrations(features, 7, 1)
    )


def test_samples_take_every_member_before_any_twice() -> None:
    members = Members(np.zeros((4, 3, 2)), np.zeros((4, 2)))
    drawn = members.drawn(10, seed=1)
    assert sorted(drawn[:4]) == sorted(drawn[4:8]) == [0, 1, 2, 3]
    np.testing.assert_array_equal(members.drawn(6, seed=1), drawn[:6])
    assert not np.array_equal(members.drawn(10, seed=2), drawn)


def test_galaxies_set_aside_are_unknown_to_the_head_that_is_judged_by_them(
    rings: DecisionTree,
) -> None:
    features = features_of(60, 1)
    votes = votes_on(features, 3, 2)
    base = Head.fresh(rings, width=WIDTH)
    fit = fit_posterior(features, votes, rings, base, posterior=Posterior("laplace"), seed=4)
    changed = votes.copy()
    changed[fit.spared] = changed[fit.spared][:, ::-1]
    other = fit_posterior(features, changed, rings, base, posterior=Posterior("laplace"), seed=4)
    assert len(fit.spared) == 12
    assert fit.head.id == other.head.id
    assert fit.whole.id != other.whole.id


def test_what_is_no_posterior_is_refused(fitted: Any) -> None:
    with pytest.raises(GzactiveError, match="No posterior 'bayes': choose one of dropout, ens"):
        Posterior("bayes")
    with pytest.raises(GzactiveError, match="width 0"):
        Posterior("laplace", width=0)
    with pytest.raises(GzactiveError, match="fit the head again"):
        Members(np.zeros((4, 3, 2)), np.zeros((4, 3)))
    with pytest.raises(GzactiveError, match="belong to another head"):
        Head(np.zeros((5, 2)), np.zeros(2), members=Members(np.zeros((4, 3, 2)), np.zeros((4, 2))))
