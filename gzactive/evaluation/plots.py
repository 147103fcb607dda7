"""Figures for reports, drawn by matplotlib into SVG text.

Their look is in :mod:`gzactive.figures`. The app draws its own with pyqtgraph; nothing here needs a
display, and matplotlib is imported only when a figure is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gzactive.figures import COLOURS, FAINT, MARKERS, figure, panels, svg

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.evaluation.judging import Calibration

__all__ = [
    "calibration_curves",
    "fraction_intervals",
    "learning_curves",
    "round_history",
    "rounds_curve",
]


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


def calibration_curves(now: Calibration, before: Calibration | None = None) -> str:
    """Whether one question's predictions are as sure as they may be; SVG of three panels.

    What highest-density intervals hold, W+20's |k − E[k]|, and vote fractions by predicted fraction
    (a dot's area is the share of answers there). On the dashed lines predictions are true.

    Parameters
    ----------
    now, before
        With the round's recalibration, and without, if it has one.
    """
    with panels(9.2, 3.1, 3) as (made, (held, within, reliable)):
        for axes in (held, within, reliable):
            axes.plot([0, 1], [0, 1], color=FAINT, linestyle="--", linewidth=1)
            axes.set_xlim(0, 1)
            axes.set_ylim(0, 1)
        held.fill_between(
            now.levels, now.covered_low, now.covered_high, color=COLOURS[0], alpha=0.2, linewidth=0
        )
        within.fill_between(
            now.within_expected, now.within_low, now.within_high, color=COLOURS[0], alpha=0.2,
            linewidth=0,
        )  # fmt: skip
        for one, colour, style, name in (
            (before, COLOURS[1], ":", "before recalibration"),
            (now, COLOURS[0], "-", "after" if before is not None else ""),
        ):
            if one is None:
                continue
            held.plot(one.levels, one.covered, color=colour, linestyle=style, label=name)
            within.plot(
                one.within_expected, one.within_observed, color=colour, linestyle=style, marker="."
            )
        # Filled dots for what is, rings for what was: told apart without colour.
        if before is not None:
            reliable.scatter(
                before.predicted, before.observed, s=_areas(before), facecolors="none",
                edgecolors=COLOURS[1], clip_on=False,
            )  # fmt: skip
            held.legend(loc="upper left", fontsize=8)
        reliable.scatter(now.predicted, now.observed, s=_areas(now), c=COLOURS[0], alpha=0.8,
                         clip_on=False)  # fmt: skip
        held.set_xlabel("content of the interval (HDI)")
        held.set_ylabel("counts inside")
        within.set_xlabel("|k − E[k]| ≤ e votes: predicted")
        within.set_ylabel("|k − E[k]| ≤ e votes: observed")
        reliable.set_xlabel("predicted fraction")
        reliable.set_ylabel("vote fraction")
        return svg(made)


def _areas(one: Calibration) -> np.ndarray:
    """Areas of dots in points² by how many answers they stand for."""
    return 8 + 160 * np.nan_to_num(one.weight)


def rounds_curve(
    labels: Sequence[float],
    losses: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    names: Sequence[str],
) -> str:
    """Held-out loss of each round against the galaxies it learnt from, with its interval; SVG."""
    with figure(6.4, 3.4) as (made, axes):
        # Where all galaxies have the same loss, its interval is a point, but for rounding.
        below, above = np.maximum([np.subtract(losses, low), np.subtract(high, losses)], 0)
        axes.errorbar(labels, losses, yerr=[below, above], color=COLOURS[0], marker="o", capsize=3)
        for x, y, name in zip(labels, high, names, strict=True):
            axes.annotate(name, (x, y), textcoords="offset points", xytext=(0, 4), ha="center",
                          fontsize=8)  # fmt: skip
        axes.set_xlabel("galaxies it learnt from")
        axes.set_ylabel("held-out loss (nats a galaxy)")
        axes.margins(y=0.2)
        return svg(made)


def fraction_intervals(
    answers: Sequence[str],
    fractions: np.ndarray,
    *,
    votes: np.ndarray | None = None,
    relevant: np.ndarray | None = None,
) -> str:
    """Vote fractions of one galaxy with their spread over the head's samples.

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
