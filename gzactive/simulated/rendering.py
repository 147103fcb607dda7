"""From the truth of one galaxy to the colour picture that a person sees.

A scene in nanomaggies (g, r, z) is composed on a grid a little larger than the frame, blurred by
the atmosphere in Fourier space, given noise and blemishes, and shown with the stretch of
:mod:`gzactive.simulated.display`. Parts of galaxies are drawn in
:mod:`gzactive.simulated.components`, what surrounds them in :mod:`gzactive.simulated.surroundings`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import fft, ndimage

from gzactive.errors import GzactiveError
from gzactive.simulated.components import (
    Image,
    edge_on_disc,
    inclined_disc,
    rotated,
    sersic,
    texture,
)
from gzactive.simulated.display import shown
from gzactive.simulated.surroundings import (
    Grid,
    add_defect,
    add_field,
    add_star,
    add_stream,
)

__all__ = ["render", "render_many"]

#: Noise in g and z relative to r, and seeing likewise (DECaLS depths and medians).
_NOISE = np.array([0.6, 1.0, 1.7], np.float32)
_SEEING = np.array([1.10, 1.0, 0.93])
#: Side of a DECam pixel, arcsec; brightness of the dark sky in r, nanomaggies per arcsec².
_CAMERA_PIXEL, _SKY = 0.262, 4.0
#: Extinction in g, r, z for a unit of optical depth in r.
_REDDENING = np.array([1.35, 1.0, 0.6], np.float32)


def render(galaxy: Mapping[str, Any] | pd.Series, size: int = 256) -> npt.NDArray[np.uint8]:
    """Render one galaxy.

    Parameters
    ----------
    galaxy : mapping or Series
        One row of :func:`~gzactive.simulated.parameters.draw_parameters`.
    size : int
        Side of the picture in pixels; the frame on the sky is the same for every size.

    Returns
    -------
    (size, size, 3) uint8
        Red, green and blue; the same for the same row and size, wherever it is rendered.

    Raises
    ------
    GzactiveError
        If ``size`` is below 16.
    """
    if size < 16:
        raise GzactiveError(
            f"A picture of {size} pixels shows no galaxy: use a size of 16 or more."
        )
    row = dict(galaxy)
    rng = np.random.default_rng(int(row["render_seed"]))
    grid = Grid.of(size, float(row["field"]))
    scene = np.zeros((3, grid.side, grid.side), np.float32)
    if row["kind"] != "star":
        _add_galaxy(scene, grid, row, rng)
    add_field(scene, grid, row, rng)
    scene = _blurred(scene, grid.pixel, float(row["seeing"]))
    if row["kind"] == "star":
        add_star(scene, grid, row, 0.0, 0.0, float(row["magnitude"]) - 1.5, rng)
    elif row["bright_star"]:
        distance, way = rng.uniform(0.35, 0.75) * grid.field / 2, rng.uniform(0, 2 * np.pi)
        x, y = distance * np.cos(way), distance * np.sin(way)
        add_star(scene, grid, row, x, y, rng.uniform(13.0, 16.5), rng)
    add_defect(scene, grid, row, rng)
    _add_noise(scene, grid.pixel, float(row["noise"]), rng)
    return shown(scene[:, grid.margin : grid.margin + size, grid.margin : grid.margin + size])


def render_many(truth: pd.DataFrame, size: int = 256) -> npt.NDArray[np.uint8]:
    """Render every row of ``truth``: (galaxies, size, size, 3) uint8."""
    pictures = np.empty((len(truth), size, size, 3), np.uint8)
    for number, row in enumerate(truth.to_dict("records")):
        pictures[number] = render(row, size)  # type: ignore[arg-type]
    return pictures


def _fluxes(magnitude: float, gr: float, rz: float) -> npt.NDArray[np.float32]:
    """Nanomaggies in g, r and z."""
    return (10 ** (0.4 * (22.5 - np.array([magnitude + gr, magnitude, magnitude - rz])))).astype(
        np.float32
    )


def _add_galaxy(scene: Image, grid: Grid, row: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Add the galaxy, what it is merging with, and what that has thrown out (nmgy/arcsec²)."""
    radius = float(row["radius90"])
    disc = row["kind"] != "elliptical"
    reach = min(radius * (2.6 if disc else 4.6), grid.side * grid.pixel / 2)
    window = grid.window(0.0, 0.0, reach)
    x, y = grid.coordinates(window)
    disturbance = float(row["disturbance"])
    if disturbance > 0.05:
        # Tides: the plane is bent on the scale of the galaxy, least at the centre.
        pull = np.float32(0.5 * disturbance * radius * (0.15 if row["edge_on"] else 1.0))
        rise = np.float32(1 / radius) * np.hypot(x, y)
        rise = rise / (rise + np.float32(0.45))
        x = x + pull * rise * texture(rng, x.shape, (6, 6))
        y = y + pull * rise * texture(rng, x.shape, (6, 6))
    scene[:, window[0], window[1]] += _body(row, x, y, radius, rng) / grid.pixel**2
    if float(row["companion_ratio"]) > 0:
        _add_companion(scene, grid, row, rng)
    if float(row["tail_strength"]) > 0 or float(row["shell_strength"]) > 0:
        add_stream(scene, grid, row, _fluxes(row["magnitude"], row["disc_gr"], row["disc_rz"]), rng)


def _body(
    row: Mapping[str, Any], x: Image, y: Image, radius: float, rng: np.random.Generator
) -> Image:
    """Fluxes (3, height, width) of one galaxy centred on the origin of ``x``, ``y``."""
    magnitude = float(row["magnitude"])
    along, across = rotated(x, y, float(row["position_angle"]))
    red = _fluxes(magnitude, row["bulge_gr"], row["bulge_rz"])
    if row["kind"] == "elliptical" or row["kind"] == "artifact":
        ratio, index = float(row["axis_ratio"]), float(row["sersic_index"])
        half = radius / (1.25 + 0.2 * index)
        soft = np.float32((0.02 * half) ** 2)
        r = np.sqrt(along * along + (across * np.float32(1 / ratio)) ** 2 + soft)
        profile = sersic(r, half, max(index, 1.0))
        return np.asarray(red[:, None, None] * (profile / profile.sum()), np.float32)
    scale = radius / 2.0
    blue = _fluxes(magnitude, row["disc_gr"], row["disc_rz"])
    hot = _fluxes(magnitude, row["young_gr"], row["young_rz"])
    share = float(row["bulge_fraction"])
    if row["edge_on"]:
        old, bulge, young, depth = edge_on_disc(row, along, across, scale, rng)
        fresh, barred = 0.10 + 0.25 * float(row["stage"]), 0.0
        share = 0.0 if row["bulge_shape"] == "none" else max(share, 0.07)
        parts = [(red * share, bulge)]
    else:
        old, bar, young, depth = inclined_disc(row, along, across, scale, rng)
        fresh = 0.12 + 0.22 * float(row["stage"]) + 0.30 * float(row["arm_strength"])
        fresh += 0.35 * (row["kind"] == "irregular")
        barred = 0.36 * float(row["bar_strength"]) ** 1.2
        parts = [(red * (1 - share) * barred, bar)] if barred else []
        if share > 0:
            half = scale * float(row["bulge_radius"])
            flat = max(float(row["axis_ratio"]), 0.6)
            soft = np.float32((0.05 * half) ** 2)
            r = np.sqrt(along * along + (across * np.float32(1 / flat)) ** 2 + soft)
            bulge = sersic(r, half, float(row["sersic_index"]))
            parts.append((red * share, bulge / bulge.sum()))
    fresh = min(fresh, 0.7)
    rest = (1 - share) * (1 - barred)
    parts += [(blue * rest * (1 - fresh), old), (hot * rest * fresh, young)]
    fluxes = np.stack([colour for colour, _ in parts], axis=1)
    images = np.stack([image for _, image in parts]).reshape(len(parts), -1)
    light = (fluxes.astype(np.float32) @ images).reshape(3, *x.shape)
    if row["dust"] > 0.02:
        light *= np.exp(-_REDDENING[:, None, None] * depth)
    return light


def _add_companion(
    scene: Image, grid: Grid, row: Mapping[str, Any], rng: np.random.Generator
) -> None:
    """Add the other galaxy of a merger: a smooth or spiral one, whatever the first is."""
    ratio, radius = float(row["companion_ratio"]), float(row["radius90"])
    size = radius * (0.55 + 0.4 * ratio)
    distance = float(row["companion_distance"]) * (radius + size) * 0.75
    way = np.radians(float(row["companion_angle"]))
    x0, y0 = distance * np.cos(way), distance * np.sin(way)
    spiral = row["kind"] != "elliptical" and rng.uniform() < 0.6
    other = dict(row) | {
        "kind": "disc" if spiral else "elliptical",
        "edge_on": False,
        "magnitude": float(row["magnitude"]) - 2.5 * np.log10(ratio),
        "axis_ratio": rng.uniform(0.4, 1.0),
        "position_angle": rng.uniform(0, 180),
        "bulge_fraction": rng.uniform(0.1, 0.4),
        "sersic_index": rng.uniform(1.5, 3.5),
        "bar_strength": 0.0,
        "inner_ring": 0.0,
        "outer_ring": 0.0,
    }
    window = grid.window(x0, y0, 2.5 * size)
    x, y = grid.coordinates(window)
    if x.size == 0:
        return
    x, y = x - np.float32(x0), y - np.float32(y0)
    pull = np.float32(0.25 * float(row["disturbance"]) * size)
    x = x + pull * texture(rng, x.shape, (6, 6))
    y = y + pull * texture(rng, x.shape, (6, 6))
    scene[:, window[0], window[1]] += _body(other, x, y, size, rng) / grid.pixel**2


def _blurred(scene: Image, pixel: float, seeing: float) -> Image:
    """Convolve with two Gaussians, which stand for a Moffat profile, wider in g than in z."""
    side = scene.shape[-1]
    fy = np.fft.fftfreq(side).astype(np.float32)
    fx = np.fft.rfftfreq(side).astype(np.float32)
    spectrum = fft.rfft2(scene, workers=1)
    for band, wider in enumerate(_SEEING):
        sigma = seeing * wider / 2.3548 / pixel
        transfer = np.zeros((side, fx.size), np.float32)
        for share, spread in ((0.82, 0.93), (0.18, 1.9)):
            a = -2 * (np.pi * sigma * spread) ** 2
            transfer += np.outer(share * np.exp(a * fy**2), np.exp(a * fx**2)).astype(np.float32)
        spectrum[band] *= transfer
    return np.asarray(fft.irfft2(spectrum, s=(side, side), workers=1), np.float32)


def _add_noise(scene: Image, pixel: float, noise: float, rng: np.random.Generator) -> None:
    """Add sky and photon noise as it looks in a frame resampled from the camera's pixels."""
    spread = 0.43 * _CAMERA_PIXEL / pixel  # in pixels of the frame
    field = rng.standard_normal(scene.shape, dtype=np.float32)
    if spread > 0.35:
        width = np.arange(-3, 4, dtype=np.float64)
        kernel = np.exp(-0.5 * (width / spread) ** 2)
        kernel /= np.sqrt((kernel**2).sum())  # keeps the variance
        for axis in (1, 2):
            field = ndimage.convolve1d(field, kernel, axis=axis, mode="wrap")
    averaged = min(1.0, _CAMERA_PIXEL / pixel)
    sigma = (_NOISE * np.float32(noise * averaged))[:, None, None]
    scene += field * sigma * np.sqrt(1 + np.clip(scene, 0, None) * np.float32(1 / _SKY))
