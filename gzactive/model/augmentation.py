"""How a training image is varied: what must not change a galaxy's morphology is drawn at random.

Rotation, flip, crop and scale are one affine map in Pillow, which frees the GIL; brightness, noise
and blur follow in NumPy. No Keras: batches are made on threads while the network computes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

__all__ = ["Augmentation", "augment", "centre_crop"]


@dataclass(frozen=True)
class Augmentation:
    """How far images are varied; unseen surveys differ in scale, depth, noise and seeing."""

    scale: float = 0.15  #: log-uniform zoom, ± this
    shift: float = 0.05  #: of the centre, ± this share of the crop
    contrast: float = 0.15  #: log-normal gain
    brightness: float = 0.02  #: normal offset, on [0, 1]
    noise: float = 0.03  #: largest Gaussian noise, on [0, 1]
    blur: float = 1.2  #: largest Gaussian blur, pixels, of half the images


def augment(
    image: NDArray[np.uint8], crop: int, rng: np.random.Generator, settings: Augmentation
) -> NDArray[np.float32]:
    """One random view of an image.

    Parameters
    ----------
    image : (size, size, channels) uint8
        1 or 3 channels, larger than the crop by what rotation needs (300 to 224, or as 4 to 3).
    crop : pixels on a side of the result
    rng : numpy.random.Generator
    settings : Augmentation

    Returns
    -------
    (crop, crop, channels) float32 in [0, 1]
    """
    size = image.shape[0]
    angle = rng.uniform(0.0, 2 * np.pi)
    zoom = np.exp(rng.uniform(-settings.scale, settings.scale))
    flip = rng.choice((-1.0, 1.0))
    cos, sin = np.cos(angle) / zoom, np.sin(angle) / zoom
    matrix = np.array([[cos * flip, -sin], [sin * flip, cos]])
    centre = size / 2 + rng.uniform(-settings.shift, settings.shift, 2) * crop
    offset = centre - matrix @ np.full(2, crop / 2)
    picture = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
    if settings.blur > 0 and rng.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, settings.blur)))
    sky = tuple(int(level) for level in _sky_level(image))  # beyond the frame there is sky
    turned = picture.transform(
        (crop, crop),
        Image.Transform.AFFINE,
        (*matrix[0], offset[0], *matrix[1], offset[1]),
        Image.Resampling.BILINEAR,
        fillcolor=sky[0] if len(sky) == 1 else sky,
    )
    view = np.asarray(turned, np.float32).reshape(crop, crop, -1) / np.float32(255.0)
    view *= np.float32(np.exp(rng.normal(0.0, settings.contrast)))
    view += np.float32(rng.normal(0.0, settings.brightness))
    level = np.float32(rng.uniform(0.0, settings.noise))
    view += level * rng.standard_normal(view.shape, np.float32)
    return np.clip(view, 0.0, 1.0, out=view)


def _sky_level(image: NDArray[np.uint8]) -> NDArray[Any]:
    """Median of the frame's outermost pixels, by channel."""
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    level: NDArray[Any] = np.median(edge, axis=0)
    return level


def centre_crop(images: NDArray[np.uint8], crop: int) -> NDArray[np.float32]:
    """The view that is scored: (n, size, size, channels) uint8 → (n, crop, crop, channels) [0, 1].

    The crop starts at ``(size − crop) // 2``, as in :func:`gzactive.images.load_for_model`.
    """
    start = (images.shape[1] - crop) // 2
    part = images[:, start : start + crop, start : start + crop]
    return part.astype(np.float32) / np.float32(255.0)
