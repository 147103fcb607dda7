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

from gzactive.active.agreement import REPEAT_AFTER
from gzactive.active.niceness import niceness
from gzactive.active.queue_plan import START_GALAXIES, Eligible, QueuePlan, Rows
from gzactive.active.ranking import acquisition_of, current_scores
from gzactive.active.scoring import TREE, check_choice
from gzactive.active.search import ALIKE, alike_by_labels, sought
from gzactive.active.second_opinion import SECOND_OPINION, doubtful
from gzactive.active.strategies import is_fresh
from gzactive.errors import GzactiveError
from gzactive.inference import base_head, current_head, features_for
from gzactive.inference.similarity import Likeness
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.stores.predictions import Scores

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["START_GALAXIES", "build_queue"]


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
    repeats: bool = False,
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
        ``mutual-information``, ``predictive-information``, ``entropy``, ``random``; ``alike`` or
        ``alike-and-unsure``: those most like the galaxies that are labelled with the question's
        first answer, alone or in turns with those the model is unsure of, see
        :mod:`gzactive.active.search`; or ``second-opinion``: only galaxies that somebody labelled
        and that need another person, see :mod:`gzactive.active.second_opinion`; as many as there
        are, with none at random. They are not recorded as issued: how they were chosen at first
        stays known.
    question
        One of the tree's modelled questions, or ``tree`` for all of them.
    labeller
        Whose queue it is; by default everybody's: what anybody labelled is left out, but for second
        opinions, where it may be anybody's who has not labelled them.
    random_share
        Part that is drawn uniformly from the reserved galaxies, 0 to 1; by default the project's.
    beta
        How sharply high scores are preferred; by default the project's.
    pool
        Active choices are made among so many galaxies, drawn at random; by default the project's
        setting, 0 there being all.
    seed
        By default the project's.
    repeats
        Show the labeller some galaxies again, by the project's share of repeats, which they
        finished 50 or more galaxies ago and were not shown again since. They are not recorded as
        issued: how they were chosen at first stays known.
    progress
        Told what is done while galaxies are scored.

    Returns
    -------
    pandas.DataFrame
        ``rank`` from 1, ``id_str``, ``acquisition`` (NaN where there is none), ``selection``
        (``active``, ``alike``, ``nice``, ``random``, ``repeat``, ``start-random``,
        ``start-diverse`` or ``second-opinion``), ``question``.
        ``attrs["statement"]`` says in plain words what was out of the ordinary, else is empty.

    Raises
    ------
    GzactiveError
        If ``n`` is below 1, ``random_share`` is no share, or ``by`` or ``question`` is unknown.
    """
    import pandas as pd

    check_choice(by, question, project.tree, others=("random", *ALIKE, SECOND_OPINION))
    share = project.settings.random_share if random_share is None else random_share
    if n < 1:
        raise GzactiveError(f"A queue of {n} galaxies cannot be made: ask for at least 1.")
    if not 0 <= share <= 1:
        raise GzactiveError(f"The random share is {share}: it must be between 0 and 1.")
    if by == SECOND_OPINION:
        return _second_opinions(project, n, question, labeller, progress)
    rng = _rng(project, labeller, seed)
    repeat_share = project.settings.repeat_share if repeats and labeller else 0.0
    eligible = _eligible(project, labeller, repeats=repeat_share > 0)
    plan = QueuePlan(eligible, n, share, rng, repeat_share)
    if told := _only_set_aside(project, labeller):
        plan.say(told)
    model = _Model.of(project, by, question, progress)
    alike = model.alike(question, progress) if by in ALIKE else None
    if by == "random":
        plan.choose_uniformly("random")
    elif model.scored is None:
        plan.say("No galaxy has features yet: all are drawn at random until they are computed.")
        plan.choose_uniformly("start-random")
    else:
        scored = ~np.isnan(model.scored[eligible.active])
        if not scored.all():
            plan.say(
                f"{np.count_nonzero(~scored):,} galaxies have no features yet and are not among "
                "the active choices."
            )
        candidates = eligible.active[scored]
        if alike is not None:
            plan.choose_alike(candidates, alike, 1.0 if by == ALIKE[0] else 0.5)
        elif by in ALIKE:
            answer = project.tree.locate(sought(project.tree, question))[1].text
            plan.say(
                f"No galaxy is labelled “{answer}” yet, so none can be like it: give examples on "
                "the Explore page, or label until there is one."
            )
        if model.untrained:
            plan.choose_start(candidates, None, model.features_of)
        elif model.starting and alike is None:
            n_start = START_GALAXIES - len(eligible.labelled)
            plan.choose_start(candidates, n_start, model.features_of)
        if project.settings.nice_share and not model.untrained:
            plan.choose_nice(candidates, model.niceness(), project.settings.nice_share)
        plan.choose_active(
            candidates,
            model.scored,
            project.settings.beta if beta is None else beta,
            pool or project.settings.pool or None,
            model.features_of if project.settings.variety == "distance" else None,
        )
        plan.choose_uniformly("start-random")
    rows, selections = plan.finish()
    ids = project.catalog["id_str"].to_numpy(dtype=object)[rows]
    had = _granted(project, labeller, ids, np.array(selections, dtype=object) != "repeat")
    rows, ids = rows[had], ids[had]
    selections = [how for how, kept in zip(selections, had, strict=True) if kept]
    acquisition = np.full(len(rows), np.nan)
    if model.scored is not None and by != "random" and not model.untrained:
        acquisition = model.scored[rows]
    if alike is not None:
        acquisition = np.where(np.array(selections) == "alike", alike[rows], acquisition)
    queue = pd.DataFrame(
        {
            "rank": np.arange(1, len(rows) + 1),
            "id_str": ids,
            "acquisition": acquisition,
            "selection": selections,
            "question": question,
        }
    )
    if not project.read_only:
        issue = (
            queue[queue["selection"] != "repeat"]
            .drop(columns="rank")
            .assign(weights_id=model.weights_id, round=model.round)
        )
        project.labels.record_issued(issue)
    queue.attrs["statement"] = " ".join(plan.statements)
    return queue


@dataclass(frozen=True, eq=False)
class _Model:
    """What is known of the galaxies: scores by catalogue row, NaN where there are no features."""

    project: Project
    scores: Scores | None
    scored: NDArray[np.float64] | None
    untrained: bool
    starting: bool
    weights_id: str
    round: int

    @classmethod
    def of(cls, project: Project, by: str, question: str, progress: Progress) -> "_Model":
        head, weights_id, number = current_head(project)
        scores = scored = None
        if by != "random":
            scores = current_scores(project, progress=progress)
            if len(scores):
                measure = "mutual-information" if by in ALIKE else by
                found = acquisition_of(project, scores, measure, question, progress=progress)
                scored = _by_row(project, scores, found.score)
        return cls(
            project=project,
            scores=scores,
            scored=scored,
            untrained=is_fresh(head),
            starting=is_fresh(base_head(project)),
            weights_id=weights_id,
            round=number,
        )

    def alike(self, question: str, progress: Progress) -> NDArray[np.float64] | None:
        """Likeness to the galaxies labelled as is sought, by catalogue row; None without any."""
        if self.scored is None:
            return None
        answer = sought(self.project.tree, question)
        found = alike_by_labels(self.project, answer, progress=progress)
        return None if found is None else _by_row(self.project, found, found.score)

    def niceness(self) -> NDArray[np.float64]:
        """How much there is to see, by catalogue row; NaN where there are no features."""
        if self.scores is None:
            return np.full(len(self.project.catalog), np.nan)
        return _by_row(self.project, self.scores, niceness(self.scores, self.project.tree))

    def features_of(self, rows: Rows) -> NDArray[np.float16]:
        """Features of catalogue rows, of those that have any, shape (rows, width)."""
        ids = self.project.catalog["id_str"].to_numpy(dtype=object)[rows]
        return features_for(self.project, ids).values


def _second_opinions(
    project: Project, n: int, question: str, labeller: str | None, progress: Progress
) -> "pd.DataFrame":
    """The galaxies that most need another person, of those that the labeller may be handed."""
    import pandas as pd

    wanted = doubtful(project, question, progress=progress)
    index = pd.Index(project.catalog["id_str"])
    # Of nobody in particular, labelled galaxies are the point.
    eligible = _eligible(project, labeller, labelled=labeller is None)
    free = index[np.concatenate([eligible.reserved, eligible.active])]
    wanted = wanted[wanted.index.isin(free)].head(n)
    ids = wanted.index.to_numpy(dtype=object)
    had = _granted(project, labeller, ids, np.ones(len(ids), dtype=bool))
    wanted = wanted[had]
    queue = pd.DataFrame(
        {
            "rank": np.arange(1, len(wanted) + 1),
            "id_str": wanted.index.to_numpy(dtype=object),
            "acquisition": wanted.to_numpy(),
            "selection": SECOND_OPINION,
            "question": question,
        }
    )
    told = [_only_set_aside(project, labeller)]
    if not len(queue):
        told.append(
            "No galaxy needs a second opinion"
            + (f" of {labeller}" if labeller is not None else "")
            + ": of those that somebody labelled, none divides people or a sure model from them."
        )
    queue.attrs["statement"] = " ".join(filter(None, told))
    return queue


def _only_set_aside(project: Project, labeller: str | None) -> str:
    """What to say where the team's server cannot say who has what."""
    if not project.settings.retire_after or labeller is None:
        return ""
    aside = project.labels.set_aside(labeller, project.tree)
    if aside is None:
        return ""
    return (
        "The label server does not answer: until it does, only the "
        f"{len(aside):,} galaxies that are set aside for you are handed out."
    )


def _granted(
    project: Project, labeller: str | None, ids: NDArray[Any], new: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which galaxies the labeller gets, (n,): in a team others choose meanwhile.

    Those that are not ``new`` to the labeller are not asked for.
    """
    limit = project.settings.retire_after
    if not limit or labeller is None or project.read_only:
        return np.ones(len(ids), dtype=bool)
    granted = project.labels.claim(labeller, project.tree, ids[new].tolist(), limit)
    result: NDArray[np.bool_] = ~new | np.isin(ids, list(granted))
    return result


def _by_row(
    project: Project, scores: Scores | Likeness, values: NDArray[np.floating[Any]]
) -> NDArray[np.float64]:
    """Values in the order of the scores put at their rows of the catalogue; NaN elsewhere."""
    import pandas as pd

    rows = pd.Index(project.catalog["id_str"]).get_indexer(pd.Index(scores.id_str))
    placed = np.full(len(project.catalog), np.nan)
    placed[rows[rows >= 0]] = values[rows >= 0]
    return placed


def _eligible(
    project: Project, labeller: str | None, *, repeats: bool = False, labelled: bool = False
) -> Eligible:
    """What may be handed to a labeller (None: what nobody has labelled, or ``labelled`` too)."""
    import pandas as pd

    index = pd.Index(project.catalog["id_str"])
    reserved = project.catalog["reserved"].to_numpy(dtype=bool)
    free = np.ones(len(index), dtype=bool)
    if not labelled:
        free[_rows(index, project.labels.labelled(labeller))] = False
    # A problem with a file that this galaxy no longer has is none.
    problems = project.problems.frame()
    bad = index.get_indexer(pd.Index(problems["id_str"]))
    files = project.catalog["file_loc"].to_numpy(dtype=object)
    free[bad[(bad >= 0) & (files[bad] == problems["file_loc"].to_numpy(dtype=object))]] = False
    limit = project.settings.retire_after
    if limit and labeller is not None:
        free[_rows(index, project.labels.full(labeller, project.tree, limit))] = False
        aside = project.labels.set_aside(labeller, project.tree)
        if aside is not None:
            free &= index.isin(list(aside))
    skips = project.labels.skipped(labeller)
    once = [name for name, count in skips.items() if count == 1]
    again = _rows(index, once)
    again = again[free[again]]
    free[_rows(index, list(skips))] = False
    issued = project.labels.issued(index[again])["selection"]
    shown_again: list[str] = []
    if repeats and labeller is not None:
        long_ago = project.labels.finish_order(labeller)[:-REPEAT_AFTER]
        repeated = project.labels.repeated(labeller)
        unreadable = set(problems["id_str"])
        shown_again = [one for one in long_ago if one not in repeated and one not in unreadable]
    return Eligible(
        reserved=np.flatnonzero(free & reserved),
        active=np.flatnonzero(free & ~reserved),
        skipped=again,
        skipped_selections=[
            str(issued.get(name, "random" if reserved[row] else "active"))
            for row, name in zip(again, index[again], strict=True)
        ],
        labelled=_rows(index, project.labels.labelled()),
        repeats=_rows(index, shown_again),
    )


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
