"""What asking cleverly would have saved: the loop replayed on galaxies whose votes are known.

A retrospective oracle, as in Walmsley et al. 2020: stored votes are revealed batch by batch, a head
is fitted after each, and all reserved galaxies judge it. Arrays only; fitting, scoring and judging
are the functions that rounds of a project go through.
"""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.active.judging import held_out_loss, plurality_accuracy
from gzactive.active.oracle import Retirement, revealed
from gzactive.active.scoring import N_BEST, N_SAMPLES, TREE, check_choice, check_head
from gzactive.active.strategies import STRATEGIES, Situation, Strategy, strategy_named
from gzactive.active.votes import vote_fractions
from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.posterior import Posterior, fit_posterior
from gzactive.model.training import HeadFit
from gzactive.progress import Progress, silent
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["simulate", "simulate_rounds"]


def simulate(
    features: NDArray[np.floating[Any]],
    votes: ArrayLike,
    reserved: ArrayLike,
    tree: DecisionTree,
    base: Head,
    strategy: str | Strategy,
    rounds: int,
    batch: int,
    seed: int = 0,
    *,
    progress: Progress = silent,
    **options: Any,
) -> "pd.DataFrame":
    """Replay the loop and return one row a round; see :func:`simulate_rounds`."""
    import pandas as pd

    rows = []
    steps = simulate_rounds(
        features, votes, reserved, tree, base, strategy, rounds, batch, seed, **options
    )
    for row in steps:
        rows.append(row)
        progress("Simulating rounds", int(row["round"]), rounds)
    return pd.DataFrame(rows)


def simulate_rounds(
    features: NDArray[np.floating[Any]],
    votes: ArrayLike,
    reserved: ArrayLike,
    tree: DecisionTree,
    base: Head,
    strategy: str | Strategy,
    rounds: int,
    batch: int,
    seed: int = 0,
    *,
    initial: int | None = None,
    question: str = TREE,
    retirement: Retirement | None = None,
    posterior: Posterior | None = None,
    beta: float = 1.0,
    n_samples: int = N_SAMPLES,
    n_best: int = N_BEST,
    settings: HeadFit | None = None,
) -> Iterator[dict[str, Any]]:
    """Replay the loop on galaxies whose votes are known, one row a round as it is done.

    Parameters
    ----------
    features
        Cached features, shape (galaxies, width).
    votes
        Counts, shape (galaxies, answers); galaxies without any vote take no part.
    reserved
        Which galaxies judge and never train, shape (galaxies,) bool.
    tree
        The tree whose ``columns`` name the answers.
    base
        The head that every round starts from.
    strategy
        A name of :data:`gzactive.active.strategies.STRATEGIES`, or a function of a
        :class:`~gzactive.active.strategies.Situation`.
    rounds, batch
        How many rounds, and how many galaxies' votes are revealed before each.
    seed
        Decides every draw; equal seeds give equal rows.
    initial
        Galaxies drawn at random for the first round, the same with every strategy; by default the
        strategy chooses a batch for it.
    question
        What galaxies are ranked by and heads are judged by, one of the tree's modelled questions or
        ``tree`` for all.
    retirement
        How many of a galaxy's votes are revealed; by default all. It is judged by all of them.
    posterior
        How samples of the head come about; by default Laplace's.
    beta
        Exponent of the scores, for strategies whose name has none.
    n_samples, n_best
        Samples of the head, and how many galaxies are scored exactly.
    settings
        How the head is fitted; by default no galaxy is set aside.

    Yields
    ------
    dict
        ``round`` (0 is the base head), ``n_labels``, ``n_votes`` (volunteers asked, that is votes
        on the first question, or on any other where there are more), ``held_out_loss`` (mean over
        all reserved galaxies, nats), ``accuracy`` (of the plurality answer), ``seconds``. It ends
        early when no candidate is left.

    Raises
    ------
    GzactiveError
        If the arrays do not belong together, the strategy is unknown or chooses what is no
        candidate, or no reserved galaxy has votes.
    """
    counts, held = np.asarray(votes), np.asarray(reserved)
    n_galaxies = len(features)
    if counts.shape != (n_galaxies, len(tree.columns)) or held.shape != (n_galaxies,):
        raise GzactiveError(
            f"{n_galaxies} galaxies of tree '{tree.id}' need votes of shape "
            f"{(n_galaxies, len(tree.columns))} and one reserved flag each, not {counts.shape} and "
            f"{held.shape}."
        )
    if rounds < 0 or batch < 1:
        raise GzactiveError(f"{rounds} rounds of {batch} galaxies cannot be simulated.")
    if initial is not None and initial < 1:
        raise GzactiveError(f"A start with {initial} galaxies cannot be simulated: give 1 or more.")
    check_head(base, tree)
    check_choice("random", question, tree)
    choose = strategy_named(strategy)
    fitting = settings or HeadFit(validation_share=0.0)
    sampling = posterior or Posterior("laplace")
    voted = counts.sum(axis=1) > 0
    judges = np.flatnonzero(voted & held)
    candidates = np.flatnonzero(voted & ~held)
    if not len(judges):
        raise GzactiveError(
            "No reserved galaxy has votes, so nothing can be judged: add votes for more galaxies."
        )
    rng = np.random.default_rng(seed)
    told = revealed(counts, tree, retirement or Retirement(), np.random.default_rng([seed, 1]))
    judging_features, judging_votes = np.asarray(features[judges]), counts[judges]
    parts = [tree.slice(one.name) for one in tree.modelled]
    if question != TREE:
        others = np.ones(len(tree.columns), dtype=bool)
        others[tree.slice(question)] = False
        judging_votes[:, others] = 0
        judging_features = judging_features[judging_votes.any(axis=1)]
        judging_votes = judging_votes[judging_votes.any(axis=1)]
        if not len(judging_votes):
            raise GzactiveError(
                f"No reserved galaxy has votes on '{question}': choose another question, or add "
                "votes for more galaxies."
            )
    volunteers = np.stack([told[:, part].sum(axis=1) for part in parts]).max(axis=0)

    def row(number: int, head: Head, started: float) -> dict[str, Any]:
        losses = held_out_loss(
            head, judging_features, judging_votes, tree, n_samples=n_samples, seed=seed
        )
        concentrations = head.mc_concentrations(judging_features, n_samples, seed)
        fractions = vote_fractions(concentrations, tree)
        return {
            "round": number,
            "n_labels": len(labelled),
            "n_votes": int(volunteers[labelled].sum()),
            "held_out_loss": float(losses.mean()),
            "accuracy": plurality_accuracy(fractions, judging_votes, tree),
            "seconds": time.perf_counter() - started,
        }

    labelled = np.empty(0, dtype=np.intp)
    head = base
    yield row(0, head, time.perf_counter())
    for number in range(1, rounds + 1):
        if not len(candidates):
            return
        started = time.perf_counter()
        first = number == 1 and initial is not None
        situation = Situation(
            features=features,
            candidates=candidates,
            labelled=labelled,
            head=head,
            tree=tree,
            n=min(initial if first and initial is not None else batch, len(candidates)),
            rng=rng,
            beta=beta,
            n_samples=n_samples,
            seed=seed + number,
            n_best=n_best,
            question=question,
        )
        chosen = np.unique((STRATEGIES["random"] if first else choose)(situation))
        if not len(chosen) or not np.isin(chosen, candidates).all():
            raise GzactiveError(
                f"Strategy '{strategy}' chose {len(chosen)} galaxies that are not all candidates."
            )
        labelled = np.concatenate([labelled, chosen])
        candidates = np.setdiff1d(candidates, chosen)
        fit = fit_posterior(
            features[labelled],
            told[labelled],
            tree,
            base,
            posterior=sampling,
            settings=fitting,
            seed=seed + number,
        )
        head = fit.whole
        yield row(number, head, started)
