"""A galaxy, its file, and the array that the definition makes of it."""

from pathlib import Path

import numpy as np
from PIL import Image

from gzactive.images import (
    ImageSettings,
)

GREY = ImageSettings()


COLOUR = ImageSettings(channels=3)


def galaxy(height: int = 120, width: int = 120, channels: int = 3, peak: float = 220.0):
    """A noisy, off-centre blob on a dark sky, with its own brightness in each channel."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:height, :width]
    blob = np.exp(-((x - 0.55 * width) ** 2 / (0.1 * width) ** 2 + (y - 0.4 * height) ** 2 / 200.0))
    planes = [
        peak * (1 - 0.2 * index) * blob + rng.normal(0.06 * peak, 0.02 * peak, blob.shape)
        for index in range(channels)
    ]
    picture = np.clip(np.stack(planes, axis=-1), 0, peak)
    return picture if channels > 1 else picture[..., 0]


def save(path: Path, picture: np.ndarray | Image.Image, **options) -> str:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(path, **options)
    return str(path)


def definition(file_loc: str, settings: ImageSettings) -> np.ndarray:
    """The pipeline word for word: decode, resize all, mean over channels, scale, crop."""
    resized = Image.open(file_loc).convert("RGB").resize((settings.size, settings.size), 1)
    array = np.asarray(resized, dtype=np.float64) / 255
    if settings.channels == 1:
        array = array.mean(axis=-1, keepdims=True)
    margin = (settings.size - settings.crop) // 2
    return array[margin : margin + settings.crop, margin : margin + settings.crop]
