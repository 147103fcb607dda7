"""From what a file holds to what the screen shows, by tables: any look of a galaxy in a moment.

Pixels are kept as 8 or 16-bit codes. Of counts, which may span any range, the codes are spaced by
an asinh between the faintest and the brightest, so that neither the sky's noise nor a star's core
is lost. A look is then a table from code to shade, and looking anew is a look-up.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.app.label.look import STRETCHES, Look
from gzactive.images.zscale import zscale

__all__ = ["Tones", "encode"]

Shades = NDArray[np.float64]

#: How strongly asinh and log lift what is faint, in pictures whose values have no natural scale.
_ASINH, _LOG = 10.0, 100.0
_CODES = 65535
_BRIGHTEST = 99.9  # percentile; as the model's own stretch
_BINS = 96
#: Pixels that a histogram is made of.
_SAMPLE = 40_000


@dataclass(frozen=True, eq=False)
class Plane:
    """One plane's codes: the value behind each, and the limits that stretches go by.

    Attributes
    ----------
    values
        What each code stands for, rising, (codes,).
    low, high
        The range that a linear stretch shows.
    near
        Values between which zscale shows; the sky and what is faint.
    top
        White of the stretches that compress, and, for counts, more than zscale's.
    counts
        Whether values are counts, without a natural black and white.
    """

    values: Shades
    low: float
    high: float
    near: tuple[float, float]
    top: float
    counts: bool

    def shades(self, stretch: str, default: str) -> Shades:
        """Brightness of each code, 0 to 1, through a stretch."""
        if stretch == STRETCHES[0]:
            stretch = default if self.counts else "linear"
            near_only = self.counts and stretch == "linear"
            stretch = "zscale" if near_only else stretch
        if stretch == "linear":
            return _between(self.values, self.low, self.high)
        black, knee = self.near if self.counts or stretch == "zscale" else (self.low, self.high)
        if stretch == "zscale":
            return _between(self.values, black, knee)
        if self.counts:
            steep = (self.top - black) / (knee - black)
            scaled = np.clip((self.values - black) / (knee - black), 0.0, steep)
        else:
            steep = _ASINH if stretch == "asinh" else _LOG
            scaled = steep * _between(self.values, self.low, self.high)
        if stretch == "asinh":
            scaled = np.arcsinh(scaled) / np.arcsinh(steep)
        else:
            scaled = np.log1p(scaled) / np.log1p(steep)
        bent: Shades = scaled
        return bent


@dataclass(frozen=True, eq=False)
class Tones:
    """A picture as codes, and the tables that show it.

    Attributes
    ----------
    codes
        uint8 or uint16, (h, w) or (h, w, 3), in C order.
    planes
        One for all planes, or one a plane.
    default
        The stretch of counts that are shown as the model sees them.
    """

    codes: NDArray[Any]
    planes: tuple[Plane, ...]
    default: str = "asinh"
    _tables: dict[tuple[str, float, float, bool], list[NDArray[np.uint8]]] = field(
        default_factory=dict
    )

    @property
    def nbytes(self) -> int:
        """Memory that it holds."""
        return self.codes.nbytes + sum(plane.values.nbytes for plane in self.planes)

    def show(self, look: Look) -> NDArray[np.uint8]:
        """The picture through a look, uint8, (h, w) or (h, w, 3)."""
        if self.codes.dtype == np.uint8 and look.plain:
            return self.codes
        tables = self._of(look)
        shown: NDArray[np.uint8]
        if len(tables) == 1:
            shown = tables[0][self.codes]
        else:
            shown = np.stack([t[self.codes[..., i]] for i, t in enumerate(tables)], axis=-1)
        if look.grey and shown.ndim == 3:
            # As the model's grey: the mean over channels.
            shown = (shown.sum(axis=2, dtype=np.uint16) // 3).astype(np.uint8)
        return shown

    def histogram(self, stretch: str, bins: int = _BINS) -> NDArray[np.float64]:
        """Share of the pixels in equal steps of stretched brightness, (bins,), summing to 1."""
        step = max(1, int(np.sqrt(self.codes.shape[0] * self.codes.shape[1] / _SAMPLE)))
        some = self.codes[::step, ::step]
        found = np.zeros(bins)
        for place, plane in enumerate(self.planes):
            codes = some if len(self.planes) == 1 else some[..., place]
            count = np.bincount(codes.ravel(), minlength=len(plane.values))
            where = (plane.shades(stretch, self.default) * (bins - 1)).round().astype(np.intp)
            found += np.bincount(where, weights=count, minlength=bins)
        shares: Shades = found / found.sum()
        return shares

    def _of(self, look: Look) -> list[NDArray[np.uint8]]:
        key = (look.stretch, look.black, look.white, look.inverted)
        if key not in self._tables:
            self._tables.clear()  # the last one only: whoever drags a level makes hundreds
            self._tables[key] = [self._table(plane, look) for plane in self.planes]
        return self._tables[key]

    def _table(self, plane: Plane, look: Look) -> NDArray[np.uint8]:
        shades = _between(plane.shades(look.stretch, self.default), look.black, look.white)
        if look.inverted:
            shades = 1.0 - shades
        table: NDArray[np.uint8] = np.rint(255.0 * shades).astype(np.uint8)
        return table


def encode(pixels: NDArray[Any], default: str = "asinh") -> Tones:
    """Codes and tables of a picture.

    Parameters
    ----------
    pixels
        uint8, uint16 or float32, (h, w) or (h, w, 3), at least one of them finite and not all the
        same; NaN is missing and becomes black. 16-bit values are shown by the depth that they use,
        floats within [0, 1] are brightnesses, all others counts: as the model takes them.
    default
        The stretch that shows counts as the model sees them.
    """
    if pixels.dtype == np.uint8:
        return Tones(np.ascontiguousarray(pixels), (_whole(pixels, np.arange(256.0), 255.0),))
    if pixels.dtype == np.uint16:
        depth = max(8, 2 * int(np.ceil(int(pixels.max()).bit_length() / 2)))
        plane = _whole(pixels, np.arange(float(_CODES + 1)), float(2**depth - 1))
        return Tones(np.ascontiguousarray(pixels), (plane,))
    finite = np.isfinite(pixels)
    kept = pixels[finite]
    if kept.size == pixels.size and kept.min() >= 0 and kept.max() <= 1:
        codes = np.rint(pixels * np.float32(_CODES)).astype(np.uint16)
        return Tones(codes, (_whole(pixels, np.arange(_CODES + 1) / _CODES, 1.0),))
    if pixels.ndim == 2:
        codes, plane = _counts(pixels)
        return Tones(codes, (plane,), default)
    parts = [_counts(np.ascontiguousarray(each)) for each in np.moveaxis(pixels, -1, 0)]
    codes = np.stack([codes for codes, _ in parts], axis=-1)
    return Tones(codes, tuple(plane for _, plane in parts), default)


def _whole(pixels: NDArray[Any], values: Shades, high: float) -> Plane:
    """A plane, or all planes alike so that hues stay, whose values have a black and a white."""
    near = _near(pixels, 0.0, high)
    return Plane(values, 0.0, high, near, high, False)


def _near(values: NDArray[Any], low: float, high: float) -> tuple[float, float]:
    black, knee = zscale(values.reshape(-1))
    return (black, knee) if black < knee else (low, high)


def _counts(values: NDArray[Any]) -> tuple[NDArray[np.uint16], Plane]:
    """Codes of one plane of counts; code 0 is what is missing, shown as the faintest."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        finite = np.zeros(1)
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        high = low + 1.0
    black, knee = _near(finite, low, high)
    top = max(float(np.percentile(finite, _BRIGHTEST)), knee)
    span = knee - black
    ends = np.arcsinh((np.array([low, high]) - black) / span)
    bent = np.arcsinh((values.astype(np.float64) - black) / span)
    spaced = 1 + (bent - ends[0]) / (ends[1] - ends[0]) * (_CODES - 1)
    codes = np.nan_to_num(np.rint(spaced), nan=0.0, posinf=0.0, neginf=0.0).astype(np.uint16)
    steps = np.linspace(ends[0], ends[1], _CODES)
    meant = np.concatenate([[low], black + span * np.sinh(steps)])
    return codes, Plane(meant, low, high, (black, knee), top, True)


def _between(values: Shades, low: float, high: float) -> Shades:
    return np.clip((values - low) / (high - low), 0.0, 1.0)
