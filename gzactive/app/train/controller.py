"""The rounds of a project without widgets: what was made, what is in use, how it was fitted."""

import csv
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gzactive.active.rounds import Round, current_round, rounds
from gzactive.app.job import Job
from gzactive.app.train.networks import NetworksController
from gzactive.app.train.words import nothing_new
from gzactive.errors import GzactiveError
from gzactive.project import Project

if TYPE_CHECKING:
    from gzactive.app.session import ProjectSession

__all__ = ["Curves", "TrainController"]

#: Loss after each epoch of a fit: ``loss`` and perhaps ``validation_loss``.
Curves = dict[str, list[float]]

#: How many other rounds are drawn behind the one that is looked at.
_BEHIND = 8


class TrainController(QObject):
    """Lists rounds and asks the session to make, promote or roll back one.

    Parameters
    ----------
    project
        The open project.
    session
        Runs the jobs.
    """

    #: Rounds, or the one in use, have changed.
    changed = Signal()
    #: One sentence about the last round, or why there is none.
    told = Signal(str)
    #: There is nothing new to learn: shall there be a round all the same? One sentence.
    asked = Signal(str)
    #: How long a round that trains blocks will take; emitted on the compute thread.
    estimated = Signal(str)
    #: The round that runs has begun, has lost some more, or has ended.
    live_changed = Signal()

    def __init__(self, project: Project, session: "ProjectSession") -> None:
        super().__init__(session)
        self.session = session
        self._project = project
        self._rounds: list[Round] = []
        self._current = 0
        self._running: Job | None = None
        self._live: Curves = {}
        self._read: dict[int, Curves] = {}
        self._estimate = ""
        self.estimated.connect(self._on_estimate)
        self.sentence = ""
        self.refresh()
        self.networks = NetworksController(project, self, session)

    @property
    def rounds(self) -> list[Round]:
        """All rounds, first to last."""
        return self._rounds

    @property
    def current(self) -> int:
        """Number of the round in use; 0 is the base head."""
        return self._current

    @property
    def running(self) -> int:
        """Number of the round that is being made; 0 if none is."""
        return self._next if self._running is not None else 0

    @property
    def live(self) -> Curves:
        """The losses of the round that is being made, so far."""
        return self._live

    def close(self) -> None:
        """Stop what runs outside this process, and wait for it."""
        self.networks.close()

    def refresh(self) -> None:
        """Read the rounds from the disk again."""
        try:
            self._rounds = rounds(self._project)
            self._current = current_round(self._project)
        except GzactiveError as error:
            self.tell(str(error))
        self.changed.emit()

    def tell(self, sentence: str) -> None:
        """Say one sentence on the page."""
        self.sentence = sentence
        self.told.emit(sentence)

    def start(self, blocks: int | None = None, *, again: bool = False) -> None:
        """Make a round now, of the head alone or of the network's last blocks too."""
        self.session.start_round(again=again, blocks=blocks)

    def ask_again(self, number: int) -> None:
        """A round was asked for, but would be the same as an earlier one."""
        self.asked.emit(nothing_new(number))

    def watch(self, job: Job) -> None:
        """A round has been asked for: tell how it goes until it ends."""
        self._running = job
        self._live = {}
        self._estimate = ""
        self._say_where(job.title, 0, 0)
        job.progress.connect(self._say_where)
        job.losses.connect(self._on_losses)
        job.state_changed.connect(self._on_state)
        self.live_changed.emit()

    def promote(self, number: int) -> None:
        """Put a round in use."""
        if number != self._current:
            self.session.promote(number)

    def roll_back(self) -> None:
        """Put in use what was in use before the present round."""
        earlier = [made.number for made in self._rounds if made.promoted]
        self.promote(max((n for n in earlier if n < self._current), default=0))

    def curves(self, number: int) -> Curves:
        """The losses of a round's fit."""
        if number in self._read:
            return self._read[number]
        made = next((each for each in self._rounds if each.number == number), None)
        if made is None:
            return {}
        try:
            with (made.path / "history.csv").open(newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
        except OSError as error:
            self.tell(f"The history of round {number} cannot be read ({error.strerror}).")
            return {}
        names = [name for name in (rows[0] if rows else {}) if name in ("loss", "validation_loss")]
        found = {name: [float(row[name]) for row in rows if row[name]] for name in names}
        self._read[number] = found
        return found

    def behind(self, number: int) -> list[Curves]:
        """The losses of the other rounds, the latest few, to see one among them."""
        others = [made.number for made in self._rounds if made.number != number]
        return [self.curves(each) for each in others[-_BEHIND:]]

    # --- the round that runs --------------------------------------------------------------------

    @property
    def _next(self) -> int:
        return max((made.number for made in self._rounds), default=0) + 1

    def _say_where(self, stage: str, done: int, total: int) -> None:
        count = f", {done:,} of {total:,}" if total else ""
        stage = "" if self._running is None or stage == self._running.title else f": {stage}{count}"
        words = f"Round {self._next} is running{stage}. Labelling goes on meanwhile."
        self.tell(f"{words} {self._estimate}".strip())

    def _on_estimate(self, sentence: str) -> None:
        self._estimate = sentence

    def _on_losses(self, losses: Curves) -> None:
        self._live = losses
        self.live_changed.emit()

    def _on_state(self, job: Job) -> None:
        if job.over and job is self._running:
            self._running = None
            self._live = {}
            self.live_changed.emit()
