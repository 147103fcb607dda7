"""A galaxy's picture as a FITS image that knows its place in the sky, for DS9 and Aladin."""

from pathlib import Path

import numpy as np

from gzactive.images import read_image

__all__ = ["write_sky_image"]


def write_sky_image(
    file_loc: str,
    path: Path,
    sky: tuple[float, float] | None = None,
    scale: float | None = None,
    name: str = "",
) -> bool:
    """Write the mean of an image's colours as FITS, with coordinates where they can be known.

    Parameters
    ----------
    file_loc
        The image.
    path
        The new file.
    sky
        Right ascension and declination of its middle, ICRS degrees, if north is up in it.
    scale
        Arc seconds a pixel.
    name
        What it shows.

    Returns
    -------
    bool
        Whether the file tells where it lies in the sky.

    Raises
    ------
    ImageProblem
        If the image cannot be read.
    OSError
        If the file cannot be written.
    """
    from astropy.io import fits

    pixels = read_image(file_loc).astype(np.float32)
    grey = pixels.mean(axis=2) if pixels.ndim == 3 else pixels
    hdu = fits.PrimaryHDU(np.ascontiguousarray(grey[::-1]))  # FITS counts rows from the bottom
    if name.isascii():
        hdu.header["OBJECT"] = name[:60]
    placed = sky is not None and scale is not None
    if sky is not None and scale is not None:
        height, width = grey.shape
        for axis, middle, value, step in (
            (1, (width + 1) / 2, sky[0], -scale / 3600),
            (2, (height + 1) / 2, sky[1], scale / 3600),
        ):
            hdu.header[f"CTYPE{axis}"] = ("RA---TAN", "DEC--TAN")[axis - 1]
            hdu.header[f"CUNIT{axis}"] = "deg"
            hdu.header[f"CRPIX{axis}"] = middle
            hdu.header[f"CRVAL{axis}"] = value
            hdu.header[f"CDELT{axis}"] = step
        hdu.header["RADESYS"] = "ICRS"
    hdu.writeto(path, overwrite=True)
    return placed
