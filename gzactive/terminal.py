"""What the command line draws: progress bars, tables, and rankings on screen or in a file.

Rich is imported when something is drawn, so that ``--help`` does not wait for it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gzactive import relay
from gzactive.errors import GzactiveError
from gzactive.paths import atomic_write
from gzactive.progress import Progress

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

__all__ = ["console", "count", "print_table", "progress_bars", "show_or_write", "spelled"]


def console() -> Console:
    """Return the console on the output stream, as wide as the terminal is now."""
    from rich.console import Console

    return Console(highlight=False)


def count(number: int, noun: str) -> str:
    """Say how many, in words: "1 galaxy", "2 galaxies", "1,000 votes"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def spelled(*words: str | Path) -> str:
    """Spell a call of gzactive as it can be typed here, for a person to copy.

    Where the shell does not find the program by its name, as after ``packaging/run`` outside its
    environment, the interpreter is named.
    """
    program = ["gzactive"] if shutil.which("gzactive") else [sys.executable, "-m", "gzactive"]
    call = [*program, *map(str, words)]
    if os.name == "nt":
        from subprocess import list2cmdline

        return list2cmdline(call)
    return shlex.join(call)


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Yield a callback that draws one bar a stage, with counts and time left, on stderr.

    What follows a comma is said beside the bar: "training, epoch 3 of 14" goes on with the bar of
    "training, epoch 2 of 14". Where another program watches, they are lines for it instead, see
    :mod:`gzactive.relay`.
    """
    if relay.wanted():
        with relay.relayed() as relayed:
            yield relayed
        return
    from rich import progress as bars_of
    from rich.console import Console

    # A descriptor of its own: TensorFlow's is silenced while it loads, the bars are not.
    stream = os.fdopen(os.dup(2), "w", encoding="utf-8") if sys.stderr.isatty() else sys.stderr
    bars = bars_of.Progress(
        bars_of.TextColumn("{task.description}"),
        bars_of.BarColumn(),
        bars_of.MofNCompleteColumn(),
        bars_of.TimeElapsedColumn(),
        bars_of.TimeRemainingColumn(),
        console=Console(file=stream),
    )
    tasks: dict[str, bars_of.TaskID] = {}

    def progress(stage: str, done: int, total: int) -> None:
        kind = stage.partition(",")[0]
        if kind not in tasks:
            tasks[kind] = bars.add_task(stage, total=total or None)
        elif done == 0 and bars.tasks[tasks[kind]].completed:
            bars.reset(tasks[kind])
        bars.update(tasks[kind], description=stage, completed=done, total=total or None)

    bars.start()
    try:
        yield progress
    except GzactiveError:
        bars.live.transient = True  # the sentence stands by itself, not behind half a bar
        raise
    finally:
        bars.live.transient |= not tasks
        # The bars' own stop would leave an empty line in a file.
        (bars.live if bars.live.transient else bars).stop()


def print_table(table: pd.DataFrame, title: str, *, headings: bool = True) -> None:
    """Print a small table; numbers are aligned and rounded to four digits."""
    from rich.table import Table

    drawn = Table(title=title, title_justify="left", show_header=headings, box=None, pad_edge=False)
    for name in table.columns:
        numeric = table[name].dtype.kind in "iuf"
        drawn.add_column(str(name), justify="right" if numeric else "left")
    for row in table.itertuples(index=False):
        drawn.add_row(*(f"{v:.4g}" if isinstance(v, float) else str(v) for v in row))
    console().print(drawn)


def show_or_write(table: pd.DataFrame, out: Path | None, title: str) -> None:
    """Print a ranking, or write it as CSV to ``out``.

    Raises
    ------
    GzactiveError
        If the file cannot be written.
    """
    if out is None:
        print_table(table, title)
        return
    try:
        atomic_write(out, table.to_csv(index=False))
    except OSError as error:
        raise GzactiveError(f"Cannot write {out}: {error.strerror}.") from error
    console().print(f"{len(table):,} galaxies written to {out}.", soft_wrap=True)
