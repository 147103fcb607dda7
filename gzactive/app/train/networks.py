"""Trainings of whole networks, without widgets: which there are, what they came to, a new one.

A training runs as a process of its own, ``gzactive train``; its curves are read from its folder,
as are those of runs that were made elsewhere, on a thread beside the window's. What is read again
is only what has changed.
"""

from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gzactive.app.process_job import ProcessJob
from gzactive.app.train.run_entry import RunEntry
from gzactive.app.train.run_listing import (
    RunList,
    Seen,
    draw_runs,
    galaxies_to_learn_from,
    look_at_runs,
    read_seen,
    write_list,
)
from gzactive.app.train.training_plan import (
    ShardsChoice,
    TrainingChoice,
    begin_run,
    counted,
    folder_of,
    shards_words,
    started_with,
    stopped_words,
    time_words,
)
from gzactive.app.worker import Worker
from gzactive.inference.training_runs import TrainingRun
from gzactive.project import Project

if TYPE_CHECKING:
    from gzactive.app.session import ProjectSession
    from gzactive.app.train.controller import TrainController

__all__ = ["NetworksController"]

_EVERY_MS = 1500
#: So many runs are drawn at once before a person has chosen.
_FIRST_SHOWN = 6
_TRAIN, _SHARDS = "train", "shards"


class NetworksController(QObject):
    """Lists runs, reads their curves, starts and stops a training, and makes shards.

    Parameters
    ----------
    project
        The open project, whose folder ``runs`` holds its own.
    rounds
        Knows the curves of the rounds, which can be drawn among the runs.
    session
        Tells what is done.
    """

    #: There are other runs, other curves, or others are to be drawn.
    changed = Signal()
    #: How far the work is that runs, or what came of it: :attr:`sentence`.
    told = Signal()
    #: A process has begun, or has ended (the job).
    job_started = Signal(object)
    job_ended = Signal(object)
    #: A project is to be made with the weights of a run (their file).
    project_wanted = Signal(Path)

    def __init__(
        self, project: Project, rounds: "TrainController", session: "ProjectSession"
    ) -> None:
        super().__init__(session)
        self.project = project
        self.folder = folder_of(project.path)
        self.sentence = ""
        self.fault = False
        self.galaxies: int | None = None
        self._session = session
        self._rounds = rounds
        self._seen: dict[Path, Seen] = {}
        self._added: list[Path] = []
        self._hidden: set[str] = set()
        self._shown: set[str] = set()
        self._places: dict[str, int] = {}
        self._jobs: dict[str, ProcessJob] = {}
        self._running: Path | None = None
        self._epochs = 0
        self._listed = False
        self._awake = False
        self._worker = Worker(self)
        self._worker.failed.connect(lambda sentence: self._say(sentence, fault=True))
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._look_again)
        rounds.changed.connect(self.changed)

    # --- what there is --------------------------------------------------------------------------

    @property
    def entries(self) -> list[RunEntry]:
        """All that can be drawn: the project's runs, those added, then its rounds."""
        found = []
        for folder, seen in self._seen.items():
            key = str(folder)
            found.append(
                RunEntry(
                    key,
                    folder.name,
                    self._place(key),
                    shown=key in self._shown,
                    run=seen.run,
                    fault=seen.fault,
                    folder=folder,
                    own=folder.parent == self.folder,
                    running=folder == self._running,
                    resumable=self._resumable(folder, seen),
                )
            )
        for made in self._rounds.rounds:
            key = f"round {made.number}"
            shown = key in self._shown
            curves = self._rounds.curves(made.number) if shown else {}
            run = TrainingRun(made.path, {name: tuple(v) for name, v in curves.items()})
            found.append(
                RunEntry(
                    key, key.capitalize(), self._place(key), shown=shown, run=run, is_round=True
                )
            )
        return found

    @property
    def training(self) -> ProcessJob | None:
        """The training that runs."""
        return self._jobs.get(_TRAIN)

    @property
    def making_shards(self) -> ProcessJob | None:
        """The process that makes shards."""
        return self._jobs.get(_SHARDS)

    @property
    def read_only(self) -> str:
        """Why nothing can be begun here, as a sentence; empty if it can."""
        return self.project.read_only

    def wake(self) -> None:
        """The page is seen: keep looking."""
        self._awake = True
        self.look()
        self._timer.start()

    def sleep(self) -> None:
        """The page is not seen: look no more, unless a training runs."""
        self._awake = False
        if self.training is None:
            self._timer.stop()

    def close(self) -> None:
        """Stop what runs, wait for it, and let go; a training goes on from its last whole epoch."""
        self._timer.stop()
        for job in list(self._jobs.values()):
            job.close()
        self._worker.close()

    def look(self) -> None:
        """Read what has changed."""
        run = partial(
            look_at_runs, self.folder, tuple(self._added), dict(self._seen), not self._listed
        )
        self._worker.submit("runs", run, self._on_looked)

    def _look_again(self) -> None:
        if not self._worker.busy:  # on a slow disk, a look may take longer than the time between
            self.look()

    def count(self) -> None:
        """Count the galaxies that a training would have: :attr:`galaxies`."""
        self._worker.submit(
            "count", partial(galaxies_to_learn_from, self.project), self._on_counted
        )

    # --- what is drawn --------------------------------------------------------------------------

    def show(self, key: str, shown: bool) -> None:
        """Draw a run, or do not."""
        (self._shown.add if shown else self._shown.discard)(key)
        (self._hidden.discard if shown else self._hidden.add)(key)
        self._save_list()
        self.changed.emit()

    def add(self, folder: Path) -> None:
        """List a run from anywhere."""

        def found(seen: Seen) -> None:
            if seen.fault:
                self._say(seen.fault, fault=True)
                return
            if folder not in self._seen:
                self._added.append(folder)
            self._seen[folder] = seen
            self.show(str(folder), True)

        self._worker.submit(f"add {folder}", partial(read_seen, folder), found)

    def take_off(self, key: str) -> None:
        """List a run from elsewhere no more; its folder stays as it is."""
        self._added = [folder for folder in self._added if str(folder) != key]
        self._seen = {folder: seen for folder, seen in self._seen.items() if str(folder) != key}
        self._shown.discard(key)
        self._save_list()
        self.changed.emit()

    # --- what is done ---------------------------------------------------------------------------

    def train(self, choice: TrainingChoice) -> None:
        """Begin a training."""
        if self.training is not None or self._refused():
            return
        out = self.folder / choice.name

        def begin(arguments: list[str]) -> None:
            self._run_training(out, arguments, choice.epochs)

        self._worker.submit("begin", partial(begin_run, choice, out), begin)

    def go_on(self, key: str) -> None:
        """Go on with a training that was stopped."""
        if self.training is not None or self._refused():
            return
        arguments, epochs = started_with(Path(key))
        if arguments:
            self._run_training(Path(key), arguments, epochs)

    def make_shards(self, choice: ShardsChoice) -> None:
        """Begin to make shards, or go on with those in the folder."""
        if self.making_shards is not None:
            return
        job = self._start(_SHARDS, "Making shards", choice.arguments)
        job.progress.connect(lambda stage, done, total: self._say(counted(stage, done, total)))
        job.finished.connect(lambda lines: self._say(shards_words(lines, choice.out)))
        job.failed.connect(lambda sentence: self._say(sentence, fault=True))
        job.cancelled.connect(
            lambda: self._say(
                "The shards are not finished; “Make shards…” with the same folder goes on."
            )
        )

    def cancel(self) -> bool:
        """Stop what runs; whether anything did."""
        for job in self._jobs.values():
            job.cancel()
        return bool(self._jobs)

    def save_figure(self, path: Path, quantity: str, *, training: bool, validation: bool) -> None:
        """Save what is drawn as a figure for print."""
        shown = [entry for entry in self.entries if entry.shown and entry.run is not None]
        run = partial(draw_runs, shown, path, quantity, training=training, validation=validation)
        self._worker.submit("figure", run, lambda _: self._say(f"Figure saved: {path}."))

    def use_in_project(self, key: str) -> None:
        """Make a project with what a run came to."""
        seen = self._seen.get(Path(key))
        if seen is not None and seen.run is not None and seen.run.weights is not None:
            self.project_wanted.emit(seen.run.weights)

    # --- the training ---------------------------------------------------------------------------

    def _run_training(self, out: Path, arguments: Sequence[str], epochs: int) -> None:
        self._running, self._epochs = out, epochs
        self._shown.add(str(out))
        job = self._start(_TRAIN, f"Training {out.name}", arguments)
        job.progress.connect(self._on_progress)
        job.finished.connect(lambda _: self._after(f"{out.name} is trained."))
        job.failed.connect(lambda sentence: self._after(sentence, fault=True))
        job.cancelled.connect(lambda: self._after(stopped_words(out.name, self._epochs_of(out))))
        self._say(f"{out.name} begins. Labelling goes on meanwhile.")
        self.look()
        self._timer.start()

    def _start(self, kind: str, title: str, arguments: Sequence[str]) -> ProcessJob:
        job = ProcessJob(title, arguments, self)
        self._jobs[kind] = job
        job.state_changed.connect(self._on_state)
        # Whoever wants to hear of it connects first: it may fail at once.
        QTimer.singleShot(0, job, job.start)
        return job

    def _on_state(self, job: ProcessJob) -> None:
        if not job.over:
            self.job_started.emit(job)
            self.changed.emit()
            return
        self._jobs = {kind: each for kind, each in self._jobs.items() if each is not job}
        self.job_ended.emit(job)
        job.deleteLater()

    def _on_progress(self, stage: str, done: int, total: int) -> None:
        name = stage.partition(",")[0]
        words = counted(stage, done, total)
        if name in ("training", "validating"):
            words = f"{words}. {self._time()}"
        self._say(f"{words[:1].upper()}{words[1:]}")

    def _time(self) -> str:
        """How long an epoch takes here, by the last one: the first steps are too slow to tell."""
        seen = self._seen.get(self._running) if self._running is not None else None
        seconds = () if seen is None or seen.run is None else seen.run.curves.get("seconds", ())
        left = max(1, self._epochs - len(seconds))
        if seconds:
            return f"About {time_words(seconds[-1], left)}."
        return "How long an epoch takes is not known yet."

    def _after(self, sentence: str, *, fault: bool = False) -> None:
        self._running = None
        self._say(sentence, fault=fault)
        self._session.said.emit(sentence, fault)
        self.look()
        if not self._awake:
            self._timer.stop()
        self.changed.emit()

    # --- inside ---------------------------------------------------------------------------------

    def _epochs_of(self, folder: Path) -> int:
        seen = self._seen.get(folder)
        return 0 if seen is None else seen.epochs

    def _resumable(self, folder: Path, seen: Seen) -> bool:
        """Whether a run was begun here and is neither finished nor at work."""
        unfinished = seen.run is not None and seen.run.weights is None
        return seen.begun and unfinished and folder != self._running

    def _place(self, key: str) -> int:
        """Colour and pattern of a run since it was drawn first; −1 before."""
        if key in self._shown and key not in self._places:
            taken = set(self._places.values())
            self._places[key] = next(place for place in count() if place not in taken)
        return self._places.get(key, -1)

    def _refused(self) -> bool:
        if self.read_only:
            self._say(self.read_only, fault=True)
        return bool(self.read_only)

    def _say(self, sentence: str, *, fault: bool = False) -> None:
        self.sentence, self.fault = sentence, fault
        self.told.emit()

    def _on_looked(self, found: "tuple[dict[Path, Seen], RunList]") -> None:
        seen, listed = found
        if not self._listed:
            self._listed = True
            self._added = [*listed.added, *self._added]
            self._hidden, self._shown = set(listed.hidden), self._shown | set(listed.shown)
        seen = {  # what was taken off the list meanwhile stays off
            folder: one
            for folder, one in seen.items()
            if folder.parent == self.folder or folder in self._added
        }
        for folder, one in seen.items():
            key = str(folder)
            fresh = folder not in self._seen and key not in self._hidden and one.run is not None
            if fresh and len(self._shown) < _FIRST_SHOWN:
                self._shown.add(key)
            if fresh and self._resumable(folder, one) and not self.sentence:
                self._say(stopped_words(folder.name, one.epochs))
        if seen != self._seen:
            self._seen = seen
            self.changed.emit()

    def _on_counted(self, galaxies: int) -> None:
        self.galaxies = galaxies
        self.changed.emit()

    def _save_list(self) -> None:
        """Which runs are listed and drawn, for the next time."""
        if self.project.read_only:
            return
        told = RunList(tuple(self._added), frozenset(self._hidden), frozenset(self._shown))
        self._worker.submit("list", partial(write_list, self.folder, told), lambda _: None)
