"""Where galaxies lie on the whole sky, as numbers: places on Mollweide's ellipse, counts in cells.

Mollweide's projection keeps areas, so that squares of one size on it are cells of one solid angle,
and a plain histogram of projected places is a map of density. Who draws it is no matter of this
file: the app draws with pyqtgraph, :mod:`gzactive.survey.sky_figure` with matplotlib.

Projected lengths are in radii of the sphere: the ellipse reaches from -2√2 to 2√2 and from -√2 to
√2. Right ascension increases to the left, as one sees it from the ground.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "CELL",
    "CENTRE",
    "HALF_HEIGHT",
    "HALF_WIDTH",
    "SkyDensity",
    "galactic_plane",
    "graticule",
    "mollweide",
    "on_sky",
    "sky_density",
]

HALF_WIDTH, HALF_HEIGHT = 2 * np.sqrt(2), np.sqrt(2)

#: Right ascension in the middle, degrees: the northern galactic cap, which most surveys look at.
CENTRE = 180.0

#: Side of a cell by default: 180 of them along the equator, 3.24 square degrees each.
CELL = 2 * HALF_WIDTH / 180

_SQUARE_DEGREES = 4 * np.pi * np.degrees(1) ** 2
_NODES = 2**16

Degrees = NDArray[np.float64]


def mollweide(
    ra: ArrayLike, dec: ArrayLike, centre: float = CENTRE
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Places on the ellipse of positions in the sky.

    Parameters
    ----------
    ra, dec
        Degrees, (n,); right ascension of any turn.
    centre
        Right ascension in the middle, degrees.

    Returns
    -------
    x, y
        (n,) float32; NaN where a position is no position (not finite, or beyond a pole).

    References
    ----------
    Snyder (1987), *Map Projections: A Working Manual*, USGS Professional Paper 1395, p. 249.
    """
    ra, dec = np.asarray(ra, dtype=np.float64), np.asarray(dec, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        step = (dec + 90) * (_NODES / 180)
        known = (step >= 0) & (step <= _NODES) & np.isfinite(ra)
        step, ra = np.where(known, step, 0), np.where(known, ra, 0)
    # Nodes in equal steps, so that a place in the table is a product and not a search.
    below = np.minimum(step.astype(np.intp), _NODES - 1)
    heights = _heights()
    y = heights[below] + (step - below) * (heights[below + 1] - heights[below])
    turns = (ra - (centre - 180)) / 360
    away = 360 * (turns - np.floor(turns)) - 180
    x = -HALF_WIDTH * (away / 180) * np.sqrt(np.clip(1 - y * y / 2, 0, None))
    x, y = np.where(known, x, np.nan), np.where(known, y, np.nan)
    return x.astype(np.float32), y.astype(np.float32)


def on_sky(x: float, y: float, centre: float = CENTRE) -> tuple[float, float] | None:
    """Right ascension and declination in degrees of a place, or None outside the ellipse."""
    if (x / HALF_WIDTH) ** 2 + (y / HALF_HEIGHT) ** 2 >= 1:
        return None
    auxiliary = np.arcsin(y / HALF_HEIGHT)
    dec = np.degrees(np.arcsin((2 * auxiliary + np.sin(2 * auxiliary)) / np.pi))
    away = -180 * x / (HALF_WIDTH * np.cos(auxiliary))
    return float((centre + away) % 360), float(dec)


@cache
def _heights() -> Degrees:
    """Height on the ellipse of declinations in equal steps from pole to pole.

    The projection is given the wrong way round, by an auxiliary angle; between the nodes a straight
    line is good to 2e-6, and to far less away from the poles.
    """
    auxiliary = np.linspace(-np.pi / 2, np.pi / 2, 8 * _NODES + 1)
    sine = np.clip((2 * auxiliary + np.sin(2 * auxiliary)) / np.pi, -1, 1)
    dec = np.linspace(-90, 90, _NODES + 1)
    heights: Degrees = np.interp(dec, np.degrees(np.arcsin(sine)), HALF_HEIGHT * np.sin(auxiliary))
    return heights


@dataclass(frozen=True, eq=False)
class SkyDensity:
    """Counts in square cells of equal area.

    Attributes
    ----------
    counts
        (rows, columns) int64, from the lower left corner.
    left, bottom
        That corner.
    cell
        Side of a cell.
    """

    counts: NDArray[np.int64]
    left: float
    bottom: float
    cell: float

    @property
    def area(self) -> float:
        """Solid angle of a cell in square degrees."""
        return float(self.cell**2 / (4 * np.pi) * _SQUARE_DEGREES)

    @property
    def covered(self) -> float:
        """Solid angle of the cells that are not empty, in square degrees."""
        return int(np.count_nonzero(self.counts)) * self.area

    def at(self, x: float, y: float) -> int:
        """How many lie in the cell of a place; 0 outside."""
        row = int(np.floor((y - self.bottom) / self.cell))
        column = int(np.floor((x - self.left) / self.cell))
        rows, columns = self.counts.shape
        inside = 0 <= row < rows and 0 <= column < columns
        return int(self.counts[row, column]) if inside else 0

    def levels(self) -> NDArray[np.float64]:
        """How bright each cell is, 0 for none to 1 for the most: the logarithm of its count."""
        most = np.log1p(self.counts.max(initial=0))
        brightness: NDArray[np.float64] = np.log1p(self.counts) / max(most, 1e-9)
        return brightness


def sky_density(
    x: NDArray[Any],
    y: NDArray[Any],
    cell: float = CELL,
    box: tuple[float, float, float, float] = (-HALF_WIDTH, -HALF_HEIGHT, HALF_WIDTH, HALF_HEIGHT),
) -> SkyDensity:
    """Count projected places in cells.

    Parameters
    ----------
    x, y
        From :func:`mollweide`, (n,); NaN is left out.
    cell
        Side of a cell.
    box
        Left, bottom, right and top of the part that is counted; the cells cover it whole.
    """
    left, bottom = (np.floor(edge / cell) * cell for edge in box[:2])
    columns, rows = (
        max(1, int(np.ceil(round((end - start) / cell, 6))))
        for start, end in ((left, box[2]), (bottom, box[3]))
    )
    with np.errstate(invalid="ignore"):
        inside = (x >= left) & (x < left + columns * cell)
        inside &= (y >= bottom) & (y < bottom + rows * cell)
    if not inside.all():
        x, y = x[inside], y[inside]
    column = np.minimum(((x - left) / cell).astype(np.intp), columns - 1)
    row = np.minimum(((y - bottom) / cell).astype(np.intp), rows - 1)
    counts = np.bincount(row * columns + column, minlength=rows * columns)
    return SkyDensity(counts.reshape(rows, columns), float(left), float(bottom), float(cell))


def graticule(
    centre: float = CENTRE, ra_step: float = 60.0, dec_step: float = 30.0
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Lines of equal right ascension and declination, each as x and y."""
    lines = []
    dec = np.linspace(-90, 90, 181)
    for away in np.arange(-180 + ra_step, 180, ra_step):
        lines.append(mollweide(np.full_like(dec, centre + away), dec, centre))
    away = np.linspace(-179.999, 179.999, 181)
    for height in np.arange(-90 + dec_step, 90, dec_step):
        lines.append(mollweide(centre + away, np.full_like(away, height), centre))
    return lines


def galactic_plane(centre: float = CENTRE) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The plane of the Milky Way, where no survey of galaxies looks; NaN where the line is cut.

    References
    ----------
    The pole at 192.85948°, +27.12825°: ESA (1997), *The Hipparcos and Tycho Catalogues*, vol. 1,
    sec. 1.5.3.
    """
    along = np.radians(np.linspace(0, 360, 721))
    pole_ra, pole_dec = np.radians(192.85948), np.radians(27.12825)
    # Latitude 0, longitude counted from the ascending node.
    dec = np.arcsin(np.sin(along) * np.cos(pole_dec))
    ra = pole_ra + np.pi / 2 + np.arctan2(np.sin(along) * np.sin(pole_dec), np.cos(along))
    x, y = mollweide(np.degrees(ra), np.degrees(dec), centre)
    jump = np.flatnonzero(np.abs(np.diff(x)) > HALF_HEIGHT) + 1
    return np.insert(x, jump, np.nan), np.insert(y, jump, np.nan)
