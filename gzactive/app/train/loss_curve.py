"""The loss of a round's fit, epoch by epoch, with other rounds faintly behind it."""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE
from gzactive.app.train.controller import Curves

__all__ = ["LossCurve"]

_NAMES = {"loss": "galaxies it learns from", "validation_loss": "galaxies it was kept from"}
_FAINT = 0.4
_NOTHING = "The curve of a round grows here while it learns."


class LossCurve(QWidget):
    """Training and validation loss over epochs, and above them what each line is.

    Parameters
    ----------
    theme
        Gives the colours.
    parent
        The page.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._curves: Curves = {}
        self._behind: Sequence[Curves] = ()
        self.plot = pg.PlotWidget(self)
        self.plot.setMouseEnabled(False, False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setAccessibleName("Loss of the fit, epoch by epoch")
        self.plot.setAccessibleDescription("Falling while it learns; the legend gives its values")
        self.legend = QLabel(self)
        self.legend.setProperty("role", "small")
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.small)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 100)
        column.addStretch(1)
        theme.changed.connect(self._draw)
        self._draw()

    @property
    def drawn(self) -> list[list[float]]:
        """The values of each line on the plot, those in front last."""
        return [list(item.yData) for item in self.plot.listDataItems() if item.yData is not None]

    def show_curves(self, curves: Curves, behind: Sequence[Curves] = ()) -> None:
        """Show the curves of one round, and of others behind it; none clears it."""
        self._curves = curves
        self._behind = behind
        self._draw()

    def _draw(self) -> None:
        colours = self._theme.colours
        front = {"loss": colours.muted, "validation_loss": colours.accent}
        self.plot.setBackground(colours.surface)
        self.plot.clear()
        for side, words in (("left", "loss (nats a galaxy)"), ("bottom", "epoch")):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setLabel(words, color=colours.muted)
            axis.enableAutoSIPrefix(False)
        faint = _mixed(colours.surface, colours.muted)
        others = 0
        for curves in self._behind:
            values = curves.get("validation_loss") or curves.get("loss") or []
            if values:
                others += 1
                self._line(values, pg.mkPen(faint, width=1.5))
        legend = []
        for name, values in self._curves.items():
            if values:
                self._line(values, pg.mkPen(front.get(name, colours.text), width=2))
                legend.append(_entry(front.get(name, colours.text), _NAMES.get(name, name)))
        if legend and others:
            legend.append(_entry(faint, "other rounds"))
        self.legend.setText("&nbsp;&nbsp;&nbsp; ".join(legend) if legend or others else _NOTHING)
        self.plot.setVisible(bool(legend or others))
        everything = [*self._curves.values(), *(v for c in self._behind for v in c.values())]
        longest = max((len(values) for values in everything), default=0)
        self.plot.setXRange(1, max(2, longest))
        self.plot.enableAutoRange(axis="y")

    def _line(self, values: list[float], pen: object) -> None:
        # A single epoch is a point, which no line would show.
        symbol = "o" if len(values) == 1 else None
        self.plot.plot(list(range(1, len(values) + 1)), values, pen=pen, symbol=symbol)


def _entry(colour: str, words: str) -> str:
    return f'<span style="color:{colour}">━━</span>&nbsp;{words.replace(" ", "&nbsp;")}'


def _mixed(ground: str, ink: str) -> str:
    """An ink so faint that it stays behind the others."""
    channels = (
        round((1 - _FAINT) * int(ground[at : at + 2], 16) + _FAINT * int(ink[at : at + 2], 16))
        for at in (1, 3, 5)
    )
    return "#{:02x}{:02x}{:02x}".format(*channels)
