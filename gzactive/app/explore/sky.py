"""What can be done with a galaxy's place in the sky: copied, opened elsewhere, sent to others.

Messages to other programs wait for those programs, so they go on a thread of their own.
"""

import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gzactive.app.explore import sky_links
from gzactive.app.explore.places import Places
from gzactive.app.worker import Worker
from gzactive.errors import GzactiveError
from gzactive.images import ImageProblem
from gzactive.project import Project
from gzactive.survey.samp import Samp, image_message, point_message, table_message
from gzactive.survey.sky_image import write_sky_image

__all__ = ["Sky"]

_FITS = (".fits", ".fit", ".fts")


class Sky(QObject):
    """Places of one catalogue's galaxies; a galaxy is its row there.

    Parameters
    ----------
    project, places
        Whose galaxies, and where they are.
    parent
        Owner.
    """

    #: One sentence in passing.
    said = Signal(str)
    #: Something could not be done: one sentence.
    failed = Signal(str)

    def __init__(self, project: Project, places: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._places = places
        self._worker = Worker(self)
        self._worker.failed.connect(self.failed)
        self._samp = Samp()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files, self._sent = count(1), count(1)

    @property
    def busy(self) -> bool:
        """Whether something is on its way to another program."""
        return self._worker.busy

    def unknown(self) -> str:
        """Why nothing can be done with places; empty if it can."""
        if self._places.known:
            return ""
        return "The catalogue has no coordinates: give it columns ra and dec, in degrees"

    def text(self, rows: list[int]) -> str:
        """Right ascension and declination in degrees, one galaxy a line."""
        found = [self._places.sky(row) for row in rows]
        return "\n".join(f"{place[0]:.6f} {place[1]:+.6f}" for place in found if place is not None)

    def simbad(self, row: int) -> str:
        """Address of a galaxy's place at SIMBAD; empty if it is unknown."""
        place = self._places.sky(row)
        return sky_links.simbad(*place) if place is not None else ""

    def legacy_viewer(self, row: int) -> str:
        """Address of a galaxy's place in the Legacy Surveys' viewer; empty if it is unknown."""
        place = self._places.sky(row)
        return sky_links.legacy_viewer(*place) if place is not None else ""

    def scale(self, row: int) -> float | None:
        """Arc seconds a pixel of a galaxy's image, by the catalogue or else by the settings."""
        return self._places.scale(row) or self._project.settings.pixel_scale or None

    def send_table(self, write: Callable[[Path], int], name: str) -> None:
        """Send a table to TOPCAT and its like; ``write`` makes a VOTable and counts its rows."""

        def send() -> str:
            path = self._new(".vot")
            written = write(path)
            takers = self._samp.send(table_message(path.as_uri(), f"gzactive-{path.stem}", name))
            galaxies = "galaxy" if written == 1 else "galaxies"
            return f"{written:,} {galaxies} sent to {_list(takers)}."

        self._send(send)

    def send_image(self, row: int) -> None:
        """Send a galaxy's image to DS9, Aladin and their like, as FITS."""
        id_str = str(self._places.id_str[row])
        file_loc = str(self._places.file_loc[row])
        north_up = self._project.settings.north_up
        sky = self._places.sky(row) if north_up else None
        scale = self.scale(row)

        def send() -> str:
            path, placed = Path(file_loc), True
            if path.suffix.lower() not in _FITS or not path.is_file():
                path = self._new(".fits")
                try:
                    placed = write_sky_image(file_loc, path, sky, scale, id_str)
                except ImageProblem as problem:
                    raise GzactiveError(f"{id_str} cannot be sent: {problem.reason}.") from problem
            takers = self._samp.send(image_message(path.as_uri(), id_str, id_str))
            aside = (
                ""
                if placed
                else " It tells no place in the sky: that needs coordinates, a pixel scale and "
                "“north is up” in the settings."
            )
            return f"{id_str} sent to {_list(takers)}.{aside}"

        self._send(send)

    def point(self, row: int) -> None:
        """Let other programs look at a galaxy's place."""
        place = self._places.sky(row)
        if place is None:
            self.said.emit("This galaxy has no coordinates in the catalogue.")
            return
        ra, dec = place
        self._send(lambda: f"{_list(self._samp.send(point_message(ra, dec)))} told to look there.")

    def close(self) -> None:
        """Leave the hub, and clear what was made for others to read."""
        self._worker.close()
        self._samp.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _new(self, suffix: str) -> Path:
        """A file of its own for each message: others may read it late."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="gzactive-")
        return Path(self._folder.name) / f"{next(self._files)}{suffix}"

    def _send(self, work: Callable[[], str]) -> None:
        self._worker.submit(f"send {next(self._sent)}", work, self.said.emit)


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
