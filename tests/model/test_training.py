import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.likelihood import dirichlet_multinomial_nll, question_totals
from gzactive.model.objective import HeadObjective, LabelledRows
from gzactive.model.training import HeadFit, _split, fit_head
from gzactive.progress import Cancelled
from gzactive.trees import DecisionTree

WIDTH = 64
VotesOf = Callable[..., NDArray[np.int64]]


def features_of(n: int, seed: int) -> NDArray[np.float16]:
    """Positive, correlated features, as pooled activations are."""
    mixing = np.random.default_rng(0).normal(size=(10, WIDTH))
    latent = np.random.default_rng(seed).normal(size=(n, 10))
    return np.abs(latent @ mixing * 0.3).astype(np.float16)


@pytest.fixture(scope="module")
def truth(tree: DecisionTree) -> Head:
    rng = np.random.default_rng(7)
    n = len(tree.columns)
    return Head(rng.normal(size=(WIDTH, n)) * 0.15, rng.normal(size=n) * 0.5 - 1)


@pytest.fixture(scope="module")
def votes_of(draw_votes: Any) -> VotesOf:
    """Votes on galaxies as a head of the truth has them: (head, features, tree, count, seed=0)."""

    def votes(
        truth: Head, features: NDArray[Any], tree: DecisionTree, count: int, seed: int = 0
    ) -> NDArray[np.int64]:
        drawn: NDArray[np.int64] = draw_votes(truth.concentrations(features), tree, count, seed)
        return drawn

    return votes


def log_total_change(head: Head, base: Head, tree: DecisionTree) -> NDArray[np.float64]:
    features = features_of(500, 99)
    after = question_totals(head.concentrations(features).astype(float), tree)
    before = question_totals(base.concentrations(features).astype(float), tree)
    return np.log(after / before)


@pytest.mark.parametrize("n", [6, 50])  # in the span of the rows, and in all directions
def test_the_gradient_is_that_of_the_objective(
    tree: DecisionTree, truth: Head, votes_of: VotesOf, n: int
) -> None:
    rng = np.random.default_rng(1)
    features = features_of(n, 1).astype(np.float64)
    votes = votes_of(truth, features_of(n, 1), tree, 3).astype(float)
    votes[0, tree.slice("bar")] = 0
    weights = rng.uniform(0.5, 2, n)
    rows = LabelledRows(features, votes, np.arange(n), weights)
    pull = rng.uniform(1, 5, len(tree.columns))
    fit = HeadObjective(rows, tree, truth, pull, 5.0, lambda: None)
    moved = rng.normal(size=fit.shape) * 0.1
    _, gradient = fit.objective(moved)
    step = 1e-6
    for place in zip(rng.integers(0, len(moved), 40), rng.integers(0, 34, 40), strict=True):
        shift = np.zeros_like(moved)
        shift[place] = step
        above, _ = fit.objective(moved + shift)
        below, _ = fit.objective(moved - shift)
        assert gradient[place] == pytest.approx((above - below) / (2 * step), rel=1e-4, abs=1e-7)


def test_few_rows_are_fitted_in_their_span_to_the_same_head(
    tree: DecisionTree, truth: Head, votes_of: VotesOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    features = features_of(25, 1)
    votes = votes_of(truth, features, tree, 5)
    settings = HeadFit(tolerance=1e-10, max_epochs=400)
    base = Head(truth.kernel * 0.5, truth.bias)
    narrow = fit_head(features, votes, tree, base, settings=settings).whole
    monkeypatch.setattr("gzactive.model.objective._NARROW", 0.0)
    wide = fit_head(features, votes, tree, base, settings=settings).whole
    np.testing.assert_allclose(narrow.kernel, wide.kernel, atol=2e-3)
    assert np.abs(wide.kernel - base.kernel).max() > 0.05


def test_votes_teach_what_held_out_galaxies_show(
    tree: DecisionTree, truth: Head, votes_of: VotesOf
) -> None:
    features, unseen = features_of(400, 1), features_of(1000, 2)
    votes, future = votes_of(truth, features, tree, 10), votes_of(truth, unseen, tree, 10, seed=1)
    base = Head.fresh(tree, width=WIDTH)
    result = fit_head(features, votes, tree, base)
    before, after, best = (
        dirichlet_multinomial_nll(future, head.concentrations(unseen), tree).mean()
        for head in (base, result.head, truth)
    )
    assert after < before - 0.6 * (before - best)
    whole = dirichlet_multinomial_nll(future, result.whole.concentrations(unseen), tree).mean()
    assert whole < after  # a quarter more galaxies
    assert result.epochs == len(result.history["loss"]) == len(result.history["validation_loss"])


def test_single_votes_do_not_make_the_total_drift(
    tree: DecisionTree, truth: Head, votes_of: VotesOf
) -> None:
    """One vote a question says nothing of Σα, so Σα stays where the base head has it."""
    features = features_of(300, 1)
    votes = votes_of(truth, features, tree, 1)
    for base in (Head.fresh(tree, width=WIDTH), Head(truth.kernel * 0.5, truth.bias)):
        held = fit_head(features, votes, tree, base)
        change = log_total_change(held.head, base, tree)
        assert np.abs(change.mean(axis=0)).max() < 0.1
        assert np.abs(change).mean() < 0.06


def test_it_is_the_anchor_that_holds_the_total(
    tree: DecisionTree, truth: Head, votes_of: VotesOf
) -> None:
    features = features_of(300, 1)
    votes = votes_of(truth, features, tree, 1)
    base = Head.fresh(tree, width=WIDTH, total=10)
    drift = []
    for anchor in (0.0, HeadFit().anchor):
        settings = HeadFit(anchor=anchor, pull=0.0, evidence_steps=0, few=10_000)
        head = fit_head(features, votes, tree, base, settings=settings).head
        drift.append(np.abs(log_total_change(head, base, tree)).mean())
    assert drift[1] < 0.25 * drift[0]


def test_many_votes_do_move_the_total(rings: DecisionTree, votes_of: VotesOf) -> None:
    """Volunteers who scatter more than Σα = 50 allows teach a lower Σα, and only they can."""
    features = features_of(600, 1)
    truth = Head.fresh(rings, width=WIDTH, total=8)
    base = Head.fresh(rings, width=WIDTH, total=50)
    many = fit_head(features, votes_of(truth, features, rings, 40), rings, base)
    assert log_total_change(many.head, base, rings).mean() < 0.6 * np.log(8 / 50)
    single = fit_head(features, votes_of(truth, features, rings, 1), rings, base)
    assert abs(log_total_change(single.head, base, rings).mean()) < 0.06


def test_questions_without_votes_keep_the_base_exactly(
    tree: DecisionTree, truth: Head, votes_of: VotesOf
) -> None:
    features = features_of(100, 1)
    votes = votes_of(truth, features, tree, 2)
    silent = tree.slice("merging")
    votes[:, silent] = 0
    head = fit_head(features, votes, tree, truth).head
    np.testing.assert_array_equal(head.kernel[:, silent], truth.kernel[:, silent])
    np.testing.assert_array_equal(head.bias[silent], truth.bias[silent])
    others = tree.slice("bar")
    assert not np.array_equal(head.kernel[:, others], truth.kernel[:, others])


def test_a_fit_repeats_by_seed(tree: DecisionTree, truth: Head, votes_of: VotesOf) -> None:
    features = features_of(60, 1)
    votes = votes_of(truth, features, tree, 1)
    first, again, other = (fit_head(features, votes, tree, truth, seed=s).head for s in (3, 3, 4))
    assert first.id == again.id
    assert first.id != other.id


def test_a_stronger_pull_stays_nearer_to_the_base(
    tree: DecisionTree, truth: Head, votes_of: VotesOf
) -> None:
    features = features_of(200, 1)
    votes = votes_of(truth, features, tree, 5, seed=2)
    moved = [
        float(
            np.abs(
                fit_head(features, votes, tree, truth, settings=s).head.kernel - truth.kernel
            ).sum()
        )
        for s in (HeadFit(pull=p, evidence_steps=0, few=1000) for p in (0.1, 1000.0))
    ]
    assert moved[1] < 0.5 * moved[0]


def test_a_head_that_foretells_the_votes_is_hardly_left_and_one_that_errs_is(
    tree: DecisionTree, truth: Head, votes_of: VotesOf
) -> None:
    """The pull is as strong as the votes' own evidence for the base head, question by question."""
    features = features_of(60, 1)
    votes = votes_of(truth, features, tree, 40)
    bar, merging = tree.slice("bar"), tree.slice("merging")
    kernel = truth.kernel.copy()
    kernel[:, bar] = np.roll(kernel[:, bar], 1, axis=1)  # takes one bar for another
    kernel[:, merging] = 0  # and knows nothing of mergers
    settings = HeadFit(validation_share=0.0)
    fit = fit_head(features, votes, tree, Head(kernel, truth.bias), settings=settings)
    shape = tree.slice("smooth-or-featured")
    assert fit.pull[merging] == pytest.approx(settings.pull)
    assert fit.pull[shape].min() > 10 * fit.pull[bar].max()

    unseen = features_of(400, 2)
    later = votes_of(truth, unseen, tree, 40, seed=3)
    few = fit_head(features[:10], votes[:10], tree, truth, settings=settings)
    rash = fit_head(
        features[:10], votes[:10], tree, truth, pull=np.full(34, 10.0), settings=settings
    )
    losses = [
        dirichlet_multinomial_nll(later, one.head.concentrations(unseen), tree).mean()
        for one in (few, rash)
    ]
    assert losses[0] < losses[1]


def test_views_of_a_galaxy_stay_on_one_side_of_the_split(
    tree: DecisionTree, truth: Head, rng: np.random.Generator
) -> None:
    features = features_of(240, 1)
    groups = np.repeat(np.arange(30), 8)
    rows = LabelledRows.gather(features, np.ones((240, 34)), groups, None, tree, truth)
    training, validation = _split(rows, rng, HeadFit())
    assert validation is not None
    assert not set(training.groups) & set(validation.groups)
    assert len(set(validation.groups)) == 6
    few = rows.take(rows.groups < 19)
    assert _split(few, rng, HeadFit()) == (few, None)


@pytest.mark.parametrize("n", [1, 5, 19])
def test_a_handful_of_galaxies_moves_the_head_without_running_away(
    tree: DecisionTree, truth: Head, n: int, votes_of: VotesOf
) -> None:
    features = features_of(n, 1)
    base = Head.fresh(tree, width=WIDTH)
    result = fit_head(features, votes_of(truth, features, tree, 1), tree, base)
    assert result.stopped == "converged"
    assert result.whole is result.head
    assert "validation_loss" not in result.history
    alpha = result.head.concentrations(features_of(300, 5))
    fractions = alpha / np.repeat(
        question_totals(alpha.astype(float), tree),
        [len(question.answers) for question in tree.modelled],
        axis=1,
    )
    assert result.head.id != base.id
    assert fractions.max() < 0.98


def test_galaxies_without_votes_are_left_out(
    tree: DecisionTree, truth: Head, votes_of: VotesOf
) -> None:
    features = features_of(50, 1)
    votes = np.zeros((50, 34), int)
    result = fit_head(features, votes, tree, truth)
    assert (result.head.id, result.epochs, result.stopped) == (truth.id, 0, "no votes")
    votes[:25] = votes_of(truth, features[:25], tree, 1)
    half = fit_head(features, votes, tree, truth)
    assert half.head.id == fit_head(features[:25], votes[:25], tree, truth).head.id


def test_cancelling_ends_a_long_fit_within_a_second(
    tree: DecisionTree, truth: Head, votes_of: VotesOf
) -> None:
    features = features_of(50_000, 1)
    votes = votes_of(truth, features, tree, 1)
    asked: list[float] = []

    def cancel(stage: str, done: int, total: int) -> None:
        asked.append(time.monotonic())
        if len(asked) == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        fit_head(features, votes, tree, truth, progress=cancel)
    assert np.diff(asked).max() < 1.0


def test_bad_arrays_are_refused_in_one_sentence(tree: DecisionTree, truth: Head) -> None:
    features = features_of(5, 1)
    votes = np.ones((5, 34))
    with pytest.raises(GzactiveError, match=r"votes of shape \(5, 34\), not \(5, 33\)"):
        fit_head(features, votes[:, 1:], tree, truth)
    with pytest.raises(GzactiveError, match=r"features of shape \(5, 64\), not \(4, 64\)"):
        fit_head(features[:4], votes, tree, truth)
    with pytest.raises(GzactiveError, match="A vote is negative"):
        fit_head(features, -votes, tree, truth)
    with pytest.raises(GzactiveError, match="feature is not a finite number"):
        fit_head(features * np.float16(np.nan), votes, tree, truth)
