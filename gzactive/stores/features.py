"""The feature cache: float16 features of every galaxy, computed once, safe from kills and readers.

A store is a folder: part files of about a thousand galaxies each, and a main file into which they
are merged when idle. No file changes once it has its name, so other processes read while one
writes. A file that fails its checksums is set aside, and its galaxies count as not computed.
"""

import logging
import os
import re
import secrets
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.errors import GzactiveError
from gzactive.stores.feature_files import (
    BLOCK,
    TEMPORARY_SUFFIX,
    BadPart,
    FeatureFile,
    blocks_of,
    link_file,
    write_feature_file,
)
from gzactive.stores.feature_rows import FeatureRows, Features

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FeatureRows", "FeatureStore", "Features", "SetAside"]

_MAIN = "features.h5"
_PART = re.compile(r"part-(\d+)-[0-9a-f]+\.h5")
#: A temporary file older than this was left by a killed process.
_STALE_SECONDS = 3600.0
#: A reader lists files, a compaction replaces them meanwhile: looking again finds the new ones.
_LOOKS = 20

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SetAside:
    """A damaged file, or the damaged rows of the main file.

    Attributes
    ----------
    path : Path
        Where the file lies now (the main file stays in use for its good rows).
    reason : str
        A clause.
    galaxies : int
        How many have to be computed again; 0 where the file cannot even tell.
    """

    path: Path
    reason: str
    galaxies: int


class FeatureStore:
    """Features of one backbone, in a folder named after its fingerprint.

    Parameters
    ----------
    folder : Path
        Made when the first part is written. Its name is kept in every file: a file of another
        backbone, copied here by mistake, is set aside.
    width : int
        Features a galaxy.

    Attributes
    ----------
    set_aside : list of SetAside
        What was found damaged so far, by this object.
    """

    def __init__(self, folder: Path, width: int = 1280) -> None:
        self.folder = folder
        self.width = width
        self.set_aside: list[SetAside] = []
        # Checking reads every byte: once for each file, as long as nobody replaced it.
        self._checked: dict[tuple[str, int, int, int], NDArray[np.bool_]] = {}

    # ---- writing ---------------------------------------------------------------------------------

    def write_part(
        self,
        id_str: Sequence[str],
        image_hash: Sequence[str],
        features: ArrayLike,
        image_stamp: Sequence[str] | None = None,
    ) -> None:
        """Store features of some galaxies; they are on the disk when this returns.

        Parameters
        ----------
        id_str, image_hash : sequence of str
            n each. A galaxy that is stored already is replaced.
        features : array-like
            (n, width), finite in float16.
        image_stamp : sequence of str, optional
            n texts that tell cheaply whether an image changed, e.g. its size and time.

        Raises
        ------
        GzactiveError
            If the shapes disagree, a feature is not finite in float16, or the disk refuses.
        """
        values = np.asarray(features)
        stamps = [""] * len(id_str) if image_stamp is None else list(image_stamp)
        lengths = {len(id_str), len(image_hash), len(stamps), len(values)}
        if values.shape != (len(id_str), self.width) or len(lengths) > 1:
            raise GzactiveError(
                f"Features of shape {values.shape} do not belong to {len(id_str)} galaxies with "
                f"{self.width} features each, {len(image_hash)} hashes and {len(stamps)} stamps."
            )
        if not len(values):
            return
        with np.errstate(over="ignore"):
            values = np.ascontiguousarray(values, dtype=np.float16)
        if not np.isfinite(values).all():
            first = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
            raise GzactiveError(
                f"The features of galaxy '{id_str[first]}' are not finite in float16: the weights "
                "do not suit its image."
            )
        texts = {
            "id_str": [str(one) for one in id_str],
            "image_hash": [str(one) for one in image_hash],
            "image_stamp": [str(one) for one in stamps],
            "merged": [],
        }
        self._write(None, texts, blocks_of(values))

    def compact(self) -> bool:
        """Merge the part files into the main file, which is replaced whole; for idle moments.

        Returns
        -------
        bool
            Whether there was anything to merge. False also while another process is compacting, or
            where an open file cannot be replaced (Windows): nothing is lost, a later call does it.
        """
        from filelock import FileLock, Timeout

        if not self.folder.is_dir():
            return False
        self._sweep()
        try:
            with FileLock(self.folder / ".compact.lock", timeout=0):
                return self._compact()
        except Timeout:
            return False
        except PermissionError as error:
            logger.info("Features in %s stay in parts for now: %s", self.folder, error)
            return False

    def _compact(self) -> bool:
        with self.open_rows() as rows:
            files = rows.files
            parts = [one.path for one in files if one.path.name != _MAIN]
            damaged = any(not one.good.all() for one in files)
            leftovers = self._leftovers(files)
            if parts or damaged:
                texts = {
                    "id_str": rows.id_str.tolist(),
                    "image_hash": rows.image_hash.tolist(),
                    "image_stamp": rows.image_stamp.tolist(),
                    "merged": [one.name for one in parts],
                }
                blocks = (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))
                number = max(one.number for one in files)
                self._write(_MAIN, texts, blocks, number)
        for path in [*parts, *leftovers]:
            path.unlink(missing_ok=True)
        return bool(parts or damaged)

    def _leftovers(self, files: Sequence[FeatureFile]) -> list[Path]:
        """Parts that the main file holds already, left by a compaction that was killed."""
        merged = {name for one in files for name in one.texts["merged"]}
        return [path for path in self._parts() if path.name in merged]

    def _write(
        self,
        name: str | None,
        texts: dict[str, list[str]],
        blocks: Iterable[NDArray[np.float16]],
        number: int = 0,
    ) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if name is None:
                number = self._next_number()
                name = f"part-{number:08d}-{secrets.token_hex(4)}.h5"
            write_feature_file(
                self.folder / name,
                texts,
                blocks,
                width=self.width,
                fingerprint=self.folder.name,
                number=number,
            )
        except PermissionError:
            raise
        except OSError as error:
            raise GzactiveError(
                f"Features cannot be written to {self.folder} ({error}): free some space there, or "
                "check that you may write to it."
            ) from error

    def _next_number(self) -> int:
        numbers = [int(found[1]) for found in map(_PART.fullmatch, self._names()) if found]
        if not numbers and (self.folder / _MAIN).exists():
            for one in self._open_files(check=False):
                numbers.append(one.number)
                one.close()
        return max(numbers, default=0) + 1

    def _sweep(self) -> None:
        """Remove the temporary files that killed processes left long ago."""
        for path in self.folder.glob(f".*{TEMPORARY_SUFFIX}"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                    path.unlink()

    def share(self, other: "FeatureStore") -> int:
        """Let another store of the same backbone have all features that are here.

        The files are linked, since none ever changes: they take no room. Where a link is not
        possible (another drive), they are copied.

        Returns
        -------
        int
            How many files; 0 if the other store is of another backbone, or there are none.
        """
        from filelock import FileLock

        if other.folder.name != self.folder.name or not self.folder.is_dir():
            return 0
        shared = 0
        try:
            other.folder.mkdir(parents=True, exist_ok=True)
            # Files stay until all are shared; where nobody may write they stay anyway.
            free = os.access(self.folder, os.W_OK)
            with FileLock(self.folder / ".compact.lock") if free else nullcontext():
                for path in [self.folder / _MAIN, *self._parts()]:
                    if path.exists():
                        link_file(path, other.folder / path.name)
                        shared += 1
        except OSError as error:
            raise GzactiveError(
                f"Features cannot be shared with {other.folder} ({error}): free some space there, "
                "or check that you may write to it."
            ) from error
        return shared

    # ---- reading ---------------------------------------------------------------------------------

    def load(self, ids: Iterable[str] | None = None) -> Features:
        """Features of all galaxies, or of those of ``ids`` that are there, in that order.

        The values are read into one array: 0.7 GB for 272,725 galaxies, without a second copy.
        """
        with self.open_rows() as rows:
            if ids is None:
                return Features(rows.id_str, rows.image_hash, rows[:])
            import pandas as pd

            place = pd.Index(rows.id_str, dtype=object).get_indexer(
                pd.Index(list(ids), dtype=object)
            )
            place = place[place >= 0]
            return Features(rows.id_str[place], rows.image_hash[place], rows.take(place))

    def open_rows(self, *, check: bool = True) -> FeatureRows:
        """All rows, left on the disk until sliced: for streaming through more than memory holds.

        The rows stay readable until closed (use ``with``), whatever is written meanwhile. Checking
        reads every byte of files that this object has not checked before; without it, ask
        :meth:`FeatureRows.sound` about the rows that matter.
        """
        files = self._open_files(check=check)
        try:
            return FeatureRows(files, self.width)
        except BaseException:
            for one in files:
                one.close()
            raise

    def known(self) -> "pd.DataFrame":
        """Which galaxies are stored: id_str, image_hash, image_stamp."""
        import pandas as pd

        with self.open_rows() as rows:
            return pd.DataFrame(
                {
                    "id_str": pd.Series(rows.id_str, dtype="str"),
                    "image_hash": pd.Series(rows.image_hash, dtype="str"),
                    "image_stamp": pd.Series(rows.image_stamp, dtype="str"),
                }
            )

    def __len__(self) -> int:
        with self.open_rows() as rows:
            return len(rows)

    def _open_files(self, *, check: bool) -> list[FeatureFile]:
        """The main file and the parts beyond it, oldest first; damaged ones are set aside."""
        for _ in range(_LOOKS):
            opened: list[FeatureFile] = []
            try:
                for path in [self.folder / _MAIN, *self._parts()]:
                    if path.name == _MAIN and not path.exists():
                        continue
                    if any(path.name in one.texts["merged"] for one in opened[:1]):
                        continue
                    one = self._open_file(path, check)
                    if one is not None:
                        opened.append(one)
            except FileNotFoundError:  # merged meanwhile: the new main file has it
                for one in opened:
                    one.close()
                continue
            except BaseException:
                for one in opened:
                    one.close()
                raise
            return opened
        raise GzactiveError(
            f"The features in {self.folder} are being rewritten all the time: try again when the "
            "other process is done."
        )

    def _open_file(self, path: Path, check: bool) -> FeatureFile | None:
        status = path.stat()
        key = (path.name, status.st_ino, status.st_size, status.st_mtime_ns)
        before = self._checked.get(key)
        try:
            one = FeatureFile.open(
                path,
                width=self.width,
                fingerprint=self.folder.name,
                check=check and before is None,
            )
        except BadPart as error:
            self._put_aside(path, str(error), 0)
            return None
        if before is not None:
            one.good[:] = before
        elif check:
            self._checked[key] = one.good
            bad = int((~one.good).sum())
            if bad and path.name != _MAIN:
                one.close()
                self._put_aside(path, "its features fail their checksum", len(one))
                return None
            if bad:
                self._report(path, f"{bad} of its {len(one)} rows fail their checksum", bad)
        return one

    def _put_aside(self, path: Path, reason: str, galaxies: int) -> None:
        aside = path.with_name(f"{path.name}.bad")
        while aside.exists():
            aside = path.with_name(f"{path.name}.{secrets.token_hex(2)}.bad")
        try:
            path.rename(aside)
        except FileNotFoundError:  # another process was quicker
            return
        except PermissionError as error:  # a folder that may only be read: pass over it
            logger.warning("%s cannot be set aside: %s", path, error)
            aside = path
        self._report(aside, reason, galaxies)

    def _report(self, path: Path, reason: str, galaxies: int) -> None:
        self.set_aside.append(SetAside(path, reason, galaxies))
        logger.warning("%s: %s; its galaxies will be computed again.", path, reason)

    def _names(self) -> list[str]:
        return [path.name for path in self.folder.iterdir()] if self.folder.is_dir() else []

    def _parts(self) -> list[Path]:
        """Part files in the order of their numbers."""
        return [self.folder / name for name in sorted(self._names()) if _PART.fullmatch(name)]
