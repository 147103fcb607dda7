"""The curves of several trainings in one figure for print: loss, or accuracy, against epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from gzactive.errors import GzactiveError
from gzactive.figures import COLOURS, MARKERS, figure, save

__all__ = ["DASHES", "QUANTITIES", "look_of", "save_curves"]

#: What can be drawn: the names of the training's and of the validation's curve, and the axis.
QUANTITIES = {
    "loss": ("loss", "validation_loss", "loss (nats a galaxy)"),
    "accuracy": ("accuracy", "validation_accuracy", "accuracy"),
}
#: A pattern for each run, beside its colour and its marker: lengths of lines and gaps, in widths.
DASHES: tuple[tuple[float, ...], ...] = ((), (6, 2), (2, 2), (7, 2, 2, 2), (10, 3), (4, 2, 1, 2))
_WIDE, _THIN = 2.0, 0.9


def look_of(place: int) -> tuple[int, int, int]:
    """Numbers of the colour, the pattern and the marker of the run at a place: 36 differ."""
    shift = place // len(COLOURS)
    return (
        place % len(COLOURS),
        (place + shift) % len(DASHES),
        (place + 2 * shift) % len(MARKERS),
    )


def save_curves(
    runs: Sequence[tuple[str, Mapping[str, Sequence[float]]]],
    path: Path,
    *,
    quantity: str = "loss",
    training: bool = True,
    validation: bool = True,
    places: Sequence[int] | None = None,
) -> None:
    """Draw runs over one another and save the figure.

    Parameters
    ----------
    runs
        Name, and curves as :class:`gzactive.inference.training_runs.TrainingRun` has them.
    path
        Its ending says the format: .svg, .png or .pdf.
    quantity
        "loss" or "accuracy".
    training, validation
        Which curves: those of the training are thin, those of the validation bold, with the best
        epoch marked.
    places
        Which colour and pattern each run has; by default in order.

    Raises
    ------
    GzactiveError
        If no run has such a curve, or the file cannot be written.
    """
    thin, bold, axis = QUANTITIES[quantity]
    best = np.nanargmin if quantity == "loss" else np.nanargmax
    drawn = 0
    with figure(6.4, 4.0) as (made, axes):
        for number, (name, curves) in enumerate(runs):
            place = number if places is None else places[number]
            look = look_of(place)
            colour, dashes, marker = COLOURS[look[0]], DASHES[look[1]], MARKERS[look[2]]
            style = (0, dashes) if dashes else "-"
            label: str | None = name
            for wanted, which, width in ((validation, bold, _WIDE), (training, thin, _THIN)):
                values = np.asarray(curves.get(which, ()), float)
                if not wanted or not np.isfinite(values).any():
                    continue
                epochs = np.arange(1, len(values) + 1)
                marks = [int(best(values))] if which == bold else []
                axes.plot(
                    epochs,
                    values,
                    color=colour,
                    linestyle=style,
                    linewidth=width,
                    marker=marker if which == bold else "",
                    markevery=marks,
                    label=label,
                )
                label = None
                drawn += 1
        if not drawn:
            raise GzactiveError(
                f"There is no curve of {quantity} to draw: choose runs that have one."
            )
        axes.set_xlabel("epoch")
        axes.set_ylabel(axis)
        both = training and validation
        title = "bold: validation, thin: training" if both else None
        axes.legend(title=title, title_fontsize="small", alignment="left")
        save(made, path)
