"""Whether a new head is put in use, and what that does to the ranking: the numbers of a round."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.active.balance import without_own_votes
from gzactive.active.judging import Comparison, held_out_loss, paired_bootstrap, plurality_accuracy
from gzactive.active.scoring import N_SAMPLES, TREE, measure
from gzactive.active.strategies import is_fresh
from gzactive.active.votes import vote_fractions
from gzactive.model.head import Head
from gzactive.trees import DecisionTree

__all__ = ["MIN_HELD_OUT", "Contender", "Verdict", "judge", "ranking_change"]

#: Held-out galaxies below which a round is promoted unjudged.
MIN_HELD_OUT = 30


@dataclass(frozen=True, eq=False)
class Contender:
    """A head, and features (n, width) by the network that it stands on."""

    head: Head
    features: NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Verdict:
    """Whether the new head is put in use, and the numbers that say so."""

    promoted: bool
    judged: bool
    metrics: dict[str, Any]
    sentence: str


def judge(
    new: Contender,
    previous: Contender,
    votes: NDArray[np.float64],
    tree: DecisionTree,
    seed: int,
    in_use: str = "put in use",
) -> Verdict:
    """Compare two heads on the same galaxies, to which neither was fitted.

    Parameters
    ----------
    votes : (n, answers)
        Of the galaxies that both have features of.
    seed
        Of samples and bootstrap.
    in_use
        What happens to the new one if it is not worse, in words.
    """
    n = len(votes)
    metrics: dict[str, Any] = dict.fromkeys(
        (
            "held_out_loss",
            "previous_held_out_loss",
            "accuracy",
            "previous_accuracy",
            *Comparison.__dataclass_fields__,
        )
    )
    if n == 0:
        return Verdict(True, False, metrics, f"{in_use}, not yet judged (no held-out galaxy).")
    both = (new, previous)
    losses = [held_out_loss(one.head, one.features, votes, tree, seed=seed) for one in both]
    comparison = paired_bootstrap(*losses, seed=seed)
    fractions = [
        vote_fractions(
            without_own_votes(
                one.head.concentrations(one.features)[:, :, None], votes, one.head.shift
            ),
            tree,
        )
        for one in both
    ]
    accuracies = [plurality_accuracy(one, votes, tree) for one in fractions]
    metrics |= asdict(comparison)
    metrics |= {
        "held_out_loss": float(losses[0].mean()),
        "previous_held_out_loss": float(losses[1].mean()),
        "accuracy": None if np.isnan(accuracies[0]) else accuracies[0],
        "previous_accuracy": None if np.isnan(accuracies[1]) else accuracies[1],
    }
    judged = n >= MIN_HELD_OUT
    promoted = not (judged and comparison.worse)
    before, after = metrics["previous_held_out_loss"], metrics["held_out_loss"]
    told = f"held-out loss {before:.3f} → {after:.3f} on {n:,} galaxies"
    if not judged:
        sentence = f"{in_use}, not yet judged ({n} of {MIN_HELD_OUT} held-out galaxies); {told}."
    elif promoted:
        sentence = f"{in_use}; {told}."
    else:
        sentence = f"kept but not put in use, since it is worse; {told}."
    return Verdict(promoted, judged, metrics, sentence)


def ranking_change(
    new: Contender, previous: Contender, tree: DecisionTree, seed: int
) -> dict[str, Any]:
    """How far galaxies moved in the ranking by mutual information over the tree."""
    ranks = []
    for one in (new, previous):
        found = measure(one.head, one.features, tree, n_samples=N_SAMPLES, seed=seed)
        scores = found.single_vote_scores("mutual-information", TREE, tree)
        ranks.append(np.argsort(np.argsort(-scores, kind="stable")))
    galaxies = len(ranks[0])
    tenth = max(1, galaxies // 10)
    entered = (ranks[0] < tenth) & (ranks[1] >= tenth)
    ranked_before = galaxies > 1 and not is_fresh(previous.head)
    return {
        "galaxies": galaxies,
        "rank_correlation": float(np.asarray(np.corrcoef(ranks))[0, 1]) if ranked_before else None,
        "new_in_top_tenth": float(entered.sum() / tenth),
    }
