"""A network ready for use, built from a weights file; the file itself is
:mod:`gzactive.model.weights_file`, which needs no Keras.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.model.backbone import (
    backbone_tensors,
    build_backbone,
    fold_normalisation,
    set_backbone_tensors,
)
from gzactive.model.head import FEATURES, Head
from gzactive.model.weights_file import (
    WeightsHeader,
    backbone_fingerprint,
    read_backbone,
    read_head,
    write_weights,
)

__all__ = ["BATCH", "GalaxyModel", "load_model", "save_model"]

BATCH = 32  # images at a time; every batch is padded to it, so that one trace serves all


class GalaxyModel:
    """Images to features, features to concentrations, and where both came from.

    Parameters
    ----------
    header : WeightsHeader
    backbone : keras.Model
        (n, size, size, channels) in [0, 1] → (n, 1280)
    head : Head or None
    image_settings : ImageSettings
        How files become the images; with the weights they make the fingerprint.
    """

    def __init__(
        self,
        header: WeightsHeader,
        backbone: keras.Model,
        head: Head | None,
        image_settings: ImageSettings,
    ) -> None:
        self.header = header
        self.backbone = backbone
        self.head = head
        self.image_settings = image_settings
        self.fingerprint = backbone_fingerprint(
            backbone_tensors(backbone), header.image_key(image_settings.key)
        )
        self._inference = fold_normalisation(backbone)

    @property
    def tree_id(self) -> str | None:
        """Tree that the head answers."""
        return self.header.tree_id

    @property
    def columns(self) -> tuple[str, ...]:
        """The head's answers, in order."""
        return self.header.columns

    @property
    def channels(self) -> int:
        """1 grey, 3 colour."""
        return self.header.channels

    @property
    def sha256(self) -> str:
        """SHA-256 of the weights file."""
        return self.header.sha256

    @property
    def card(self) -> dict[str, Any]:
        """Data, recipe, metrics, limits, licence."""
        return self.header.card

    def features(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Run images through the frozen backbone.

        Parameters
        ----------
        images : (n, size, size, channels) float
            In [0, 1]; any n. Batches of 32 cost least an image.

        Returns
        -------
        (n, 1280) float32
        """
        expected = tuple(self.backbone.input_shape[1:])
        if images.ndim != 4 or images.shape[1:] != expected:
            raise GzactiveError(
                f"The network takes images of shape (n, {', '.join(map(str, expected))}), not "
                f"{images.shape}: read them with this project's image settings."
            )
        if not np.issubdtype(images.dtype, np.floating):
            raise GzactiveError(
                f"The network takes images in [0, 1], not {images.dtype}: divide by 255 first."
            )
        if self.header.turned:
            images = images[:, ::-1, ::-1]
        result = np.empty((len(images), FEATURES), np.float32)
        for start in range(0, len(images), BATCH):
            batch = images[start : start + BATCH]
            count = len(batch)
            if count < BATCH:
                batch = np.concatenate([batch, np.zeros((BATCH - count, *expected), batch.dtype)])
            pooled = self._inference.predict_on_batch(batch.astype(np.float32, copy=False))
            result[start : start + count] = pooled[:count]
        return result

    def concentrations(self, features: Any) -> NDArray[np.float32]:
        """Dirichlet concentrations without dropout: (n, 1280) → (n, answers).

        Raises
        ------
        GzactiveError
            If the weights have no head.
        """
        if self.head is None:
            raise GzactiveError(
                f"The weights '{self.header.name}' have no head: start a fresh one for the tree."
            )
        return self.head.concentrations(features)

    def warm(self) -> None:
        """Trace the network once, so that the first real batch does not wait for it."""
        self.features(np.zeros((1, *self.backbone.input_shape[1:]), np.float32))


def load_model(
    path_or_name: Path | str, *, image_settings: ImageSettings | None = None
) -> GalaxyModel:
    """Build the network of a weights file.

    Tensors are matched by name and shape; no code is read from the file.

    Parameters
    ----------
    path_or_name : a file, or the name of weights
    image_settings : ImageSettings, optional
        The project's; by default the program's own with the channels of the weights.

    Raises
    ------
    GzactiveError
        If the file is missing or broken, a tensor is missing or of another shape, or the settings
        have other channels.
    """
    head, header = read_head(path_or_name)
    settings = image_settings or ImageSettings(channels=header.channels)
    if settings.channels != header.channels:
        raise GzactiveError(
            f"The weights '{header.name}' take {header.channels} channel(s) and the images have "
            f"{settings.channels}: choose other weights or image settings."
        )
    backbone = build_backbone(header.channels, settings.crop)
    set_backbone_tensors(backbone, read_backbone(header.path))
    return GalaxyModel(header, backbone, head, settings)


def save_model(
    path: Path,
    backbone: keras.Model,
    head: Head | None,
    tree_id: str | None,
    columns: Sequence[str],
    card: Mapping[str, Any],
    *,
    dtype: str = "float16",
) -> None:
    """Write backbone and head as one weights file, atomically; see :func:`write_weights`."""
    write_weights(
        path,
        backbone_tensors(backbone),
        head=head,
        tree_id=tree_id,
        columns=columns,
        channels=int(backbone.input_shape[-1]),
        card=card,
        dtype=dtype,
    )
