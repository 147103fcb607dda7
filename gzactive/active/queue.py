"""Which galaxies a labeller is handed next: informative ones, and an unbiased random share.

The random share comes from the reserved galaxies, which never train; active choices come only from
the rest. What is handed out is recorded as issued, so that every label knows how its galaxy was
chosen.
"""

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.active.ranking import acquisition_of, current_scores
from gzactive.active.scoring import TREE, check_choice
from gzactive.active.strategies import START_POOL, is_fresh, kmeans_plus_plus, power_bald
from gzactive.errors import GzactiveError
from gzactive.inference import base_head, current_head, features_for
from gzactive.progress import Progress, silent
from gzactive.project import Project

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["START_GALAXIES", "build_queue", "kmeans_plus_plus", "power_bald"]

#: Galaxies of a tree without a head that are chosen half at random, half for diversity.
START_GALAXIES = 50
#: Part of a queue that skipped galaxies may take, at its end.
_SKIPPED_SHARE = 0.2

Rows = NDArray[np.intp]


def build_queue(
    project: Project,
    *,
    n: int,
    by: str = "mutual-information",
    question: str = TREE,
    labeller: str | None = None,
    random_share: float | None = None,
    beta: float | None = None,
    pool: int | None = None,
    seed: int | None = None,
    progress: Progress = silent,
) -> "pd.DataFrame":
    """Choose the next galaxies for a labeller and record them as issued.

    Galaxies that the labeller finished, or whose image cannot be read, are left out; those skipped
    once come back once, at the end. The same seed and the same labels give the same queue.

    Parameters
    ----------
    project
        Needs no features: without them galaxies are drawn at random.
    n
        How many galaxies; fewer where there are no more.
    by
        ``mutual-information``, ``entropy`` or ``random``.
    question
        One of the tree's modelled questions, or ``tree`` for all of them.
    labeller
        Whose queue it is; by default everybody's: what anybody labelled is left out.
    random_share
        Part that is drawn uniformly from the reserved galaxies, 0 to 1; by default the project's.
    beta
        PowerBALD's exponent; by default the project's.
    pool
        Active choices are made among so many galaxies, drawn at random; by default the project's
        setting, 0 there being all.
    seed
        By default the project's.
    progress
        Told what is done while galaxies are scored.

    Returns
    -------
    pandas.DataFrame
        ``rank`` from 1, ``id_str``, ``acquisition`` (NaN where there is none), ``selection``
        (``active``, ``random``, ``start-random`` or ``start-diverse``), ``question``.
        ``attrs["statement"]`` says in plain words what was out of the ordinary, else is empty.

    Raises
    ------
    GzactiveError
        If ``n`` is below 1, ``random_share`` is no share, or ``by`` or ``question`` is unknown.
    """
    import pandas as pd

    check_choice(by, question, project.tree)
    share = project.settings.random_share if random_share is None else random_share
    if n < 1:
        raise GzactiveError(f"A queue of {n} galaxies cannot be made: ask for at least 1.")
    if not 0 <= share <= 1:
        raise GzactiveError(f"The random share is {share}: it must be between 0 and 1.")
    rng = _rng(project, labeller, seed)
    eligible = _Eligible.of(project, labeller)
    plan = _Plan(eligible, n, share, rng)
    model = _Model.of(project, by, question, progress)
    if by == "random":
        plan.choose_uniformly("random")
    elif model.scored is None:
        plan.say("No galaxy has features yet: all are drawn at random until they are computed.")
        plan.choose_uniformly("start-random")
    else:
        scored = np.isin(eligible.active, np.flatnonzero(~np.isnan(model.scored)))
        if not scored.all():
            plan.say(
                f"{np.count_nonzero(~scored):,} galaxies have no features yet and are not among "
                "the active choices."
            )
        plan.choose_start(model, eligible.active[scored])
        plan.choose_active(
            model,
            eligible.active[scored],
            project.settings.beta if beta is None else beta,
            pool or project.settings.pool or None,
        )
    rows, selections = plan.finish()
    ids = project.catalog["id_str"].to_numpy(dtype=object)[rows]
    acquisition = np.full(len(rows), np.nan)
    if model.scored is not None and by != "random" and not model.untrained:
        acquisition = model.scored[rows]
    queue = pd.DataFrame(
        {
            "rank": np.arange(1, len(rows) + 1),
            "id_str": ids,
            "acquisition": acquisition,
            "selection": selections,
            "question": question,
        }
    )
    issue = queue.drop(columns="rank").assign(weights_id=model.weights_id, round=model.round)
    project.labels.record_issued(issue)
    queue.attrs["statement"] = " ".join(plan.statements)
    return queue


@dataclass(frozen=True, eq=False)
class _Eligible:
    """Rows of the catalogue that may be handed out.

    ``reserved`` and ``active`` are disjoint; ``skipped`` come back at the end, in the order that
    they were skipped, with the selections that they had.
    """

    reserved: Rows
    active: Rows
    skipped: Rows
    skipped_selections: list[str]
    labelled: Rows
    n_labelled: int

    @classmethod
    def of(cls, project: Project, labeller: str | None) -> "_Eligible":
        import pandas as pd

        index = pd.Index(project.catalog["id_str"])
        reserved = project.catalog["reserved"].to_numpy(dtype=bool)
        free = np.ones(len(index), dtype=bool)
        free[_rows(index, project.labels.labelled(labeller))] = False
        # A problem with a file that this galaxy no longer has is none.
        problems = project.problems.frame()
        bad = index.get_indexer(pd.Index(problems["id_str"]))
        files = project.catalog["file_loc"].to_numpy(dtype=object)
        free[bad[(bad >= 0) & (files[bad] == problems["file_loc"].to_numpy(dtype=object))]] = False
        skips = project.labels.skipped(labeller)
        once = [name for name, count in skips.items() if count == 1]
        again = _rows(index, once)
        again = again[free[again]]
        free[_rows(index, list(skips))] = False
        issued = project.labels.issued(index[again])["selection"]
        labelled = _rows(index, project.labels.labelled())
        return cls(
            reserved=np.flatnonzero(free & reserved),
            active=np.flatnonzero(free & ~reserved),
            skipped=again,
            skipped_selections=[
                str(issued.get(name, "random" if reserved[row] else "active"))
                for row, name in zip(again, index[again], strict=True)
            ],
            labelled=labelled,
            n_labelled=len(labelled),
        )


@dataclass(frozen=True, eq=False)
class _Model:
    """What is known of the galaxies: scores by catalogue row, NaN where there are no features."""

    project: Project
    scored: NDArray[np.float64] | None
    untrained: bool
    starting: bool
    weights_id: str
    round: int

    @classmethod
    def of(cls, project: Project, by: str, question: str, progress: Progress) -> "_Model":
        import pandas as pd

        head, weights_id, number = current_head(project)
        scored = None
        if by != "random":
            scores = current_scores(project, progress=progress)
            if len(scores):
                found = acquisition_of(project, scores, by, question, progress=progress)
                rows = pd.Index(project.catalog["id_str"]).get_indexer(pd.Index(scores.id_str))
                scored = np.full(len(project.catalog), np.nan)
                scored[rows[rows >= 0]] = found.score[rows >= 0]
        return cls(
            project=project,
            scored=scored,
            untrained=is_fresh(head),
            starting=is_fresh(base_head(project)),
            weights_id=weights_id,
            round=number,
        )

    def features_of(self, rows: Rows) -> NDArray[np.float16]:
        """Features of catalogue rows, of those that have any, shape (rows, width)."""
        ids = self.project.catalog["id_str"].to_numpy(dtype=object)[rows]
        return features_for(self.project, ids).values


class _Plan:
    """A queue while it is put together: which rows, chosen how, in which order."""

    def __init__(self, eligible: _Eligible, n: int, share: float, rng: np.random.Generator) -> None:
        self._eligible, self._rng = eligible, rng
        self.statements: list[str] = []
        fresh = len(eligible.reserved) + len(eligible.active)
        tail = min(len(eligible.skipped), int(n * _SKIPPED_SHARE))
        self._n_skipped = min(len(eligible.skipped), max(tail, n - fresh))
        n -= self._n_skipped
        # Rounded at random, so that the share is right on average for queues of any length.
        wanted = int(n * share + rng.random())
        n_random = min(wanted, len(eligible.reserved))
        self._n_active = min(n - n_random, len(eligible.active))
        if n_random < wanted and self._n_active:
            self.say("All reserved galaxies are labelled: the random share is smaller.")
        if self._n_active < n - n_random and len(eligible.reserved) > n_random:
            self.say("All galaxies that may train are labelled: the rest are reserved ones.")
        n_random = min(n - self._n_active, len(eligible.reserved))
        self._random = rng.choice(eligible.reserved, n_random, replace=False)
        self._chosen: list[Rows] = []
        self._selections: list[str] = []

    def say(self, statement: str) -> None:
        """Note something that a person should know about this queue."""
        self.statements.append(statement)

    @property
    def _missing(self) -> int:
        return self._n_active - len(self._selections)

    def _take(self, rows: Rows, selections: list[str]) -> None:
        self._chosen.append(rows)
        self._selections += selections

    def _free(self, rows: Rows) -> Rows:
        return np.setdiff1d(rows, np.concatenate([np.empty(0, np.intp), *self._chosen]))

    def choose_uniformly(self, selection: str) -> None:
        """Fill up with galaxies that may train, drawn uniformly."""
        free = self._free(self._eligible.active)
        rows = self._rng.choice(free, self._missing, replace=False)
        self._take(rows, [selection] * len(rows))

    def choose_start(self, model: _Model, candidates: Rows) -> None:
        """For a tree without a head: half of the first galaxies at random, half diverse."""
        total = self._n_active + len(self._random)
        left = max(0, START_GALAXIES - self._eligible.n_labelled)
        n_start = total if model.untrained else min(left, total) if model.starting else 0
        if n_start == 0 or total == 0:
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
        centres = model.features_of(before)
        diverse = pool[
            kmeans_plus_plus(model.features_of(pool), n_diverse, self._rng, centres=centres)
        ]
        # In turns, so that stopping half-way still leaves half of each.
        turn = np.argsort(
            np.concatenate([np.arange(len(drawn)), np.arange(len(diverse))]), kind="stable"
        )
        selections = ["start-random"] * len(drawn) + ["start-diverse"] * len(diverse)
        self._take(np.concatenate([drawn, diverse])[turn], [selections[one] for one in turn])

    def choose_active(self, model: _Model, candidates: Rows, beta: float, pool: int | None) -> None:
        """Fill up with informative galaxies by PowerBALD, then with any that may train."""
        assert model.scored is not None
        free = self._free(candidates)
        if pool is not None and len(free) > pool:
            free = np.sort(self._rng.choice(free, pool, replace=False))
        chosen = free[power_bald(model.scored[free], self._missing, beta, self._rng)]
        self._take(chosen, ["active"] * len(chosen))
        self.choose_uniformly("start-random")

    def finish(self) -> tuple[Rows, list[str]]:
        """All rows in the order handed out, and how each was chosen."""
        chosen = np.concatenate([np.empty(0, np.intp), *self._chosen])
        places = _spread_places(len(self._random), len(chosen) + len(self._random), self._rng)
        rows = np.empty(len(chosen) + len(self._random), dtype=np.intp)
        selections = np.empty(len(rows), dtype=object)
        rows[places], selections[places] = self._random, "random"
        others = np.setdiff1d(np.arange(len(rows)), places)
        rows[others], selections[others] = chosen, self._selections
        last = self._eligible.skipped[: self._n_skipped]
        return (
            np.concatenate([rows, last]),
            [*selections, *self._eligible.skipped_selections[: self._n_skipped]],
        )


def _spread_places(n: int, length: int, rng: np.random.Generator) -> Rows:
    """``n`` different places of ``length``, one drawn in each of ``n`` equal stretches."""
    if n == 0:
        return np.empty(0, dtype=np.intp)
    edges = np.linspace(0, length, n + 1)
    low = np.ceil(edges[:-1]).astype(np.intp)
    high = np.maximum(np.ceil(edges[1:]).astype(np.intp), low + 1)
    return rng.integers(low, high)


def _rows(index: "pd.Index[str]", ids: Any) -> Rows:
    """Rows of the catalogue with these ids; others (of an older catalogue) are passed over."""
    import pandas as pd

    found = index.get_indexer(pd.Index(list(ids), dtype=index.dtype))
    return found[found >= 0]


def _rng(project: Project, labeller: str | None, seed: int | None) -> np.random.Generator:
    """Source of all draws, made from the seed, the position of the log, and whose queue it is."""
    sequence = project.labels.position[1]
    whose = zlib.crc32((labeller or "").encode())
    return np.random.default_rng([project.seed if seed is None else seed, sequence, whose])
