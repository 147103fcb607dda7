"""New files that are there whole or not at all, and never take the place of another unasked."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.stores.feature_files import fsync_folder
from gzactive.stores.refusals import refusal

__all__ = ["checked_target", "new_file"]


def checked_target(out: Path, *, force: bool) -> Path:
    """The path that an export will have, absolute, before hours are spent on it.

    Parameters
    ----------
    out
        Where to write.
    force
        Whether a file that is there already may be replaced.

    Raises
    ------
    GzactiveError
        If there is such a file (without ``force``), it is a folder, or its folder is missing.
    """
    path = Path(os.path.abspath(out.expanduser()))  # noqa: PTH100 (links are kept)
    try:
        if path.is_dir():
            raise GzactiveError(f"{path} is a folder: name a file in it.")
        if path.exists() and not force:
            raise GzactiveError(
                f"{path} exists already: choose another name, or replace it with --force."
            )
        if not path.parent.is_dir():
            raise GzactiveError(f"There is no folder {path.parent}: make it first.")
    except OSError as error:  # a name that no file can have
        raise GzactiveError(refusal(path, error)) from error
    return path


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A temporary file to write, which takes its name when the block ends well.

    An exception, also a cancelled job's, leaves nothing, and what was there before stays.

    Raises
    ------
    GzactiveError
        If the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        with temporary.open("r+b") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
        fsync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise GzactiveError(refusal(path, error)) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
