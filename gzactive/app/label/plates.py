"""How each galaxy's picture lies on the sky: from its file, the catalogue, or the settings."""

import math

import pandas as pd

from gzactive.app.label.frame import Frame
from gzactive.images.plate import Plate
from gzactive.project import Project

__all__ = ["Plates"]

#: Names of a catalogue's column of arcseconds a pixel, the first that is there counts.
_COLUMNS = ("pixel_scale", "pixscale", "arcsec_per_pixel")
_NORTH_UP = {"north": (0.0, 1.0), "east": (-1.0, 0.0)}


class Plates:
    """Looks plates up.

    Parameters
    ----------
    project
        Its catalogue and settings.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        catalog = project.catalog
        name = next((one for one in _COLUMNS if one in catalog.columns), "")
        numbers = pd.to_numeric(catalog[name], errors="coerce") if name else None
        self._scales = None if numbers is None else numbers.set_axis(pd.Index(catalog["id_str"]))

    def of(self, frame: Frame) -> Plate | None:
        """The plate of a decoded galaxy; None if nothing is known of it."""
        told = frame.plate or Plate()
        settings = self._project.settings
        scale = told.scale or self._listed(frame.id_str) or settings.pixel_scale or None
        north, east = told.north, told.east
        if north is None and settings.north_up:
            north, east = _NORTH_UP["north"], _NORTH_UP["east"]
        return Plate(scale, north, east) if scale or north else None

    def _listed(self, id_str: str) -> float | None:
        if self._scales is None:
            return None
        scale = float(self._scales.get(id_str, math.nan))
        return scale if math.isfinite(scale) and scale > 0 else None
