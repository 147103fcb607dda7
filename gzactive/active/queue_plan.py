"""A queue while it is put together: which rows of a catalogue, chosen how, in which order.

Arrays only: what may be handed out comes in as row numbers. Whose labels and features these are is
told in :mod:`gzactive.active.queue`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.active.diversity import kmeans_plus_plus, power_bald, stand_ins
from gzactive.active.strategies import START_POOL
from gzactive.errors import GzactiveError

__all__ = ["START_GALAXIES", "Eligible", "QueuePlan", "Rows"]

#: How sharply galaxies with much to see are preferred; at 1 they could hardly be told from others.
_NICE_BETA = 6.0

#: Galaxies of a tree without a head that are chosen half at random, half for diversity.
START_GALAXIES = 50
#: Galaxies whose distances are looked at for one queue at least: seconds, of a million too.
_FAR_POOL = 8192
#: Part of a queue that skipped galaxies may take, at its end.
_SKIPPED_SHARE = 0.2

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Eligible:
    """Rows of the catalogue that may be handed out.

    Attributes
    ----------
    reserved, active
        Galaxies that never train, and those that may; neither labelled nor skipped.
    skipped, skipped_selections
        Galaxies that come back at the end, in the order that they were skipped, and how they were
        chosen at first.
    labelled
        Galaxies that anybody has labelled.
    repeats
        Galaxies that this labeller finished long enough ago to be shown again.
    """

    reserved: Rows
    active: Rows
    skipped: Rows
    skipped_selections: list[str]
    labelled: Rows
    repeats: Rows = field(default_factory=lambda: np.empty(0, np.intp))


class QueuePlan:
    """A queue of ``n`` galaxies while it is put together.

    Making it draws the random share from the reserved galaxies; then call what chooses the others,
    each of which fills places that are still free, and :meth:`finish` at last.

    Parameters
    ----------
    eligible
        What may be handed out.
    n
        How many galaxies; fewer where there are no more.
    share
        Part that is drawn from the reserved galaxies.
    rng
        Source of every draw.
    repeat_share
        Part that is shown again, to measure how steady answers are.

    Attributes
    ----------
    statements : list of str
        What a person should know about this queue.
    """

    def __init__(
        self,
        eligible: Eligible,
        n: int,
        share: float,
        rng: np.random.Generator,
        repeat_share: float = 0.0,
    ) -> None:
        self._eligible, self._rng = eligible, rng
        self.statements: list[str] = []
        fresh = len(eligible.reserved) + len(eligible.active)
        # Where little is left to label, repeats are as few: an end comes. Without them, no draw.
        again = int(min(n, fresh) * repeat_share + rng.random()) if repeat_share else 0
        again = min(again, len(eligible.repeats))
        self._repeats = rng.choice(eligible.repeats, again, replace=False)
        n -= again
        tail = min(len(eligible.skipped), int(n * _SKIPPED_SHARE))
        self._n_skipped = min(len(eligible.skipped), max(tail, n - fresh))
        n -= self._n_skipped
        # Rounded at random, so that the share is right on average for queues of any length.
        wanted = int(n * share + rng.random())
        n_random = min(wanted, len(eligible.reserved))
        self._n_active = min(n - n_random, len(eligible.active))
        if n_random < wanted and n < fresh:
            self.say(f"Only {n_random:,} reserved galaxies are left: the random share is smaller.")
        if self._n_active < n - n_random and len(eligible.reserved) > n_random:
            self.say("No more galaxies that may train are left: the rest are reserved ones.")
        n_random = min(n - self._n_active, len(eligible.reserved))
        self._random = rng.choice(eligible.reserved, n_random, replace=False)
        self._nice = np.empty(0, np.intp)
        self._alike = np.empty(0, np.intp)
        self._chosen: list[Rows] = []
        self._selections: list[str] = []

    def say(self, statement: str) -> None:
        """Note something that a person should know about this queue."""
        self.statements.append(statement)

    @property
    def _missing(self) -> int:
        return self._n_active - len(self._selections) - len(self._nice) - len(self._alike)

    def _take(self, rows: Rows, selections: list[str]) -> None:
        self._chosen.append(rows)
        self._selections += selections

    def _free(self, rows: Rows) -> Rows:
        return np.setdiff1d(rows, np.concatenate([self._nice, self._alike, *self._chosen]))

    def choose_alike(self, candidates: Rows, likeness: NDArray[np.float64], share: float) -> None:
        """Give a share of the active places to those most like what is sought, the likest first.

        Parameters
        ----------
        candidates
            Rows that have features.
        likeness
            One a row of the catalogue.
        share
            Part of the active places, 0 to 1.
        """
        free = self._free(candidates)
        wanted = min(int(np.ceil(self._n_active * share)), self._missing)
        self._alike = free[np.argsort(-likeness[free], kind="stable")[:wanted]]

    def choose_nice(self, candidates: Rows, niceness: NDArray[np.float64], share: float) -> None:
        """Give a share of the active places to galaxies with much to see.

        Parameters
        ----------
        candidates
            Rows that have scores.
        niceness
            One a row of the catalogue.
        share
            Part of the active places, 0 to 1.
        """
        free = self._free(candidates)
        wanted = min(int(self._n_active * share + self._rng.random()), self._missing)
        self._nice = free[power_bald(niceness[free], wanted, _NICE_BETA, self._rng)]

    def choose_uniformly(self, selection: str) -> None:
        """Fill up with galaxies that may train, drawn uniformly."""
        free = self._free(self._eligible.active)
        rows = self._rng.choice(free, self._missing, replace=False)
        self._take(rows, [selection] * len(rows))

    def choose_start(
        self, candidates: Rows, n: int | None, features_of: Callable[[Rows], NDArray[Any]]
    ) -> None:
        """For a tree without a head: half of the first galaxies at random, half diverse.

        Parameters
        ----------
        candidates
            Rows among which diversity is sought.
        n
            How many of the queue's first galaxies; None for all.
        features_of
            Features of those of the given rows that have any.
        """
        total = self._n_active + len(self._random)
        n_start = total if n is None else min(n, total)
        if n_start <= 0:
            return
        # The reserved galaxies among them are random already.
        n_reserved = round(len(self._random) * n_start / total)
        n_random = min(max(0, (n_start + 1) // 2 - n_reserved), self._missing)
        n_diverse = min(n_start - n_reserved - n_random, self._missing - n_random, len(candidates))
        drawn = self._rng.choice(self._eligible.active, n_random, replace=False)
        pool = np.setdiff1d(candidates, drawn)
        if len(pool) > START_POOL:
            pool = np.sort(self._rng.choice(pool, START_POOL, replace=False))
        before = np.concatenate([self._eligible.labelled, drawn])
        centres = features_of(before)
        features = features_of(pool)
        diverse = pool[kmeans_plus_plus(features, n_diverse, self._rng, centres=centres)]
        # In turns, so that stopping half-way still leaves half of each.
        turn = np.argsort(
            np.concatenate([np.arange(len(drawn)), np.arange(len(diverse))]), kind="stable"
        )
        selections = ["start-random"] * len(drawn) + ["start-diverse"] * len(diverse)
        self._take(np.concatenate([drawn, diverse])[turn], [selections[one] for one in turn])

    def choose_active(
        self,
        candidates: Rows,
        scores: NDArray[np.float64],
        beta: float,
        pool: int | None,
        features_of: Callable[[Rows], NDArray[Any]] | None = None,
    ) -> None:
        """Fill up with informative galaxies that are not near-duplicates.

        Parameters
        ----------
        candidates
            Rows that have scores.
        scores
            One a row of the catalogue.
        beta, pool
            How sharply high scores are preferred; choose among so many candidates, drawn at random.
        features_of
            Features of those of the given rows that have any: galaxies unlike each other and those
            labelled are preferred, as by :func:`~gzactive.active.diversity.far_and_high`, among
            :func:`~gzactive.active.diversity.stand_ins` of a large survey. Without it, PowerBALD's
            noise keeps a batch varied.
        """
        free = self._free(candidates)
        if np.isinf(beta):
            features_of = None  # the highest scores of all, wherever they lie
        if pool is not None and len(free) > pool:
            free = np.sort(self._rng.choice(free, pool, replace=False))
        if features_of is None or not self._missing:
            found = power_bald(scores[free], self._missing, beta, self._rng)
        else:
            few = max(_FAR_POOL, self._missing)
            drawn, importance = stand_ins(scores[free], few, beta, self._rng)
            free = free[drawn]
            labelled, features = features_of(self._eligible.labelled), features_of(free)
            if len(features) != len(free):
                raise GzactiveError("Features were lost while galaxies were chosen: rank again.")
            found = kmeans_plus_plus(
                features, self._missing, self._rng, centres=labelled, importance=importance
            )
        chosen = free[found]
        self._take(chosen, ["active"] * len(chosen))

    def finish(self) -> tuple[Rows, list[str]]:
        """All rows in the order handed out, and how each was chosen."""
        rows = np.concatenate([np.empty(0, np.intp), *self._chosen])
        selections = self._selections
        for others, selection in (
            (self._alike, "alike"),
            (self._nice, "nice"),
            (self._random, "random"),
            (self._repeats, "repeat"),
        ):
            rows, selections = self._spread(rows, selections, others, selection)
        last = self._eligible.skipped[: self._n_skipped]
        return (
            np.concatenate([rows, last]),
            [*selections, *self._eligible.skipped_selections[: self._n_skipped]],
        )

    def _spread(
        self, rows: Rows, selections: list[str], others: Rows, selection: str
    ) -> tuple[Rows, list[str]]:
        """Put other rows evenly among rows that keep their order."""
        if not len(others):
            return rows, selections
        length = len(rows) + len(others)
        places = _spread_places(len(others), length, self._rng)
        mixed = np.empty(length, dtype=np.intp)
        names = np.empty(length, dtype=object)
        mixed[places], names[places] = others, selection
        rest = np.setdiff1d(np.arange(length), places)
        mixed[rest], names[rest] = rows, selections
        return mixed, list(names)


def _spread_places(n: int, length: int, rng: np.random.Generator) -> Rows:
    """``n`` different places of ``length``, one drawn in each of ``n`` equal stretches."""
    edges = np.linspace(0, length, n + 1)
    low = np.ceil(edges[:-1]).astype(np.intp)
    high = np.maximum(np.ceil(edges[1:]).astype(np.intp), low + 1)
    return rng.integers(low, high)
