"""The loss of a round's fit, epoch by epoch."""

import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from gzactive.app.theme import Theme

__all__ = ["LossCurve"]


class LossCurve(pg.PlotWidget):
    """Training and validation loss over epochs.

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
        self._curves: dict[str, list[float]] = {}
        self.setMouseEnabled(False, False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setAccessibleName("Loss of the fit, epoch by epoch")
        self._legend = self.addLegend(offset=(-12, 12))
        theme.changed.connect(self._draw)
        self._draw()

    def show_curves(self, curves: dict[str, list[float]]) -> None:
        """Show the curves of one round; none clears it."""
        self._curves = curves
        self._draw()

    def _draw(self) -> None:
        colours = self._theme.colours
        self.setBackground(colours.surface)
        self.clear()
        self._legend.clear()
        self._legend.setLabelTextColor(colours.text)
        for side, words in (("left", "loss (nats a galaxy)"), ("bottom", "epoch")):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setLabel(words, color=colours.muted)
            axis.enableAutoSIPrefix(False)
        styles = {
            "loss": ("training", pg.mkPen(colours.muted, width=2)),
            "validation_loss": ("set aside for stopping", pg.mkPen(colours.accent, width=2)),
        }
        for name, values in self._curves.items():
            words, pen = styles.get(name, (name, pg.mkPen(colours.text, width=2)))
            epochs = list(range(1, len(values) + 1))
            self.plot(epochs, values, pen=pen, name=words)
        if longest := max((len(values) for values in self._curves.values()), default=0):
            self.setXRange(1, max(2, longest))
            self.enableAutoRange(axis="y")
