"""One kind of work at a time on a project, across processes, and who is doing it."""

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.paths import atomic_write

__all__ = ["work_lock"]


@contextmanager
def work_lock(folder: Path, kind: str, what: str, timeout: float = 0.0) -> Iterator[None]:
    """Hold a project's lock for a kind of work, or say who holds it.

    The operating system lets go of the lock when its holder ends, however it ends; the note about
    the holder only serves the message.

    Parameters
    ----------
    folder : Path
        The project's folder for locks; made if missing.
    kind : str
        Work of one kind excludes itself.
    what : str
        What is being done, for the message another process shows, e.g. "a fine-tune round".
    timeout : float
        Seconds to wait for the other to end.

    Raises
    ------
    GzactiveError
        If it is held by another, with who, since when, and what to do.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(exist_ok=True)
        # Held for a window's life, it may be let go of by another thread than took it.
        lock = FileLock(folder / f"{kind}.lock", timeout=timeout, thread_local=False)
        note = folder / f"{kind}.json"
        lock.acquire()
    except Timeout as error:
        raise GzactiveError(_held(note, what)) from error
    except OSError as error:
        raise GzactiveError(
            f"{folder} cannot be written to ({error.strerror}): check that you may write there."
        ) from error
    try:
        holder = {
            "what": what,
            "pid": os.getpid(),
            "host": platform.node(),
            "since": datetime.now().astimezone().isoformat(timespec="seconds"),
        }
        with suppress(OSError):  # the note is a courtesy, the lock is what counts: a full disk
            atomic_write(note, json.dumps(holder))
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def _held(note: Path, what: str) -> str:
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(told["since"])
        holder = (
            f"{told['what']} has been running since {since:%H:%M} "
            f"(process {int(told['pid'])} on {told['host']})"
        )
    except (OSError, ValueError, KeyError, TypeError):  # about to begin, or just ended
        holder = "other work is going on in this project"
    return (
        f"This project is busy, so {what} cannot start: {holder}; wait for it to end, or cancel it "
        "there, and try again."
    )
