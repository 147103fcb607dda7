"""The model's view of single galaxies, looked up in the scores that ranked them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["ModelView"]


class ModelView:
    """Vote fractions and their spread, by galaxy.

    Parameters
    ----------
    id_str
        Which galaxies, (n,).
    fractions, spreads
        Shape (n, answers), in the order of the tree's columns.
    """

    def __init__(
        self, id_str: Any, fractions: NDArray[np.floating], spreads: NDArray[np.floating]
    ) -> None:
        self._rows = pd.Index(id_str)
        self._fractions = fractions
        self._spreads = spreads
        # Build the index's hash table now, on the thread that made it, not at a key press.
        self._rows.get_indexer(self._rows[:1])

    def of(
        self, id_str: str
    ) -> tuple[NDArray[np.floating], NDArray[np.floating]] | tuple[None, None]:
        """Fractions and spreads (answers,) of one galaxy; None twice if it has not been scored."""
        (row,) = self._rows.get_indexer([id_str])
        if row < 0:
            return None, None
        return self._fractions[row], self._spreads[row]
