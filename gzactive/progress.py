"""Progress and cancellation for long work, without a dependency on who shows it.

Long work takes a ``progress`` callback and calls it often; to cancel, the callback raises
:class:`Cancelled`, and the work leaves everything on disk whole.
"""

from collections.abc import Callable

__all__ = ["Cancelled", "Progress", "silent"]

#: ``progress(stage, done, total)``: what is being done, how far it is; a total of 0 is unknown.
Progress = Callable[[str, int, int], None]


class Cancelled(Exception):
    """Raised by a progress callback to stop the work that called it."""


def silent(stage: str, done: int, total: int) -> None:
    """Report nothing and never cancel."""
