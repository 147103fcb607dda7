"""FITS pixels in, and the stretch that turns counts into a picture.

Here lies what is particular to unscaled pixels: which HDU holds the picture, byte order, missing
values, and zscale limits with a stretch. Files, ZIP archives and the model's array are in
:mod:`gzactive.images`.
"""

import io
import threading
import warnings
import zlib
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.images.files import MAX_BYTES

__all__ = [
    "MAX_PIXELS",
    "STRETCHES",
    "UnreadablePixels",
    "one_at_a_time",
    "read_fits",
    "stretch",
]

#: What a FITS picture, or any picture with more than 16 bits, may be shown through.
STRETCHES = ("asinh", "log", "linear")

#: Pictures larger than this are refused: galaxy cutouts are a thousandth of it, and a file of a
#: few kilobytes can claim (and, when decoded, fill) any amount of memory. Pillow's own limit.
MAX_PIXELS = 89_478_485

#: Of the range above the black point, the share of pixels below white: the brightest 0.1 % may
#: saturate, as a star's core does, but not the bulge of a galaxy.
_WHITE_PERCENTILE = 99.9

#: Held while astropy reads, since the filter of its warnings is the whole process's.
one_at_a_time = threading.Lock()


class UnreadablePixels(GzactiveError):
    """Why a file holds no picture, as one sentence about it ("it is empty")."""


def read_fits(data: bytes) -> NDArray[np.float32]:
    """Picture in a FITS file's bytes: the first HDU that holds one, north up as FITS draws it.

    Parameters
    ----------
    data
        The whole file, gzipped or not.

    Returns
    -------
    ndarray
        float32 in native byte order, (h, w), or (h, w, 3) with the reddest band first where the
        header's ``BANDS`` tells. Missing values are NaN.

    Raises
    ------
    UnreadablePixels
        If there is no two-dimensional or three-plane HDU, or the file is damaged.
    """
    from astropy.io import fits

    if data.startswith(b"\x1f\x8b"):
        data = _gunzip(data)
    try:
        # astropy warns of what is not quite to the standard; what cannot be read raises. The
        # filter of warnings is the process's, so one thread at a time.
        with one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with fits.open(io.BytesIO(data), memmap=False) as hdus:
                for hdu in hdus:
                    picture = _picture(hdu)
                    if picture is not None:
                        return picture
    except (
        *(OSError, ValueError, TypeError, LookupError, AttributeError, MemoryError),
        *(OverflowError, zlib.error, fits.VerifyError, _decompression_error()),
    ) as error:
        raise UnreadablePixels(f"it is damaged FITS: {_one_line(error)}") from error
    raise UnreadablePixels("it is FITS without a two-dimensional or three-plane image")


def _decompression_error() -> type[Exception]:
    """What astropy raises on damaged compressed tiles: a plain exception without a public name."""
    try:
        from astropy.io.fits.hdu.compressed._compression import CfitsioException
    except ImportError:
        return OSError
    return cast(type[Exception], CfitsioException)


def _gunzip(data: bytes) -> bytes:
    """Decompressed bytes, or the reason why not; never more than ``MAX_BYTES`` of them."""
    decompressor = zlib.decompressobj(wbits=31)
    try:
        plain = decompressor.decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise UnreadablePixels(f"it is damaged gzip: {error}") from error
    if decompressor.unconsumed_tail:
        raise UnreadablePixels(f"it unpacks to more than {MAX_BYTES >> 20} MB")
    if not decompressor.eof:
        raise UnreadablePixels("it is truncated gzip")
    return plain


def _picture(hdu: Any) -> NDArray[np.float32] | None:
    """The picture in an HDU, or None where it holds a table, a spectrum or nothing."""
    if not hdu.is_image:
        return None
    shape = tuple(length for length in hdu.shape if length != 1)
    if len(shape) not in (2, 3) or min(shape) == 0:
        return None
    planes = shape[0] if len(shape) == 3 else 1
    chosen = _colour_planes(planes, str(hdu.header.get("BANDS", "")))
    if chosen is None:
        return None
    pixels = shape[-1] * shape[-2]
    if pixels > MAX_PIXELS:
        raise UnreadablePixels(f"it claims {pixels:,} pixels, more than {MAX_PIXELS:,}")
    with np.errstate(over="ignore"):  # a float64 beyond float32 becomes infinite: missing
        values = np.asarray(hdu.data, dtype=np.float32).reshape(shape)
    if values.ndim == 3:
        values = np.moveaxis(values[list(chosen)], 0, -1)
    # FITS counts rows from the bottom, pictures from the top.
    picture = np.ascontiguousarray(values[::-1])
    picture[~np.isfinite(picture)] = np.nan
    return picture


def _colour_planes(planes: int, bands: str) -> tuple[int, ...] | None:
    """Which planes make red, green and blue; None where nothing tells.

    Survey cutouts list their bands from blue to red (``grz``), pictures saved as FITS from red to
    blue without naming them.
    """
    if planes == 1:
        return (0,)
    bands = bands.strip().lower()
    if len(bands) == planes and set("grz") <= set(bands):
        return tuple(bands.index(band) for band in "zrg")
    if planes != 3:
        return None
    from_blue = sorted(bands, key="ugrizy".find)
    return (2, 1, 0) if len(bands) == 3 and list(bands) == from_blue else (0, 1, 2)


def stretch(values: NDArray[Any], kind: str = "asinh") -> NDArray[np.uint8]:
    """Counts to a picture of 8 bits: zscale sets black and the knee, ``kind`` what lies above it.

    ``linear`` shows the zscale range and saturates beyond it. ``asinh`` and ``log`` are linear
    within that range, where sky and faint arms lie, and compress what is brighter up to the
    brightest 0.1 %, so that a bulge is not a white disc. Each plane of a colour picture has its
    own limits, so that a band with a bright sky does not veil the others.

    Parameters
    ----------
    values
        Any real dtype, (h, w) or (h, w, 3); non-finite values are missing and become black.
    kind
        One of ``STRETCHES``.

    Returns
    -------
    ndarray
        uint8 of the same shape.

    Raises
    ------
    UnreadablePixels
        If no value is finite, or all of them are the same.
    """
    if values.ndim == 3:
        return np.stack([stretch(plane, kind) for plane in np.moveaxis(values, -1, 0)], axis=-1)
    from astropy.visualization import ZScaleInterval

    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        raise UnreadablePixels("none of its pixels holds a finite value")
    lowest, highest = float(finite.min()), float(finite.max())
    if lowest == highest:
        raise UnreadablePixels(f"every pixel is the same ({lowest:g})")
    black, knee = ZScaleInterval().get_limits(finite)
    if not black < knee:  # more than half of the pixels are alike, as outside a survey's edge
        black, knee = lowest, highest
    white = max(float(np.percentile(finite, _WHITE_PERCENTILE)), knee)
    scaled = (np.nan_to_num(values.astype(np.float64), nan=black, neginf=black) - black) / (
        knee - black
    )
    top = (white - black) / (knee - black)
    scaled = np.clip(scaled, 0.0, 1.0 if kind == "linear" else top)
    if kind == "asinh":
        scaled = np.arcsinh(scaled) / np.arcsinh(top)
    elif kind == "log":
        scaled = np.log1p(scaled) / np.log1p(top)
    pixels: NDArray[np.uint8] = np.rint(255.0 * scaled).astype(np.uint8)
    return pixels


def _one_line(error: BaseException) -> str:
    """First line of a library's message, without its full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(". ") if lines else type(error).__name__
