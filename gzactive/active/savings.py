"""How many labels a way of choosing saves, against random, with an interval over seeds.

Both reach the worse of their two final figures at some number of labels; the ratio of these numbers
is what was saved, or lost. Arrays and tables only.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["labels_needed", "savings"]

_RESAMPLES = 1000
RANDOM = "random"


def labels_needed(
    labels: NDArray[np.floating], losses: NDArray[np.floating], target: float
) -> float:
    """Labels at which a curve first falls to a target, by straight lines between rounds.

    Parameters
    ----------
    labels, losses
        A curve, both (rounds,), labels increasing.
    target
        A loss; infinity is returned where the curve never falls to it.
    """
    reached = np.flatnonzero(losses <= target)
    if not len(reached):
        return float("inf")
    at = int(reached[0])
    if at == 0:
        return float(labels[0])
    share = (losses[at - 1] - target) / (losses[at - 1] - losses[at])
    return float(labels[at - 1] + share * (labels[at] - labels[at - 1]))


def savings(
    curves: "pd.DataFrame", *, value: str = "held_out_loss", seed: int = 0
) -> "pd.DataFrame":
    """Labels needed by each strategy for what random choice reaches, and the interval of that.

    The mean curves over seeds are compared; the interval is a bootstrap that draws seeds, the same
    for both, since their starts are.

    Parameters
    ----------
    curves
        A row a round: ``strategy`` (one is ``random``), ``seed``, ``n_labels`` and ``value``.
    value
        ``held_out_loss`` (lower is better) or ``accuracy`` (higher is).
    seed
        Of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        A row a strategy: ``strategy``, ``seeds``, ``final`` (mean of the value at the end),
        ``difference`` (from random there), ``labels``, ``random_labels``, ``saved`` (1 − their
        ratio; below 0 where random needed fewer: then 1 − 1/ratio, so that twice the labels is −0.5
        as half of them is 0.5), ``low`` and ``high`` (90 %).

    Raises
    ------
    GzactiveError
        If no strategy is random.
    """
    import pandas as pd

    sign = 1.0 if value == "held_out_loss" else -1.0
    # Before the first labels all strategies are the same.
    table = curves[curves["n_labels"] > 0]
    if RANDOM not in set(table["strategy"]):
        raise GzactiveError("What is saved is told against random: add it to the strategies.")
    rng = np.random.default_rng(seed)
    rows = []
    wide = table.pivot_table(index="n_labels", columns=["strategy", "seed"], values=value)
    for strategy in dict.fromkeys(table["strategy"]):
        shared = sorted(set(wide[strategy].columns) & set(wide[RANDOM].columns))
        own, other = (sign * wide[name][shared].dropna() for name in (strategy, RANDOM))
        labels = own.index.intersection(other.index)
        ours, theirs = own.loc[labels].to_numpy(), other.loc[labels].to_numpy()
        x = labels.to_numpy(dtype=np.float64)
        needed = _needed(x, ours, theirs)
        draws = rng.integers(len(shared), size=(_RESAMPLES, len(shared)))
        several = strategy != RANDOM and len(shared) > 1
        spread = [_saved(*_needed(x, ours[:, d], theirs[:, d])) for d in draws] if several else []
        low, high = np.quantile(spread, [0.05, 0.95]) if spread else (np.nan, np.nan)
        rows.append(
            {
                "strategy": strategy,
                "seeds": len(shared),
                "final": sign * ours[-1].mean(),
                "difference": sign * (ours[-1].mean() - theirs[-1].mean()),
                "labels": needed[0],
                "random_labels": needed[1],
                "saved": _saved(*needed),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)


def _needed(
    labels: NDArray[np.float64], ours: NDArray[np.float64], theirs: NDArray[np.float64]
) -> tuple[float, float]:
    """Labels at which each mean curve reaches the worse of both final figures."""
    mean, other = ours.mean(axis=1), theirs.mean(axis=1)
    target = max(mean[-1], other[-1])
    return labels_needed(labels, mean, target), labels_needed(labels, other, target)


def _saved(ours: float, theirs: float) -> float:
    return 1 - ours / theirs if ours <= theirs else theirs / ours - 1
