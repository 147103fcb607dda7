"""How a training image is varied: what must not change a galaxy's morphology is drawn at random.

Rotation, flip, crop and scale are one affine map in Pillow, which frees the GIL; seeing, pixel
scale, depth, brightness and noise follow. No Keras: batches are made on threads while the network
computes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

__all__ = ["Augmentation", "augment", "centre_crop"]

_SOFTENING = (0.3, 4.0)  # of the asinh stretch an image is assumed to have had


@dataclass(frozen=True)
class Augmentation:
    """How far images are varied; unseen surveys differ in scale, depth, noise and seeing."""

    scale: float = 0.15  #: log-uniform zoom, ± this
    shift: float = 0.05  #: of the centre, ± this share of the crop
    contrast: float = 0.15  #: log-normal gain
    brightness: float = 0.02  #: normal offset, on [0, 1]
    noise: float = 0.03  #: largest Gaussian noise, on [0, 1]
    blur: float = 1.2  #: largest Gaussian blur, pixels, of half the images
    coarse: float = 1.0  #: largest growth of pixels (and of the noise's grain), of half the images
    zoom: float = 1.0  #: before the random one: below 1, a small crop sees more
    faint: float = 0.0  #: largest dimming against the sky, magnitudes, of half the images


def augment(
    image: NDArray[np.uint8],
    crop: int,
    rng: np.random.Generator,
    settings: Augmentation,
    *,
    mirrored: bool | None = None,
) -> NDArray[np.float32]:
    """One random view of an image.

    Parameters
    ----------
    image : (size, size, channels) uint8
        1 or 3 channels, larger than the crop by what rotation needs (300 to 224, or as 4 to 3).
    crop : pixels on a side of the result
    rng : numpy.random.Generator
    settings : Augmentation
    mirrored : whether the view is a mirror image; by default half of them are

    Returns
    -------
    (crop, crop, channels) float32 in [0, 1]
    """
    size = image.shape[0]
    angle = rng.uniform(0.0, 2 * np.pi)
    zoom = settings.zoom * np.exp(rng.uniform(-settings.scale, settings.scale))
    if mirrored is None:
        mirrored = bool(rng.random() < 0.5)
    flip = -1.0 if mirrored else 1.0
    cos, sin = np.cos(angle) / zoom, np.sin(angle) / zoom
    matrix = np.array([[cos * flip, -sin], [sin * flip, cos]])
    centre = size / 2 + rng.uniform(-settings.shift, settings.shift, 2) * crop
    offset = centre - matrix @ np.full(2, crop / 2)
    picture = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
    sky = _sky_level(image)
    fill = tuple(int(level) for level in sky)  # beyond the frame there is sky
    turned = picture.transform(
        (crop, crop),
        Image.Transform.AFFINE,
        (*matrix[0], offset[0], *matrix[1], offset[1]),
        Image.Resampling.BILINEAR,
        fillcolor=fill[0] if len(fill) == 1 else fill,
    )
    if settings.blur > 0 and rng.random() < 0.5:
        turned = turned.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, settings.blur)))
    grown = 1.0
    if settings.coarse > 1 and rng.random() < 0.5:
        grown = np.exp(rng.uniform(0.0, np.log(settings.coarse)))
        side = max(8, round(crop / grown))
        turned = turned.resize((side, side), Image.Resampling.BOX)
    view = np.asarray(turned, np.float32).reshape(*turned.size, -1) / np.float32(255.0)
    if settings.faint > 0 and rng.random() < 0.5:
        dimming = 10 ** (-0.4 * rng.uniform(0.0, settings.faint))
        view = _dimmed(view, sky / 255.0, dimming, rng.uniform(*_SOFTENING))
    view *= np.float32(np.exp(rng.normal(0.0, settings.contrast)))
    view += np.float32(rng.normal(0.0, settings.brightness))
    level = np.float32(rng.uniform(0.0, settings.noise))
    view += level * rng.standard_normal(view.shape, np.float32)
    if grown > 1:
        view = _resized(view, crop)
    return np.clip(view, 0.0, 1.0, out=view)


def _dimmed(
    view: NDArray[np.float32], sky: NDArray[Any], factor: float, softening: float
) -> NDArray[np.float32]:
    """The view with its light above the sky multiplied, under an asinh stretch."""
    level = sky.astype(np.float32)
    light = np.sinh(np.float32(softening) * (view - level))
    dimmed: NDArray[np.float32] = np.arcsinh(np.float32(factor) * light) / np.float32(softening)
    return dimmed + level


def _resized(view: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """The view at another number of pixels, channel by channel: Pillow's floats have one."""
    planes = [
        np.asarray(Image.fromarray(plane).resize((size, size), Image.Resampling.BICUBIC))
        for plane in np.moveaxis(view, 2, 0)
    ]
    return np.stack(planes, axis=2)


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
