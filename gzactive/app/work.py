"""What the app computes, as plain functions for the compute thread: no Qt, no widgets.

Each imports what it needs when it runs, since the window is on screen before any of it loads.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gzactive.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from gzactive.active.asking import OwnQuestion
    from gzactive.active.rounds import Round
    from gzactive.active.taken_back import FallenBack
    from gzactive.app.label.model_view import ModelView
    from gzactive.app.label.upcoming import UpcomingGalaxy
    from gzactive.app.window_lock import WindowLock
    from gzactive.project import Project
    from gzactive.stores.predictions import Scores

__all__ = [
    "QUEUE",
    "Learnt",
    "Opened",
    "Ranking",
    "ask",
    "fall_back",
    "fetch_sample",
    "fine_tune",
    "lacking",
    "look_at_galaxies",
    "look_from_all_sides",
    "make_sky",
    "open_project",
    "promote",
    "rank",
    "second_opinions",
    "wake_model",
]

#: Galaxies in a queue: several rounds' worth, so that it does not run dry before the next ranking.
QUEUE = 250


@dataclass(frozen=True)
class Ranking:
    """What labelling goes on with: galaxies in order, and what the model thinks of all of them."""

    queue: "list[UpcomingGalaxy]"
    model_view: "ModelView | None"
    scores: "Scores | None" = None
    #: Why it is not what was asked for, as a sentence; empty if it is.
    remark: str = ""


@dataclass(frozen=True)
class Opened:
    """A project that is open.

    Parameters
    ----------
    project
        It; whoever gets it closes it.
    ranking
        A first queue.
    unseen
        Galaxies without features, by the network in use or the one that is to take over.
    since_round
        Galaxies finished since the last round.
    """

    project: "Project"
    ranking: Ranking
    unseen: int
    since_round: int


#: Why a second window only reads.
ANOTHER_WINDOW = (
    "This project is open in another window, which writes to it. Here you can look at galaxies, "
    "rounds and the model's view; answers, notes and rounds are off. Close it there and open it "
    "again here to label."
)


def open_project(path: Path, progress: Progress, lock: "WindowLock | None" = None) -> Opened:
    """Open a project and find what can be labelled at once.

    Where it cannot be written to, or another window has taken the ``lock``, it is open for reading.
    """
    progress("Reading the catalogue", 0, 0)
    from gzactive.active.rounds import rounds
    from gzactive.app.label.pictures import DISPLAY
    from gzactive.inference import feature_store, read_serving
    from gzactive.project import Project
    from gzactive.returned import take_back
    from gzactive.teams import bring_together

    project = Project.open(path)
    if lock is not None and not project.read_only and not lock.take(project.path):
        project.close()
        project = Project.open(path, read_only=ANOTHER_WINDOW)
    try:
        if project.server:
            progress("Fetching the team's labels", 0, 0)
            bring_together(project)
        # What could not be shown last time is tried again: the drive may be back.
        project.problems.clear(stage=DISPLAY)
        take_back(project)
        ranking = rank(project, progress)
        made = rounds(project)
        position = made[-1].read_up_to(project.labels.log_id) if made else None
        since_round = project.labels.finished_count(since_sequence=position)
        unreadable = int(project.problems.frame()["stage"].eq("features").sum())
        serving = read_serving(project)
        coming = feature_store(project, backbone=serving.coming)
        unseen = len(project.catalog) - len(coming) - unreadable
        if serving.next:  # looking ends in its taking over, also where nothing is left to look at
            unseen = max(unseen, 1)
    except BaseException:
        project.close()
        if lock is not None:
            lock.release()
        raise
    return Opened(project, ranking, max(0, unseen), since_round)


def wake_model(project: "Project", progress: Progress) -> None:
    """Import Keras, build the backbone and trace it, so that nothing stutters later."""
    progress("Loading the network", 0, 0)
    from gzactive.inference import load_backbone, read_serving

    load_backbone(project, read_serving(project).coming)


def look_at_galaxies(project: "Project", progress: Progress) -> Any:
    """Compute the features that are missing; resumable. A network that waited takes over."""
    from gzactive.inference import extract_features

    return extract_features(project, progress=progress)


def rank(project: "Project", progress: Progress, labeller: str = "") -> Ranking:
    """Score every galaxy that has features with the head in use, and choose the next ones.

    Where second opinions are asked for, they come first, and the usual galaxies when they run out.
    The ``labeller`` is who is at work, by default the project's; whoever has begun goes on when
    that becomes another one.
    """
    progress("Choosing the next galaxies", 0, 0)
    from gzactive.active.queue import build_queue
    from gzactive.active.ranking import current_scores
    from gzactive.active.scoring import MEASURES
    from gzactive.active.second_opinion import SECOND_OPINION
    from gzactive.app.label.model_view import ModelView
    from gzactive.app.label.upcoming import UpcomingGalaxy

    settings = project.settings
    by, whose = settings.by, labeller or settings.labeller
    first: list[UpcomingGalaxy] = []
    remark = ""
    if by == SECOND_OPINION:
        by, first = MEASURES[0], second_opinions(project, whose, QUEUE, progress)
        remark = "" if first else _no_second_opinions(project, whose)
    chosen = build_queue(
        project,
        n=QUEUE,
        by=by,
        question=settings.question,
        labeller=whose,
        pool=settings.pool or None,
        repeats=True,
        progress=progress,
    )
    ahead = {one.id_str for one in first}
    chosen = chosen[~chosen["id_str"].isin(ahead)]
    ids = chosen["id_str"].tolist()
    # What was recorded on issue is what the labels will carry, so it is read back.
    issues: Any = project.labels.issued(ids).to_dict("index")
    usual = [
        UpcomingGalaxy(id_str, "repeat", repeat=True)
        if selection == "repeat"
        else UpcomingGalaxy.from_issue(id_str, issues[id_str])
        if id_str in issues
        else UpcomingGalaxy(id_str, "external")  # not recorded where the project is only read
        for id_str, selection in zip(ids, chosen["selection"], strict=True)
    ]
    queue = first + usual
    scores = current_scores(project, progress=progress)
    if not len(scores.id_str):
        return Ranking(queue, None, remark=remark)
    return Ranking(
        queue,
        ModelView(scores.id_str, scores.arrays["fractions"], scores.arrays["spread"]),
        scores,
        remark,
    )


def _no_second_opinions(project: "Project", labeller: str) -> str:
    """Why none are handed out."""
    if set(project.labels.labellers) <= {labeller}:
        return "Nobody else has labelled yet, so there are no second opinions to give."
    return "No galaxy needs a second opinion of yours now."


def second_opinions(
    project: "Project", labeller: str, n: int, progress: Progress
) -> "list[UpcomingGalaxy]":
    """Galaxies that others labelled and that need this labeller too, at most ``n``."""
    from gzactive.active.queue import build_queue
    from gzactive.active.second_opinion import SECOND_OPINION
    from gzactive.app.label.upcoming import UpcomingGalaxy

    found = build_queue(
        project,
        n=n,
        by=SECOND_OPINION,
        question=project.settings.question,
        labeller=labeller,
        progress=progress,
    )
    issues: Any = found.to_dict("records")
    return [UpcomingGalaxy.from_issue(one["id_str"], one) for one in issues]


def lacking(project: "Project", progress: Progress) -> int:
    """How many more labelled galaxies a round needs before it can begin."""
    progress("Counting the labels", 0, 0)
    from gzactive.active.round_labels import MIN_TRAINING, training_votes

    return max(0, MIN_TRAINING - len(training_votes(project)))


@dataclass(frozen=True)
class Learnt:
    """What came of a round that was asked for.

    Parameters
    ----------
    made
        The round; None if there was nothing new to learn.
    waits
        Whether its network must look at all galaxies before it can be used.
    same_as
        The round that another one would have been the same as.
    """

    made: "Round | None"
    waits: bool = False
    same_as: int = 0


def fine_tune(
    project: "Project",
    awake: bool,
    progress: Progress,
    *,
    again: bool = True,
    blocks: int | None = None,
    tell: "Callable[[str], None] | None" = None,
) -> Learnt:
    """One round: learn from the labels so far, judge it, promote it or not.

    Parameters
    ----------
    project
        Its labels.
    awake
        Whether the network is: labelled galaxies that it has not looked at are then looked at
        first, so that a round early in a long survey finds its labels.
    progress
        Told what is done.
    again
        Make it also where nothing was labelled since the last one.
    blocks
        Train so many of the network's last blocks too; None for the head alone.
    tell
        Told in a sentence how long blocks will take.
    """
    from gzactive.active.novelty import made_of_the_same
    from gzactive.active.rounds import run_round
    from gzactive.inference import read_serving
    from gzactive.model.unfreezing_settings import Unfreezing

    if awake:
        _look_at_labelled(project, progress)
    if blocks is None and not again and (last := made_of_the_same(project)) is not None:
        return Learnt(None, same_as=last.number)
    made = run_round(
        project,
        unfreezing=None if blocks is None else Unfreezing(blocks=blocks),
        tell=tell or _quietly,
        progress=progress,
    )
    return Learnt(made, waits=read_serving(project).next == made.number)


def _quietly(sentence: str) -> None:
    """Tell nobody."""


def look_from_all_sides(project: "Project", progress: Progress) -> int:
    """Compute the other views of labelled galaxies, for the next round; resumable."""
    from gzactive.inference import extract_views

    return extract_views(project, progress=progress)


def _look_at_labelled(project: "Project", progress: Progress) -> None:
    from gzactive.inference import feature_store, load_backbone
    from gzactive.inference.extraction import extract

    rows = project.catalog[project.catalog["id_str"].isin(project.labels.labelled())]
    with project.compute_lock("features"):
        extract(
            rows["id_str"].to_list(),
            rows["file_loc"].to_list(),
            feature_store(project),
            project.problems,
            lambda: load_backbone(project),
            settings=project.image_settings,
            progress=progress,
        )


def promote(project: "Project", number: int, progress: Progress) -> bool:
    """Put a round in use, or the base head with 0; whether its network must look first."""
    from gzactive.active import rounds
    from gzactive.inference import read_serving

    rounds.promote(project, number)
    return read_serving(project).next == number != 0


def fall_back(project: "Project", progress: Progress) -> "FallenBack":
    """After labels were taken back: another round serves if none can be made without them."""
    from gzactive.active import taken_back

    progress("Reading what is left", 0, 0)
    return taken_back.fall_back(project)


def ask(
    project: "Project",
    folder: Path,
    question: "OwnQuestion",
    like: list[str],
    progress: Progress,
) -> Path:
    """Make a project for a question of one's own, on the same galaxies and their features."""
    from gzactive.active import asking

    with asking.ask(project, folder, question, like, progress=progress) as made:
        return made.path


def fetch_sample(folder: Path, progress: Progress) -> Path:
    """Fetch the sample of well-known galaxies and make its project; resumable."""
    from gzactive.survey import sample

    return sample.fetch_sample(folder, progress=progress)


def make_sky(folder: Path, progress: Progress) -> Path:
    """Make the simulated sky's project, as the demonstration does."""
    from gzactive.demo import make_demo_project

    project = make_demo_project(folder, progress=progress)
    project.close()
    return project.path
