"""Estimates with intervals: galaxies are drawn again, with replacement (Efron 1979).

Everything that is reported of galaxies is a ratio of two sums over them, or follows from such
ratios, so one set of draws serves all figures of a question at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["LEVEL", "Estimate", "Resampled", "resample"]

#: Central probability of every interval that is reported, as in the verdict on a round.
LEVEL = 0.9
RESAMPLES = 1000
_BLOCK = 2_000_000  # draws held at once


@dataclass(frozen=True)
class Estimate:
    """A figure with its central 90 % interval.

    Attributes
    ----------
    value, low, high
        NaN where nothing could be estimated.
    galaxies
        How many it rests on.
    """

    value: float
    low: float
    high: float
    galaxies: int

    @property
    def known(self) -> bool:
        """Whether there is a figure at all."""
        return not bool(np.isnan(self.value))


@dataclass(frozen=True, eq=False)
class Resampled:
    """Sums over galaxies, as they are and as they come out of each draw.

    Attributes
    ----------
    sums
        (columns,).
    draws
        (resamples, columns).
    """

    sums: NDArray[np.float64]
    draws: NDArray[np.float64]

    def ratio(self, numerator: int, denominator: int, galaxies: int) -> Estimate:
        """One column's sum over another's."""
        return self.estimate(lambda sums: sums[..., numerator] / sums[..., denominator], galaxies)

    def proportion(self, numerator: int, denominator: int, galaxies: int) -> Estimate:
        """The same of yes and no.

        Where all or none are right each draw says so too, and the bootstrap has no width: there the
        interval ends where chance would show an exception in 95 of 100 cases (Clopper & Pearson
        1934).
        """
        found = self.ratio(numerator, denominator, galaxies)
        edge = ((1 - LEVEL) / 2) ** (1 / galaxies) if galaxies else np.nan
        if found.value == 1:
            return Estimate(1.0, edge, 1.0, galaxies)
        if found.value == 0:
            return Estimate(0.0, 0.0, 1 - edge, galaxies)
        return found

    def estimate(self, figure: Any, galaxies: int) -> Estimate:
        """A figure of the sums: a function of (…, columns) that returns (…)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            value, draws = float(figure(self.sums)), np.asarray(figure(self.draws))
        if not np.isfinite(value):
            return Estimate(np.nan, np.nan, np.nan, galaxies)
        draws = draws[~np.isnan(draws)]
        low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return Estimate(value, float(low), float(high), galaxies)


def resample(values: ArrayLike, *, resamples: int = RESAMPLES, seed: int = 0) -> Resampled:
    """Sum columns over galaxies, and over galaxies drawn again.

    Parameters
    ----------
    values
        (galaxies, columns); a galaxy that has no part in a column has 0 there.
    resamples
        Number of draws.
    seed
        Of the draws.
    """
    columns = np.asarray(values, np.float64)
    if not len(columns):
        nothing = np.zeros((resamples, columns.shape[1]))
        return Resampled(np.zeros(columns.shape[1]), nothing)
    # Six digits are more than an interval needs, and take half the time.
    single = columns.astype(np.float32)
    draws = [counts @ single for counts in _draws(len(columns), resamples, seed)]
    return Resampled(columns.sum(axis=0), np.concatenate(draws).astype(np.float64))


def _draws(n: int, resamples: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """How often each of ``n`` galaxies is drawn, (some resamples, n) at a time."""
    rng = np.random.default_rng(seed)
    step = max(1, _BLOCK // n)
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        drawn = rng.integers(n, size=(size, n))
        drawn += n * np.arange(size)[:, None]
        # Counting what was drawn is many times faster than drawing the counts.
        counts = np.bincount(drawn.ravel(), minlength=size * n)
        yield counts.reshape(size, n).astype(np.float32)
