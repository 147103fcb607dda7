"""When the next round starts by itself: galaxies counted since the last one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gzactive.stores.settings import Settings

__all__ = ["Schedule"]

#: After a round that could not start, so many more galaxies are finished before the next try.
_AGAIN_AFTER = 5

#: After so many finished galaxies without a round those to come are chosen anew: what is shown
#: again, and what others have finished, follows from the labels alone.
_RANK_AFTER = 25


class Schedule:
    """Counts finished galaxies between rounds."""

    def __init__(self) -> None:
        self.since_round = 0
        self._since_ranking = 0
        self._not_before = 0

    @staticmethod
    def every(settings: "Settings | None") -> int:
        """A round starts by itself after so many finished galaxies; 0 for never."""
        return settings.every if settings is not None and settings.automatic else 0

    def finished(self, galaxies: int = 1) -> None:
        """Galaxies were finished, or taken back."""
        self.since_round = max(0, self.since_round + galaxies)
        self._since_ranking = max(0, self._since_ranking + galaxies)

    def ranked(self) -> None:
        """The galaxies to come were chosen anew."""
        self._since_ranking = 0

    @property
    def rank_due(self) -> bool:
        """Whether so much was finished that those to come should be chosen anew, round or not."""
        return self._since_ranking >= _RANK_AFTER

    def restart(self, since_round: int) -> None:
        """A round was made; so many galaxies were finished since it read the labels."""
        self.since_round, self._not_before = since_round, 0

    def put_off(self, galaxies: int = _AGAIN_AFTER, *, after: int | None = None) -> None:
        """A round could not start: so many more galaxies, then the next try.

        ``after`` is how many were finished when that was found; by default as many as now.
        """
        self._not_before = (self.since_round if after is None else after) + galaxies

    def last_due(self, settings: "Settings | None") -> bool:
        """Whether a round is due where no galaxy is left: it need not wait for its number."""
        return bool(self.every(settings)) and self.since_round > self._not_before

    def left(self, settings: "Settings | None") -> int | None:
        """Galaxies until the next round; None if none starts by itself."""
        every = self.every(settings)
        return max(0, max(every, self._not_before) - self.since_round) if every else None

    def words(self, settings: "Settings | None", *, running: bool, all_done: bool = False) -> str:
        """When the next round starts, in words; ``all_done`` when no galaxy is left to finish."""
        if running:
            return "A last round is running" if all_done else "A round is running"
        left = self.left(settings)
        if all_done and (left is not None or not self.since_round):
            if not self.since_round:
                return "No galaxies left"
            due = self.last_due(settings)
            return "A last round is due" if due else "No galaxies left, and too few for a round"
        if left is None:
            return f"{self.since_round:,} finished since the last round"
        galaxies = "galaxy" if left == 1 else "galaxies"
        return f"Next round in {left} {galaxies}" if left else "Next round is due"
