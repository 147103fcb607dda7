"""Where shipped files lie, and how a file is replaced so that no reader ever sees half of it."""

import os
from pathlib import Path

from gzactive.errors import GzactiveError

__all__ = ["atomic_write", "resource", "user_data"]

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Path of a shipped file or folder, e.g. ``trees`` or ``weights/sdss-b0.safetensors``.

    In a wheel the resources are package data (``gzactive/_resources``); in a checkout they are the
    ``resources`` folder beside the package.

    Raises
    ------
    GzactiveError
        If the installation lacks it.
    """
    for root in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        if (root / name).exists():
            return root / name
    raise GzactiveError(f"This installation lacks its file '{name}': install gzactive again.")


def user_data(name: str) -> Path:
    """Path of a person's own file or folder, e.g. ``weights``, for all projects; it may be absent.

    ``~/.local/share/gzactive`` on Linux, and where each other system keeps such files.
    """
    import platformdirs

    return platformdirs.user_data_path("gzactive") / name


def atomic_write(path: Path, content: bytes | str) -> None:
    """Replace ``path`` by ``content`` so that a reader, or a power cut, meets the old or the new.

    Text is written as UTF-8. The temporary file lies in the same folder, since a rename is atomic
    only within one file system; it is made with ordinary permissions, which a temporary file of
    the standard library's would not have.
    """
    import secrets  # 4 ms that the window need not wait for

    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
