"""How the last blocks of a network are trained; no Keras, so that a wrong value is told at once."""

from __future__ import annotations

from dataclasses import dataclass

from gzactive.errors import GzactiveError
from gzactive.model.head import DROPOUT_RATE

__all__ = ["Unfreezing"]

_BLOCKS = 7  # of EfficientNet-B0


@dataclass(frozen=True)
class Unfreezing:
    """How the last blocks are trained.

    Batches are smaller than the head's: at this learning rate it is the number of steps that
    counts, and a few hundred galaxies in batches of 128 make three an epoch.

    Raises
    ------
    GzactiveError
        If there are not that many blocks, or the learning rate is none.
    """

    blocks: int = 2  #: the last so many of 7; with 0 only the last convolution is trained
    learning_rate: float = 1e-5  #: of Adam, as in Zoobot's recipe
    batch: int = 16  #: that go through the network at once, so that a cancel is answered soon
    accumulate: int = 2  #: such batches make one step
    epochs: int = 50
    patience: int = 10  #: epochs without a better validation loss
    dropout: float = DROPOUT_RATE
    anchor: float = 3.0  #: of the evidence, as in :func:`gzactive.model.training.fit_head`

    def __post_init__(self) -> None:
        if not 0 <= self.blocks <= _BLOCKS:
            raise GzactiveError(
                f"{self.blocks} blocks cannot be trained: EfficientNet-B0 has {_BLOCKS}; give 0 to "
                f"{_BLOCKS}."
            )
        if not 0 < self.learning_rate <= 0.1:
            raise GzactiveError(
                f"Nothing is learnt at a learning rate of {self.learning_rate:g}: give one near "
                "1e-5."
            )
