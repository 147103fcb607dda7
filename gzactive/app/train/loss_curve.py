"""Curves of fits, epoch by epoch: of one round among others, or of several runs over another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE
from gzactive.app.train.controller import Curves
from gzactive.app.train.strokes import Stroke

__all__ = ["CurveLine", "LossCurve"]

_NAMES = {"loss": "galaxies it learns from", "validation_loss": "galaxies it was kept from"}
_FAINT = 0.4
_NOTHING = "The curve of a round grows here while it learns."
_LOSS = "loss: less is better"
_HINT = "Point at an epoch, or choose one with ← and →, to read its values."
_TIP = "The loss is how much a galaxy's labels surprise the model, in nats."
_MARK = 9


@dataclass(frozen=True)
class CurveLine:
    """One line.

    Parameters
    ----------
    name
        What it is of, for the read-out; empty for a line that is only there to compare with.
    values
        One an epoch, from the first on.
    stroke
        How it is drawn.
    bold
        Whether it is of galaxies that were kept from the fit; else it is thin.
    best
        The epoch to mark, from 1 on; 0 for none.
    """

    name: str
    values: Sequence[float]
    stroke: Stroke
    bold: bool = True
    best: int = 0


class LossCurve(QWidget):
    """Lines over epochs, above them what they are, below what they say at one epoch.

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
        self._lines: Sequence[CurveLine] = ()
        self._axis, self._words = _LOSS, _NOTHING
        self._remake: Callable[[], None] = self._nothing
        self._epoch = 0
        self._drawn: tuple[tuple[str, str], list[CurveLine], str] | None = None
        self._marks: list[pg.ScatterPlotItem] = []
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Curves of the fit, epoch by epoch")
        self.setAccessibleDescription(_HINT)
        self.setToolTip(_TIP)
        self.plot = pg.PlotWidget(self)
        self.plot.setMouseEnabled(False, False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setAccessibleName("Loss of the fit, epoch by epoch")
        self.plot.setAccessibleDescription("Falling while it learns; the legend gives its values")
        self.plot.scene().sigMouseMoved.connect(self._on_pointer)
        self.plot.viewport().installEventFilter(self)
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self.legend = QLabel(self)
        self.legend.setProperty("role", "small")
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setWordWrap(True)
        self.read_out = QLabel(self)
        self.read_out.setProperty("role", "small")
        self.read_out.setTextFormat(Qt.TextFormat.RichText)
        self.read_out.setWordWrap(True)
        self.read_out.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.small)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 100)
        column.addWidget(self.read_out)
        column.addStretch(1)
        theme.changed.connect(self._draw)
        self._draw()

    @property
    def drawn(self) -> list[list[float]]:
        """The values of each line on the plot, those in front last."""
        return [list(item.yData) for item in self.plot.listDataItems() if item.yData is not None]

    @property
    def epoch(self) -> int:
        """The epoch that is read, from 1 on; 0 if none is."""
        return self._epoch

    def show_curves(self, curves: Curves, behind: Sequence[Curves] = ()) -> None:
        """Show the curves of one round, and of others behind it; none clears it."""

        def make() -> None:
            colours = self._theme.colours
            faint = Stroke(_mixed(colours.surface, colours.muted))
            inks = {"loss": Stroke(colours.muted), "validation_loss": Stroke(colours.accent)}
            others = [each.get("validation_loss") or each.get("loss") or [] for each in behind]
            lines = [CurveLine("", values, faint, bold=False) for values in others if values]
            legend = []
            for name, values in curves.items():
                if values:
                    ink = inks.get(name, Stroke(colours.text))
                    kept = name != "loss"
                    lines.append(CurveLine(_NAMES.get(name, name), values, ink, bold=kept))
                    legend.append(_entry(ink.colour, _NAMES.get(name, name)))
            if legend and len(lines) > len(legend):
                legend.append(_entry(faint.colour, "other rounds"))
            self._lines, self._axis = lines, _LOSS
            self._words = "&nbsp;&nbsp;&nbsp; ".join(legend) if lines else _NOTHING

        self._show(make)

    def show_lines(
        self, make_lines: Callable[[], Sequence[CurveLine]], axis: str, words: str
    ) -> None:
        """Show lines over one another.

        Parameters
        ----------
        make_lines
            Gives them in the colours of the day; called again when the theme changes.
        axis
            What their values are.
        words
            What stands above them, or in their place where there is none.
        """

        def make() -> None:
            self._lines, self._axis, self._words = make_lines(), axis, escape(words)

        self._show(make)

    def read(self, epoch: int) -> None:
        """Read the values of one epoch, from 1 on; 0 of none."""
        self._epoch = min(max(epoch, 0), self._longest)
        self._show_epoch()

    # --- Qt -------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right walk through the epochs, Home and End go to the first and the last."""
        steps = {
            Qt.Key.Key_Left: max(1, self._epoch - 1),
            Qt.Key.Key_Right: self._epoch + 1,
            Qt.Key.Key_Home: 1,
            Qt.Key.Key_End: self._longest,
        }
        epoch = steps.get(Qt.Key(event.key()))
        if epoch is None or not self._longest:
            super().keyPressEvent(event)
        else:
            self.read(epoch)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.read(self._epoch or self._longest)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.read(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave and not self.hasFocus():
            self.read(0)
        return super().eventFilter(watched, event)

    # --- inside ---------------------------------------------------------------------------------

    @property
    def _longest(self) -> int:
        return max((len(line.values) for line in self._lines), default=0)

    def _nothing(self) -> None:
        self._lines = ()

    def _show(self, make: Callable[[], None]) -> None:
        self._remake = make
        self._draw()

    def _draw(self) -> None:
        self._remake()
        colours = self._theme.colours
        dress = (colours.mode, self._axis)
        drawn = (dress, list(self._lines), self._words)
        if drawn == self._drawn:  # most changes are of something else, and drawing takes a frame
            return
        if self._drawn is None or self._drawn[0] != dress:
            self._dress()
        self._drawn = drawn
        self.plot.clear()
        while self._marks:
            self.plot.getPlotItem().getViewBox().removeItem(self._marks.pop())
        for line in self._lines:
            self._draw_line(line)
        self.legend.setText(self._words)
        self.legend.setVisible(bool(self._words))
        self.plot.setVisible(bool(self._lines))
        self.read_out.setVisible(bool(self._lines))
        self.plot.setXRange(1, max(2, self._longest))
        self.plot.getAxis("bottom").setTickSpacing(*_spacing(self._longest))
        self.plot.enableAutoRange(axis="y")
        self.read(self._epoch)

    def _dress(self) -> None:
        """Give axes and ground the colours of the day."""
        colours = self._theme.colours
        self.plot.setBackground(colours.surface)
        for side, words in (("left", self._axis), ("bottom", "epoch")):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setLabel(words, color=colours.muted)
            axis.enableAutoSIPrefix(False)
        self._cursor.setPen(pg.mkPen(colours.text, width=1, style=Qt.PenStyle.DotLine))

    def _draw_line(self, line: CurveLine) -> None:
        values = np.asarray(line.values, float)
        epochs = np.arange(1, len(values) + 1)
        # A single epoch is a point, which no line would show.
        alone = len(values) == 1
        colours = self._theme.colours
        # Filled where galaxies were kept from the fit, hollow where it learns from them.
        filling = line.stroke.colour if line.bold else colours.surface
        self.plot.plot(
            epochs,
            values,
            pen=line.stroke.pen(bold=line.bold),
            symbol="o" if alone else None,
            symbolPen=pg.mkPen(line.stroke.colour, width=2),
            symbolBrush=QColor(filling),
            symbolSize=_MARK,
        )
        if line.best and line.stroke.mark and not alone:
            best = pg.ScatterPlotItem(
                [line.best],
                [values[line.best - 1]],
                symbol=line.stroke.mark,
                size=_MARK + 2,
                pen=pg.mkPen(self._theme.colours.surface, width=1),
                brush=QColor(line.stroke.colour),
            )
            self.plot.getPlotItem().getViewBox().addItem(best)
            self._marks.append(best)

    def _show_epoch(self) -> None:
        box = self.plot.getPlotItem().getViewBox()
        if not self._epoch:
            if self._cursor.scene() is not None:
                box.removeItem(self._cursor)
            self.read_out.setText(_HINT)
            return
        if self._cursor.scene() is None:
            box.addItem(self._cursor, ignoreBounds=True)
        self._cursor.setPos(self._epoch)
        self.read_out.setText(self._told())
        self.setAccessibleDescription(self._told(marked=False))

    def _told(self, *, marked: bool = True) -> str:
        """What the lines say at the epoch that is read; marked with their colours, or plain."""
        said = [
            (line.stroke.colour, f"{line.name}: {line.values[self._epoch - 1]:.4g}")
            for line in self._lines
            if line.name and self._epoch <= len(line.values)
        ]
        if not marked:
            return "; ".join([f"Epoch {self._epoch}", *(words for _, words in said)])
        parts = [
            f'<span style="color:{colour}">■</span>&nbsp;{_unbroken(words)}'
            for colour, words in said
        ]
        return " &nbsp; ".join([f"<b>Epoch&nbsp;{self._epoch}</b>", *parts])

    def _on_pointer(self, position: QPointF) -> None:
        box = self.plot.getPlotItem().getViewBox()
        if self._longest and box.sceneBoundingRect().contains(position):
            self.read(max(1, round(box.mapSceneToView(position).x())))


def _spacing(epochs: int) -> tuple[int, int]:
    """Every how many epochs a number stands: whole ones, and some six of them at most."""
    step = next(
        each * power
        for power in (10**n for n in range(9))
        for each in (1, 2, 5)
        if epochs <= 6 * each * power
    )
    return step, step


def _unbroken(words: str) -> str:
    """As HTML that stays on one line."""
    return escape(words).replace(" ", "&nbsp;").replace("-", "&#8209;")


def _entry(colour: str, words: str) -> str:
    return f'<span style="color:{colour}">━━</span>&nbsp;{words.replace(" ", "&nbsp;")}'


def _mixed(ground: str, ink: str) -> str:
    """An ink so faint that it stays behind the others."""
    channels = (
        round((1 - _FAINT) * int(ground[at : at + 2], 16) + _FAINT * int(ink[at : at + 2], 16))
        for at in (1, 3, 5)
    )
    return "#{:02x}{:02x}{:02x}".format(*channels)
