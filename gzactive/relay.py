"""A command that another program watches: its progress as lines, and its end with the watcher's.

With ``GZACTIVE_PROGRESS=lines`` in its environment a command writes each report of progress as a
line of JSON on its output instead of drawing bars, and stops, as by Ctrl-C, when its input says so
or ends: so the app's trainings and shards run as processes of their own, and none of them outlives
an app that was killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gzactive.progress import Cancelled, Progress

__all__ = ["LINES", "PROGRESS", "parse_report", "relayed", "wanted"]

PROGRESS, LINES = "GZACTIVE_PROGRESS", "lines"
_EVERY = 0.1  # seconds between two reports of one stage
_GRACE = 20.0  # seconds that a step may take to end after the watcher has gone
_STOPPED = 130
_NICENESS = 10


def wanted() -> bool:
    """Whether a watcher asked for lines."""
    return os.environ.get(PROGRESS) == LINES


@contextmanager
def relayed() -> Iterator[Progress]:
    """Yield a callback that writes lines, and raises Cancelled once the input has ended.

    Its process steps behind all others, for the sake of the hands on the watcher's window.
    """
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(_NICENESS)
    stop = threading.Event()
    threading.Thread(target=_listen, args=(stop,), name="relay", daemon=True).start()
    last = ("", 0.0)

    def progress(stage: str, done: int, total: int) -> None:
        nonlocal last
        if stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if stage != last[0] or now - last[1] >= _EVERY or done == total:
            last = (stage, now)
            report = json.dumps({"stage": stage, "done": int(done), "total": int(total)})
            print(report, flush=True)  # noqa: T201

    yield progress


def parse_report(line: str) -> tuple[str, int, int] | None:
    """What a line reports: stage, done, total; None if it is another of the command's lines."""
    if not line.startswith('{"stage":'):
        return None
    try:
        told = json.loads(line)
        return str(told["stage"]), int(told["done"]), int(told["total"])
    except (ValueError, KeyError, TypeError):
        return None


def _listen(stop: threading.Event) -> None:
    """Wait for the end of the input; if the work does not end after it, end the process."""
    # Not sys.stdin: its lock, held by a thread that waits, would hold up the interpreter's end.
    with contextlib.suppress(OSError, ValueError):
        os.read(sys.stdin.fileno(), 1)
    stop.set()
    time.sleep(_GRACE)
    # What such commands write is replaced whole: a process may end at any moment.
    os._exit(_STOPPED)
