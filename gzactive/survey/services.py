"""Where surveys hand out pictures of a place in the sky, and at which scale to ask for them.

Addresses and limits as the services describe them: SDSS's SkyServer (ImgCutout, 64 to 2,048 px),
the Legacy Surveys' viewer, and CDS's hips2fits, which knows any survey that has a HiPS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.columns import column_called
from gzactive.catalog.coordinates import scales
from gzactive.errors import GzactiveError, meant

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SERVICES", "Service", "called", "pixel_scales", "service"]

_LEAST_DECALS = 0.1  # arc seconds a pixel
#: Columns with radii, in arc seconds: SDSS's and the NASA-Sloan Atlas's names.
_PETRO_R90 = ("petror90_r", "petro_r90_r", "petrorad_r90", "petror90")
_PETRO_TH50 = ("petro_th50", "petro_theta50", "petror50_r", "p50")
_PETRO_TH90 = ("petro_th90", "petro_theta90", "petror90_r", "p90")


@dataclass(frozen=True)
class Service:
    """One service of cutouts.

    Attributes
    ----------
    name
        ``sdss``, ``legacy`` or ``hips``.
    address
        Before the question mark.
    layer
        What it is asked for where it has several: a layer, a HiPS; empty where it has one.
    scale
        Arc seconds a pixel where nothing else is said: the survey's own pixels, or the report's.
    least, most
        Sides in pixels that it draws.
    """

    name: str
    address: str
    layer: str
    scale: float
    least: int = 1
    most: int = 4096

    def url(self, ra: float, dec: float, size: int, scale: float) -> str:
        """The address of a square cutout, north up.

        Parameters
        ----------
        ra, dec
            ICRS degrees.
        size
            Side in pixels.
        scale
            Arc seconds a pixel.
        """
        place: dict[str, object] = {"ra": f"{ra:.6f}", "dec": f"{dec:.6f}"}
        if self.name == "sdss":
            place |= {"scale": f"{scale:.4f}", "width": size, "height": size}
        elif self.name == "legacy":
            place |= {"size": size, "layer": self.layer, "pixscale": f"{scale:.4f}"}
        else:
            place |= {"hips": self.layer, "width": size, "height": size, "projection": "TAN"}
            place |= {"fov": f"{size * scale / 3600:.7f}", "coordsys": "icrs", "format": "jpg"}
        return f"{self.address}?{urlencode(place)}"


SERVICES: dict[str, Service] = {
    one.name: one
    for one in (
        Service(
            "sdss",
            "https://skyserver.sdss.org/dr18/SkyServerWS/ImgCutout/getjpeg",
            "",
            0.4,
            least=64,
            most=2048,
        ),
        Service("legacy", "https://www.legacysurvey.org/viewer/cutout.jpg", "ls-dr10", 0.262),
        Service(
            "hips",
            "https://alasky.cds.unistra.fr/hips-image-services/hips2fits",
            "CDS/P/SDSS9/color",
            0.4,
        ),
    )
}


_CALLED = {
    "legacy": "the Legacy Surveys",
    "sdss": "SDSS (SkyServer)",
    "hips": "CDS (hips2fits)",
}


def called(name: str) -> str:
    """What people call those who run a service, within a sentence."""
    return _CALLED[name]


def service(name: str, *, layer: str | None = None, address: str | None = None) -> Service:
    """A service by its name, perhaps with another layer or a mirror's address.

    Raises
    ------
    GzactiveError
        If there is none of that name.
    """
    if name not in SERVICES:
        raise GzactiveError(f"There is no survey '{name}' to fetch from: {meant(name, SERVICES)}")
    known = SERVICES[name]
    return Service(
        name, address or known.address, layer or known.layer, known.scale, known.least, known.most
    )


def pixel_scales(table: pd.DataFrame, spec: str | None, default: float) -> NDArray[np.float64]:
    """Arc seconds a pixel for each galaxy, (n,); NaN where the table does not tell.

    Parameters
    ----------
    table
        A catalogue.
    spec
        A number for all; ``gz2`` for 0.02 × petroR90_r, as Galaxy Zoo 2 showed them; ``decals``
        for max(min(0.04 × p50, 0.02 × p90), 0.1), as Galaxy Zoo DECaLS did (p50 and p90 are the
        NASA-Sloan Atlas's petro_th50 and petro_th90). Without it the column of pixel scales, if
        there is one, else the default.
    default
        Arc seconds a pixel.

    Raises
    ------
    GzactiveError
        If the number is none, or the columns that are needed are missing.
    """
    n = len(table)
    if spec is None:
        name = column_called(table, "pixel_scale")
        if name is None:
            return np.full(n, default)
        known, _, _ = scales(table[name], "pixel_scale")
        return known
    if spec == "gz2":
        return _fit(0.02 * _radii(table, _PETRO_R90, spec))
    if spec == "decals":
        p50, p90 = _radii(table, _PETRO_TH50, spec), _radii(table, _PETRO_TH90, spec)
        return _fit(np.maximum(np.minimum(0.04 * p50, 0.02 * p90), _LEAST_DECALS))
    try:
        number = float(spec)
    except ValueError:
        number = np.nan
    if not 0 < number < np.inf:
        raise GzactiveError(
            f"The scale '{spec}' is none: give arc seconds a pixel such as 0.262, or gz2 or decals "
            "to scale each galaxy by its size."
        )
    return np.full(n, number)


def _radii(table: pd.DataFrame, names: tuple[str, ...], spec: str) -> NDArray[np.float64]:
    import pandas as pd

    lower = {str(name).lower(): name for name in table.columns}
    name = next((lower[one] for one in names if one in lower), None)
    if name is None:
        raise GzactiveError(
            f"The scale '{spec}' needs a column {names[0]} (arc seconds) and the catalogue has "
            "none: add it, or give a scale as a number."
        )
    radii: NDArray[np.float64] = pd.to_numeric(table[name], errors="coerce").to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    return np.where(radii > 0, radii, np.nan)


def _fit(scale: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(scale) & (scale > 0), scale, np.nan)
