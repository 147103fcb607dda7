"""Progress and cancellation for long work, without a dependency on who shows it.

Long work takes a ``progress`` callback and calls it often; to cancel, the callback raises
:class:`Cancelled`, and the work leaves everything on disk whole.
"""

from collections.abc import Callable, Mapping, Sequence

__all__ = ["Cancelled", "Progress", "silent", "tell_losses"]

#: ``progress(stage, done, total)``: what is being done, how far it is; a total of 0 is unknown.
Progress = Callable[[str, int, int], None]


class Cancelled(Exception):
    """Raised by a progress callback to stop the work that called it."""


def silent(stage: str, done: int, total: int) -> None:
    """Report nothing and never cancel."""


def tell_losses(progress: Progress, history: Mapping[str, Sequence[float]]) -> None:
    """Hand the losses of a fit so far to a callback that draws them: one with a method ``losses``.

    Parameters
    ----------
    progress
        Of the fit; most callbacks have no such method, and are told nothing.
    history
        A value an epoch: ``loss`` and perhaps ``validation_loss``. The callback copies what it
        keeps, since the fit goes on appending.
    """
    listener = getattr(progress, "losses", None)
    if listener is not None:
        listener(history)
