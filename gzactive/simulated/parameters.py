"""What the galaxies of a simulated sky are: one row of parameters each, drawn with one seed.

Nothing is rendered and nobody votes here. Distributions imitate the galaxies that Galaxy Zoo showed
from DECaLS, framed by their size, about half of them with features; magnitudes are those that give
frames the brightness of the real ones.
"""

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gzactive.errors import GzactiveError

__all__ = ["KINDS", "draw_parameters"]

_Floats = npt.NDArray[np.float64]
_Column = npt.NDArray[Any]
_Sky = dict[str, _Column]

#: Kinds of object at the centre of a frame, and how common they are.
KINDS = {"elliptical": 0.325, "disc": 0.57, "irregular": 0.05, "star": 0.02, "artifact": 0.035}
#: How a galaxy is disturbed, and how commonly.
_INTERACTIONS = {"none": 0.795, "minor": 0.105, "major": 0.035, "merger": 0.065}
#: Image defects that hide a galaxy, and how common they are among the frames so spoiled.
_DEFECTS = {"bright-star": 0.35, "trail": 0.25, "bad-columns": 0.2, "missing-band": 0.2}
#: DECaLS frames of Galaxy Zoo: 424 pixels of max(0.02·p90, 0.1) arcsec (Walmsley et al. 2022).
_FRAME_PIXELS, _PER_RADIUS, _FINEST = 424, 0.02, 0.1
#: Sky noise of DECaLS in r: nanomaggies per arcsec², rms of one camera pixel of 0.262 arcsec.
_NOISE = 0.13
#: Kilometres per second, and per second and megaparsec.
_LIGHT, _HUBBLE = 299_792.458, 70.0


class _Draws:
    """Random columns, each from a stream of its own.

    So that a longer sky begins with the galaxies of a shorter one, and a new parameter leaves the
    others as they were.
    """

    def __init__(self, n: int, seed: int) -> None:
        self.n, self.seed = n, seed

    def uniform(self, name: str, low: float = 0.0, high: float = 1.0) -> _Floats:
        key = zlib.crc32(name.encode())
        return np.random.default_rng([self.seed, key]).uniform(low, high, self.n)

    def normal(self, name: str, mean: float = 0.0, spread: float = 1.0) -> _Floats:
        key = zlib.crc32(name.encode())
        return np.random.default_rng([self.seed, key]).normal(mean, spread, self.n)

    def choice(self, name: str, shares: dict[str, float]) -> _Column:
        edges = np.cumsum(list(shares.values()))
        found = np.searchsorted(edges[:-1] / edges[-1], self.uniform(name), side="right")
        return np.array(list(shares), dtype=object)[found]

    def integers(self, name: str) -> npt.NDArray[np.int64]:
        key = zlib.crc32(name.encode())
        return np.random.default_rng([self.seed, key]).integers(0, 2**62, self.n)


def draw_parameters(n: int, seed: int) -> pd.DataFrame:
    """Draw the truth of ``n`` galaxies.

    Parameters
    ----------
    n : int
        How many; the first m of n are the same for every n.
    seed : int
        Not negative.

    Returns
    -------
    DataFrame
        One row a galaxy: ``id_str`` (``SIM000000`` …, which no survey uses), ``ra`` and ``dec``
        (degrees), ``redshift``, ``magnitude`` (r), ``radius90`` and ``field`` (radius that holds
        90 % of the light and side of the frame, arcsec), ``seeing`` (FWHM, arcsec), ``noise``
        (nanomaggies per arcsec² in a pixel of 0.262 arcsec), ``kind`` (see :data:`KINDS`), the
        parameters of its parts, and ``signal_to_noise`` (mean of a seeing disc within half the
        light) and ``resolution`` (``radius90`` in seeing discs), on which volunteers depend.
        Strengths lie in [0, 1]; angles are in degrees; text columns say "none" for absent.

    Raises
    ------
    GzactiveError
        If ``n`` or ``seed`` is negative.
    """
    if n < 0 or seed < 0:
        raise GzactiveError(
            f"A sky of {n} galaxies with seed {seed} cannot be drawn: use n, seed ≥ 0."
        )
    draws = _Draws(n, seed)
    kind = draws.choice("kind", KINDS)
    sky: _Sky = {
        "id_str": np.array([f"SIM{number:06d}" for number in range(n)], dtype=object),
        "ra": draws.uniform("ra", 0, 360),
        "dec": np.degrees(np.arcsin(draws.uniform("dec", -0.3, 0.55))),
        "kind": kind,
        "render_seed": draws.integers("render_seed"),
    }
    sky |= _brightness(draws, kind)
    sky |= _shape(draws, kind)
    sky |= _arms(draws, kind, sky)
    sky |= _bars_and_rings(draws, kind, sky)
    sky |= _interaction(draws, kind)
    sky |= _colours(draws, kind, sky)
    sky |= _surroundings(draws, kind)
    sky |= _visibility(sky)
    return pd.DataFrame(sky)


def _brightness(draws: _Draws, kind: _Column) -> dict[str, _Floats]:
    """Magnitudes to the limit of SDSS spectroscopy, sizes that follow them, and the conditions."""
    slope, bright, faint = 0.45, 12.4, 16.4  # log10 counts per magnitude; steeper would hide all
    low, high = 10 ** (slope * bright), 10 ** (slope * faint)
    magnitude = np.log10(low + draws.uniform("magnitude") * (high - low)) / slope
    size = 0.92 - 0.13 * (magnitude - 16.0) + draws.normal("radius90", 0, 0.15)
    size += np.where(kind == "irregular", 0.08, 0.0)
    radius90 = np.clip(10**size, 3.2, 60.0)
    absolute = np.clip(draws.normal("absolute", -21.5, 0.9), -23.0, -17.5)
    redshift = _HUBBLE / _LIGHT * 10 ** ((magnitude - absolute) / 5 - 5)
    field = _FRAME_PIXELS * np.maximum(_PER_RADIUS * radius90, _FINEST)
    seeing = np.clip(1.18 * np.exp(draws.normal("seeing", 0, 0.16)), 0.8, 2.2)
    shallow = draws.uniform("shallow") < 0.12
    noise = _NOISE * np.exp(draws.normal("noise", 0, 0.25)) * np.where(shallow, 2.2, 1.0)
    dim = draws.uniform("dim") < 0.10  # of low surface brightness: some are hopeless
    magnitude = np.where(dim, magnitude + draws.uniform("dimming", 0.8, 3.2), magnitude)
    return {
        "magnitude": magnitude,
        "redshift": redshift,
        "radius90": radius90,
        "field": field,
        "seeing": seeing,
        "noise": noise,
    }


def _shape(draws: _Draws, kind: _Column) -> _Sky:
    disc = np.isin(kind, ("disc", "irregular"))
    elliptical = kind == "elliptical"
    # A little fewer from the side than at random, as among the published votes.
    cosine = draws.uniform("inclination") ** 0.8
    inclination = np.degrees(np.arccos(cosine))
    thickness = np.clip(draws.normal("thickness", 0.17, 0.04), 0.08, 0.3)
    tilted = np.sqrt(cosine**2 * (1 - thickness**2) + thickness**2)
    round_ = 1 - np.abs(draws.normal("flattening", 0.0, 0.30))
    axis_ratio = np.where(disc, tilted, np.clip(round_, 0.32, 1.0))
    early = draws.uniform("stage")  # 0: Sa, 1: Sd
    share = np.clip(0.42 * (1 - early) ** 1.4 + draws.normal("bulge", 0, 0.05), 0.0, 0.75)
    bulgeless = draws.uniform("bulgeless") < 0.07
    share = np.where(kind == "disc", np.where(bulgeless, 0.0, share), 0.0)
    share = np.where(elliptical, 1.0, share)
    sersic = np.where(
        elliptical,
        np.clip(draws.normal("sersic", 3.6, 1.0), 1.2, 6.0),
        np.clip(1.0 + 5.0 * share + draws.normal("bulge_sersic", 0, 0.4), 0.8, 4.0),
    )
    edge_on = disc & (inclination > 78)
    pick = draws.uniform("edge_on_bulge")
    bulge_shape = np.where(share < 0.05, "none", np.where(pick < 0.27, "boxy", "rounded"))
    return {
        "disc_break": np.clip(draws.normal("disc_break", 3.1, 0.4), 2.3, 4.2),
        "position_angle": draws.uniform("position_angle", 0, 180),
        "inclination": np.where(disc, inclination, 0.0),
        "axis_ratio": axis_ratio,
        "thickness": thickness,
        "edge_on": edge_on,
        "stage": np.where(disc, early, 0.0),
        "bulge_fraction": share,
        "bulge_radius": np.clip(
            0.16 + 0.5 * share + draws.normal("bulge_radius", 0, 0.04), 0.1, 0.6
        ),
        "sersic_index": sersic,
        "bulge_shape": np.where(edge_on, bulge_shape, "rounded").astype(object),
        "dust": np.where(disc, draws.uniform("dust") ** 1.5 * np.where(edge_on, 1.0, 0.6), 0.0)
        * (kind == "disc"),
        "clumpiness": np.where(
            kind == "irregular",
            draws.uniform("clumps", 0.5, 1.0),
            np.where(disc, draws.uniform("clumps") * (0.15 + 0.6 * early), 0.0),
        ),
    }


def _arms(
    draws: _Draws,
    kind: _Column,
    sky: _Sky,
) -> _Sky:
    stage = np.asarray(sky["stage"], float)
    armed = (kind == "disc") & (draws.uniform("armed") < 0.85)
    number = draws.choice(
        "arm_number", {"1": 0.05, "2": 0.55, "3": 0.18, "4": 0.1, "5": 0.07, "6": 0.05}
    ).astype(int)
    flocculence = np.clip(draws.normal("flocculence", 0.22, 0.2), 0.0, 0.95)
    flocculence = np.where(number >= 5, np.minimum(flocculence, 0.4), flocculence)
    pitch = 11.0 + 12.0 * stage + draws.normal("pitch_angle", 0, 6.0)
    pitch += np.where(number == 1, 5.0, 0.0)
    strength = np.clip(draws.normal("arm_strength", 0.55, 0.24), 0.06, 1.0)
    return {
        "arm_number": np.where(armed, number, 0),
        "arm_strength": np.where(armed, strength, 0.0),
        "pitch_angle": np.where(armed, np.clip(np.abs(pitch), 5.0, 45.0), 0.0),
        "flocculence": np.where(armed, flocculence, 0.0),
        "arm_sharpness": draws.uniform("arm_sharpness", 1.2, 4.0),
        "arm_phase": draws.uniform("arm_phase", 0, 360),
        "winding_sense": np.where(draws.uniform("winding_sense") < 0.5, -1, 1),
    }


def _bars_and_rings(
    draws: _Draws,
    kind: _Column,
    sky: _Sky,
) -> _Sky:
    disc = kind == "disc"
    bar = draws.choice("bar", {"none": 0.52, "weak": 0.29, "strong": 0.19})
    bar = np.where(disc, bar, "none")
    spread = draws.uniform("bar_strength")
    strength = np.select(
        [bar == "strong", bar == "weak"], [0.6 + 0.4 * spread, 0.18 + 0.34 * spread], 0.0
    )
    length = 0.55 + 0.7 * strength + draws.normal("bar_length", 0, 0.12)
    ringed = draws.uniform("ringed") < np.where(bar == "none", 0.13, 0.26)
    both = draws.uniform("rings")  # inner, outer, or both
    ring = np.where(disc & ringed, draws.uniform("ring_strength", 0.3, 1.0), 0.0)
    inner = np.where(both < 0.75, ring, 0.0)
    outer = np.where(both > 0.55, ring, 0.0)
    radius = np.where(bar == "none", draws.uniform("ring_radius", 1.0, 2.2), length * 1.12)
    return {
        "bar": bar.astype(object),
        "bar_strength": strength,
        "bar_length": np.clip(length, 0.4, 1.6),
        "bar_axis_ratio": np.clip(draws.normal("bar_axis_ratio", 0.32, 0.06), 0.2, 0.5),
        "bar_angle": draws.uniform("bar_angle", 0, 180),
        "inner_ring": inner,
        "outer_ring": outer,
        "inner_ring_radius": np.clip(radius, 0.7, 2.3),
        "outer_ring_radius": np.clip(radius * draws.uniform("outer_ring", 1.7, 2.2), 2.1, 3.4),
    }


def _interaction(draws: _Draws, kind: _Column) -> _Sky:
    galaxy = np.isin(kind, ("elliptical", "disc", "irregular"))
    state = np.where(galaxy, draws.choice("interaction", _INTERACTIONS), "none").astype(object)
    u = draws.uniform("disturbance")
    disturbance = np.select(
        [state == "minor", state == "major", state == "merger"],
        [0.2 + 0.25 * u, 0.6 + 0.4 * u, 0.35 + 0.6 * u],
        0.04 * u,
    )
    tails = draws.uniform("tails")
    tail = np.select(
        [state == "minor", state == "major", state == "merger"],
        [np.where(tails < 0.5, 0.2 + 0.5 * tails, 0.0), 0.4 + 0.6 * tails, 0.8 * tails],
        0.0,
    )
    shell = np.where((state == "minor") & (tails >= 0.5), 0.3 + 0.6 * u, 0.0)
    return {
        "interaction": state,
        "disturbance": np.where(kind == "irregular", np.maximum(disturbance, 0.3 * u), disturbance),
        "tail_strength": tail,
        "shell_strength": shell,
        "companion_ratio": np.where(
            state == "merger", draws.uniform("companion_ratio", 0.3, 1.0), 0.0
        ),
        "companion_distance": draws.uniform("companion_distance", 0.35, 1.15),
        "companion_angle": draws.uniform("companion_angle", 0, 360),
    }


def _colours(
    draws: _Draws,
    kind: _Column,
    sky: _Sky,
) -> dict[str, _Floats]:
    """Colours (magnitudes, AB) of old and young stars; z reddens what lies far away."""
    distant = np.clip(np.asarray(sky["redshift"], float), 0.0, 0.25)
    stage = np.asarray(sky["stage"], float)
    scatter = draws.normal("colour")
    disc = np.where(kind == "elliptical", 0.78, 0.72 - 0.22 * stage) + 0.05 * scatter
    disc = np.where(kind == "irregular", 0.36 + 0.07 * scatter, disc)
    return {
        "bulge_gr": 0.74 + 0.9 * distant + 0.03 * scatter,
        "bulge_rz": 0.50 + 0.4 * distant + 0.02 * scatter,
        "disc_gr": disc + 0.8 * distant,
        "disc_rz": 0.2 + 0.45 * disc + 0.4 * distant,
        "young_gr": disc - 0.33 + 0.4 * distant,
        "young_rz": 0.05 + 0.3 * disc + 0.2 * distant,
    }


def _surroundings(draws: _Draws, kind: _Column) -> _Sky:
    defect = np.where(kind == "artifact", draws.choice("defect", _DEFECTS), "none")
    # Blemishes beside a galaxy that is still there to be classified.
    mild = (kind != "artifact") & (draws.uniform("mild_defect") < 0.035)
    defect = np.where(mild, draws.choice("mild_kind", _DEFECTS), defect)
    bright = draws.uniform("bright_star") < 0.05
    return {
        "defect": defect.astype(object),
        "star_density": np.exp(draws.normal("star_density", 0.75, 0.7)),
        "galaxy_density": np.exp(draws.normal("galaxy_density", 2.4, 0.35)),
        "bright_star": bright & (defect == "none"),
    }


def _visibility(sky: _Sky) -> dict[str, _Floats]:
    radius = np.asarray(sky["radius90"], float)
    seeing = np.asarray(sky["seeing"], float)
    half = 0.42 * radius
    ratio = np.maximum(np.asarray(sky["axis_ratio"], float), seeing / (4 * half))
    flux = 10 ** (0.4 * (22.5 - np.asarray(sky["magnitude"], float)))
    brightness = 0.5 * flux / (np.pi * half**2 * np.minimum(ratio, 1.0))
    pixels = np.pi * (seeing / 2) ** 2 / 0.262**2
    return {
        "signal_to_noise": brightness / np.asarray(sky["noise"], float) * np.sqrt(pixels),
        "resolution": radius / seeing,
    }
