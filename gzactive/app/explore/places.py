"""Where the galaxies of a catalogue lie: their images, and their places in the sky if known."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.columns import guess_columns
from gzactive.catalog.coordinates import degrees, scales
from gzactive.trees import DEFAULT_TREE, load_tree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Places"]

_AT_ONCE = 50_000
_LOOKED_AT = 200  # rows that tell which columns are coordinates


class Places:
    """A catalogue's columns as arrays, by row.

    Parameters
    ----------
    catalog
        ``id_str``, ``file_loc``, and perhaps ``reserved``, coordinates and pixel scales under any
        usual names.

    Attributes
    ----------
    id_str, file_loc
        Texts, (n,).
    reserved
        Whether the galaxy is kept aside to judge the model, (n,) bool.
    ra, dec
        ICRS degrees, (n,), NaN where unknown; None where the catalogue has no such column.
    """

    def __init__(self, catalog: "pd.DataFrame") -> None:
        self.id_str: NDArray[np.object_] = catalog["id_str"].to_numpy(dtype=object)
        self.file_loc: NDArray[np.object_] = catalog["file_loc"].to_numpy(dtype=object)
        self.reserved: NDArray[np.bool_] = (
            catalog["reserved"].to_numpy(dtype=bool)
            if "reserved" in catalog
            else np.zeros(len(catalog), dtype=bool)
        )
        meanings = guess_columns(catalog.head(_LOOKED_AT), load_tree(DEFAULT_TREE))
        column = {meaning: name for name, meaning in meanings.items() if meaning}
        known = "ra" in column and "dec" in column
        self.ra = degrees(catalog[column["ra"]], "ra")[0] if known else None
        self.dec = degrees(catalog[column["dec"]], "dec")[0] if known else None
        self._scale = (
            scales(catalog[column["pixel_scale"]], "pixel_scale")[0]
            if "pixel_scale" in column
            else None
        )

    def __len__(self) -> int:
        return len(self.id_str)

    @property
    def known(self) -> bool:
        """Whether the catalogue has coordinates at all."""
        return self.ra is not None

    def sky(self, row: int) -> tuple[float, float] | None:
        """Right ascension and declination of a galaxy in degrees, or None if they are unknown."""
        if self.ra is None or self.dec is None:
            return None
        ra, dec = float(self.ra[row]), float(self.dec[row])
        return (ra, dec) if np.isfinite(ra) and np.isfinite(dec) else None

    def scale(self, row: int) -> float | None:
        """Arc seconds a pixel of a galaxy's image as the catalogue tells, or None."""
        if self._scale is None or not np.isfinite(self._scale[row]):
            return None
        return float(self._scale[row])

    def rows_of(self, ids: NDArray[Any]) -> NDArray[np.intp]:
        """Rows of galaxies, -1 for those that are not in the catalogue; (m,)."""
        if len(ids) == len(self.id_str) and self._same(ids):
            return np.arange(len(ids))
        import pandas as pd

        index = pd.Index(self.id_str)
        parts = [
            index.get_indexer(pd.Index(ids[start : start + _AT_ONCE], dtype=object))
            for start in range(0, len(ids), _AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.intp)

    def _same(self, ids: NDArray[Any]) -> bool:
        # In pieces: comparing texts holds the interpreter, and the window must not wait for it.
        return all(
            np.array_equal(ids[start : start + _AT_ONCE], self.id_str[start : start + _AT_ONCE])
            for start in range(0, len(ids), _AT_ONCE)
        )
