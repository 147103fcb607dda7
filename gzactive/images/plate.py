"""Where the sky lies in a picture: arcseconds a pixel, and which way north and east are.

From the header of a FITS file; of other files a catalogue or a setting may tell the scale.
"""

import io
import math
import warnings
from dataclasses import dataclass
from typing import Any

from gzactive.images.files import read_bytes
from gzactive.images.fits import one_at_a_time

__all__ = ["Plate", "plate_of_header", "read_plate"]

_SUFFIXES = (".fits", ".fit", ".fts", ".fits.gz", ".fit.gz", ".fits.fz")


@dataclass(frozen=True)
class Plate:
    """How a picture lies on the sky.

    Attributes
    ----------
    scale
        Arcseconds a pixel of the file; None if it is not known.
    north, east
        Which way they are on screen, as (right, up) of length 1; None if that is not known.
    """

    scale: float | None = None
    north: tuple[float, float] | None = None
    east: tuple[float, float] | None = None


def read_plate(file_loc: str) -> Plate | None:
    """The plate that a FITS file's header tells of; None of other files and of silent headers.

    Raises
    ------
    ImageProblem
        If the file cannot be read.
    """
    if not file_loc.lower().endswith(_SUFFIXES):
        return None
    data = read_bytes(file_loc)
    if not data.startswith((b"SIMPLE", b"\x1f\x8b")):
        return None
    from astropy.io import fits

    try:
        with one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with fits.open(io.BytesIO(data), memmap=False) as hdus:
                for hdu in hdus:
                    if hdu.is_image and len(hdu.shape) >= 2:
                        return plate_of_header(hdu.header)
    except (OSError, ValueError, TypeError, LookupError, fits.VerifyError):
        pass  # what can be seen of the file is told when its pixels are read
    return None


def plate_of_header(header: Any) -> Plate | None:
    """The plate of a FITS header's linear world coordinates (Greisen & Calabretta 2002).

    ``CDi_j``, or ``PCi_j`` times ``CDELTi``, or ``CROTA2`` with ``CDELTi``; distortions are less
    than a scale bar shows.
    """
    kinds = [str(header.get(f"CTYPE{axis}", ""))[:4].upper().rstrip("-") for axis in (1, 2)]
    if kinds not in (["RA", "DEC"], ["GLON", "GLAT"]):
        return None
    try:
        a, b, c, d = _matrix(header)
    except (TypeError, ValueError):
        return None
    area = a * d - b * c
    if not math.isfinite(area) or area == 0:
        return None
    scale = 3600 * math.sqrt(abs(area))
    if kinds[0] != "RA":
        return Plate(scale)  # galactic north is not what an arrow named N would mean
    # One degree to the north, and to the east, in pixels to the right and up. FITS counts rows
    # from the bottom, and so do pictures as they are shown.
    return Plate(scale, _unit(-b / area, a / area), _unit(d / area, -c / area))


def _matrix(header: Any) -> tuple[float, float, float, float]:
    """Degrees of longitude and latitude a pixel to the right, and up: rows of a 2 × 2 matrix."""
    if any(f"CD{i}_{j}" in header for i in (1, 2) for j in (1, 2)):
        return tuple(float(header.get(f"CD{i}_{j}", 0.0)) for i in (1, 2) for j in (1, 2))  # type: ignore[return-value]
    steps = [float(header[f"CDELT{axis}"]) if f"CDELT{axis}" in header else 0.0 for axis in (1, 2)]
    turn = math.radians(float(header.get("CROTA2", 0.0)))
    if any(f"PC{i}_{j}" in header for i in (1, 2) for j in (1, 2)):
        a, b, c, d = (
            float(header.get(f"PC{i}_{j}", 1.0 if i == j else 0.0)) for i in (1, 2) for j in (1, 2)
        )
        return a * steps[0], b * steps[0], c * steps[1], d * steps[1]
    return (
        steps[0] * math.cos(turn),
        -steps[1] * math.sin(turn),
        steps[0] * math.sin(turn),
        steps[1] * math.cos(turn),
    )


def _unit(right: float, up: float) -> tuple[float, float]:
    length = math.hypot(right, up)
    return right / length, up / length
