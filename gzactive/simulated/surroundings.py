"""What a frame shows besides its galaxy: stars, far galaxies, tidal debris, and blemishes.

The grid on which a scene is composed is here too. Light is in nanomaggies per arcsec² in g, r, z.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft

from gzactive.simulated.components import Image

__all__ = ["Grid", "add_defect", "add_field", "add_star", "add_stream"]

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """Pixels of a scene: a frame and a margin, so that nothing wraps round into the frame.

    Attributes
    ----------
    size, side, margin : int
        Pixels of the frame, of the scene, and before the frame begins.
    field, pixel : float
        Side of the frame and of a pixel, arcsec; the frame's centre is (0, 0).
    """

    size: int
    side: int
    margin: int
    field: float
    pixel: float

    @classmethod
    def of(cls, size: int, field: float) -> "Grid":
        """Make the grid for a frame, of a size at which Fourier transforms are fast."""
        side = int(fft.next_fast_len(int(size * 1.07) + 2, real=True))
        return cls(size, side, (side - size) // 2, field, field / size)

    def window(self, x: float, y: float, reach: float) -> tuple[slice, slice]:
        """Rows and columns within ``reach`` arcsec of a place, cut to the scene."""
        found = []
        for centre in (y, x):
            place, half = self.place(centre), reach / self.pixel
            low, high = int(np.floor(place - half)), int(np.ceil(place + half)) + 1
            found.append(slice(min(max(low, 0), self.side), min(max(high, 0), self.side)))
        return found[0], found[1]

    def place(self, offset: float) -> float:
        """Pixel coordinate of an offset in arcsec."""
        return offset / self.pixel + self.margin + (self.size - 1) / 2

    def coordinates(self, window: tuple[slice, slice]) -> tuple[Image, Image]:
        """Offsets x and y of every pixel of a window, arcsec."""
        centre = self.margin + (self.size - 1) / 2
        rows = (np.arange(self.side)[window[0]] - centre) * self.pixel
        columns = (np.arange(self.side)[window[1]] - centre) * self.pixel
        x, y = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
        return x, y

    @property
    def whole(self) -> tuple[slice, slice]:
        """Window of the whole scene."""
        return slice(0, self.side), slice(0, self.side)

    def deposit(self, scene: Image, x: _Floats, y: _Floats, fluxes: _Floats) -> None:
        """Add point sources: ``fluxes`` (3, n) nanomaggies, shared by the four nearest pixels."""
        shift = self.margin + (self.size - 1) / 2
        column, row = x / self.pixel + shift, y / self.pixel + shift
        left, top = np.floor(column).astype(int), np.floor(row).astype(int)
        right, below = column - left, row - top
        inside = (left >= 0) & (top >= 0) & (left < self.side - 1) & (top < self.side - 1)
        cells = (top * self.side + left)[inside]
        right, below, fluxes = right[inside], below[inside], fluxes[:, inside] / self.pixel**2
        flat = scene.reshape(3, -1)
        for step, share in (
            (0, (1 - right) * (1 - below)),
            (1, right * (1 - below)),
            (self.side, (1 - right) * below),
            (self.side + 1, right * below),
        ):
            for band in range(3):
                np.add.at(flat[band], cells + step, (share * fluxes[band]).astype(np.float32))


def _colours(magnitude: _Floats, gr: _Floats, rz: _Floats) -> _Floats:
    return 10 ** (0.4 * (22.5 - np.stack([magnitude + gr, magnitude, magnitude - rz])))


def add_field(scene: Image, grid: Grid, row: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Add faint stars, and far galaxies as a few points each, before the scene is blurred."""
    area = (grid.side * grid.pixel / 60) ** 2  # square arcmin
    half = grid.side * grid.pixel / 2
    stars = rng.poisson(float(row["star_density"]) * area)
    magnitude = 23.3 - rng.exponential(1.9, stars)
    gr = np.where(rng.uniform(size=stars) < 0.55, 1.35, rng.uniform(0.2, 1.1, stars))
    rz = np.where(gr > 1.2, rng.uniform(0.7, 1.8, stars), 0.55 * gr)
    place = rng.uniform(-half, half, (2, stars))
    grid.deposit(scene, place[0], place[1], _colours(np.clip(magnitude, 16.0, 25), gr, rz))
    galaxies, points = rng.poisson(float(row["galaxy_density"]) * area), 120
    magnitude = np.clip(23.6 - rng.exponential(1.15, galaxies), 18.3, 25)
    size = 0.45 * 10 ** (0.12 * (22.5 - magnitude)) * rng.lognormal(0, 0.3, galaxies)
    gr = np.clip(rng.normal(0.85, 0.35, galaxies), 0.0, 1.7)
    rz = 0.25 + 0.5 * gr + rng.normal(0, 0.1, galaxies)
    place = rng.uniform(-half, half, (2, galaxies))
    way, ratio = rng.uniform(0, np.pi, galaxies), rng.uniform(0.25, 1, galaxies)
    # An exponential disc at its quantiles, set a golden angle apart: as smooth as one drawn.
    quantile = (np.arange(points)[:, None] + 0.5) / points
    distance = -size * np.log(1 - quantile) * 1.2
    turn = np.pi * (3 - np.sqrt(5)) * np.arange(points)[:, None] + rng.uniform(0, 6.3, galaxies)
    u, v = distance * np.cos(turn), ratio * distance * np.sin(turn)
    x = place[0] + u * np.cos(way) - v * np.sin(way)
    y = place[1] + u * np.sin(way) + v * np.cos(way)
    fluxes = np.repeat(_colours(magnitude, gr, rz)[:, None, :] / points, points, axis=1)
    grid.deposit(scene, x.ravel(), y.ravel(), fluxes.reshape(3, -1))


def add_stream(
    scene: Image,
    grid: Grid,
    row: Mapping[str, Any],
    fluxes: npt.NDArray[np.float32],
    rng: np.random.Generator,
) -> None:
    """Add tidal tails and shells, as stars scattered along curves, before the scene is blurred."""
    radius = float(row["radius90"])
    stars = 5000
    if (strength := float(row["tail_strength"])) > 0:
        tails = 2 if strength > 0.6 else 1
        start = np.radians(float(row["companion_angle"])) + rng.normal(0, 0.4)
        curl = float(row["winding_sense"]) * rng.uniform(0.8, 2.6)
        for tail in range(tails):
            along = rng.beta(1.1, 1.9, stars)
            way = start + tail * np.pi + curl * along + rng.normal(0, 0.06, stars)
            length = rng.uniform(0.9, 1.6) * (0.5 + 0.7 * strength)
            distance = radius * (0.45 + length * along)
            spread = radius * (0.05 + 0.09 * along)
            x = distance * np.cos(way) + spread * rng.normal(size=stars)
            y = distance * np.sin(way) + spread * rng.normal(size=stars)
            share = 0.13 * strength / stars
            grid.deposit(scene, x, y, np.repeat(fluxes[:, None] * share, stars, axis=1))
    if (strength := float(row["shell_strength"])) > 0:
        axis = rng.uniform(0, 2 * np.pi)
        for shell in range(rng.integers(2, 5)):
            edge = radius * rng.uniform(0.7, 1.7)
            # Sharp outside, fading inward.
            distance = edge * (1 - rng.exponential(0.10, stars) + rng.normal(0, 0.012, stars))
            way = axis + shell * np.pi + rng.normal(0, rng.uniform(0.25, 0.5), stars)
            x, y = distance * np.cos(way), distance * np.sin(way)
            share = 0.045 * strength / stars
            grid.deposit(scene, x, y, np.repeat(fluxes[:, None] * share, stars, axis=1))


def add_star(
    scene: Image,
    grid: Grid,
    row: Mapping[str, Any],
    x0: float,
    y0: float,
    magnitude: float,
    rng: np.random.Generator,
) -> None:
    """Add a bright star: a Moffat profile (β = 2.6) with diffraction spikes."""
    gr = rng.uniform(0.2, 1.3)
    fluxes = _colours(np.array([magnitude]), np.array([gr]), np.array([0.5 * gr]))[:, 0]
    core, beta = 0.62 * float(row["seeing"]), 2.6
    x, y = grid.coordinates(grid.whole)
    x, y = x - np.float32(x0), y - np.float32(y0)
    peak = (beta - 1) / (np.pi * core**2)
    light = (1 + (x * x + y * y) * np.float32(1 / core**2)) ** np.float32(-beta)
    for way in (1.0, -1.0):  # spikes of DECam lie along the diagonals
        along, across = (x + way * y) * np.float32(0.7071), (y - way * x) * np.float32(0.7071)
        spike = np.exp(-np.abs(across) * np.float32(1 / (0.45 * float(row["seeing"]))))
        light += np.float32(3e-4) * spike / (1 + (along * np.float32(1 / (6 * core))) ** 2)
    scene += (peak * fluxes).astype(np.float32)[:, None, None] * light


def add_defect(scene: Image, grid: Grid, row: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Add a blemish: on the galaxy where that is the kind of the frame, else beside it."""
    defect, central = row["defect"], row["kind"] == "artifact"
    if defect == "none":
        return
    half = grid.field / 2
    away = 0.0 if central else rng.uniform(0.45, 0.85) * half * rng.choice([-1, 1])
    x, y = grid.coordinates(grid.whole)
    if defect == "bright-star":
        magnitude = rng.uniform(9.5, 12.0) if central else rng.uniform(11.5, 14)
        x0, y0 = away + rng.normal(0, 0.06) * half, rng.normal(0, 0.06 if central else 0.5) * half
        add_star(scene, grid, row, x0, y0, magnitude, rng)
        if rng.uniform() < 0.7:  # charge bleeds along the rows
            wide = float(row["seeing"]) * rng.uniform(0.2, 0.45)
            length = half * rng.uniform(0.15, 0.7)
            bleed = (np.abs(y - np.float32(y0)) < wide) & (np.abs(x - np.float32(x0)) < length)
            scene[:, bleed] = np.array([[6.0], [2.0], [9.0]], np.float32)
    elif defect == "trail":
        way = rng.uniform(0, np.pi)
        across = x * np.float32(np.sin(way)) - y * np.float32(np.cos(way)) - np.float32(0.6 * away)
        wide = float(row["seeing"]) * (rng.uniform(0.7, 1.8) if central else rng.uniform(0.5, 0.9))
        light = np.exp(np.float32(-0.5 / wide**2) * across**2)
        peak = rng.uniform(4, 16) if central else rng.uniform(0.5, 3)
        # It crossed one exposure, thus one band most of all.
        shares = np.full(3, rng.choice([0.15, 0.6]))
        shares[rng.integers(3)] = 1.0
        scene += (peak * shares).astype(np.float32)[:, None, None] * light
    elif defect == "bad-columns":
        for _ in range(rng.integers(2, 7) if central else 1):
            centre = away + rng.normal(0, 0.10 if central else 0.03) * half
            wide = rng.uniform(0.25, 1.0) if central else 0.25
            column = np.abs(x - np.float32(centre)) < max(wide, 0.5 * grid.pixel)
            value = rng.uniform(1, 8) * rng.choice([-1, 1]) * rng.uniform(0.2, 1, 3)
            scene[:, column] += value.astype(np.float32)[:, None]
    else:
        left, top = away + rng.uniform(-0.9, 0.1) * half, rng.uniform(-0.9, 0.1) * half
        width, height = rng.uniform(0.5, 1.6, 2) * (half if central else 0.5 * half)
        block = (x > left) & (x < left + width) & (y > top) & (y < top + height)
        lost = rng.integers(3)
        scene[lost, block] = np.float32(-2.0 if rng.uniform() < 0.5 else 0.0)
        if central:
            scene[(lost + 1) % 3, block] += np.float32(rng.uniform(1, 8))
