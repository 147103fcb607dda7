"""Design tokens: spacing, type scale and the colours of both modes, as plain values.

Everything that the app draws takes its numbers from here, so that the two modes stay one design
and the contrast of every pair that is drawn can be tested. No Qt lives here. They are named tuples,
which are made in a tenth of a data class's time: the window waits for them.
"""

from typing import NamedTuple

__all__ = ["DARK", "LIGHT", "RADIUS", "SPACE", "TYPE", "Colours", "contrast", "luminance"]


class Colours(NamedTuple):
    """The colours of one mode, as ``#rrggbb``.

    ``sky`` lies behind the galaxy, ``background`` behind the panels, ``surface`` under a panel and
    ``raised`` under what can be pressed. There is one accent; ``danger`` is for what went wrong.
    """

    mode: str
    sky: str
    background: str
    surface: str
    raised: str
    hover: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    danger: str


class Spacing(NamedTuple):
    """Distances in pixels at 96 dots an inch; Qt scales them with the screen."""

    hair: int = 2
    tight: int = 4
    small: int = 8
    medium: int = 12
    large: int = 16
    huge: int = 24


class TypeScale(NamedTuple):
    """Sizes as multiples of the person's own font size, so that the app scales with it."""

    small: float = 0.9
    body: float = 1.0
    lead: float = 1.15
    question: float = 1.45
    title: float = 1.9


#: Amber keeps eyes adapted to the dark and is told from every hue that a galaxy shows.
DARK = Colours(
    mode="dark",
    sky="#06080b",
    background="#0f1318",
    surface="#171c23",
    raised="#212832",
    hover="#2c3543",
    border="#3a4554",
    text="#e9edf2",
    muted="#a5b0be",
    accent="#f0b455",
    on_accent="#1c1403",
    danger="#ff9187",
)

LIGHT = Colours(
    mode="light",
    sky="#d9dee5",
    background="#f1f3f6",
    surface="#ffffff",
    raised="#ffffff",
    hover="#e8ecf1",
    border="#b9c2cd",
    text="#14181f",
    muted="#4d5866",
    accent="#8a5700",
    on_accent="#ffffff",
    danger="#b3261e",
)

SPACE = Spacing()
TYPE = TypeScale()
RADIUS = 8


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 (black) to 1 (white), as WCAG 2.2 defines it."""

    def linear(channel: str) -> float:
        value = int(channel, 16) / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(colour[start : start + 2]) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2; AA asks 4.5 of text, 3 of signs)."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)
