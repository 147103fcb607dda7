"""Ways of choosing galaxies to ask about, by name, for retrospective simulations.

A strategy is any function of a :class:`Situation` that returns candidates; new ones go into
``STRATEGIES``. A name may carry the exponent of the score, as in ``entropy@4``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.active.acquisition import binomial_mutual_information
from gzactive.active.diversity import far_and_high, farthest_first, kmeans_plus_plus, power_bald
from gzactive.active.scoring import (
    N_BEST,
    N_SAMPLES,
    TREE,
    acquisition_scores,
    measure,
    predictive_scores,
)
from gzactive.active.votes import sample_fractions, vote_fractions
from gzactive.errors import GzactiveError, meant
from gzactive.model.head import Head
from gzactive.trees import DecisionTree

__all__ = [
    "START_POOL",
    "STRATEGIES",
    "Situation",
    "Strategy",
    "is_fresh",
    "strategy_named",
]

#: Galaxies among which a diverse start is sought (the pool of W+22).
START_POOL = 32_768
#: Votes of the binomial mutual information (Walmsley et al. 2020).
_BINOMIAL_VOTES = 40


@dataclass(frozen=True, eq=False)
class Situation:
    """What a strategy may look at when it chooses ``n`` of the candidates.

    Attributes
    ----------
    features
        Of all galaxies, shape (galaxies, width).
    candidates
        Row numbers of the galaxies that may be chosen, increasing.
    labelled
        Row numbers of those that were chosen before.
    head, tree
        The head as it stands, and the tree whose answers it predicts.
    n
        How many to choose.
    beta
        Exponent of the scores: 0 leaves them out, infinity takes the highest.
    n_samples, seed
        Samples of the head in the scoring, and their seed.
    n_best
        How many galaxies are scored exactly.
    question
        The question that galaxies are ranked by, or ``tree`` for all.
    rng
        Source of every random choice.
    """

    features: NDArray[np.floating[Any]]
    candidates: NDArray[np.intp]
    labelled: NDArray[np.intp]
    head: Head
    tree: DecisionTree
    n: int
    rng: np.random.Generator
    beta: float = 1.0
    n_samples: int = N_SAMPLES
    seed: int = 0
    n_best: int = N_BEST
    question: str = TREE


#: Chooses at most ``situation.n`` of ``situation.candidates``, best first.
Strategy = Callable[[Situation], NDArray[np.intp]]


def is_fresh(head: Head) -> bool:
    """Whether nothing was learned yet: a head that says the same of every galaxy."""
    return not head.kernel.any()


def strategy_named(strategy: str | Strategy) -> Strategy:
    """The strategy of that name, ``name`` or ``name@beta``, or the given function itself.

    Raises
    ------
    GzactiveError
        If there is none of that name, or beta is no number of at least 0 (or inf).
    """
    if not isinstance(strategy, str):
        return strategy
    name, at, given = strategy.partition("@")
    if name not in STRATEGIES:
        raise GzactiveError(f"No strategy '{name}': {meant(name, STRATEGIES)}")
    chosen = STRATEGIES[name]
    if not at:
        return chosen
    try:
        beta = float(given)
    except ValueError:
        beta = np.nan
    if not beta >= 0:
        raise GzactiveError(
            f"Strategy '{strategy}' has no exponent after the @: give 0 or more, or inf."
        )
    return lambda situation: chosen(replace(situation, beta=beta))


def _scored(by: str, n_best: int | None = None) -> Strategy:
    """Rank by entropy or mutual information; ``n_best`` 0 leaves it at one vote a question."""

    def choose(situation: Situation) -> NDArray[np.intp]:
        if is_fresh(situation.head):
            return _start(situation)
        return _by_power(situation, _scores(situation, by, n_best))

    return choose


def _scores(situation: Situation, by: str, n_best: int | None = None) -> NDArray[np.float64]:
    """Of the candidates, in nats."""
    features = situation.features[situation.candidates]
    head, tree = situation.head, situation.tree
    n_samples, seed = situation.n_samples, situation.seed
    return acquisition_scores(
        measure(head, features, tree, n_samples=n_samples, seed=seed),
        head,
        features,
        tree,
        by=by,
        question=situation.question,
        n_samples=n_samples,
        seed=seed,
        n_best=situation.n_best if n_best is None else n_best,
    ).score


def _diverse_information(situation: Situation) -> NDArray[np.intp]:
    """Far from each other and from what is labelled, among those whose votes would tell much."""
    if is_fresh(situation.head):
        return _start(situation)
    scores = _scores(situation, "mutual-information", n_best=0)
    chosen = far_and_high(
        situation.features[situation.candidates],
        scores,
        situation.n,
        situation.beta,
        situation.rng,
        situation.features[situation.labelled],
    )
    return situation.candidates[chosen]


def _half_random(situation: Situation) -> NDArray[np.intp]:
    """Half at random, half far from all these and such that their votes would tell much."""
    if is_fresh(situation.head):
        return _start(situation)
    drawn = _random(situation)[: situation.n // 2]
    rest = replace(
        situation,
        candidates=np.setdiff1d(situation.candidates, drawn),
        labelled=np.concatenate([situation.labelled, drawn]),
        n=situation.n - len(drawn),
    )
    return np.concatenate([drawn, _diverse_information(rest)])


def _binomial(situation: Situation) -> NDArray[np.intp]:
    """Yes/no votes for one answer, as W+20: the first of the question, or of the root."""
    if is_fresh(situation.head):
        return _start(situation)
    tree = situation.tree
    question = tree.modelled[0].name if situation.question == TREE else situation.question
    features = situation.features[situation.candidates]
    scores = []
    blocks = situation.head.mc_blocks(features, situation.n_samples, situation.seed)
    for _, concentrations in blocks:
        fractions = sample_fractions(concentrations, tree)[:, tree.slice(question).start]
        scores.append(binomial_mutual_information(fractions, _BINOMIAL_VOTES))
    return _by_power(situation, np.concatenate(scores))


def _likely(situation: Situation) -> NDArray[np.intp]:
    """Those most surely so: the first answer of the question, or of the root; for rare features."""
    if is_fresh(situation.head):
        return _start(situation)
    tree = situation.tree
    question = tree.modelled[0].name if situation.question == TREE else situation.question
    features = situation.features[situation.candidates]
    blocks = situation.head.mc_blocks(features, situation.n_samples, situation.seed)
    answer = tree.slice(question).start
    shares = [vote_fractions(concentrations, tree)[:, answer] for _, concentrations in blocks]
    order = np.argsort(-np.concatenate(shares), kind="stable")
    return situation.candidates[order[: situation.n]]


def _likely_and_unsure(situation: Situation) -> NDArray[np.intp]:
    """Half those most surely so, half those whose label would tell most."""
    likely = _likely(replace(situation, n=(situation.n + 1) // 2))
    rest = np.setdiff1d(situation.candidates, likely)
    unsure = STRATEGIES["mutual-information"](
        replace(situation, candidates=rest, n=situation.n - len(likely))
    )
    return np.concatenate([likely, unsure])


def _predictive(situation: Situation) -> NDArray[np.intp]:
    if is_fresh(situation.head):
        return _start(situation)
    scores = predictive_scores(
        situation.head,
        situation.features[situation.candidates],
        situation.tree,
        situation.question,
        n_samples=situation.n_samples,
        seed=situation.seed,
    )
    return _by_power(situation, scores)


def _by_power(situation: Situation, scores: NDArray[np.float64]) -> NDArray[np.intp]:
    chosen = power_bald(scores, situation.n, situation.beta, situation.rng)
    return situation.candidates[chosen]


def _random(situation: Situation) -> NDArray[np.intp]:
    return situation.rng.permutation(situation.candidates)[: situation.n]


def _core_set(situation: Situation) -> NDArray[np.intp]:
    return _by_distance(situation, farthest_first)


def _diverse(situation: Situation) -> NDArray[np.intp]:
    return _by_distance(situation, kmeans_plus_plus)


def _by_distance(situation: Situation, choose: Callable[..., NDArray[np.intp]]) -> NDArray[np.intp]:
    pool = situation.candidates
    if len(pool) > START_POOL:
        pool = np.sort(situation.rng.choice(pool, START_POOL, replace=False))
    centres = situation.features[situation.labelled]
    features = situation.features[pool]
    return pool[choose(features, situation.n, situation.rng, centres=centres)]


def _start(situation: Situation) -> NDArray[np.intp]:
    """Half at random, half diverse, in turns: for a tree that nothing was learned of."""
    order = _random(situation)[: (situation.n + 1) // 2]
    rest = np.setdiff1d(situation.candidates, order)
    labelled = np.concatenate([situation.labelled, order])
    diverse = _diverse(
        replace(situation, candidates=rest, labelled=labelled, n=situation.n - len(order))
    )
    mixed = np.concatenate([order, diverse])
    return mixed[np.argsort(np.concatenate([np.arange(len(order)), np.arange(len(diverse))]))]


#: Strategies by name; add a function here to compare it with the others.
STRATEGIES: dict[str, Strategy] = {
    "mutual-information": _scored("mutual-information"),
    "mutual-information-1": _scored("mutual-information", n_best=0),
    "entropy": _scored("entropy"),
    "entropy-1": _scored("entropy", n_best=0),
    "binomial": _binomial,
    "predictive-information": _predictive,
    "likely": _likely,
    "likely-and-unsure": _likely_and_unsure,
    "random": _random,
    "diverse": _diverse,
    "core-set": _core_set,
    "diverse-information": _diverse_information,
    "half-random": _half_random,
}
