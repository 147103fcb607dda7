"""Plots of two matched catalogues: how far apart pairs are, and what both say of them."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from gzactive.app.evaluate.plot import Plot

__all__ = ["MatchPlot"]

_ALPHA = 110  # of 255
_DOTS = 4000  # more of them hide each other, and take longer than a frame


class MatchPlot(Plot):
    """A plot of the Evaluate page's kind, for separations and for fractions."""

    def show_separations(
        self, counts: NDArray[np.intp], edges: NDArray[np.float64], words: str
    ) -> None:
        """A histogram of separations: counts (n,) between edges (n + 1,), arc seconds."""

        def draw() -> None:
            most = max(1, int(counts.max(initial=0)))
            self._frame("arc seconds apart", "pairs", (0, float(edges[-1])), (0, most))
            self.plot.plot(
                edges,
                counts,
                stepMode="center",
                fillLevel=0,
                brush=QColor(self._theme.colours.accent),
                pen=pg.mkPen(self._theme.colours.surface, width=1),
            )
            self.words.setText(escape(words))

        self._show(draw)

    def show_fractions(
        self,
        one: NDArray[np.float64],
        other: NDArray[np.float64],
        names: Sequence[str],
        words: str,
    ) -> None:
        """Fractions of one answer, (m,) each: what the second says against the first."""
        if len(one) > _DOTS:
            some: Any = np.linspace(0, len(one) - 1, _DOTS).astype(int)
            one, other = one[some], other[some]

        def draw() -> None:
            self._frame(names[0], names[1], (0, 1), (0, 1))
            self._diagonal()
            colour = QColor(self._theme.colours.accent)
            colour.setAlpha(_ALPHA)
            self.plot.plot(
                one, other, pen=None, symbol="o", symbolSize=6, symbolPen=None, symbolBrush=colour
            )
            self.words.setText(escape(words))
            self.words.setTextFormat(Qt.TextFormat.RichText)

        self._show(draw)
