"""IRAF's zscale: the range of values in which the sky and what is faint lie.

The sorted sample of an astronomical picture is nearly a straight line about its median; stars and
galaxies bend its upper end. The line's slope, made steeper by a contrast, says how far black and
white lie from the median. Written for pictures as they are paged through: it needs NumPy alone.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["zscale"]

_SAMPLE = 1000
_CONTRAST = 0.25
#: Values further from the line than so many standard deviations are rejected, and their neighbours
#: with them; a line through fewer than half of the sample says nothing.
_REJECT, _ROUNDS, _LEAST_SHARE, _GROW_SHARE = 2.5, 5, 0.5, 0.01


def zscale(values: NDArray[Any]) -> tuple[float, float]:
    """Black and white of zscale, with the conventions of IRAF's display task.

    Parameters
    ----------
    values
        Finite, at least one, (n,).
    """
    stride = max(1, int(values.size / _SAMPLE))
    sample = np.sort(values[::stride][:_SAMPLE].astype(np.float64))
    n = len(sample)
    low, high = float(sample[0]), float(sample[-1])
    least = max(5, int(n * _LEAST_SHARE))
    place = np.arange(n, dtype=np.float64)
    good = np.ones(n, dtype=bool)
    neighbours = np.ones(max(1, int(n * _GROW_SHARE)))
    slope, before, now = 0.0, n + 1, n
    for _ in range(_ROUNDS):
        if now >= before or now < least:
            break
        middle_x, middle_y = place[good].mean(), sample[good].mean()
        off = place[good] - middle_x
        slope = float((off @ (sample[good] - middle_y)) / (off @ off))
        distance = sample - middle_y - slope * (place - middle_x)
        bad = np.abs(distance) > _REJECT * distance[good].std()
        good &= ~bad
        good = np.convolve(~good, neighbours, mode="same") < 0.5
        before, now = now, int(good.sum())
    if now >= least:
        slope /= _CONTRAST
        centre = (n - 1) // 2
        median = float(np.median(sample))
        low = max(low, median - (centre - 1) * slope)
        high = min(high, median + (n - centre) * slope)
    return low, high
