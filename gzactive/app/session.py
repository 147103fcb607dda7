"""One open project in the app: its controllers, and the loop that runs behind the labelling.

Features → ranking → labels → round → ranking again: the session decides what is computed next and
hands the results over. Every computation is a job on the compute thread; nothing here waits.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from gzactive.app import work
from gzactive.app.job import Job
from gzactive.app.jobs import ComputeThread

if TYPE_CHECKING:
    from gzactive.app.explore.controller import ExploreController
    from gzactive.app.label.controller import LabelController
    from gzactive.app.label.upcoming import UpcomingGalaxy
    from gzactive.app.train.controller import TrainController
    from gzactive.project import Project

__all__ = ["ProjectSession"]

#: After a round that could not start, so many more galaxies are finished before the next try.
_AGAIN_AFTER = 5


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
    #: The number of galaxies finished since the last round, or the schedule, has changed.
    schedule_changed = Signal()

    def __init__(self, path: Path, compute: ComputeThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.project: Project | None = None
        self.label: LabelController | None = None
        self.explore: ExploreController | None = None
        self.train: TrainController | None = None
        self._compute = compute
        self._jobs: dict[str, Job] = {}
        self._since_round = 0
        self._not_before = 0
        self._resume_features = False
        self._rank_again = False
        self._views_due = False
        self._awake = False
        self._unseen = False
        self._queue_was_short = False
        self._closed = False

    # --- life -----------------------------------------------------------------------------------

    def open(self) -> Job:
        """Begin to open; ``opened``, then ``ready``, or ``refused`` follow."""
        job = self._submit(
            "open", "Opening", lambda progress: work.open_project(self.path, progress)
        )
        job.finished.connect(self._on_opened)
        job.failed.connect(self.refused)
        job.cancelled.connect(lambda: self.refused.emit(""))
        return job

    def close(self) -> None:
        """Cancel what computes for this project and close it; every answer is on the disk."""
        self._closed = True
        self.cancel()
        if self.label is not None:
            self.label.close()
        if self.explore is not None:
            self.explore.close()
        if not self._jobs:
            self._close_project()

    def close_now(self) -> None:
        """Close the project for good, after the compute thread has ended."""
        self._close_project()

    # --- the schedule ---------------------------------------------------------------------------

    @property
    def every(self) -> int:
        """A round starts by itself after so many finished galaxies; 0 for never."""
        if self.project is None or not self.project.settings.automatic:
            return 0
        return self.project.settings.every

    @property
    def since_round(self) -> int:
        """Galaxies finished since the last round."""
        return self._since_round

    @property
    def round_running(self) -> bool:
        """Whether a round runs or waits to run."""
        return "round" in self._jobs

    @property
    def busy(self) -> bool:
        """Whether anything computes or waits to."""
        return bool(self._jobs) or self._resume_features

    @property
    def schedule_words(self) -> str:
        """When the next round starts, in words."""
        if self.round_running:
            return "A round is running"
        if not self.every:
            return f"{self._since_round:,} finished since the last round"
        left = max(self.every, self._not_before) - self._since_round
        galaxies = "galaxy" if left == 1 else "galaxies"
        return f"Next round in {left} {galaxies}" if left > 0 else "Next round is due"

    def start_round(self) -> None:
        """Learn from the labels so far; labelling goes on meanwhile."""
        if self.project is None or self.round_running:
            return
        run = partial(work.fine_tune, self._in_hand(), self._awake and self._unseen)
        job = self._submit_urgent("round", "Fine-tune round", run)
        job.finished.connect(self._on_round)
        job.failed.connect(self._on_round_failed)
        job.cancelled.connect(lambda: self._after_round("The round was cancelled."))

    def promote(self, number: int) -> None:
        """Put a round in use, or the base head with 0, and rank again."""
        if self.project is None:
            return
        change = partial(work.promote, self._in_hand(), number)
        job = self._submit_urgent("promote", "Changing weights", change)
        job.finished.connect(lambda waits: self._on_promoted(number, waits))
        job.failed.connect(lambda sentence: self.said.emit(sentence, True))

    def cancel(self) -> None:
        """Cancel what computes now and what waits."""
        self._resume_features = False
        for job in list(self._jobs.values()):
            self._compute.cancel(job)

    # --- opening --------------------------------------------------------------------------------

    def _on_opened(self, opened: work.Opened) -> None:
        from gzactive.app.explore.controller import ExploreController
        from gzactive.app.label.controller import LabelController
        from gzactive.app.train.controller import TrainController

        self.project = opened.project
        if self._closed:
            self._close_project()
            return
        self._since_round = opened.since_round
        self.label = LabelController(opened.project, parent=self)
        self.label.model_view = opened.ranking.model_view
        self.label.finished.connect(self._on_finished)
        self.label.reopened.connect(self._on_reopened)
        self.label.running_low.connect(self._on_running_low)
        self.explore = ExploreController(opened.project, parent=self)
        self.explore.set_scores(opened.ranking.scores)
        self.explore.hand.labelled.connect(self._on_explored)
        self.explore.hand.unlabelled.connect(self._on_unexplored)
        self.explore.hand.queued.connect(self._on_queued)
        self.train = TrainController(opened.project, self)
        self._queue_was_short = len(opened.ranking.queue) < work.QUEUE
        self.label.start(opened.ranking.queue)
        self.opened.emit()
        if opened.unseen:
            self._wake()
        else:
            # Rounds and rankings are NumPy: without galaxies to look at, nothing heavy is needed.
            self.ready.emit()

    def _wake(self) -> None:
        job = self._submit("wake", "Waking the model", partial(work.wake_model, self._in_hand()))
        job.finished.connect(self._on_awake)
        job.failed.connect(self._on_not_awake)

    def _on_awake(self, _: Any) -> None:
        self._awake = True
        self.ready.emit()
        self._look()

    def _on_not_awake(self, sentence: str) -> None:
        self.ready.emit()
        self.said.emit(
            f"You can label, but the model cannot look at the galaxies: {sentence}", True
        )

    # --- features and ranking -------------------------------------------------------------------

    def _look(self) -> None:
        self._unseen = True
        look = partial(work.look_at_galaxies, self._in_hand())
        job = self._submit("features", "Looking at the galaxies", look)
        job.finished.connect(self._on_looked)
        job.failed.connect(lambda sentence: self.said.emit(sentence, True))
        job.cancelled.connect(self._on_look_cancelled)

    def _on_looked(self, report: Any) -> None:
        self._unseen = False
        if self.train is not None:
            self.train.refresh()  # a round whose network was waited for may have taken over
        problems = len(report.problems) if hasattr(report.problems, "__len__") else report.problems
        if problems:
            self.said.emit(
                f"{problems:,} images could not be read; the problems table says why.", True
            )
        self._rank()

    def _look_from_all_sides(self) -> None:
        """Turned and mirrored views of what was labelled, for the next round; none waits for it."""
        project = self._in_hand()
        job = self._submit(
            "views",
            "Looking at labelled galaxies from all sides",
            lambda progress: work.look_from_all_sides(project, progress),
        )
        job.failed.connect(lambda sentence: self.said.emit(sentence, True))

    def _on_look_cancelled(self) -> None:
        if not self._resume_features:
            self.said.emit(
                "Cancelled; what was computed is kept, and the next start goes on.", False
            )

    def _rank(self) -> None:
        if "rank" in self._jobs:
            self._rank_again = True
            return
        job = self._submit_urgent("rank", "Ranking", partial(work.rank, self._in_hand()))
        job.finished.connect(self._on_ranked)
        job.failed.connect(lambda sentence: self.said.emit(sentence, True))
        job.cancelled.connect(
            lambda: self.said.emit("Ranking was cancelled; the order stays as it was.", False)
        )

    def _on_ranked(self, ranking: work.Ranking) -> None:
        if self.label is not None:
            self.label.model_view = ranking.model_view
            self._queue_was_short = len(ranking.queue) < work.QUEUE
            self.label.set_queue(ranking.queue)
        if self.explore is not None:
            self.explore.set_scores(ranking.scores)
        if self._rank_again:
            self._rank_again = False
            self._rank()
        elif self._views_due and self._awake and not self._resume_features:
            self._views_due = False
            self._look_from_all_sides()

    def _on_running_low(self) -> None:
        """The queue is nearly done before a round was due: ask for a longer one."""
        if self._closed or self.label is None or {"rank", "round"} & set(self._jobs):
            return
        if not self._queue_was_short or not len(self.label.upcoming):
            self._rank()

    # --- rounds ---------------------------------------------------------------------------------

    def _on_finished(self, id_str: str) -> None:
        self._since_round += 1
        self.schedule_changed.emit()
        due = self.every > 0 and self._since_round >= max(self.every, self._not_before)
        if due and not self.round_running:
            self.start_round()

    def _on_reopened(self, id_str: str) -> None:
        self._since_round = max(0, self._since_round - 1)
        self.schedule_changed.emit()

    def _on_explored(self, ids: list[str]) -> None:
        """Galaxies were labelled on the Explore page: they count, and need not come here."""
        if self.label is not None:
            for id_str in ids:
                self.label.upcoming.remove(id_str)
            self.label.upcoming_changed.emit()
        for id_str in ids:
            self._on_finished(id_str)

    def _on_unexplored(self, ids: list[str]) -> None:
        for id_str in ids:
            self._on_reopened(id_str)

    def _on_queued(self, galaxies: "list[UpcomingGalaxy]") -> None:
        """Galaxies were picked on the Explore page: they come next, in their order."""
        if self.label is None:
            return
        upcoming, here = self.label.upcoming, self.label.current
        for galaxy in reversed(galaxies):
            if here is None or galaxy.id_str != here.id_str:
                upcoming.put_back(galaxy)
        self.label.set_queue(upcoming.next(len(upcoming)))

    def _on_round(self, made: Any) -> None:
        if self.project is None:
            return
        self._not_before = 0
        self._views_due = True
        self._since_round = self.project.labels.finished_count(
            since_sequence=made.manifest["label_log"]["sequence"]
        )
        if self.train is not None:
            self.train.refresh()
        self._after_round(made.sentence)
        self._rank()

    def _on_round_failed(self, sentence: str) -> None:
        self._not_before = self._since_round + _AGAIN_AFTER
        self._after_round(sentence)

    def _after_round(self, sentence: str) -> None:
        if self.train is not None:
            self.train.tell(sentence)
        self.said.emit(sentence, False)
        self.schedule_changed.emit()

    def _on_promoted(self, number: int, waits: bool) -> None:
        if self.train is not None:
            self.train.refresh()
        if waits:
            self.said.emit(
                f"Round {number} takes over when its network has looked at all galaxies.", False
            )
            self._look()
            return
        which = f"Round {number} is in use." if number else "The weights from the start are in use."
        self.said.emit(which, False)
        self._rank()

    # --- inside ---------------------------------------------------------------------------------

    def _in_hand(self) -> "Project":
        if self.project is None:
            raise RuntimeError("no project is open")
        return self.project

    def _submit(self, kind: str, title: str, run: Any, *, first: bool = False) -> Job:
        job = self._compute.submit(title, run, first=first)
        self._jobs[kind] = job
        job.state_changed.connect(self._forget)
        self.schedule_changed.emit()
        return job

    def _submit_urgent(self, kind: str, title: str, run: Any) -> Job:
        """Put a job before all others, also before features under way.

        A survey's features take hours and a round or a ranking takes seconds, so the features step
        aside; what they computed is kept, and they go on when nothing else is left to do.
        """
        if "features" in self._jobs:
            self._resume_features = True
            self._compute.cancel(self._jobs["features"])
        if "views" in self._jobs:  # the next round asks for them again
            self._compute.cancel(self._jobs["views"])
        return self._submit(kind, title, run, first=True)

    def _forget(self, job: Job) -> None:
        if job.over:
            self._jobs = {kind: each for kind, each in self._jobs.items() if each is not job}
            self.schedule_changed.emit()
            if self._closed and not self._jobs:
                self._close_project()
            elif self._resume_features:
                # After those who act on the outcome have asked for more.
                QTimer.singleShot(0, self, self._go_on_looking)

    def _go_on_looking(self) -> None:
        if self._resume_features and not self._jobs and not self._closed:
            self._resume_features = False
            self._look()

    def _close_project(self) -> None:
        if self.project is not None:
            self.project.close()
            self.project = None
