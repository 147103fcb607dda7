"""Which galaxies of two catalogues are the same, by their places in the sky.

Pairs closer than a radius come from astropy's search on the sphere. One to one, the closest pair
of all is taken first, then the closest of those whose galaxies are both still free, and so on: no
galaxy is matched twice, and it makes no difference which catalogue is named first. (Of nearest
neighbours, as :func:`astropy.coordinates.match_coordinates_sky` finds them, two may be one.)
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.errors import GzactiveError
from gzactive.progress import Progress, silent
from gzactive.survey.positions import Positions

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RADIUS", "Pairs", "cross_match", "matched_table", "one_to_one"]

#: Arc seconds: some times the astrometric error of surveys from the ground, and less than a galaxy.
RADIUS = 2.0

_LARGEST = 1800.0
_AT_ONCE = 20_000  # searched in a second or less, so that a cancel is answered


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs, the closest first.

    Attributes
    ----------
    first, second
        Rows of the two catalogues, (m,).
    separation
        Arc seconds, (m,).
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    separation: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.first)


def cross_match(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    radius: float = RADIUS,
    *,
    every: bool = False,
    progress: Progress = silent,
) -> Pairs:
    """Find the pairs of two catalogues that are no further apart than a radius.

    Parameters
    ----------
    first, second
        Right ascension and declination of each, ICRS degrees, (n,) and (m,); what is not finite
        matches nothing.
    radius
        Arc seconds, above 0 and at most half a degree.
    every
        All such pairs instead of one to one.

    Raises
    ------
    GzactiveError
        If the radius is none.
    """
    if not 0 < radius <= _LARGEST:
        raise GzactiveError(
            f"A radius of {radius:g} arc seconds matches nothing that means something: choose one "
            f"above 0 and up to {_LARGEST:,.0f}, for instance {RADIUS:g}."
        )
    from astropy import units
    from astropy.coordinates import SkyCoord, search_around_sky

    (rows, sky), (other_rows, other_sky) = (_finite(*one) for one in (first, second))
    if not rows.size or not other_rows.size:
        nothing = np.empty(0, np.intp)
        return Pairs(nothing, nothing, np.empty(0))
    others = SkyCoord(*other_sky, unit="deg")
    found = []
    # In the order of declination, so that what is searched at once lies close together.
    order = np.argsort(sky[1], kind="stable")
    for start in range(0, len(order), _AT_ONCE):
        progress("Matching", start, len(order))
        part = order[start : start + _AT_ONCE]
        here = SkyCoord(sky[0][part], sky[1][part], unit="deg")
        one, other, apart, _ = search_around_sky(here, others, radius * units.arcsec)
        found.append((rows[part[one]], other_rows[other], apart.arcsec))
    progress("Matching", len(order), len(order))
    one, other, separation = (np.concatenate(parts) for parts in zip(*found, strict=True))
    closest = np.lexsort((other, one, separation))
    pairs = Pairs(one[closest], other[closest], separation[closest])
    return pairs if every else one_to_one(pairs)


def one_to_one(pairs: Pairs) -> Pairs:
    """Of pairs, the closest first, those that are left when no galaxy may be in two of them."""
    first, second = pairs.first, pairs.second
    waiting = np.arange(len(pairs))
    taken = np.zeros(len(pairs), dtype=bool)
    while waiting.size:
        # Whoever is the first choice of both is what taking the closest pair first would take.
        a, b = first[waiting], second[waiting]
        best = np.zeros(len(waiting), dtype=bool)
        best[np.unique(a, return_index=True)[1]] = True
        mutual = np.zeros(len(waiting), dtype=bool)
        mutual[np.unique(b, return_index=True)[1]] = True
        mutual &= best
        taken[waiting[mutual]] = True
        free = ~np.isin(a, a[mutual]) & ~np.isin(b, b[mutual])
        waiting = waiting[free]
    return Pairs(first[taken], second[taken], pairs.separation[taken])


def matched_table(
    first: Positions, second: Positions, pairs: Pairs, *, columns: bool = False
) -> "pd.DataFrame":
    """Pairs as a table: both ids and places, and how far they are apart.

    Parameters
    ----------
    first, second, pairs
        The catalogues, and :func:`cross_match` of them.
    columns
        Also all other columns of both, with ``_1`` and ``_2`` behind their names.

    Returns
    -------
    DataFrame
        ``id_str_1``, ``id_str_2`` (text), ``separation`` (arc seconds), ``ra_1``, ``dec_1``,
        ``ra_2``, ``dec_2`` (degrees), in the order of the first catalogue.
    """
    import pandas as pd

    order = np.lexsort((pairs.separation, pairs.first))
    one, other = pairs.first[order], pairs.second[order]
    table = pd.DataFrame(
        {
            "id_str_1": first.id_str[one],
            "id_str_2": second.id_str[other],
            "separation": pairs.separation[order],
            "ra_1": first.ra[one],
            "dec_1": first.dec[one],
            "ra_2": second.ra[other],
            "dec_2": second.dec[other],
        }
    )
    if not columns:
        return table
    more = [table]
    for number, survey, rows in (("_1", first, one), ("_2", second, other)):
        some = survey.table.iloc[rows].reset_index(drop=True).add_suffix(number)
        more.append(some.drop(columns=[name for name in table if name in some]))
    return pd.concat(more, axis=1)


def _finite(
    ra: ArrayLike, dec: ArrayLike
) -> tuple[NDArray[np.intp], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    ra, dec = np.asarray(ra, dtype=np.float64), np.asarray(dec, dtype=np.float64)
    rows = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
    return rows, (ra[rows], dec[rows])
