"""Where the galaxies of a catalogue lie: their images, and their places in the sky if known."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Places"]

#: Columns in which catalogues give right ascension and declination, in lower case.
_RA = ("ra", "raj2000", "ra_deg", "radeg", "_raj2000")
_DEC = ("dec", "dej2000", "decj2000", "dec_deg", "dedeg", "decdeg", "_dej2000")

_AT_ONCE = 50_000


class Places:
    """A catalogue's columns as arrays, by row.

    Parameters
    ----------
    catalog
        ``id_str``, ``file_loc``, ``reserved`` and perhaps coordinates in degrees.

    Attributes
    ----------
    id_str, file_loc
        Texts, (n,).
    reserved
        Whether the galaxy is kept aside to judge the model, (n,) bool.
    """

    def __init__(self, catalog: "pd.DataFrame") -> None:
        self.id_str: NDArray[np.object_] = catalog["id_str"].to_numpy(dtype=object)
        self.file_loc: NDArray[np.object_] = catalog["file_loc"].to_numpy(dtype=object)
        self.reserved: NDArray[np.bool_] = catalog["reserved"].to_numpy(dtype=bool)
        names = {str(name).lower(): name for name in reversed(list(catalog.columns))}
        self._ra, self._dec = (_degrees(catalog, names, known) for known in (_RA, _DEC))

    def __len__(self) -> int:
        return len(self.id_str)

    @property
    def known(self) -> bool:
        """Whether the catalogue has coordinates at all."""
        return self._ra is not None and self._dec is not None

    def sky(self, row: int) -> tuple[float, float] | None:
        """Right ascension and declination of a galaxy in degrees, or None if they are unknown."""
        if self._ra is None or self._dec is None:
            return None
        ra, dec = float(self._ra[row]), float(self._dec[row])
        return (ra, dec) if np.isfinite(ra) and np.isfinite(dec) else None

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


def _degrees(
    catalog: "pd.DataFrame", names: dict[str, Any], known: tuple[str, ...]
) -> NDArray[np.float64] | None:
    column = next((names[one] for one in known if one in names), None)
    if column is None:
        return None
    import pandas as pd

    degrees: NDArray[np.float64] = pd.to_numeric(catalog[column], errors="coerce").to_numpy(
        dtype=np.float64
    )
    return degrees
