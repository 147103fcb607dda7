"""Heads drawn from a posterior: what samples of a head are when they are not dropout alone.

How they are drawn is in :mod:`gzactive.model.posterior`; what is done with them in
:mod:`gzactive.model.head`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError

__all__ = ["Members"]


@dataclass(frozen=True, eq=False)
class Members:
    """Heads drawn from a posterior, kept as differences from the head in their midst.

    Parameters
    ----------
    kernels : (members, width, answers)
    biases : (members, answers)
        Kept as float16, far finer than the members differ from each other.
    dropout : rate of the masks that each sample draws besides

    Raises
    ------
    GzactiveError
        If the shapes do not belong together or a value is not finite.
    """

    kernels: NDArray[np.floating[Any]]
    biases: NDArray[np.floating[Any]]
    dropout: float = 0.0

    def __post_init__(self) -> None:
        for name in ("kernels", "biases"):
            array = np.array(getattr(self, name), np.float16, order="C")
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        shape = self.kernels.shape
        if len(shape) != 3 or self.biases.shape != (shape[0], shape[2]) or not len(self):
            raise GzactiveError(
                f"Members of a head need (members, width, answers) kernels and (members, answers) "
                f"biases, not {shape} and {self.biases.shape}: fit the head again."
            )
        if not (np.isfinite(self.kernels).all() and np.isfinite(self.biases).all()):
            raise GzactiveError("A member of a head is not finite: fit the head again.")

    def __len__(self) -> int:
        return len(self.kernels)

    def drawn(self, n_samples: int, seed: int) -> NDArray[np.intp]:
        """Which member each sample is: all of them in random order, again and again."""
        rng = np.random.default_rng([seed, len(self)])
        rounds = -(-n_samples // len(self))
        return np.concatenate([rng.permutation(len(self)) for _ in range(rounds)])[:n_samples]
