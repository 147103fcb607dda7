"""Figures of surveys side by side: where they lie in the sky, and how their volunteers vote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.figures import COLOURS, FAINT, INK, figure, save, svg
from gzactive.survey.positions import Positions
from gzactive.survey.sky_map import (
    CENTRE,
    HALF_HEIGHT,
    HALF_WIDTH,
    galactic_plane,
    graticule,
    mollweide,
    sky_density,
)
from gzactive.survey.vote_comparison import VoteComparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["differences_figure", "save_sky", "separations_figure", "sky_figure", "votes_figure"]

_SHOWN = 24  # answers in one figure
_BINS = 40
_POINTS = 2000  # more of them hide each other


def sky_figure(surveys: Sequence[Positions], *, centre: float = CENTRE) -> str:
    """Where surveys lie, as SVG: see :func:`save_sky`."""
    with figure(8.2, 4.9) as (made, axes):
        _draw_sky(axes, surveys, centre)
        return svg(made)


def save_sky(surveys: Sequence[Positions], path: Path, *, centre: float = CENTRE) -> None:
    """Draw where surveys lie on Mollweide's ellipse, the denser the darker, a colour each.

    Parameters
    ----------
    surveys
        The first lies undermost.
    path
        ``.png``, ``.svg`` or ``.pdf``.
    centre
        Right ascension in the middle, degrees.

    Raises
    ------
    GzactiveError
        If the file cannot be written.
    """
    with figure(8.2, 4.9) as (made, axes):
        _draw_sky(axes, surveys, centre)
        save(made, path)


def votes_figure(comparison: VoteComparison, answer: str) -> str:
    """One answer's vote fractions in the second survey against those in the first; SVG."""
    one, other = comparison.fractions[answer]
    with figure(4.6, 4.2) as (made, axes):
        axes.set_axisbelow(True)
        axes.plot((0, 1), (0, 1), color=FAINT, linestyle="--", linewidth=1)
        if len(one) <= _POINTS:
            axes.scatter(one, other, s=16, color=COLOURS[0], alpha=0.5, linewidth=0)
        else:
            drawn = axes.hexbin(one, other, gridsize=30, extent=(0, 1, 0, 1), mincnt=1, bins="log")
            drawn.set_cmap("viridis_r")
            made.colorbar(drawn, ax=axes, label="galaxies", shrink=0.8)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        axes.set_title(answer, fontsize=10)
        axes.set_xlabel(comparison.first)
        axes.set_ylabel(comparison.second)
        return svg(made)


def separations_figure(separation: NDArray[np.float64], radius: float) -> str:
    """How far apart the galaxies of pairs are, (m,) arc seconds, up to a radius; SVG."""
    with figure(5.6, 3.0) as (made, axes):
        axes.hist(separation, bins=_BINS, range=(0, radius), color=COLOURS[0])
        axes.set(xlim=(0, radius), xlabel="separation (arc seconds)", ylabel="pairs")
        return svg(made)


def differences_figure(comparison: VoteComparison) -> str:
    """How much more often the second survey's volunteers give each answer; SVG."""
    table = comparison.table()
    table = table[table["galaxies"] > 1].head(_SHOWN)
    rows = np.arange(len(table))[::-1]
    with figure(6.4, 1.0 + 0.24 * len(table)) as (made, axes):
        axes.axvline(0, color=FAINT, linewidth=1)
        axes.errorbar(
            table["difference"],
            rows,
            xerr=2 * table["error"],
            fmt="o",
            color=COLOURS[0],
            markersize=5,
            capsize=2,
            linewidth=1.2,
        )
        axes.set_yticks(rows, table["answer"].to_list())
        axes.set_ylim(-0.7, len(table) - 0.3)
        axes.set_xlabel("mean fraction, second minus first (± 2 errors)")
        return svg(made)


def _draw_sky(axes: Axes, surveys: Sequence[Positions], centre: float) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Ellipse, Patch

    axes.set_axis_off()
    axes.set_aspect("equal")
    rim = Ellipse(
        (0, 0), 2 * HALF_WIDTH, 2 * HALF_HEIGHT, facecolor="none", edgecolor=FAINT, zorder=4
    )
    axes.add_patch(rim)
    for x, y in graticule(centre):
        axes.plot(x, y, color="#d5d9e0", linewidth=0.6, zorder=0)
    handles = []
    for number, survey in enumerate(surveys):
        colour = COLOURS[number % len(COLOURS)]
        density = sky_density(*mollweide(survey.ra, survey.dec, centre))
        rows, columns = density.counts.shape
        picture = np.empty((rows, columns, 4))
        picture[..., :3] = to_rgb(colour)
        levels = density.levels()
        picture[..., 3] = np.where(density.counts > 0, 0.25 + 0.6 * levels, 0)
        extent = (
            density.left,
            density.left + columns * density.cell,
            density.bottom,
            density.bottom + rows * density.cell,
        )
        shown = axes.imshow(picture, origin="lower", extent=extent, zorder=2, interpolation="none")
        shown.set_clip_path(rim)
        told = f"{survey.name}: {len(survey.placed):,} galaxies, {density.covered:,.0f} sq. deg."
        handles.append(Patch(color=colour, alpha=0.8, label=told))
    axes.plot(*galactic_plane(centre), color=INK, linewidth=0.8, linestyle=":", zorder=3)
    _write_degrees(axes, centre)
    axes.set(xlim=(-HALF_WIDTH - 0.25, HALF_WIDTH + 0.05), ylim=(-HALF_HEIGHT, HALF_HEIGHT))
    axes.figure.legend(handles=handles, loc="outside lower center", fontsize=9)


def _write_degrees(axes: Axes, centre: float) -> None:
    away = np.arange(-120, 121, 60)
    equator, _ = mollweide(centre + away, np.zeros(len(away)), centre)
    for ra, x in zip(centre + away, equator, strict=True):
        axes.text(x, -0.03, f"{ra % 360:.0f}°", ha="center", va="top", fontsize=8, zorder=5)
    dec = np.arange(-60, 61, 30)
    left, height = mollweide(np.full(len(dec), centre + 179.99), dec, centre)
    for declination, x, y in zip(dec, left, height, strict=True):
        axes.text(x - 0.04, y, f"{declination:+.0f}°", ha="right", va="center", fontsize=8)
    x, y = galactic_plane(centre)
    lowest = int(np.nanargmin(y))
    axes.text(x[lowest], y[lowest] - 0.03, "Milky Way", ha="center", va="top", fontsize=8)
