"""Plots of the Evaluate page: pyqtgraph in the colours of the theme, with words above."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE

if TYPE_CHECKING:
    from gzactive.assessment import RoundPoint
    from gzactive.evaluation.judging import Calibration

__all__ = ["Plot"]

_BAND = 60  # of 255


class Plot(QWidget):
    """One plot with a heading and a line of words; it redraws itself when the theme changes.

    Parameters
    ----------
    theme
        Gives the colours.
    title
        The heading.
    parent
        The page.
    """

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drawing = self._nothing
        self.plot = pg.PlotWidget(self)
        self.plot.setMouseEnabled(False, False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        # Its own wish is the size that it has: once large, it would take the room of others.
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setAccessibleName(title)
        self.plot.setAccessibleDescription("A plot; the words above it say what it shows")
        heading = QLabel(title, self)
        heading.setProperty("role", "strong")
        self.words = QLabel(self)
        self.words.setProperty("role", "small")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.tight)
        column.addWidget(heading)
        column.addWidget(self.words)
        column.addWidget(self.plot, 100)
        column.addStretch(1)
        self.setMinimumHeight(150)
        theme.changed.connect(self._draw)
        self._draw()

    def show_coverage(self, now: "Calibration", before: "Calibration | None") -> None:
        """What highest-density intervals hold, against what they should."""

        def draw() -> None:
            self._frame("content of the interval", "votes inside", (0, 1), (0, 1))
            colours = self._theme.colours
            band = QColor(colours.accent)
            band.setAlpha(_BAND)
            edges = [
                pg.PlotCurveItem(now.levels, edge) for edge in (now.covered_low, now.covered_high)
            ]
            self.plot.addItem(pg.FillBetweenItem(*edges, brush=band))
            self._diagonal()
            if before is not None:
                dots = pg.mkPen(colours.muted, width=2, style=Qt.PenStyle.DotLine)
                self.plot.plot(before.levels, before.covered, pen=dots)
            self.plot.plot(now.levels, now.covered, pen=pg.mkPen(colours.accent, width=2))
            legend = [self._key(colours.accent, "━━", "the model")]
            if before is not None:
                legend.append(self._key(colours.muted, "┅┅", "before recalibration"))
            legend.append(self._key(colours.muted, "╌╌", "as sure as it may be"))
            self.words.setText("&nbsp;&nbsp; ".join(legend))

        self._show(draw)

    def show_reliability(self, now: "Calibration") -> None:
        """Vote fractions against predicted fractions."""

        def draw() -> None:
            self._frame("predicted fraction", "vote fraction", (0, 1), (0, 1))
            self._diagonal()
            seen = np.isfinite(now.observed)
            colour = QColor(self._theme.colours.accent)
            self.plot.plot(
                now.predicted[seen],
                now.observed[seen],
                pen=None,
                symbol="o",
                symbolPen=None,
                symbolBrush=colour,
                symbolSize=6 + 26 * np.sqrt(now.weight[seen]),
            )
            self.words.setText(
                f"Off by {now.error.value:.3f} on average. Larger dots stand for more answers."
            )

        self._show(draw)

    def show_rounds(self, points: "Sequence[RoundPoint]", words: str) -> None:
        """Held-out loss of each round against what it learnt from, and a sentence about it."""

        def draw() -> None:
            labels = np.array([one.labels for one in points], dtype=float)
            loss = np.array([one.loss.value for one in points])
            low = np.array([one.loss.low for one in points])
            high = np.array([one.loss.high for one in points])
            room = 0.08 * max(1.0, float(np.ptp(labels)))
            span = 0.15 * max(1e-6, float(high.max() - low.min()))
            self._frame(
                "galaxies it learnt from",
                "held-out loss (nats)",
                (labels.min() - room, labels.max() + room),
                (low.min() - span, high.max() + span),
            )
            colours = self._theme.colours
            self.plot.addItem(
                pg.ErrorBarItem(
                    x=labels,
                    y=loss,
                    top=high - loss,
                    bottom=loss - low,
                    beam=room / 4,
                    pen=pg.mkPen(colours.muted, width=1),
                )
            )
            self.plot.plot(
                labels,
                loss,
                pen=pg.mkPen(colours.accent, width=2),
                symbol="o",
                symbolSize=8,
                symbolPen=None,
                symbolBrush=QColor(colours.accent),
            )
            self.words.setText(words)

        self._show(draw)

    def show_saving(self, curve: "Sequence[tuple[str, int, float]]", words: str) -> None:
        """Loss of heads fitted to active and to random labels, and a sentence about it."""

        def draw() -> None:
            losses = [loss for _, _, loss in curve]
            most = max(labels for _, labels, _ in curve)
            span = 0.2 * max(1e-6, max(losses) - min(losses))
            self._frame(
                "labels",
                "held-out loss (nats)",
                (0, most),
                (min(losses) - span, max(losses) + span),
            )
            colours = self._theme.colours
            for kind, colour, style, symbol in (
                ("random", colours.muted, Qt.PenStyle.DashLine, "t"),
                ("active", colours.accent, Qt.PenStyle.SolidLine, "o"),
            ):
                points = [(labels, loss) for one, labels, loss in curve if one == kind]
                self.plot.plot(
                    *zip(*points, strict=True),
                    pen=pg.mkPen(colour, width=2, style=style),
                    symbol=symbol,
                    symbolSize=7,
                    symbolPen=None,
                    symbolBrush=QColor(colour),
                )
            legend = (
                f"{self._key(colours.accent, '●━', 'asked for')}&nbsp;&nbsp; "
                f"{self._key(colours.muted, '▼╌', 'random')}"
            )
            self.words.setText(f"{escape(words)}<br>{legend}")

        self._show(draw)

    def clear(self, words: str) -> None:
        """Show no plot, and say why."""

        def draw() -> None:
            self.words.setText(words)

        self._show(draw, seen=False)

    @property
    def lines(self) -> int:
        """How many things are drawn."""
        return len(self.plot.listDataItems())

    # --- inside ---------------------------------------------------------------------------------

    def _nothing(self) -> None:
        self.words.setText("")

    def _show(self, draw, *, seen: bool = True) -> None:  # type: ignore[no-untyped-def]
        self._drawing = draw
        self.plot.setVisible(seen)
        self._draw()

    def _draw(self) -> None:
        self.plot.setBackground(self._theme.colours.surface)
        self.plot.clear()
        self._drawing()

    def _frame(
        self, bottom: str, left: str, x: tuple[float, float], y: tuple[float, float]
    ) -> None:
        colours = self._theme.colours
        for side, words in (("left", left), ("bottom", bottom)):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setLabel(words, color=colours.muted)
            axis.enableAutoSIPrefix(False)
        self.plot.setXRange(*x, padding=0.04)
        self.plot.setYRange(*y, padding=0.06)

    def _diagonal(self) -> None:
        pen = pg.mkPen(self._theme.colours.muted, width=1, style=Qt.PenStyle.DashLine)
        self.plot.plot([0, 1], [0, 1], pen=pen)

    @staticmethod
    def _key(colour: str, sign: str, words: str) -> str:
        return f'<span style="color:{colour}">{sign}</span>&nbsp;{words.replace(" ", "&nbsp;")}'
