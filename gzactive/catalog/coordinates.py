"""Coordinates and pixel scales of a table as numbers, and which rows hold none that can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["degrees", "scales"]

#: (n,) numbers, NaN where there is none; the rows that hold something else; why they are unfit.
Numbers = tuple[NDArray[np.float64], NDArray[np.intp], str]

_SEXAGESIMAL = r"^\s*([+-]?)(\d{1,3})[:h°d\s]\s*(\d{1,2})[:m'\s]\s*(\d{1,2}(?:\.\d*)?)\s*[s\"]?\s*$"
_HOUR = 15.0  # degrees
_LARGEST = 3600.0  # arc seconds a pixel: no image of a galaxy is coarser


def degrees(column: pd.Series[Any], which: str) -> Numbers:
    """Right ascension in [0, 360) or declination in [-90, 90], in degrees.

    Parameters
    ----------
    column
        Degrees as numbers, or sexagesimal text: hours, minutes, seconds of right ascension.
        Right ascension from -180 to 0 is taken too.
    which
        ``ra`` or ``dec``.
    """
    numbers, empty = _numbers(column)
    if column.dtype.kind not in "iufb":
        text = column.astype("string")
        parts = text.str.extract(_SEXAGESIMAL)
        given = parts[1].notna().to_numpy()
        if given.any():
            sign = np.where(parts[0].eq("-").fillna(False).to_numpy(dtype=bool), -1.0, 1.0)
            whole, minutes, seconds = (
                parts[at].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
                for at in (1, 2, 3)
            )
            angle = sign * (whole + minutes / 60 + seconds / 3600)
            numbers = np.where(given, angle * (_HOUR if which == "ra" else 1.0), numbers)
    low, high = (-180.0, 360.0) if which == "ra" else (-90.0, 90.0)
    with np.errstate(invalid="ignore"):
        fit = (numbers >= low) & (numbers <= high)
    bad = np.flatnonzero(~fit & ~empty)
    numbers = np.where(fit, numbers % 360.0 if which == "ra" else numbers, np.nan)
    return numbers, bad, f"degrees from {0 if which == 'ra' else -90} to {high:.0f} are expected"


def scales(column: pd.Series[Any], which: str) -> Numbers:
    """Pixel scales in arc seconds a pixel, positive."""
    numbers, empty = _numbers(column)
    with np.errstate(invalid="ignore"):
        fit = (numbers > 0) & (numbers < _LARGEST)
    bad = np.flatnonzero(~fit & ~empty)
    return np.where(fit, numbers, np.nan), bad, "arc seconds a pixel, above 0, are expected"


def _numbers(column: pd.Series[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Numbers, and where the table has nothing at all."""
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers, column.isna().to_numpy()
