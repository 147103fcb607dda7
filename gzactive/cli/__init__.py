"""The command line: thin commands over the same Python API that the app uses.

A command is a plain function in the file of what it is for; here they become one program. Every
command imports what it needs when it runs, so that ``--help`` answers at once. A
:class:`~gzactive.errors.GzactiveError` becomes its one sentence and exit code 2.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from gzactive.cli import (
    evaluation,
    exchange,
    fetching,
    finding,
    importing,
    labelling,
    predictions,
    projects,
    simulation,
    sky,
    team,
    training,
    weights,
)
from gzactive.errors import GzactiveError
from gzactive.logs import relay_uncaught
from gzactive.progress import Cancelled

__all__ = ["app", "main"]

app = typer.Typer(
    name="gzactive",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)

#: Panels of ``--help`` and the commands in each, in the order in which they are shown.
_PANELS: dict[str, dict[str, Callable[..., None]]] = {
    "Projects": {
        "app": projects.open_app,
        "demo": projects.demo,
        "sample": fetching.sample,
        "new": projects.new,
        "ask": finding.ask,
        "trees": projects.trees,
        "info": projects.info,
    },
    "The loop": {
        "features": labelling.features,
        "rank": labelling.rank,
        "label": labelling.label,
        "finetune": labelling.finetune,
        "predict": predictions.predict,
        "top": predictions.top,
        "find": finding.find,
        "show": evaluation.show,
        "evaluate": evaluation.evaluate,
        "simulate": simulation.simulate,
    },
    "In and out": {
        "import": importing.import_votes,
        "export": exchange.export,
        "merge": exchange.merge,
        "labels": team.labels,
        "rescan": exchange.rescan,
    },
    "The sky": {
        "fetch": fetching.fetch,
        "crossmatch": sky.crossmatch,
        "sky": sky.sky,
    },
    "Models": {
        "train": training.train,
        "curves": training.curves,
        "shards": training.shards,
        "weights": weights.weights,
        "import-weights": weights.import_weights,
    },
}


def _say_version(wanted: bool) -> None:
    """Say which version this is, and end."""
    if wanted:
        from gzactive import __version__

        typer.echo(f"gzactive {__version__}")
        raise typer.Exit


@app.callback(
    help=(
        "Label the galaxies your model is least sure of, and watch it learn from you.\n\n"
        "New here? [bold]gzactive demo[/bold] makes a simulated sky and opens it. With galaxies of "
        "your own: [bold]new[/bold] → [bold]features[/bold] → [bold]app[/bold], or from the "
        "terminal [bold]rank[/bold] → [bold]label[/bold] → [bold]finetune[/bold] → "
        "[bold]predict[/bold] or [bold]top[/bold]."
    )
)
def _program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_say_version, help="Say which version this is."
        ),
    ] = False,
) -> None:
    pass  # all is done by the option and the commands


def _unbroken(text: str) -> str:
    """Return help whose paragraphs have no line ends: a terminal breaks them at its own width."""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n"))


for _panel, _commands in _PANELS.items():
    for _name, _command in _commands.items():
        app.command(_name, rich_help_panel=_panel, help=_unbroken(_command.__doc__ or ""))(_command)

_INTERRUPTED = 130  # what shells expect; Typer ends with it on Ctrl-C


def main() -> None:
    """Run the command line; a person's mistake is one sentence and exit code 2."""
    relay_uncaught(_tell)
    try:
        app()
    except GzactiveError as error:
        _tell(str(error))
        raise SystemExit(2) from error
    except OSError as error:
        from gzactive.stores.refusals import refused_by_disk

        if not (sentence := refused_by_disk(error)):
            raise
        _tell(sentence)
        raise SystemExit(2) from error
    except (Cancelled, SystemExit) as stop:
        if isinstance(stop, SystemExit) and stop.code != _INTERRUPTED:
            raise
        _tell("stopped; what was done is kept, and the same command goes on from there.")
        raise SystemExit(_INTERRUPTED) from None


def _tell(sentence: str) -> None:
    """Say one sentence on the error stream."""
    print(f"gzactive: {sentence}", file=sys.stderr)  # noqa: T201
