"""Estimates with intervals: galaxies are drawn again, with replacement (Efron 1979).

Everything that is reported of galaxies is a ratio of two sums over them, or follows from such
ratios, so one set of draws serves all figures of all questions, each as one matrix product.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["LEVEL", "RESAMPLES", "Draws", "Estimate", "Resampled", "resample"]

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


class Draws:
    """How often each galaxy comes in each draw of all galaxies.

    Parameters
    ----------
    galaxies
        How many there are.
    resamples
        Number of draws.
    seed
        Of the draws.
    """

    def __init__(self, galaxies: int, resamples: int = RESAMPLES, seed: int = 0) -> None:
        # Poisson(1) is seldom above 8, and a byte holds far more.
        self._counts = np.zeros((resamples, galaxies), np.uint8)
        rng = np.random.default_rng(seed)
        step = max(1, _BLOCK // max(1, galaxies))
        for start in range(0, resamples if galaxies else 0, step):
            size = min(step, resamples - start)
            drawn = rng.integers(galaxies, size=(size, galaxies))
            drawn += galaxies * np.arange(size)[:, None]
            # Counting what was drawn is many times faster than drawing the counts.
            counts = np.bincount(drawn.ravel(), minlength=size * galaxies)
            self._counts[start : start + size] = counts.reshape(size, galaxies)

    def sums(self, values: ArrayLike, rows: NDArray[np.intp] | None = None) -> Resampled:
        """Sum columns over galaxies, and over galaxies drawn again.

        Parameters
        ----------
        values
            (galaxies, columns); a galaxy that has no part in a column has 0 there.
        rows
            Which of the galaxies these are; by default all. How many of some are drawn is left to
            chance too, of which a ratio of two sums takes no notice.
        """
        columns = np.asarray(values, np.float64)
        # Six digits are more than an interval needs, and take half the time.
        single = columns.astype(np.float32)
        draws = np.empty((len(self._counts), columns.shape[1]), np.float32)
        step = max(1, _BLOCK // max(1, len(single)))
        for start in range(0, len(draws), step):
            part = self._counts[start : start + step]
            part = part if rows is None else part[:, rows]
            np.matmul(part.astype(np.float32), single, out=draws[start : start + step])
        return Resampled(columns.sum(axis=0), draws.astype(np.float64))


def resample(values: ArrayLike, *, resamples: int = RESAMPLES, seed: int = 0) -> Resampled:
    """Draw galaxies for one table of columns only, see :meth:`Draws.sums`."""
    return Draws(len(np.asarray(values)), resamples, seed).sums(values)
