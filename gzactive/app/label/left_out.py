"""Galaxies that could not be shown, told once for each place that they lie in, not one by one."""

from collections import Counter
from pathlib import Path

from gzactive.app.label.frame import Frame

__all__ = ["LeftOut"]

_SAFE = "Everything that you answered is saved."


class LeftOut:
    """Counts what could not be shown, and says what happened and what is safe."""

    def __init__(self) -> None:
        self._count = 0
        self._away: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._count

    def tell(self, frame: Frame) -> str:
        """One more galaxy could not be shown: the sentence to tell."""
        self._count += 1
        if not frame.away:
            return (
                f"Galaxy {frame.id_str} was left out: {frame.problem} ({frame.file_loc}). {_SAFE}"
            )
        self._away[frame.away] += 1
        many = self._away[frame.away]
        galaxies = "1 galaxy" if many == 1 else f"{many:,} galaxies"
        kind = "archive" if frame.away.lower().endswith(".zip") else "folder"
        return (
            f"The {kind} {Path(frame.away).name} is not there any more, so {galaxies} in it had to "
            f"be left out ({frame.away}). {_SAFE} Bring it back to where it was, and open the "
            "project again."
        )

    @property
    def nothing_left(self) -> str:
        """What to say when no galaxy is on the table."""
        if not self._count:
            return "Every galaxy is done. Thank you!"
        return (
            f"No galaxy is left to show: {self._count:,} could not be read. If their folder "
            "or drive is away, bring it back and open the project again."
        )
