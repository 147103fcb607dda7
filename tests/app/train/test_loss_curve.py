"""The curve of a fit: whole epochs on its axis, and a single epoch's two points told apart."""

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from gzactive.app.theme import Theme
from gzactive.app.train.loss_curve import LossCurve


@pytest.mark.parametrize("epochs", [1, 2, 3, 7, 40, 250])
def test_only_whole_epochs_are_numbered(qtbot: QtBot, theme: Theme, epochs: int) -> None:
    curve = LossCurve(theme)
    qtbot.addWidget(curve)
    curve.resize(500, 400)
    curve.show_curves({"loss": [1.0 / (one + 1) for one in range(epochs)]})
    axis = curve.plot.getAxis("bottom")
    ticks = [value for _, values in axis.tickValues(1, max(2, epochs), 500) for value in values]
    assert 1 <= len(ticks) <= 7
    assert all(float(tick).is_integer() for tick in ticks)


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_a_single_epoch_is_filled_for_validation_and_hollow_for_training(
    qtbot: QtBot, theme: Theme, mode: str
) -> None:
    theme.set_mode(mode)
    curve = LossCurve(theme)
    qtbot.addWidget(curve)
    curve.show_curves({"loss": [2.0], "validation_loss": [2.5]})
    training, validation = curve.plot.listDataItems()
    surface = QColor(theme.colours.surface)
    assert training.opts["symbolBrush"] == surface
    assert validation.opts["symbolBrush"] != surface
    assert training.opts["symbolPen"].color() != surface
