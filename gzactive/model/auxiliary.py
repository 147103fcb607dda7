"""Questions beyond the tree, asked only while a backbone is trained, so that it knows more.

Rings, dust or the sense of a spiral need not be in the tree that ships; a backbone that had to
tell them gives better features for questions that people think of later. Their outputs are
dropped when training ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError

__all__ = ["Auxiliary", "auxiliary_loss"]

_UNKNOWN = -1.0  # in the arrays that a network is fed with, where NaN would spread through sums


@dataclass(frozen=True)
class Auxiliary:
    """Attributes of each galaxy, each on a scale from 0 to 1."""

    names: tuple[str, ...]
    values: NDArray[np.float32]  #: (n, names), 0…1; NaN where nothing is known
    handed: frozenset[str] = frozenset()  #: names whose value v is 1 − v in a mirror image
    weight: float = 1.0  #: of their loss, in nats, beside the votes'

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.names):
            raise GzactiveError(
                f"{len(self.names)} attributes need values of shape (n, {len(self.names)}), not "
                f"{self.values.shape}."
            )
        known = self.values[np.isfinite(self.values)]
        if known.size and not (known.min() >= 0 and known.max() <= 1):
            raise GzactiveError(
                f"Attributes lie between 0 and 1, not {known.min():g} and {known.max():g}: "
                f"scale them, and leave NaN where nothing is known."
            )
        if strange := sorted(self.handed - set(self.names)):
            raise GzactiveError(f"'{strange[0]}' is not among the attributes.")

    def targets(self, rows: NDArray[np.int64], mirrored: NDArray[np.bool_]) -> NDArray[np.float32]:
        """What the network should say of these rows, seen so: (rows, names), −1 where unknown."""
        values = self.values[rows].astype(np.float32)
        turning = mirrored[:, None] & np.array([name in self.handed for name in self.names])
        values = np.where(turning, 1.0 - values, values)
        return np.nan_to_num(values, nan=_UNKNOWN).astype(np.float32)


def auxiliary_loss(targets: Any, logits: Any) -> Any:
    """Cross-entropy in nats, summed over what is known: (n,)."""
    ops = keras.ops
    known = ops.cast(targets >= 0, "float32")
    share = ops.clip(targets, 0.0, 1.0)
    entropy = ops.softplus(logits) - share * logits
    return ops.sum(known * entropy, axis=-1)
