"""What was found on the way from files to a catalogue: counts, example rows, and what to do.

A finding is told to people in the same words by every command and by the app. Nothing is left out
of a catalogue without one.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["EXAMPLES", "Finding", "Level", "by_gravity", "counted", "examples", "left_out"]

EXAMPLES = 5  #: rows that a finding names


class Level(enum.Enum):
    """How much a finding matters."""

    REFUSED = "refused"  #: no catalogue can be made until it is settled
    LEFT_OUT = "left out"  #: rows or images do not come along
    AMISS = "amiss"  #: everything comes along, but something of it is missing or unreadable
    NOTE = "note"  #: all is well, and this is worth knowing


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing.

    Attributes
    ----------
    kind
        What it is, for programs: "duplicates".
    level
        How much it matters.
    sentence
        What it is, for people, with its count.
    remedy
        What can be done about it, as a sentence; empty if nothing needs to be.
    rows
        Examples, at most :data:`EXAMPLES`: "row 12: 587722952767439450".
    """

    kind: str
    level: Level
    sentence: str
    remedy: str = ""
    rows: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The sentence and the remedy."""
        return f"{self.sentence} {self.remedy}".strip()


def by_gravity(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings with the gravest first, else in their order."""
    gravest = list(Level)
    return tuple(sorted(findings, key=lambda finding: gravest.index(finding.level)))


def counted(count: int, noun: str, plural: str = "") -> str:
    """A count in words: "1 row", "2,000 rows"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def left_out(
    count: int, noun: str, why: str, plural: str = "", *, kind: str = "", remedy: str = ""
) -> list[Finding]:
    """What does not come along; nothing where there is none."""
    if not count:
        return []
    sentence = f"{counted(count, noun, plural)} left out: {why}."
    return [Finding(kind or why, Level.LEFT_OUT, sentence, remedy)]


def examples(rows: NDArray[np.intp], values: NDArray[np.object_]) -> tuple[str, ...]:
    """The first of some rows, counted from 1, with a value of each that people know it by."""
    return tuple(f"row {row + 1:,}: {values[row]}" for row in rows[:EXAMPLES])
