"""One window writes to a project; a second one, here or elsewhere, reads it."""

from contextlib import AbstractContextManager
from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.stores.locks import work_lock

__all__ = ["WindowLock"]

_KIND = "window"


class WindowLock:
    """The right to write to a project from a window, as long as it is held."""

    def __init__(self) -> None:
        self._held: AbstractContextManager[None] | None = None

    def take(self, folder: Path) -> bool:
        """Take the right for a project's folder; False if another window has it."""
        lock = work_lock(folder / "locks", _KIND, "a window")
        try:
            lock.__enter__()
        except GzactiveError:
            return False
        self._held = lock
        return True

    def release(self) -> None:
        """Let go, if it is held; another window can then be the one that writes."""
        held, self._held = self._held, None
        if held is not None:
            held.__exit__(None, None, None)
