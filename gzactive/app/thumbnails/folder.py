"""Thumbnails on disk: one small JPEG a galaxy, in a project's ``thumbnails/`` folder.

The name of a file is a digest of where the image lies, its size and its time of change, so that a
changed image gets a new thumbnail and nothing needs an index. All of it can be deleted at any time.
No Qt lives here, and no pixels: only bytes.
"""

import hashlib
import os
import threading
from contextlib import suppress
from pathlib import Path

from gzactive.images.files import image_stamp

__all__ = ["ThumbnailFolder"]

_MEGABYTE = 2**20
#: Clearing goes this far below the limit, so that it is seldom.
_CLEAR_TO = 0.8


class ThumbnailFolder:
    """A bounded folder of small files; safe from several threads.

    A folder that cannot be written to is no fault: thumbnails are then made again each time.

    Parameters
    ----------
    path
        The folder; it is made when first needed.
    limit
        Bytes that it may hold; beyond them the files least lately made or used go.
    """

    def __init__(self, path: Path, limit: int = 512 * _MEGABYTE) -> None:
        self.path = path
        self.limit = limit
        self._bytes: int | None = None
        self._lock = threading.Lock()

    def name(self, file_loc: str, kind: str) -> str:
        """Name of an image's thumbnail.

        Parameters
        ----------
        file_loc
            The image.
        kind
            Whatever else its look depends on: size, stretch.

        Raises
        ------
        ImageProblem
            If there is no such image.
        """
        size, changed = image_stamp(file_loc)
        text = f"{file_loc}\0{size}\0{changed}\0{kind}"
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]

    def read(self, name: str) -> bytes | None:
        """The thumbnail's bytes, or None if there is none that can be read."""
        try:
            return self._file(name).read_bytes()
        except OSError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Store a thumbnail: whoever reads it meets it whole or not at all."""
        path = self._file(name)
        temporary = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(data)
            temporary.replace(path)
        except OSError:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            return
        with self._lock:
            self._bytes = self._measure() if self._bytes is None else self._bytes + len(data)
            if self._bytes > self.limit:
                self._clear()

    def _file(self, name: str) -> Path:
        return self.path / name[:2] / f"{name}.jpg"

    def _measure(self) -> int:
        return sum(size for _, size, _ in self._files())

    def _clear(self) -> None:
        """Delete the oldest files, and what killed processes left half written."""
        total = self._measure()
        for _, size, path in sorted(self._files()):
            if total <= _CLEAR_TO * self.limit:
                break
            with suppress(OSError):
                path.unlink()
                total -= size
        self._bytes = total

    def _files(self) -> list[tuple[int, int, Path]]:
        """(time of change in ns, bytes, path) of every file."""
        found = []
        with suppress(OSError):
            for folder in list(os.scandir(self.path)):
                if not folder.is_dir():
                    continue
                for one in os.scandir(folder.path):
                    with suppress(OSError):
                        status = one.stat()
                        found.append((status.st_mtime_ns, status.st_size, Path(one.path)))
        return found
