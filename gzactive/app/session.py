"""One open project in the app: its controllers, and the loop that runs behind the labelling.

Features → ranking → labels → round → ranking again: the session decides what is computed next and
hands the results over. Every computation is a job on the compute thread; nothing here waits.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gzactive.app import work
from gzactive.app.explore_ties import ExploreTies
from gzactive.app.homecoming import Homecoming
from gzactive.app.job import Job
from gzactive.app.jobs import ComputeThread
from gzactive.app.round_keeper import RoundKeeper
from gzactive.app.session_jobs import SessionJobs
from gzactive.app.team_line import TeamLine
from gzactive.app.watch import ProjectWatch
from gzactive.app.window_lock import WindowLock

if TYPE_CHECKING:
    from gzactive.app.evaluate.controller import EvaluateController
    from gzactive.app.explore.controller import ExploreController
    from gzactive.app.label.controller import LabelController
    from gzactive.app.project.controller import ProjectController
    from gzactive.app.train.controller import TrainController
    from gzactive.project import Project
    from gzactive.returned import Returned

__all__ = ["ProjectSession"]


class ProjectSession(QObject):
    """Opens a project, keeps its loop going, and closes it.

    Parameters
    ----------
    path
        The project's folder.
    compute
        The app's compute thread.
    parent
        The window.
    """

    #: The project is open: the controllers exist and labelling can begin.
    opened = Signal()
    #: Nothing heavy will be imported any more: labelling will not stutter.
    ready = Signal()
    #: The project could not be opened, or opening it was given up (then without a sentence).
    refused = Signal(str)
    #: One quiet line about what came of a job; the flag says whether it is a fault.
    said = Signal(str, bool)
    #: How things stand with a team's label server has changed; the flag says whether for the worse.
    team_told = Signal(str, bool)
    #: The number of galaxies finished since the last round, or the schedule, has changed.
    schedule_changed = Signal()
    #: Nothing computes for the project any more and it is closed; another window may write to it.
    closed = Signal()

    def __init__(self, path: Path, compute: ComputeThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.project: Project | None = None
        self.label: LabelController | None = None
        self.explore: ExploreController | None = None
        self.train: TrainController | None = None
        self.evaluate: EvaluateController | None = None
        self.whole: ProjectController | None = None
        self.jobs = SessionJobs(compute, self)
        self.jobs.changed.connect(self.schedule_changed)
        self.jobs.features_due.connect(self.look)
        self.jobs.ended.connect(self.close_now)
        self._rounds = RoundKeeper(self)
        self.news = self._rounds.news
        self._lock = WindowLock()
        self._watch: ProjectWatch | None = None
        self._team: TeamLine | None = None
        self._home: Homecoming | None = None
        self._rank_again = False
        #: When nothing else is to do, views of labelled galaxies are filled in.
        self.views_due = False
        self._awake = False
        self._unseen = False
        self._queue_was_short = False
        self._closing = False
        self._closed = False

    # --- life -----------------------------------------------------------------------------------

    def open(self) -> Job:
        """Begin to open; ``opened``, then ``ready``, or ``refused`` follow."""
        run = partial(work.open_project, self.path, lock=self._lock)
        job = self.jobs.submit("open", f"Opening {self.path.name}", run)
        job.finished.connect(self._on_opened)
        job.failed.connect(self._on_refused)
        job.cancelled.connect(self._on_refused)
        return job

    def close(self) -> None:
        """Cancel what computes for this project and close it; every answer is on the disk.

        ``closed`` follows, at once or when the step that is under way has ended.
        """
        self._closing = True
        watches = (self._watch, self._team, self._home)
        for part in (*watches, self.label, self.explore, self.whole, self.train):
            if part is not None:
                part.close()
        self.jobs.end()

    # --- the schedule ---------------------------------------------------------------------------

    @property
    def every(self) -> int:
        """A round starts by itself after so many finished galaxies; 0 for never."""
        return self._rounds.schedule.every(
            self.project.settings if self.project is not None else None
        )

    @property
    def since_round(self) -> int:
        """Galaxies finished since the last round."""
        return self._rounds.schedule.since_round

    @property
    def round_running(self) -> bool:
        """Whether a round runs or waits to run."""
        return self.jobs.any_of("round")

    @property
    def changing_rounds(self) -> bool:
        """Whether this window is about to change which rounds there are, or which is in use."""
        return self.jobs.any_of("round", "promote")

    @property
    def busy(self) -> bool:
        """Whether anything computes or waits to."""
        return self.jobs.busy

    @property
    def schedule_words(self) -> str:
        """When the next round starts, in words."""
        return "Read-only" if self.read_only else self._rounds.words

    @property
    def read_only(self) -> str:
        """Why nothing can be changed here, as a sentence; empty if it can."""
        return self.project.read_only if self.project is not None else ""

    def start_round(self, *, again: bool = True, blocks: int | None = None) -> None:
        """Learn from the labels so far; labelling goes on meanwhile.

        Not ``again``, it is asked first where there is nothing new to learn. With ``blocks``, so
        many of the network's last blocks learn too.
        """
        if self.project is None or self.round_running or self._refused():
            return
        # A network that is still waking is awake by then, or wakes for it.
        awake = self._awake or self.jobs.any_of("wake")
        self._rounds.start(awake and self._unseen, again=again, blocks=blocks)

    def promote(self, number: int) -> None:
        """Put a round in use, or the base head with 0, and rank again."""
        if self.project is not None and not self._refused():
            self._rounds.promote(number)

    def cancel(self) -> None:
        """Cancel what computes now and what waits."""
        self.jobs.cancel()

    # --- opening --------------------------------------------------------------------------------

    def _on_refused(self, sentence: str = "") -> None:
        if not self._closing:
            self.refused.emit(sentence)

    def _on_opened(self, opened: work.Opened) -> None:
        from gzactive.app.evaluate.controller import EvaluateController
        from gzactive.app.explore.controller import ExploreController
        from gzactive.app.label.controller import LabelController
        from gzactive.app.label.reading import ReadingController
        from gzactive.app.project.controller import ProjectController
        from gzactive.app.train.controller import TrainController

        self.project = opened.project
        if self._closing:
            return  # before anything is made of it
        self._rounds.schedule.restart(opened.since_round)
        kind = ReadingController if opened.project.read_only else LabelController
        self.label = kind(opened.project, parent=self)
        self.label.model_view = opened.ranking.model_view
        self.label.finished.connect(self.count_finished)
        self.label.reopened.connect(self.count_reopened)
        self.label.running_low.connect(self._on_running_low)
        self.label.choice.order_changed.connect(self.rank)
        self.explore = ExploreController(opened.project, parent=self)
        self.explore.set_scores(opened.ranking.scores)
        ties = ExploreTies(self, self.explore, self.label)
        self.train = TrainController(opened.project, self)
        self.evaluate = EvaluateController(opened.project, self)
        self.evaluate.queued.connect(ties.queue)
        self.whole = ProjectController(opened.project, self)
        self.whole.saved.connect(self.label.choice.notice)
        self._queue_was_short = len(opened.ranking.queue) < work.QUEUE
        self.label.start(opened.ranking.queue)
        self._watch = ProjectWatch(opened.project, parent=self)
        self._watch.changed.connect(self._rounds.take_over)
        self._team = TeamLine(opened.project, self._on_running_low, self)
        self._team.told.connect(self.team_told)
        self._team.hold(self.label)
        self._home = Homecoming(opened.project, parent=self)
        self._home.back.connect(self._on_back)
        self.label.pictures.lost.connect(self._home.wait_for)
        self.opened.emit()
        self._unseen = bool(opened.unseen) and not self.read_only
        if self._unseen:
            self._wake()
        else:
            # Rounds and rankings are NumPy: without galaxies to look at, nothing heavy is needed.
            self.ready.emit()
            self._rounds.last_round()

    def _wake(self) -> None:
        job = self.jobs.submit("wake", "Waking the model", partial(work.wake_model, self.in_hand()))
        job.finished.connect(self._on_awake)
        job.failed.connect(self._on_not_awake)

    def _on_awake(self, _: Any) -> None:
        self._awake = True
        self.ready.emit()
        self.look()

    def _on_not_awake(self, sentence: str) -> None:
        self.ready.emit()
        self.said.emit(
            f"You can label, but the model cannot look at the galaxies: {sentence}", True
        )

    # --- features and ranking -------------------------------------------------------------------

    def look(self) -> None:
        """Compute the features that are missing, also those that have come to be since it began."""
        self._unseen = True
        if self.jobs.set_features_aside():
            return
        look = partial(work.look_at_galaxies, self.in_hand())
        job = self.jobs.submit("features", "Looking at the galaxies", look)
        job.finished.connect(self._on_looked)
        job.failed.connect(lambda sentence: self.said.emit(sentence, True))
        job.cancelled.connect(self._on_look_cancelled)

    def _on_looked(self, report: Any) -> None:
        self._unseen = False
        if self.train is not None:
            self.train.refresh()  # a round whose network was waited for may have taken over
        if report.problems and self._home is not None:
            self._home.wait_for_missing()
            told = f"{report.problems:,} images could not be read; the problems table says why."
            self.said.emit(told, True)
        self.rank()

    def _on_back(self, returned: "Returned") -> None:
        """Images that were away are there again."""
        if self.label is not None:
            self.label.bring_back(returned.ids)
        look = self.look if self._awake or self.jobs.any_of("wake") else self._wake
        (look if returned.unseen else self.rank)()

    def _look_from_all_sides(self) -> None:
        """Turned and mirrored views of what was labelled, for the next round; none waits for it."""
        run = partial(work.look_from_all_sides, self.in_hand())
        job = self.jobs.submit("views", "Looking at labelled galaxies from all sides", run)
        job.failed.connect(lambda sentence: self.said.emit(sentence, True))

    def _on_look_cancelled(self) -> None:
        if not self.jobs.features_wait:
            self.said.emit(
                "Cancelled; what was computed is kept, and the next start goes on.", False
            )

    def rank(self) -> None:
        """Score and choose the next galaxies again, with whatever is in use now."""
        if self.jobs.any_of("rank"):
            self._rank_again = True
            return
        whose = self.label.labeller if self.label is not None else ""
        run = partial(work.rank, self.in_hand(), labeller=whose)
        job = self.jobs.submit_urgent("rank", "Ranking", run)
        job.finished.connect(self._on_ranked)
        job.failed.connect(lambda _: self.news.give_up())
        job.cancelled.connect(self.news.give_up)
        job.failed.connect(lambda sentence: self.said.emit(sentence, True))
        job.cancelled.connect(
            lambda: self.said.emit("Ranking was cancelled; the order stays as it was.", False)
        )

    def _on_ranked(self, ranking: work.Ranking) -> None:
        if self.label is not None:
            self.label.model_view = ranking.model_view
            self._queue_was_short = len(ranking.queue) < work.QUEUE
            self.label.set_queue(ranking.queue)
            if self._team is not None:
                self._team.hold(self.label)
            self._rounds.schedule.ranked()
            self.schedule_changed.emit()  # galaxies may be left again
            if not self._rank_again:
                self.news.ranked(self.coming(), ranking.remark)
        if self.explore is not None:
            self.explore.set_scores(ranking.scores)
        if self.evaluate is not None and not self._rank_again:
            self.evaluate.set_stale()
        if self._rank_again:
            self._rank_again = False
            self.rank()
        elif self._rounds.last_round():
            return
        elif self.views_due and self._awake and not self.jobs.features_wait:
            self.views_due = False
            self._look_from_all_sides()

    def _on_running_low(self) -> None:
        """The queue is nearly done before a round was due: ask for a longer one."""
        if self._closing or self.label is None or self.jobs.any_of("rank", "round"):
            return
        if not self._queue_was_short or not len(self.label.upcoming):
            self.rank()

    # --- rounds ---------------------------------------------------------------------------------

    def count_finished(self, id_str: str) -> None:
        """A galaxy was finished: a round may be due."""
        if self._rounds.finished(1) and not self.round_running:
            self._rounds.start_due()
        elif not self.round_running and self._rounds.schedule.rank_due:
            self.rank()  # galaxies to be shown again come with a new order only

    def count_reopened(self, id_str: str) -> None:
        """A finished galaxy was taken back."""
        self._rounds.finished(-1)

    def unlearn(self, galaxies: int) -> None:
        """Labels of many galaxies were taken back at once: rounds forget them."""
        self._rounds.taken_back(galaxies)

    # --- inside ---------------------------------------------------------------------------------

    def coming(self) -> list[str]:
        """Ids of the galaxies behind those that are decoded, which a ranking replaces."""
        return [] if self.label is None else [one.id_str for one in self.label.upcoming.behind()]

    def _refused(self) -> bool:
        """Whether nothing may be changed here; then it is said why."""
        if self.read_only:
            self.said.emit(self.read_only, False)
        return bool(self.read_only)

    def in_hand(self) -> "Project":
        """The open project."""
        if self.project is None:
            raise RuntimeError("no project is open")
        return self.project

    def close_now(self) -> None:
        """Close the project for good: nothing computes for it any more."""
        if self._closed:
            return
        self._closed = True
        if self.project is not None:
            self.project.close()
            self.project = None
        self._lock.release()
        self.closed.emit()
