"""The galaxies still to come, in order: a queue that a new ranking replaces behind the next ten."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pandas import NA

__all__ = ["PREFETCHED", "Upcoming", "UpcomingGalaxy"]

#: How many galaxies are decoded ahead and shown in the strip; a new ranking leaves them alone.
PREFETCHED = 10


@dataclass(frozen=True)
class UpcomingGalaxy:
    """A galaxy that the queue issued, and how it was chosen.

    Parameters
    ----------
    id_str
        Which galaxy.
    selection
        How it was chosen: ``active``, ``random``, ``start-random``, ``start-diverse``,
        ``nice``, ``repeat``, ``second-opinion``, ...
    acquisition
        The number it was ranked by, if it was ranked.
    question
        The question that number is about, or ``tree``.
    weights_id, round
        The weights that ranked it, and the round that they came from.
    repeat
        Whether the labeller has finished it before and is shown it again to measure steadiness.
    """

    id_str: str
    selection: str
    acquisition: float | None = None
    question: str = "tree"
    weights_id: str | None = None
    round: int | None = None
    repeat: bool = False

    @classmethod
    def from_issue(cls, id_str: str, issue: Mapping[str, Any]) -> "UpcomingGalaxy":
        """A galaxy from its row in a queue's table, where missing values are NaN, or no column."""

        def known(name: str) -> Any:
            value = issue.get(name)
            # NaN and pandas' NA are the values that do not equal themselves.
            return value if value is not None and value is not NA and value == value else None

        round_number = known("round")
        return cls(
            id_str,
            str(issue["selection"]),
            known("acquisition"),
            known("question") or "tree",
            known("weights_id"),
            None if round_number is None else int(round_number),
        )


class Upcoming:
    """An ordered set of galaxies: each is in it once."""

    def __init__(self, galaxies: Iterable[UpcomingGalaxy] = ()) -> None:
        self._galaxies: deque[UpcomingGalaxy] = deque()
        self._ids: set[str] = set()
        self.extend(galaxies)

    def __len__(self) -> int:
        return len(self._galaxies)

    def __contains__(self, id_str: object) -> bool:
        return id_str in self._ids

    def next(self, count: int = PREFETCHED) -> list[UpcomingGalaxy]:
        """The next few, without taking them."""
        return [self._galaxies[i] for i in range(min(count, len(self._galaxies)))]

    def behind(self) -> list[UpcomingGalaxy]:
        """Some of those behind the next few, which a ranking replaces."""
        return self.next(3 * PREFETCHED)[PREFETCHED:]

    def take(self) -> UpcomingGalaxy | None:
        """The next one, taken out; None when there is none."""
        if not self._galaxies:
            return None
        galaxy = self._galaxies.popleft()
        self._ids.discard(galaxy.id_str)
        return galaxy

    def put_back(self, galaxy: UpcomingGalaxy) -> None:
        """Make a galaxy the very next one."""
        self.remove(galaxy.id_str)
        self._galaxies.appendleft(galaxy)
        self._ids.add(galaxy.id_str)

    def insert(self, galaxy: UpcomingGalaxy, followers: Iterable[str]) -> None:
        """Put a galaxy before the first of its followers that is in; at the end if none is."""
        self.remove(galaxy.id_str)
        before = next((one for one in followers if one in self._ids), None)
        place = next(
            (n for n, one in enumerate(self._galaxies) if one.id_str == before),
            len(self._galaxies),
        )
        self._galaxies.insert(place, galaxy)
        self._ids.add(galaxy.id_str)

    def remove(self, id_str: str) -> None:
        """Take a galaxy out, wherever it stands; nothing happens if it is not in."""
        if id_str in self._ids:
            self._ids.discard(id_str)
            self._galaxies = deque(each for each in self._galaxies if each.id_str != id_str)

    def extend(self, galaxies: Iterable[UpcomingGalaxy]) -> None:
        """Append those that are not in yet."""
        for galaxy in galaxies:
            if galaxy.id_str not in self._ids:
                self._galaxies.append(galaxy)
                self._ids.add(galaxy.id_str)

    def replace(self, galaxies: Iterable[UpcomingGalaxy], keep: int = PREFETCHED) -> None:
        """Put a new ranking behind the first ``keep``, which stay as they are."""
        kept = self.next(keep)
        self._galaxies = deque()
        self._ids = set()
        self.extend(kept)
        self.extend(galaxies)
