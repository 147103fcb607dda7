"""Figures for reports, drawn by matplotlib into SVG text.

One look for all of them, legible in print and without colour vision. The app draws its own with
pyqtgraph; nothing here needs a display, and matplotlib is imported only when a figure is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gzactive.figures import COLOURS, MARKERS, figure, svg

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["fraction_intervals", "learning_curves", "round_history"]


def learning_curves(table: pd.DataFrame, *, value: str = "held_out_loss", label: str = "") -> str:
    """Held-out quality against labels, one line a strategy.

    Parameters
    ----------
    table
        One row a round and seed: ``strategy``, ``labels`` (galaxies labelled so far) and ``value``.
        With several seeds the line is their mean and the band spans all of them.
    value, label
        The column drawn, and what the axis says.

    Returns
    -------
    str
        SVG.
    """
    with figure(6.4, 3.6) as (made, axes):
        for index, (strategy, rows) in enumerate(table.groupby("strategy", sort=False)):
            grouped = rows.groupby("labels")[value]
            mean, low, high = grouped.mean(), grouped.min(), grouped.max()
            colour, marker = COLOURS[index % 6], MARKERS[index % 6]
            axes.fill_between(mean.index, low, high, color=colour, alpha=0.15, linewidth=0)
            axes.plot(mean.index, mean, color=colour, marker=marker, label=str(strategy))
        axes.set_xlabel("galaxies labelled")
        axes.set_ylabel(label or value.replace("_", " "))
        axes.legend()
        return svg(made)


def round_history(history: Mapping[str, Sequence[float]]) -> str:
    """Training and validation loss of one round, epoch by epoch; SVG."""
    with figure(6.4, 3.0) as (made, axes):
        for index, (name, values) in enumerate(history.items()):
            epochs = np.arange(1, len(values) + 1)
            axes.plot(epochs, values, color=COLOURS[index % 6], label=name.replace("_", " "))
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss (nats a galaxy)")
        axes.legend()
        return svg(made)


def fraction_intervals(
    answers: Sequence[str],
    fractions: np.ndarray,
    *,
    votes: np.ndarray | None = None,
    relevant: np.ndarray | None = None,
) -> str:
    """Vote fractions of one galaxy with their spread over dropout passes.

    Parameters
    ----------
    answers
        What the rows say, shape (m,).
    fractions
        Predicted fractions, shape (m, samples): the bar spans their 5th to 95th percentile, the
        dot is their mean.
    votes
        Volunteers' fractions to compare with, shape (m,); NaN where nobody was asked.
    relevant
        Probability that a volunteer is asked, shape (m,): rows below one half are dimmed.

    Returns
    -------
    str
        SVG.
    """
    from matplotlib.colors import to_rgba

    count = len(answers)
    with figure(5.2, 0.55 + 0.21 * count) as (made, axes):
        rows = np.arange(count)[::-1]
        low, high = np.percentile(fractions, (5, 95), axis=1)
        # One opacity a row, so that a dimmed question stays readable.
        shown = np.ones(count) if relevant is None else np.where(relevant < 0.5, 0.3, 1.0)
        bars, dots, crosses = (
            [to_rgba(colour, strength * opacity) for opacity in shown]
            for colour, strength in ((COLOURS[0], 0.45), (COLOURS[0], 1), (COLOURS[1], 1))
        )
        axes.hlines(rows, low, high, colors=bars, linewidth=4)
        axes.scatter(fractions.mean(axis=1), rows, s=18, c=dots, zorder=3)
        if votes is not None:
            axes.scatter(votes, rows, s=26, marker="x", c=crosses, zorder=4)
        axes.set_yticks(rows, answers, fontsize=9)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.7, count - 0.3)
        axes.set_xlabel("vote fraction")
        return svg(made)
