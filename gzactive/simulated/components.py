"""Light of a galaxy's parts on a grid: bulge, disc, arms, bar, rings, edge-on discs, texture.

Functions of arrays in arcsec, before the atmosphere and without noise; what the parts are is told
in :mod:`gzactive.simulated.parameters`, and how they make a frame in
:mod:`gzactive.simulated.rendering`.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Image", "edge_on_disc", "inclined_disc", "rotated", "sersic", "texture"]

Image = npt.NDArray[np.float32]

#: Cells of the tables from which arms take their patchiness: around the disc, and along ln R.
_AROUND, _ALONG = 256, 128


def sersic(radius: Image, half_light: float, index: float) -> Image:
    """Sérsic profile, 1 at the half-light radius (b_n after Ciotti & Bertin 1999)."""
    b = 2 * index - 1 / 3 + 0.009876 / index
    profile = np.exp(
        np.float32(-b) * ((radius / np.float32(half_light)) ** np.float32(1 / index) - 1)
    )
    return np.asarray(profile, np.float32)


def rotated(x: Image, y: Image, angle: float) -> tuple[Image, Image]:
    """Coordinates along and across an axis at ``angle`` degrees from x."""
    cosine, sine = np.float32(np.cos(np.radians(angle))), np.float32(np.sin(np.radians(angle)))
    return x * cosine + y * sine, y * cosine - x * sine


@lru_cache(maxsize=64)
def _interpolation(size: int, cells: int, periodic: bool) -> Image:
    """Weights (size, cells) of a quadratic B-spline, which makes a few random numbers a field."""
    place = np.arange(size) * (cells if periodic else cells - 1) / size
    distance = np.abs(place[:, None] - np.arange(cells)[None, :])
    if periodic:
        distance = np.minimum(distance, cells - distance)
    weight = np.where(
        distance < 0.5, 0.75 - distance**2, 0.5 * np.clip(1.5 - distance, 0, None) ** 2
    )
    return np.asarray(weight / np.sqrt((weight**2).sum(axis=1, keepdims=True)), np.float32)


def texture(
    rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int], periodic: bool = False
) -> Image:
    """Smooth random field of unit variance; ``periodic`` along its first axis."""
    values = rng.standard_normal(cells, dtype=np.float32)
    first = _interpolation(shape[0], cells[0], periodic)
    second = _interpolation(shape[1], cells[1], False)
    return np.asarray(first @ values @ second.T, np.float32)


def _smoothstep(values: Image, low: float, high: float) -> Image:
    ramp = np.clip((values - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp), np.float32)


def _normal(image: Image) -> Image:
    """The same with a sum of one."""
    return image / max(float(image.sum()), 1e-12)


def inclined_disc(
    galaxy: Mapping[str, Any], x: Image, y: Image, scale: float, rng: np.random.Generator
) -> tuple[Image, Image, Image, Image]:
    """Disc seen from above or at an angle.

    Parameters
    ----------
    galaxy : mapping
        One row of the truth.
    x, y : (height, width) float32
        Along the line of nodes and across it, arcsec.
    scale : float
        Scale length of the disc, arcsec.
    rng : Generator

    Returns
    -------
    old, bar, young, depth : (height, width) float32
        Old stars of the disc, the bar, and young stars, each with a sum of one or zero; and the
        optical depth of the dust.
    """
    ratio = max(float(galaxy["axis_ratio"]), 0.12)
    u, v = x * np.float32(1 / scale), y * np.float32(1 / (ratio * scale))
    radius = np.sqrt(u * u + v * v + np.float32(1e-3))
    angle = np.arctan2(v, u)
    log_radius = np.log(radius)
    # Depth of the disc smears what lies across it, so features fade as it is seen from the side.
    # Discs end: most break downwards near three scale lengths (Pohlen & Trujillo 2006).
    edge = 1 / (1 + np.exp((radius - np.float32(float(galaxy["disc_break"]))) * np.float32(2.6)))
    smooth = np.exp(-radius) * edge
    young = np.float32(0.35) * np.exp(radius * np.float32(-0.75)) * edge
    old, depth = smooth.copy(), np.zeros_like(smooth)
    around = ((angle * np.float32(_AROUND / (2 * np.pi))).astype(np.int32)) % _AROUND
    along = np.clip((log_radius + 2.0) * np.float32(_ALONG / 4.0), 0, _ALONG - 1).astype(np.int32)
    clumps = float(galaxy["clumpiness"])
    number, strength = int(galaxy["arm_number"]), float(galaxy["arm_strength"])
    barred = float(galaxy["bar_strength"]) > 0
    start = float(galaxy["bar_length"]) * 0.9 if barred else 0.45
    if number:
        flocculence = float(galaxy["flocculence"])
        winding = float(galaxy["winding_sense"]) / np.tan(np.radians(float(galaxy["pitch_angle"])))
        # Arms of one galaxy differ and waver.
        waver = texture(rng, (_AROUND, _ALONG), (7, 6), periodic=True) * np.float32(0.16)
        phase = np.radians(float(galaxy["arm_phase"]))
        if barred and number == 2:  # they start at the ends of the bar
            phase = np.radians(float(galaxy["bar_angle"])) - winding * np.log(start)
        turned = angle - np.float32(winding) * log_radius - np.float32(phase) + waver[around, along]
        sharp = np.float32(float(galaxy["arm_sharpness"]))
        ridge = np.exp(sharp * (np.cos(np.float32(number) * turned) - 1))
        if number == 1:
            ridge = ridge * ridge
        turned_cell = (turned * np.float32(_AROUND / (2 * np.pi))).astype(np.int32) % _AROUND
        weight = 1 + 0.25 * texture(rng, (_AROUND, _ALONG), (max(number * 2, 4), 4), periodic=True)
        patches = texture(rng, (_AROUND, _ALONG), (30, 30), periodic=True)
        fragments = np.clip(
            texture(rng, (_AROUND, _ALONG), (14, 13), periodic=True) - np.float32(0.2), 0, None
        )
        table = np.clip(weight, 0.2, None) * (1 + (0.15 + 0.45 * clumps) * patches)
        pattern = ridge * np.float32(1 - flocculence) * np.clip(table, 0, None)[turned_cell, along]
        if flocculence > 0.05:
            pattern += (np.float32(0.9 * flocculence) * fragments)[turned_cell, along]
        window = _smoothstep(radius, 0.6 * start, 1.3 * start) * (1 - _smoothstep(radius, 3.2, 5.0))
        # The same contrast for many thin arms as for two wide ones.
        mean = 0.4 / np.sqrt(float(sharp))
        swing = np.float32(strength) * window
        old *= 1 + swing * (np.float32(1.5) * pattern - np.float32(1.5 * mean))
        np.maximum(old, smooth * np.float32(0.15), out=old)
        young = np.float32(0.25) * young + np.float32(3.2 * strength) * young * window * pattern
        lane = np.exp(sharp * 2 * (np.cos(np.float32(number) * (turned + np.float32(0.30))) - 1))
        depth += np.float32(0.8 * float(galaxy["dust"]) * strength) * lane * window
    elif clumps > 0:
        patches = texture(rng, (_AROUND, _ALONG), (16, 16), periodic=True)
        young *= np.clip(1 + np.float32(2.2 * clumps) * patches, 0.02, None)[around, along]
    for name in ("inner_ring", "outer_ring"):
        if (amount := float(galaxy[name])) > 0:
            place = float(galaxy[f"{name}_radius"])
            width = 0.11 * place + 0.06
            ring = np.exp(np.float32(-0.5 / width**2) * (radius - np.float32(place)) ** 2)
            level = np.exp(-place)
            grain = (
                1 + np.float32(0.3) * texture(rng, (_AROUND, _ALONG), (18, 6), True)[around, along]
            )
            if name == "inner_ring":  # swept clean within, which is what the eye sees
                gap = 1 - np.float32(0.55 * amount) * _smoothstep(
                    radius, 0.25 * place, 0.5 * place
                ) * (1 - _smoothstep(radius, 0.75 * place, 0.95 * place))
                old *= gap
                young *= gap
            old += np.float32(1.2 * amount * level) * ring
            young += np.float32(1.6 * amount * level) * ring * np.clip(grain, 0.1, None)
    bar = np.zeros_like(old)
    if barred:
        along_bar, across = rotated(u, v, float(galaxy["bar_angle"]))
        length, axis = float(galaxy["bar_length"]), float(galaxy["bar_axis_ratio"])
        p = along_bar * np.float32(1 / length)
        q = across * np.float32(1 / (length * axis))
        p *= p
        q *= q
        inside = np.clip(
            1 - np.sqrt(p * p + q * q + p * q), 0, None
        )  # a little boxy (Ferrers, n = 1)
        bar = inside * (1 - np.float32(0.35) * (1 - inside))
        sweep = _smoothstep(radius, 0.15, 0.5) * (
            1 - _smoothstep(radius, 0.8 * length, 1.1 * length)
        )
        old *= 1 - np.float32(0.6 * float(galaxy["bar_strength"])) * sweep
    shade = _smoothstep(v, -0.6, 0.6) * np.float32((1 - ratio) * 0.5 * float(galaxy["dust"]))
    depth += shade * smooth * np.float32(2.0)
    return _normal(old), _normal(bar) if barred else bar, _normal(young), depth


def edge_on_disc(
    galaxy: Mapping[str, Any], x: Image, y: Image, scale: float, rng: np.random.Generator
) -> tuple[Image, Image, Image, Image]:
    """Disc seen from the side; parameters as for :func:`inclined_disc`.

    Returns
    -------
    old, bulge, young, depth : (height, width) float32
        As there, but with the bulge (rounded, boxy or none) in place of the bar.
    """
    tilt = np.cos(np.radians(float(galaxy["inclination"])))
    height = scale * np.hypot(0.75 * float(galaxy["thickness"]), 0.9 * tilt)
    distance = np.abs(x) * np.float32(1 / scale)
    # x K1(x), the exponential disc seen along its plane, to 6 %; it ends near four scale lengths.
    along = np.exp(-distance) * np.sqrt(1 + np.float32(np.pi / 2) * distance)
    along *= 1 - _smoothstep(distance, 3.4, 5.2)
    warp = np.float32(0.25 * float(galaxy["disturbance"]) / scale) * x * np.abs(x)
    y = y - warp
    old = along / np.cosh(np.clip(y * np.float32(1 / height), -20, 20)) ** 2
    grain = texture(rng, (old.shape[0], old.shape[1]), (9, 15))
    knots = np.clip(1 + np.float32(float(galaxy["clumpiness"])) * grain, 0.1, None)
    young = along * np.exp(np.float32(-0.5 / (0.55 * height) ** 2) * y * y) * knots
    r = scale * max(float(galaxy["bulge_radius"]), 0.22)
    if galaxy["bulge_shape"] == "boxy":
        p, q = np.abs(x) * np.float32(1 / 1.35), np.abs(y) * np.float32(1 / 0.95)
        # Peanut: the box is pinched on the short axis.
        q = q * (1 + np.float32(0.35) * np.exp(np.float32(-0.5 / (0.5 * r) ** 2) * x * x))
        bulge = sersic((p**4 + q**4) ** np.float32(0.25) + np.float32(0.03 * r), 1.15 * r, 1.0)
    else:
        bulge = sersic(np.hypot(x, y * np.float32(1 / 0.8)) + np.float32(0.03 * r), r, 1.8)
    offset = np.float32(0.45 * tilt * scale * 0.5)
    lane = np.exp(np.float32(-0.5 / (0.28 * height) ** 2) * (y - offset) ** 2)
    depth = np.float32(2.2 * float(galaxy["dust"])) * lane * (1 - _smoothstep(distance, 2.0, 3.6))
    return _normal(old), _normal(bulge), _normal(young), depth
