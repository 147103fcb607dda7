"""Cutouts of a catalogue's galaxies from a survey's service, ready to make a project of.

The folder holds ``images/``, ``catalog.csv`` (the galaxies that came, with each one's pixel scale;
`gzactive new --catalog` reads it), ``failures.csv`` (those that did not, and why) and
``fetch.json`` (what was asked for). A second call fetches what is missing.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gzactive.catalog.tables import checked_ids, read_table
from gzactive.errors import GzactiveError
from gzactive.paths import atomic_write
from gzactive.progress import Progress, silent
from gzactive.survey.downloads import BadContent, Failure, Manners, Outcome, download
from gzactive.survey.positions import Positions, read_positions
from gzactive.survey.services import Service, pixel_scales, service

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FetchReport", "fetch_cutouts"]

#: Side in pixels: what Galaxy Zoo showed, and what the report asked for.
SIZE = 424

_IMAGES = "images"
_CATALOG = "catalog.csv"
_FAILURES = "failures.csv"
_ASKED = "fetch.json"
_LONGEST_NAME = 100


@dataclass(frozen=True)
class FetchReport:
    """What a run of :func:`fetch_cutouts` did.

    Attributes
    ----------
    fetched, present
        Cutouts that came now, and that were there before.
    failures
        ``id_str``, ``ra``, ``dec``, ``why``, ``tries``, ``url``; one row a galaxy without cutout.
    catalog
        The table of those that are there.
    stopped
        Why the service was given up, as a clause; empty if it was not.
    unreachable
        Whether nothing of it could be reached at all.
    remarks
        Sentences on rows of the catalogue that could not be used.
    """

    fetched: int
    present: int
    failures: pd.DataFrame
    catalog: Path
    stopped: str = ""
    unreachable: bool = False
    remarks: tuple[str, ...] = ()


def fetch_cutouts(
    catalog: str | Path | Positions,
    out: Path,
    *,
    survey: str,
    size: int = SIZE,
    scale: str | None = None,
    layer: str | None = None,
    address: str | None = None,
    manners: Manners | None = None,
    progress: Progress = silent,
) -> FetchReport:
    """Fetch a square cutout of each galaxy.

    Parameters
    ----------
    catalog
        A table with ids and coordinates, or a project.
    out
        The folder to write; one that an earlier call with the same choices left is gone on with.
    survey
        ``sdss``, ``legacy`` or ``hips``.
    size
        Side in pixels.
    scale
        See :func:`gzactive.survey.services.pixel_scales`.
    layer, address
        Of the service, instead of its usual ones.
    manners
        How its host is treated.
    progress
        Told how many came; may cancel, and what came is kept.

    Raises
    ------
    GzactiveError
        If the catalogue has no coordinates, a choice is unfit, or the folder holds others.
    """
    asked = service(survey, layer=layer, address=address)
    if not asked.least <= size <= asked.most:
        raise GzactiveError(
            f"The survey '{survey}' draws sides of {asked.least} to {asked.most:,} pixels, not "
            f"{size:,}: choose one of these."
        )
    positions = catalog if isinstance(catalog, Positions) else read_positions(catalog)
    checked_ids(positions.table["id_str"], f"'{positions.name}'", "id")
    scales = pixel_scales(positions.table, scale, asked.scale)
    choices = {
        "survey": survey,
        "layer": asked.layer,
        "size": size,
        "scale": scale or "by the catalogue",
    }
    folder = _Folder(out, choices, positions)
    run = _Fetch(folder, positions, scales, asked, size)
    try:
        outcome = run.fetch(manners, progress)
    except BaseException:
        folder.write(scales, run.failures)
        raise
    if outcome.unreachable and folder.fresh and not outcome.done:
        folder.take_away()
    else:
        folder.write(scales, run.failures)
    return FetchReport(
        fetched=outcome.done,
        present=run.present,
        failures=run.failures,
        catalog=out / _CATALOG,
        stopped=outcome.stopped,
        unreachable=outcome.unreachable,
        remarks=positions.remarks,
    )


class _Fetch:
    """One run: which galaxies are asked for, and what becomes of each."""

    def __init__(
        self,
        folder: _Folder,
        positions: Positions,
        scales: NDArray[np.float64],
        asked: Service,
        size: int,
    ) -> None:
        self._folder = folder
        self._positions = positions
        self._size = size
        fit = np.isfinite(positions.ra) & np.isfinite(positions.dec)
        unfit = [(row, "it has no place in the sky") for row in np.flatnonzero(~fit)]
        scaled = np.isfinite(scales)
        unfit += [(row, "its scale is not known") for row in np.flatnonzero(fit & ~scaled)]
        wanted = np.flatnonzero(fit & scaled)
        missing = [int(row) for row in wanted if not folder.has(int(row))]
        self.present = len(wanted) - len(missing)
        self._urls = {
            row: asked.url(
                float(positions.ra[row]), float(positions.dec[row]), size, float(scales[row])
            )
            for row in missing
        }
        self._failed = [Failure(int(row), why, 0) for row, why in unfit]

    @property
    def failures(self) -> pd.DataFrame:
        """Galaxies without a cutout, in the catalogue's order."""
        import pandas as pd

        rows = sorted(self._failed, key=lambda failure: failure.index)
        places = [failure.index for failure in rows]
        return pd.DataFrame(
            {
                "id_str": self._positions.id_str[places],
                "ra": self._positions.ra[places],
                "dec": self._positions.dec[places],
                "why": [failure.why for failure in rows],
                "tries": [failure.tries for failure in rows],
                "url": [self._urls.get(place, "") for place in places],
            }
        )

    def fetch(self, manners: Manners | None, progress: Progress) -> Outcome:
        """Ask for what is missing."""
        outcome = download(
            list(self._urls.items()),
            self._keep,
            manners=manners,
            progress=progress,
            stage="Fetching cutouts",
            already=self.present,
        )
        self._failed += outcome.failures
        return outcome

    def _keep(self, row: int, data: bytes) -> None:
        _check(data, self._size)
        self._folder.keep(row, data)


class _Folder:
    """The folder of a run: its images, and what is written about them."""

    def __init__(self, path: Path, choices: dict[str, Any], positions: Positions) -> None:
        self.path = path
        self._positions = positions
        self._names = _file_names(positions.id_str)
        asked = path / _ASKED
        #: Whether it was made now, for this run.
        self.fresh = not path.exists()
        try:
            (path / _IMAGES).mkdir(parents=True, exist_ok=True)
            if asked.exists():
                _refuse_others(path, json.loads(asked.read_text(encoding="utf-8")), choices)
            else:
                if any((path / _IMAGES).iterdir()):
                    raise GzactiveError(
                        f"{path / _IMAGES} holds images that this command did not fetch: choose "
                        "another folder."
                    )
                atomic_write(asked, json.dumps(choices, indent=1))
            listed = {one.name: one.stat().st_size for one in (path / _IMAGES).iterdir()}
        except OSError as error:
            raise GzactiveError(f"{path} cannot be written ({error.strerror}).") from error
        except ValueError as error:
            raise GzactiveError(
                f"{asked} is damaged: delete it and the images, or choose another folder."
            ) from error
        self._digests = self._known_digests()
        self._here = [self._is_whole(name, listed) for name in self._names]

    def has(self, row: int) -> bool:
        """Whether a galaxy's cutout is there, whole."""
        return self._here[row]

    def keep(self, row: int, data: bytes) -> None:
        """Store a cutout."""
        name = self._names[row]
        try:
            atomic_write(self.path / _IMAGES / name, data)
        except OSError as error:
            raise GzactiveError(
                f"{self.path / _IMAGES} cannot be written ({error.strerror}): make room or choose "
                "another folder; what came is kept."
            ) from error
        self._digests[name] = hashlib.sha256(data).hexdigest()
        self._here[row] = True

    def write(self, scales: NDArray[np.float64], failures: pd.DataFrame) -> None:
        """Write the tables of what is there and what is not."""
        rows = np.flatnonzero(self._here)
        names = [self._names[row] for row in rows]
        own = ("file_loc", "ra", "dec", "pixel_scale", "sha256")
        table = self._positions.table.iloc[rows].reset_index(drop=True)
        table = table.rename(columns={name: f"table_{name}" for name in own if name in table})
        table = table.drop(columns="id_str")
        columns: dict[str, Any] = {
            "id_str": self._positions.id_str[rows],
            "file_loc": [f"{_IMAGES}/{name}" for name in names],
            "ra": self._positions.ra[rows],
            "dec": self._positions.dec[rows],
            "pixel_scale": scales[rows],
            "sha256": [self._digests.get(name, "") for name in names],
        }
        for position, (name, values) in enumerate(columns.items()):
            table.insert(position, name, values)
        try:
            atomic_write(self.path / _CATALOG, table.to_csv(index=False))
            atomic_write(self.path / _FAILURES, failures.to_csv(index=False))
        except OSError as error:
            raise GzactiveError(f"{self.path} cannot be written ({error.strerror}).") from error

    def take_away(self) -> None:
        """Leave no folder behind where there was none and nothing came."""
        with suppress(OSError):  # whatever else has come into it meanwhile stays
            (self.path / _IMAGES).rmdir()
            (self.path / _ASKED).unlink()
            self.path.rmdir()

    def _known_digests(self) -> dict[str, str]:
        if not (self.path / _CATALOG).exists():
            return {}
        table = read_table(self.path / _CATALOG)
        if not {"file_loc", "sha256"} <= set(table.columns):
            return {}
        names = table["file_loc"].astype(str).str.removeprefix(f"{_IMAGES}/")
        return dict(zip(names, table["sha256"].fillna("").astype(str), strict=True))

    def _is_whole(self, name: str, listed: dict[str, int]) -> bool:
        """Whether a file is there as it came; without a digest (a killed run) its size tells."""
        if not listed.get(name):
            return False
        digest = self._digests.get(name)
        if not digest:
            self._digests[name] = _digest(self.path / _IMAGES / name)
            return True
        return _digest(self.path / _IMAGES / name) == digest


def _refuse_others(path: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    if before != now:
        other = next(name for name in now if before.get(name) != now[name])
        raise GzactiveError(
            f"{path} holds cutouts of another {other} ({before.get(other)}, not {now[other]}): "
            "choose another folder, or fetch as before."
        )


def _check(data: bytes, size: int) -> None:
    """Refuse what is no picture of the size asked for, whole and with something in it."""
    start = data[:512].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"{")):
        raise BadContent("a page of text came, not an image")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            if image.size != (size, size):
                width, height = image.size
                raise BadContent(
                    f"an image of {width} × {height} pixels came, not {size} × {size}", final=True
                )
            image.load()
            low_high = image.convert("L").getextrema()
    except (OSError, SyntaxError, ValueError) as error:
        raise BadContent("what came is no whole image") from error
    if low_high[0] == low_high[1]:
        raise BadContent("the image is empty: the place is outside the survey", final=True)


def _file_names(ids: NDArray[np.object_]) -> list[str]:
    """A file name for each id: the id itself where it can be one, else told apart by a digest."""
    names = []
    taken: set[str] = set()
    for one in ids:
        plain = re.sub(r"[^\w.+-]", "_", one)[:_LONGEST_NAME].lstrip(".")
        if plain != one or plain.lower() in taken:
            plain = f"{plain}-{hashlib.sha256(one.encode()).hexdigest()[:8]}"
        taken.add(plain.lower())
        names.append(f"{plain}.jpg")
    return names


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise GzactiveError(f"{path} cannot be read ({error.strerror}).") from error
