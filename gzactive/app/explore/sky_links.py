"""Addresses of a galaxy's place in the sky in other people's viewers; nothing is fetched here."""

from urllib.parse import urlencode

__all__ = ["legacy_viewer", "simbad"]

#: SIMBAD lists what lies this near, in arc seconds: about the astrometry of a survey's catalogue.
_RADIUS = 10
_ZOOM = 15


def simbad(ra: float, dec: float) -> str:
    """SIMBAD's list of objects at a place, ICRS degrees."""
    query = {
        "Coord": f"{ra:.6f}d {dec:+.6f}d",
        "CooFrame": "ICRS",
        "Radius": _RADIUS,
        "Radius.unit": "arcsec",
    }
    return f"https://simbad.cds.unistra.fr/simbad/sim-coo?{urlencode(query)}"


def legacy_viewer(ra: float, dec: float) -> str:
    """The Legacy Surveys' sky viewer at a place, ICRS degrees."""
    query = {"ra": f"{ra:.6f}", "dec": f"{dec:.6f}", "layer": "ls-dr10", "zoom": _ZOOM}
    return f"https://www.legacysurvey.org/viewer?{urlencode(query)}"
