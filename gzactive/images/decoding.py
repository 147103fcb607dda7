"""Bytes to pixels: every kind of file that Pillow and astropy read, down to 8 bits.

What a file is, its content tells, not its name. Damaged, blank and unsuitable files raise
:class:`UnreadablePixels` with the reason. Nothing here knows of the model or of sizes.
"""

import io
import struct
import sys
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

# Registered here, so that Image.open finds them without loading every plugin it has.
from PIL import TiffImagePlugin as _tiff  # noqa: F401
from PIL import WebPImagePlugin as _webp  # noqa: F401

from gzactive.images.fits import MAX_PIXELS, UnreadablePixels, read_fits, stretch

__all__ = ["decode", "eight_bit", "refuse_blank"]

_FORMATS = ("JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP")

#: What Pillow's decoders raise on damaged files (found by damaging files of every kind).
_DECODER_ERRORS = (
    *(OSError, SyntaxError, ValueError, TypeError, EOFError, LookupError, OverflowError),
    *(MemoryError, NotImplementedError, struct.error, zlib.error),
)

_ORIENTATION = 0x0112  # EXIF tag
_BITS_PER_SAMPLE = 258  # TIFF tag
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(data: bytes) -> Image.Image | NDArray[Any]:
    """An "L" or "RGB" image, or an array where 8 bits do not hold the values."""
    if data.startswith(b"SIMPLE") or data.startswith(b"\x1f\x8b"):
        return read_fits(data)
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            return _load(image, data)
    except UnidentifiedImageError as error:
        raise UnreadablePixels(_what_else(data)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadablePixels(f"it claims more than {MAX_PIXELS:,} pixels") from error
    except _DECODER_ERRORS as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise UnreadablePixels(f"it is damaged or truncated ({lines[0].rstrip('. ')})") from error


def _what_else(data: bytes) -> str:
    """What a file is that is none of the known kinds."""
    start = data[:512].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html")):
        return "it is a web page, not an image: download it again"
    if start.startswith((b"\xff\xd8", b"\x89png", b"gif8", b"ii*\0", b"mm\0*")):
        return "it is damaged or truncated: nothing follows its first bytes that can be read"
    return "its content is no JPEG, PNG, TIFF, GIF, BMP, WebP or FITS"


def _load(image: ImageFile.ImageFile, data: bytes) -> Image.Image | NDArray[Any]:
    width, height = image.size
    if width * height == 0:
        raise UnreadablePixels(f"it is {width} × {height} pixels: there is nothing to see")
    if width * height > MAX_PIXELS:
        raise UnreadablePixels(f"it claims {width * height:,} pixels, more than {MAX_PIXELS:,}")
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":  # of a camera's MPO the first is the photograph
        raise UnreadablePixels(f"it holds {frames} frames: save the one that is meant as an image")
    if image.format in ("JPEG", "MPO"):
        _refuse_zero_tail(data)
    low = _low_bytes(image, data)
    image.load()
    upright = _upright(image)
    if upright.mode.startswith("I;16"):
        return np.asarray(upright).astype(np.uint16)
    if upright.mode in ("I", "F"):
        values = np.asarray(upright)
        if upright.mode == "I" and values.min() >= 0 and values.max() <= 0xFFFF:
            return values.astype(np.uint16)
        return values.astype(np.float32)
    if low is not None:
        return _sixteen_bit(np.asarray(upright), np.asarray(_upright(low)))
    return _colour(upright)


def _sixteen_bit(high: NDArray[np.uint8], low: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Colour from its high and low bytes; what is transparent shows the black sky behind it."""
    values = high.astype(np.uint16)
    values <<= 8
    values |= low
    if values.shape[2] == 3:
        return values
    opacity = values[..., 3:] * np.float32(1 / 0xFFFF)
    return np.rint(values[..., :3] * opacity).astype(np.uint16)


def _refuse_zero_tail(data: bytes) -> None:
    """A download that stopped in a file of its full length: zeros decode, as grey."""
    if not data[-512:].strip(b"\0") and not data.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise UnreadablePixels("it ends in zeros, as an unfinished download does")


def _low_bytes(image: ImageFile.ImageFile, data: bytes) -> Image.Image | None:
    """Low bytes of 16-bit colour, of which Pillow keeps the high ones only; None of the rest.

    A second image is decoded with the byte order swapped. Without this, a picture with 12-bit
    values in 16 bits would come out black.
    """
    if image.mode not in ("RGB", "RGBA") or not image.tile:
        return None
    raw_modes = [_raw_mode(tile) for tile in image.tile]
    if all(";16" in mode for mode in raw_modes):
        if not all(mode.startswith(("RGB;", "RGBA;", "RGBX;")) for mode in raw_modes):
            return None
    elif max(getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE, (8,))) > 8:
        raise UnreadablePixels(
            "it is TIFF with 16-bit planes stored one after another: save it interleaved"
        )
    else:
        return None
    other = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
    low = Image.open(io.BytesIO(data), formats=_FORMATS)
    for index, mode in enumerate(raw_modes):
        tile = low.tile[index]
        swapped = mode[:-1] + other[mode[-1]]
        arguments = (swapped, *tile[3][1:]) if isinstance(tile[3], tuple) else swapped
        low.tile[index] = type(tile)(*tile[:3], arguments)
    low.load()
    return low


def _raw_mode(tile: Any) -> str:
    """How the bytes of a part of a file are laid out, in Pillow's words, e.g. ``RGB;16B``."""
    return str(tile[3][0] if isinstance(tile[3], tuple) else tile[3])


def _upright(image: Image.Image) -> Image.Image:
    """Turned as the camera's EXIF says. (Pillow turns TIFF itself.)"""
    if "exif" not in image.info:
        return image
    try:
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except _DECODER_ERRORS:
        return image  # damaged EXIF says nothing of the pixels, which were decoded whole
    return image if turn is None else image.transpose(turn)


def _colour(image: Image.Image) -> Image.Image:
    """8 bits grey ("L") or colour ("RGB"); what is transparent shows the black sky behind it."""
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layered = image.convert("RGBA")
        sky = Image.new("RGB", image.size)
        sky.paste(layered, mask=layered.getchannel("A"))
        return sky.convert("L") if image.mode in ("L", "LA", "La") else sky
    return image.convert("RGB")


def eight_bit(picture: Image.Image | NDArray[Any], kind: str) -> Image.Image:
    """A picture whose values are 0–255.

    16-bit integers are scaled by the depth that they use (8, 10, 12, 14 or 16 bits), so that
    12-bit data in a 16-bit file are neither black nor clipped. Floating-point values within
    [0, 1] are brightnesses; all others are counts and are stretched as FITS is.
    """
    if isinstance(picture, Image.Image):
        return picture
    if picture.dtype == np.uint16:
        refuse_blank(picture)
        depth = max(8, 2 * int(np.ceil(int(picture.max()).bit_length() / 2)))
        scaled = np.rint(picture * np.float32(255 / (2**depth - 1))).astype(np.uint8)
        return Image.fromarray(scaled)
    finite = picture[np.isfinite(picture)]
    if finite.size and finite.min() >= 0 and finite.max() <= 1 and finite.size == picture.size:
        return Image.fromarray(np.rint(picture * np.float32(255)).astype(np.uint8))
    return Image.fromarray(stretch(picture, kind))


def refuse_blank(pixels: NDArray[Any]) -> None:
    """Refuse a picture, (h, w) or (h, w, 3), that is the same everywhere.

    Raises
    ------
    UnreadablePixels
        With the value.
    """
    rows = pixels.reshape(-1, *pixels.shape[2:])
    if (rows[:: max(1, len(rows) // 1000)] != rows[0]).any():
        return  # nearly always, and much cheaper than looking at all
    if (rows == rows[0]).all():
        value = ", ".join(f"{part:g}" for part in np.atleast_1d(rows[0]))
        raise UnreadablePixels(f"every pixel is the same ({value}): no galaxy is in it")
