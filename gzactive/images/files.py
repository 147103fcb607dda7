"""Bytes of image files, from folders and from ZIP archives ("archive.zip!/member.jpg").

A file that cannot be read whole is an :class:`ImageProblem` with one sentence. What the bytes
mean is told in :mod:`gzactive.images.decoding`.
"""

import os
import stat
import threading
import zipfile
import zlib
from collections import OrderedDict
from pathlib import Path

from gzactive.errors import GzactiveError

__all__ = [
    "IMAGE_SUFFIXES",
    "MAX_BYTES",
    "ImageProblem",
    "image_stamp",
    "is_missing",
    "is_there",
    "place_away",
    "read_bytes",
]

#: Larger files are refused: a galaxy cutout is a thousandth of it.
MAX_BYTES = 1 << 30

#: Names under which images are looked for; what a file is, its content tells.
IMAGE_SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".tif", ".tiff", ".gif", ".bmp", ".webp"),
    *(".fits", ".fit", ".fts", ".fits.gz", ".fit.gz", ".fits.fz"),
)


class ImageProblem(GzactiveError):
    """A file that is no picture of a galaxy, with the reason.

    Attributes
    ----------
    file_loc
        The file, or ``archive.zip!/member``.
    reason
        One clause about it, e.g. "it is truncated".
    """

    def __init__(self, file_loc: str, reason: str) -> None:
        super().__init__(f"The image '{file_loc}' cannot be used: {reason}.")
        self.file_loc = file_loc
        self.reason = reason


def image_stamp(file_loc: str) -> tuple[int, int]:
    """Size in bytes and time of change in ns: cheap, and different after most changes.

    Of a ZIP's member: its size, and the archive's time of change.

    Raises
    ------
    ImageProblem
        If there is no such file.
    """
    archive, member = split_location(file_loc)
    status = _status(file_loc, archive)
    if not member:
        return status.st_size, status.st_mtime_ns
    opened = _archive(file_loc, archive, status)
    return opened.info(file_loc, member).file_size, status.st_mtime_ns


def split_location(file_loc: str) -> tuple[str, str]:
    """Path of a file and, inside an archive, its member ("" for a plain file)."""
    position = file_loc.lower().find(".zip!/")
    if position < 0:
        return file_loc, ""
    return file_loc[: position + 4], file_loc[position + 6 :]


def _status(file_loc: str, path: str) -> os.stat_result:
    """The file's status; an ImageProblem where it is no regular file that can be read whole."""
    try:
        status = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageProblem(file_loc, _missing(file_loc, path)) from error
    except ValueError as error:
        raise ImageProblem(file_loc, f"that is no file name: {error}") from error
    except OSError as error:
        raise ImageProblem(file_loc, f"it cannot be read: {error.strerror}") from error
    if stat.S_ISDIR(status.st_mode):
        raise ImageProblem(file_loc, "it is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise ImageProblem(file_loc, "it is a device or a pipe, not a file")
    return status


def place_away(file_loc: str) -> str:
    """The archive, or folder, of a file if that is gone as a whole; else empty."""
    path, member = split_location(file_loc)
    place = Path(path) if member else Path(path).parent
    try:
        return "" if place.exists() else str(place)
    except OSError:  # a drive that does not answer
        return str(place)


def is_there(file_loc: str) -> bool:
    """Whether an image's file, or the archive that it is in, is there; nothing is read."""
    try:
        return Path(split_location(file_loc)[0]).is_file()
    except (OSError, ValueError):
        return False


def is_missing(reason: str) -> bool:
    """Whether the reason of an :class:`ImageProblem` was that there was no such file or archive."""
    return _MISSING in reason


_MISSING = "is missing"


def _missing(file_loc: str, path: str) -> str:
    """One reason for all members of an archive that is gone, whoever looks for them."""
    if file_loc == path:
        return f"the file {_MISSING}"
    return f"its archive {Path(path).name} {_MISSING}: bring it back to where it was"


def read_bytes(file_loc: str) -> bytes:
    """The whole content of a file, or of a ZIP's member.

    Raises
    ------
    ImageProblem
        If there is none, or it may not be read.
    """
    path, member = split_location(file_loc)
    status = _status(file_loc, path)
    if member:
        data = _archive(file_loc, path, status).read(file_loc, member)
    else:
        if status.st_size > MAX_BYTES:
            raise ImageProblem(file_loc, f"it is larger than {MAX_BYTES >> 20} MB")
        try:
            data = Path(path).read_bytes()
        except PermissionError as error:
            raise ImageProblem(file_loc, "you have no permission to read it") from error
        except OSError as error:
            raise ImageProblem(file_loc, f"it cannot be read: {error.strerror}") from error
    if not data:
        raise ImageProblem(file_loc, "the file is empty")
    return data


class _Archive:
    """An open ZIP that several threads read from.

    The lock is held while a member is opened and closed, which count references; not while it is
    read and unpacked.
    """

    def __init__(self, path: str) -> None:
        self._zip = zipfile.ZipFile(path)
        self._lock = threading.Lock()

    def info(self, file_loc: str, member: str) -> zipfile.ZipInfo:
        try:
            info = self._zip.getinfo(member)
        except KeyError as error:
            raise ImageProblem(file_loc, "the archive holds no such file") from error
        if info.file_size > MAX_BYTES:
            raise ImageProblem(file_loc, f"it is larger than {MAX_BYTES >> 20} MB")
        return info

    def read(self, file_loc: str, member: str) -> bytes:
        info = self.info(file_loc, member)
        try:
            with self._lock:
                opened = self._zip.open(info)
            try:
                return opened.read()
            finally:
                with self._lock:
                    opened.close()
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise ImageProblem(file_loc, f"the archive is damaged there: {error}") from error
        except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed unusually
            raise ImageProblem(file_loc, f"the archive cannot be unpacked: {error}") from error


_archives: OrderedDict[tuple[str, int, int], _Archive] = OrderedDict()
_archives_lock = threading.Lock()
_ARCHIVES_OPEN = 8


def _archive(file_loc: str, path: str, status: os.stat_result) -> _Archive:
    """The archive, opened once for all threads; its directory is not read for each member.

    An archive that changed on disk is opened anew. One that falls out of the cache closes when
    the last thread lets go of it.
    """
    key = (path, status.st_size, status.st_mtime_ns)
    with _archives_lock:
        if key not in _archives:
            try:
                _archives[key] = _Archive(path)
            except (zipfile.BadZipFile, EOFError) as error:
                raise ImageProblem(file_loc, "the archive is no readable ZIP") from error
            except FileNotFoundError as error:
                raise ImageProblem(file_loc, _missing(file_loc, path)) from error
            except OSError as error:
                raise ImageProblem(file_loc, f"it cannot be read: {error.strerror}") from error
        _archives.move_to_end(key)
        while len(_archives) > _ARCHIVES_OPEN:
            _archives.popitem(last=False)
        return _archives[key]
