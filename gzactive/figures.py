"""One look for all figures on paper: legible in print, and without colour vision.

In SVG each colour is a CSS variable with the printed colour behind it, so that a page can show the
same figure in light and in dark. What is drawn is no matter of this file; the app draws its own
with pyqtgraph. matplotlib is imported when a figure is made, and nothing here needs a display.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gzactive.errors import GzactiveError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "FAINT",
    "INK",
    "MARKERS",
    "SUFFIXES",
    "figure",
    "panels",
    "plain",
    "save",
    "svg",
]

#: Okabe & Ito's colours for every kind of colour vision, and a marker each: never colour alone.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
MARKERS = ("o", "s", "^", "D", "v", "P")
INK, FAINT, _GRID = "#1f2430", "#9aa1ae", "#e7e9ee"

#: What a page calls each colour, to show it as it likes.
_VARIABLES = {INK: "ink", FAINT: "axis", _GRID: "grid"} | {
    colour: f"series-{index}" for index, colour in enumerate(COLOURS, start=1)
}

#: Endings of files that a figure can be saved to.
SUFFIXES = (".png", ".svg", ".pdf")

_STYLE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": _GRID,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "svg.fonttype": "none",  # text stays text: it can be searched, and read aloud
    "svg.hashsalt": "gzactive",  # the same data gives the same bytes
}
_DPI = 200
#: Of a figure inside a page, which says itself who made it and when.
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


@contextmanager
def figure(width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """Yield an empty figure (inches) with one plot, without pyplot's global state."""
    with panels(width, height, 1) as (made, (axes,)):
        yield made, axes


@contextmanager
def panels(width: float, height: float, count: int) -> Iterator[tuple[Figure, list[Axes]]]:
    """The same with several plots side by side."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):
        made = Figure(figsize=(width, height), layout="constrained")
        yield made, list(made.subplots(1, count, squeeze=False)[0])


def svg(made: Figure) -> str:
    """The figure as SVG text for the inside of a page."""
    buffer = io.StringIO()
    made.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA)
    text = buffer.getvalue()
    for colour, name in _VARIABLES.items():
        text = text.replace(f": {colour.lower()}", f": var(--{name}, {colour.lower()})")
    return text[text.index("<svg") :]  # an SVG inside HTML has no XML declaration


def plain(text: str) -> str:
    """Text of :func:`svg` for a file of its own, in printed colours: every viewer shows them."""
    return re.sub(r"var\(--[\w-]+, (#[0-9a-f]+)\)", r"\1", text)


def save(made: Figure, path: Path) -> None:
    """Write a figure in the format that the file's ending names, on white.

    Raises
    ------
    GzactiveError
        If the ending is none of :data:`SUFFIXES`, or the disk refuses.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise GzactiveError(
            f"A figure cannot be written as '{path.name}': end it in {', '.join(SUFFIXES)}."
        )
    try:
        made.savefig(path, dpi=_DPI, facecolor="white")
    except OSError as error:
        raise GzactiveError(
            f"{path} cannot be written ({error.strerror or error}): choose another place."
        ) from error
