"""How a whole network is trained."""

from __future__ import annotations

from dataclasses import dataclass, field

from gzactive.model.augmentation import Augmentation
from gzactive.model.head import DROPOUT_RATE

__all__ = ["BackboneSettings"]


@dataclass(frozen=True)
class BackboneSettings:
    """How the whole network is trained."""

    crop: int = 224  #: pixels on a side of what the network sees
    epochs: int = 100
    batch: int = 128  #: halved when memory runs out
    accumulate: int = 1  #: batches whose gradients make one step: small ones answer a cancel soon
    learning_rate: float = 1e-3  #: of Adam; falls to 0 as a cosine over the epochs
    warm_up: float = 1.0  #: epochs over which it first rises
    patience: int = 10  #: epochs without a better validation loss
    validation_share: float = 0.1
    dropout: float = DROPOUT_RATE
    drop_connect: float = 0.2
    blocks: int | None = None  #: train only the last of the 7, BatchNorm frozen; None trains all
    momentum: float = 0.9  #: of the BatchNorm statistics, at some 50 steps an epoch
    mixed_precision: bool | None = None  #: 16-bit activations; by default on accelerators
    workers: int = 1  #: threads that augment
    augmentation: Augmentation = field(default_factory=Augmentation)
