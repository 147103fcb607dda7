"""Why a file cannot be written, by its real cause, and what to do."""

import errno
import re
from pathlib import Path

__all__ = ["refusal", "refused_by_disk"]

_NOT_ALLOWED = "you may not write there: choose another place, or ask for permission"
_CAUSES = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "your share of the disk is used up: free some space",
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EROFS: "the drive can only be read: choose another place",
    errno.ENOENT: "that is no place for a file: choose another one",
    errno.ENOTDIR: "a part of that path is a file, not a folder: check the path",
    errno.EISDIR: "that is a folder: name a file in it",
    errno.ENAMETOOLONG: "that name is too long: choose a shorter one",
    errno.EIO: "the drive failed: look at its cable or connection, or choose another place",
}
#: Causes that tell of writing alone; any other, where nobody expected it, is the program's fault.
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
#: HDF5 puts the number of the cause into its text only.
_IN_TEXT = re.compile(r"errno = (\d+)")


def refusal(path: Path, error: OSError) -> str:
    """A sentence about a file that could not be written.

    Parameters
    ----------
    path
        The file.
    error
        What the system, or HDF5, said.
    """
    number = error.errno
    if number is None and (found := _IN_TEXT.search(str(error))):
        number = int(found.group(1))
    cause = _CAUSES.get(number or 0) or (error.strerror or str(error)).lower()
    return f"{path} cannot be written, since {cause}."


def refused_by_disk(error: BaseException) -> str:
    """A sentence about a disk that stopped work which did not expect it, as where it is full.

    Parameters
    ----------
    error
        What was raised.

    Returns
    -------
    str
        Empty if the cause is another.
    """
    if not isinstance(error, OSError) or error.errno not in _OF_THE_DISK:
        return ""
    what = f"{error.filename} cannot be written" if error.filename else "A file cannot be written"
    return f"{what}, since {_CAUSES[error.errno]}."
