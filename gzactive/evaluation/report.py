"""A report as one HTML file: words, tables, figures and galaxies, nothing to load from elsewhere.

The pieces are values; what they say is composed by whoever reports (the demonstration, an
evaluation). The page's look is in ``resources/templates/report.html``.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gzactive import __version__
from gzactive.images import ImageProblem, read_image
from gzactive.paths import atomic_write, resource

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Card", "Chart", "Matrix", "Section", "thumbnail", "write_report"]


@dataclass(frozen=True)
class Chart:
    """A drawn figure: SVG and the sentence beneath it."""

    svg: str
    caption: str


@dataclass(frozen=True)
class Card:
    """A galaxy: its picture as a data URL (empty where it cannot be read), a title and lines."""

    picture: str
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matrix:
    """Counts by what the model says (rows) and what volunteers say (columns).

    Attributes
    ----------
    answers
        Names of both, in order.
    counts
        (answers, answers).
    caption
        The sentence beneath it.
    """

    answers: Sequence[str]
    counts: Sequence[Sequence[int]]
    caption: str

    @property
    def rows(self) -> list[tuple[str, list[tuple[int, float, bool]]]]:
        """Each row's answer, and of each cell: count, share of its column, on the diagonal."""
        totals = [max(1, sum(column)) for column in zip(*self.counts, strict=True)]
        return [
            (
                answer,
                [
                    (count, count / total, place == column)
                    for column, (count, total) in enumerate(zip(row, totals, strict=True))
                ],
            )
            for place, (answer, row) in enumerate(zip(self.answers, self.counts, strict=True))
        ]


@dataclass(frozen=True)
class Section:
    """A part of the report; what is empty is not shown."""

    title: str
    text: str = ""
    notes: Sequence[str] = ()
    matrix: Matrix | None = None
    charts: Sequence[Chart] = ()
    cards: Sequence[Card] = ()
    table: pd.DataFrame | None = None
    pairs: Sequence[tuple[Card, Chart]] = ()


def thumbnail(file_loc: str, size: int = 150) -> str:
    """Return the picture at ``file_loc`` as a JPEG data URL, ``size`` pixels on its longer side.

    An image that cannot be read gives an empty string: the card then says so in its place.
    """
    import numpy as np
    from PIL import Image

    try:
        pixels = read_image(file_loc)
    except ImageProblem:
        return ""
    if pixels.dtype != np.uint8:  # 16-bit and floats: the middle 99 % of the range
        low, high = np.percentile(pixels, (0.5, 99.5))
        pixels = np.clip((pixels - low) / max(high - low, 1e-12) * 255, 0, 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def write_report(path: Path, title: str, lead: str, sections: Sequence[Section]) -> None:
    """Write the report as one self-contained HTML file; an older one is replaced when it is whole.

    Parameters
    ----------
    path
        The file; its folder must exist.
    title, lead
        The heading and the paragraph under it. Text, not HTML: everything is escaped.
    sections
        The parts, in order.
    """
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(resource("templates")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html").render(
        title=title, lead=lead, sections=sections, version=__version__
    )
    atomic_write(path, page)
