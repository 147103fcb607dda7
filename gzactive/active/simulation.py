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
from gzactive.active.scoring import N_BEST, N_SAMPLES, check_head
from gzactive.active.strategies import Situation, Strategy, strategy_named
from gzactive.active.votes import vote_fractions
from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.training import HeadFit, fit_head
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
    beta
        PowerBALD's exponent.
    n_samples, n_best
        Dropout samples, and how many galaxies are scored exactly.
    settings
        How the head is fitted.

    Yields
    ------
    dict
        ``round`` (0 is the base head), ``n_labels``, ``held_out_loss`` (mean over all reserved
        galaxies, nats), ``accuracy`` (of the plurality answer), ``seconds``. It ends early when no
        candidate is left.

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
    check_head(base, tree)
    choose = strategy_named(strategy)
    voted = counts.sum(axis=1) > 0
    judges = np.flatnonzero(voted & held)
    candidates = np.flatnonzero(voted & ~held)
    if not len(judges):
        raise GzactiveError(
            "No reserved galaxy has votes, so nothing can be judged: add votes for more galaxies."
        )
    rng = np.random.default_rng(seed)
    judging_features, judging_votes = np.asarray(features[judges]), counts[judges]

    def row(number: int, head: Head, started: float) -> dict[str, Any]:
        losses = held_out_loss(
            head, judging_features, judging_votes, tree, n_samples=n_samples, seed=seed
        )
        concentrations = head.concentrations(judging_features)[:, :, None]
        fractions = vote_fractions(concentrations, tree)
        return {
            "round": number,
            "n_labels": len(labelled),
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
        situation = Situation(
            features=features,
            candidates=candidates,
            labelled=labelled,
            head=head,
            tree=tree,
            n=min(batch, len(candidates)),
            rng=rng,
            beta=beta,
            n_samples=n_samples,
            seed=seed + number,
            n_best=n_best,
        )
        chosen = np.unique(choose(situation))
        if not len(chosen) or not np.isin(chosen, candidates).all():
            raise GzactiveError(
                f"Strategy '{strategy}' chose {len(chosen)} galaxies that are not all candidates."
            )
        labelled = np.concatenate([labelled, chosen])
        candidates = np.setdiff1d(candidates, chosen)
        fit = fit_head(
            features[labelled],
            counts[labelled],
            tree,
            base,
            settings=settings,
            seed=seed + number,
        )
        head = fit.head
        yield row(number, head, started)
