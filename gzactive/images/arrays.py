"""The model's array of an image: resize, mean over channels, crop, as the weights were trained."""

import hashlib
from collections.abc import Container
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gzactive.errors import GzactiveError, meant
from gzactive.images.decoding import decode, eight_bit, refuse_blank
from gzactive.images.files import ImageProblem, read_bytes
from gzactive.images.fits import STRETCHES, UnreadablePixels

__all__ = [
    "ImageSettings",
    "image_hash",
    "load_for_model",
    "load_resized",
    "load_unless_known",
    "mean_of_channels",
    "read_image",
]


@dataclass(frozen=True)
class ImageSettings:
    """How a project turns files into the model's array.

    Attributes
    ----------
    size, crop
        Side in pixels after resizing, and of the centre that the model sees. 300 and 224 as the
        network's published weights were trained.
    channels
        1 for the mean over channels, 3 for colour.
    stretch
        ``asinh``, ``log`` or ``linear`` between zscale limits, for FITS and other pictures whose
        values are counts.
    """

    size: int = 300
    crop: int = 224
    channels: int = 1
    stretch: str = "asinh"

    def __post_init__(self) -> None:
        if not 0 < self.crop <= self.size:
            raise GzactiveError(
                f"Images cannot be cropped to {self.crop} pixels from {self.size}: "
                "give a crop between 1 and the size."
            )
        if self.channels not in (1, 3):
            raise GzactiveError(
                f"Images of {self.channels} channels are unknown: give 1 (grey) or 3 (colour)."
            )
        if self.stretch not in STRETCHES:
            raise GzactiveError(
                f"The stretch '{self.stretch}' is unknown: {meant(self.stretch, STRETCHES)}"
            )

    @property
    def key(self) -> str:
        """Short text that differs where the model's array does, for the feature cache's name."""
        return f"{self.size}-{self.crop}-{self.channels}-{self.stretch}"

    def to_dict(self) -> dict[str, int | str]:
        """Plain values for ``project.toml``."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "ImageSettings":
        """Settings from plain values; missing ones are the defaults."""
        unknown = sorted(set(values) - set(cls.__dataclass_fields__))
        if unknown:
            remedy = meant(unknown[0], cls.__dataclass_fields__)
            raise GzactiveError(f"The image setting '{unknown[0]}' is unknown: {remedy}")
        return cls(**values)


def load_for_model(file_loc: str, settings: ImageSettings) -> NDArray[np.float32]:
    """The model's array of a file: resized, mean over channels, in [0, 1], centre crop.

    Only the crop is computed: resampling the centre alone gives the same pixels as cropping the
    whole, to within Pillow's rounding, in about half the time.

    Returns
    -------
    ndarray
        float32 (crop, crop, channels) in [0, 1].

    Raises
    ------
    ImageProblem
        If the file is no picture, or is the same everywhere.
    """
    return _for_model(file_loc, read_bytes(file_loc), settings)


def load_unless_known(
    file_loc: str, settings: ImageSettings, known: Container[str] = ()
) -> tuple[NDArray[np.float32] | None, str]:
    """:func:`load_for_model` and :func:`image_hash` of a file that is read once.

    Returns
    -------
    ndarray or None, str
        The array, None where the hash is among ``known`` and nothing needs decoding; the hash.
    """
    data = read_bytes(file_loc)
    digest = _digest(data)
    return (None if digest in known else _for_model(file_loc, data, settings)), digest


def _for_model(file_loc: str, data: bytes, settings: ImageSettings) -> NDArray[np.float32]:
    try:
        margin = (settings.size - settings.crop) // 2
        inner = (margin, margin + settings.crop)
        pixels = _resample(eight_bit(decode(data), settings.stretch), settings, inner)
    except UnreadablePixels as error:
        raise ImageProblem(file_loc, str(error)) from error
    if settings.channels == 1 and pixels.ndim == 3:
        return (_channel_sum(pixels) * np.float32(1 / 765))[..., None]
    scaled = pixels * np.float32(1 / 255)
    if pixels.ndim == 2:
        return np.repeat(scaled[..., None], settings.channels, axis=2)
    return scaled


def load_resized(file_loc: str, settings: ImageSettings) -> NDArray[np.uint8]:
    """A file resized but not cropped: what training augments from.

    Returns
    -------
    ndarray
        uint8 (size, size, channels): Lanczos, antialiased, clipped to 0–255, mean over channels.

    Raises
    ------
    ImageProblem
        If the file is no picture, or is the same everywhere.
    """
    try:
        image = eight_bit(decode(read_bytes(file_loc)), settings.stretch)
        pixels = _resample(image, settings, (0, settings.size))
    except UnreadablePixels as error:
        raise ImageProblem(file_loc, str(error)) from error
    if settings.channels == 1 and pixels.ndim == 3:
        pixels = mean_of_channels(pixels)
    if settings.channels == 3 and pixels.ndim == 2:
        return np.repeat(pixels[..., None], 3, axis=2)
    return pixels if pixels.ndim == 3 else pixels[..., None]


def mean_of_channels(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the grey image of one in colour: (h, w, 3) to (h, w), rounded to whole numbers."""
    return ((_channel_sum(pixels) + 1) // 3).astype(np.uint8)


def read_image(file_loc: str) -> NDArray[Any]:
    """Pixels of a file as they are stored, for display.

    Returns
    -------
    ndarray
        (h, w) or (h, w, 3); uint8, uint16, or float32 for FITS and other counts (NaN = missing).

    Raises
    ------
    ImageProblem
        If the file is no picture, or is the same everywhere.
    """
    try:
        picture = decode(read_bytes(file_loc))
        pixels = np.array(picture)
        if pixels.dtype == np.float32:
            finite = pixels[np.isfinite(pixels)]
            if not finite.size:
                raise UnreadablePixels("none of its pixels holds a finite value")
            refuse_blank(finite)
        else:
            refuse_blank(pixels)
    except UnreadablePixels as error:
        raise ImageProblem(file_loc, str(error)) from error
    return pixels


def image_hash(file_loc: str) -> str:
    """SHA-256 of the file's content as hex, shortened to 128 bits: the image's identity.

    Raises
    ------
    ImageProblem
        If the file cannot be read.
    """
    return _digest(read_bytes(file_loc))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _resample(
    image: Image.Image, settings: ImageSettings, inner: tuple[int, int]
) -> NDArray[np.uint8]:
    """Pixels ``inner[0]`` to ``inner[1]``, along both axes, of the image resized to ``size``.

    Lanczos with three lobes, widened when shrinking (antialiased) and clipped to 0–255. Pixels
    outside the part still weigh in at its edge, as they do in the whole.
    """
    start, end = inner
    per_pixel = (image.width / settings.size, image.height / settings.size)
    box = (start * per_pixel[0], start * per_pixel[1], end * per_pixel[0], end * per_pixel[1])
    side = end - start
    pixels = np.asarray(image.resize((side, side), Image.Resampling.LANCZOS, box=box))
    refuse_blank(pixels)
    return pixels


def _channel_sum(pixels: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """(h, w, 3) to (h, w): four times as fast as ``mean`` over an axis of three."""
    summed = pixels[..., 0].astype(np.uint16)
    summed += pixels[..., 1]
    summed += pixels[..., 2]
    return summed
