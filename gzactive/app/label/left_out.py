"""Galaxies that could not be shown, told once for each place that they lie in, not one by one."""

from collections.abc import Collection
from pathlib import Path

from gzactive.app.label.frame import Frame

__all__ = ["LeftOut"]

_SAFE = "Everything that you answered is saved."


class LeftOut:
    """Counts what could not be shown, and says what happened and what is safe."""

    def __init__(self) -> None:
        #: The galaxies, and the place of each if that is gone as a whole, else empty.
        self._places: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._places)

    def tell(self, frame: Frame) -> str:
        """One more galaxy could not be shown: the sentence to tell."""
        self._places[frame.id_str] = frame.away
        if not frame.away:
            return (
                f"Galaxy {frame.id_str} was left out: {frame.problem} ({frame.file_loc}). {_SAFE}"
            )
        many = sum(place == frame.away for place in self._places.values())
        kind = "archive" if frame.away.lower().endswith(".zip") else "folder"
        return (
            f"The {kind} {Path(frame.away).name} is not there any more, so {_galaxies(many)} in it "
            f"had to be left out ({frame.away}). {_SAFE} Bring it back to where it was: they come "
            "again by themselves then. Or say where it is now: Project page, Images moved…"
        )

    def bring_back(self, ids: Collection[str]) -> str:
        """Galaxies can be shown again: the sentence to tell."""
        for id_str in ids:
            self._places.pop(id_str, None)
        left = f" {_galaxies(len(self))} still cannot be shown." if self._places else ""
        return f"The images of {_galaxies(len(ids))} are there again.{left}"

    @property
    def nothing_left(self) -> str:
        """What to say when no galaxy is on the table."""
        if not self._places:
            return "Every galaxy is done. Thank you!"
        remedy = (
            "Bring their folder or drive back: they come again by themselves then. Or say where "
            "they are now: Project page, Images moved…"
            if any(self._places.values())
            else "The Project page lists them with their reasons."
        )
        return f"No galaxy is left to show: {len(self):,} could not be read. {remedy}"


def _galaxies(count: int) -> str:
    return "1 galaxy" if count == 1 else f"{count:,} galaxies"
