"""Labelling without widgets: which galaxy, which question, and every answer committed at once.

The controller owns the walk and the decoded pictures. It appends to the label log before it says
that anything is done, and it never computes: rankings come to it from the compute thread. What is
done and to come, marks, and settings are kept by members of their own.
"""

from collections.abc import Collection, Iterable
from typing import Any

from PySide6.QtCore import QObject, Signal

from gzactive.app.label.artifact_tally import ArtifactTally
from gzactive.app.label.blindness import Blindness
from gzactive.app.label.choice import Choice
from gzactive.app.label.commit import Commit
from gzactive.app.label.frame import Frame
from gzactive.app.label.marking import Marking
from gzactive.app.label.marks import Marks
from gzactive.app.label.model_view import ModelView
from gzactive.app.label.pictures import Pictures
from gzactive.app.label.reveal import preview, reveal
from gzactive.app.label.standing import Standing
from gzactive.app.label.unsaved import unsaved
from gzactive.app.label.upcoming import Upcoming, UpcomingGalaxy
from gzactive.errors import GzactiveError
from gzactive.project import Project
from gzactive.stores.labels import Event
from gzactive.trees import Question, Walk

__all__ = ["READING", "LabelController"]

#: What is said where nothing may be written.
READING = "Nothing can be changed here: this project is open for reading only."

#: Fewer galaxies than this to come, and a longer queue is asked for.
_LOW = 15


class LabelController(QObject):
    """One labeller at work on one project.

    ``marking`` has the flag and the notes of the galaxy on the table, ``choice`` the settings,
    ``standing`` the galaxies done and to come, ``blindness`` whose model's view was shown, and
    ``pictures`` what is decoded.

    Parameters
    ----------
    project
        The open project.
    labeller
        Who is at work; the project's labeller by default.
    parent
        Owner.
    """

    #: Another galaxy, or none, is on the table.
    galaxy_changed = Signal()
    #: The walk has moved, or boxes were ticked.
    question_changed = Signal()
    #: The picture of the present galaxy came in.
    frame_ready = Signal()
    #: A galaxy was finished for the first time (id_str), or such a one was taken back.
    finished = Signal(str)
    reopened = Signal(str)
    #: The model's view of the galaxy just finished (or, without the blind, of the one on the
    #: table); None after it was taken back.
    revealed = Signal(object)
    #: The galaxies to come, their pictures, or how they are chosen have changed.
    upcoming_changed = Signal()
    #: The galaxies to come run low.
    running_low = Signal()
    #: One sentence in passing, and one that stays; the flag says whether it is a fault.
    said = Signal(str)
    warned = Signal(str, bool)

    def __init__(
        self, project: Project, labeller: str | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.project = project
        self.labeller = labeller or project.settings.labeller
        self.tree = project.tree
        self.model_view: ModelView | None = None
        refusal = READING if project.read_only else ""
        self._commit = Commit(project, self.labeller)
        self.standing = Standing(project, self.labeller, self)
        self.blindness = Blindness(project, self.labeller)
        self.marking = Marking(Marks(project, self.labeller, self._commit), self, refusal, self)
        self.choice = Choice(project, refusal, self)
        for member in (self.marking, self.choice):
            member.said.connect(self.said)
            member.warned.connect(self.warned)
        self.pictures = Pictures(project, self)
        self.pictures.ready.connect(self._on_ready)
        self._current: UpcomingGalaxy | None = None
        self._walk = Walk(self.tree)
        self._ticked: set[str] = set()
        self._artifacts = ArtifactTally.of(project, self.labeller)
        self._reopened = False
        self._paused = False
        self.standing.changed.connect(self._prefetch)
        self.choice.blind_changed.connect(self._show_unless_blind)
        self.choice.changed.connect(self.upcoming_changed)

    # --- what is on the table -------------------------------------------------------------------

    @property
    def current(self) -> UpcomingGalaxy | None:
        """The galaxy on the table, and how it was chosen."""
        return self._current

    @property
    def upcoming(self) -> Upcoming:
        """The galaxies to come."""
        return self.standing.upcoming

    @property
    def nothing_left(self) -> str:
        """What to say when no galaxy is on the table."""
        return self.pictures.nothing_left

    @property
    def question(self) -> Question | None:
        """The question to be answered."""
        return self._walk.question if self._current is not None else None

    @property
    def walk(self) -> Walk:
        """The path through the tree so far; not to be changed by others."""
        return self._walk

    @property
    def ticked(self) -> frozenset[str]:
        """Names of the boxes ticked so far, in a question that takes any number of answers."""
        return frozenset(self._ticked)

    @property
    def blind(self) -> bool:
        """Whether the model's view of the present galaxy has not been shown to this labeller."""
        return self._current is not None and self.blindness.of(self._current)

    @property
    def paused(self) -> bool:
        """Whether the galaxy on the table is finished, and its card is looked at."""
        return self._paused

    @property
    def frame(self) -> Frame | None:
        """The picture of the present galaxy; None while it is decoded."""
        return self.frame_of(self._current.id_str) if self._current is not None else None

    def frame_of(self, id_str: str) -> Frame | None:
        """The picture of any galaxy that is decoded."""
        return self.pictures.get(id_str)

    # --- a session ------------------------------------------------------------------------------

    def start(self, queue: Iterable[UpcomingGalaxy]) -> None:
        """Put the queue on, and first of all the galaxy that was left half done."""
        self.standing.begin(queue)
        half_done = self.project.labels.last_open(self.labeller, self.tree)
        if half_done is not None and half_done in self.standing:
            self._reopen(half_done)
        else:
            self._advance()

    def set_queue(self, queue: Iterable[UpcomingGalaxy]) -> None:
        """A new ranking: it replaces all but the next ten, which are decoded already."""
        self.standing.follow(queue, self._here)
        if self._current is None and len(self.upcoming):
            self._advance()
        else:
            self._prefetch()

    def take_over(self) -> None:
        """Others wrote to the log: what they finished as this labeller need not come again."""
        self.blindness.refresh()
        self.standing.read_again(self._here)
        self.marking.refresh()

    def bring_back(self, ids: Collection[str]) -> None:
        """Images that were away are there again: their galaxies may come."""
        self.standing.take_in(ids)
        self.warned.emit(self.pictures.bring_back(ids), False)

    def close(self) -> None:
        """Stop decoding; every answer is on the disk already, and drafts follow."""
        self.marking.flush()
        self.pictures.close()

    # --- what a person does ---------------------------------------------------------------------

    def choose(self, position: int) -> None:
        """The answer at a position (from 0): answers, or ticks a box, as the question wants."""
        question = self.question
        if self._paused:
            self.go_on()
        if question is None or not 0 <= position < len(question.answers):
            return
        name = question.answers[position].name
        if question.kind == "checkboxes":
            self._ticked ^= {name}
            self.question_changed.emit()
        else:
            self.answer((name,))

    def done(self) -> None:
        """Finish a question of ticked boxes, of which none is an answer too; or go on."""
        if self._paused:
            self.go_on()
        elif self.question is not None and self.question.kind == "checkboxes":
            self.answer(tuple(self._ticked))

    def answer(self, names: tuple[str, ...]) -> None:
        """Commit an answer, then move on to the next question or galaxy."""
        if self._current is None or self._walk.finished:
            return
        following = Walk.replay(self.tree, self._walk.path)
        step = following.answer(names)
        try:
            self._commit.answer(self._current, step, finish=following.finished, blind=self.blind)
        except GzactiveError as error:
            self.warned.emit(
                unsaved("That answer was not saved, so it was not taken.", error), True
            )
            return
        self._walk = following
        self._ticked = set()
        if following.finished:
            self._finish()
        else:
            self.question_changed.emit()

    def undo(self) -> None:
        """Take back the last step, over finished and skipped galaxies and earlier sessions."""
        try:
            event, answer = self._commit.take_back()
        except GzactiveError as error:
            self.warned.emit(unsaved("That was not taken back.", error), True)
            return
        if event is None:
            self.said.emit("There is nothing left to undo.")
            return
        if event.id_str not in self.standing:
            self.said.emit(f"Undone for galaxy {event.id_str}, which is no longer in the project.")
            return
        if event.kind == "finish":
            self.revealed.emit(None)
            if not event.repeat:
                self.reopened.emit(event.id_str)
        if self._current is not None and self._current.id_str != event.id_str:
            self.upcoming.put_back(self._current)
        self._reopen(event.id_str, event)
        if event.kind == "finish" and not event.repeat:
            self._artifacts.taken_back([*self._walk.path, *([answer] if answer else [])])
        question = self.question
        if answer is not None and question is not None and question.kind == "checkboxes":
            # The boxes come back as they were ticked: only the Enter is taken back.
            self._ticked = set(answer.answers)
            self.question_changed.emit()

    def restart(self) -> None:
        """Ask the present galaxy's questions from the first again."""
        if self._current is None or not self._walk.path:
            self.said.emit("This is the first question already.")
            return
        if self._mark("restart"):
            self._walk = Walk(self.tree)
            self._ticked = set()
            self.question_changed.emit()

    def skip(self) -> None:
        """Leave the present galaxy; the queue brings it back once, at its end."""
        if self._paused:
            self.go_on()
        elif self._current is not None and self._mark("skip"):
            self._advance()

    def go_on(self) -> None:
        """From the card of a finished galaxy to the next one."""
        if self._paused:
            self._advance()

    # --- inside ---------------------------------------------------------------------------------

    @property
    def _here(self) -> str:
        return self._current.id_str if self._current is not None else ""

    def _mark(self, kind: str) -> bool:
        """Commit an event that is no answer; False, and a warning, if it could not be."""
        if self._current is None:
            return False
        try:
            self._commit.mark(self._current, kind, blind=self.blind)
        except GzactiveError as error:
            self.warned.emit(unsaved("That was not saved.", error), True)
            return False
        return True

    def _finish(self) -> None:
        galaxy = self._current
        if galaxy is None:
            return
        steps = self._walk.path
        self.standing.finish(galaxy)
        shown = reveal(galaxy.id_str, galaxy.selection, steps, self.tree, *self._view_of(galaxy))
        self.blindness.reveal(galaxy)
        if self.project.settings.pause_on_card:
            self._paused = True
            self.question_changed.emit()
        else:
            # The next galaxy first: the card is for afterwards.
            self._advance()
        if self.blindness.wanted or self._paused:
            self.revealed.emit(shown)
        if not galaxy.repeat:
            self.finished.emit(galaxy.id_str)
            if words := self._artifacts.finished(steps):
                self.warned.emit(words, False)

    def _show_unless_blind(self) -> None:
        """Without the blind, the model's view of the galaxy on the table is there at once."""
        if self._current is None:
            return
        if self.blindness.wanted:
            self.revealed.emit(None)
            return
        self.blindness.reveal(self._current)
        self.revealed.emit(preview(self._current.id_str, self.tree, *self._view_of(self._current)))

    def _view_of(self, galaxy: UpcomingGalaxy) -> Any:
        return self.model_view.of(galaxy.id_str) if self.model_view is not None else (None, None)

    def _advance(self) -> None:
        """Go on to the next galaxy that can be shown."""
        while True:
            following = self.upcoming.take()
            frame = self.pictures.get(following.id_str) if following is not None else None
            if frame is None or not frame.problem:
                self._open(following, Walk(self.tree))
                return
            self._set_aside(frame)

    def _reopen(self, id_str: str, like: Event | None = None) -> None:
        """Take up a galaxy where it was left, or where a step of it was taken back."""
        self.standing.reopen(id_str, repeat=like is not None and like.repeat)
        walk = Walk.replay(
            self.tree, self.project.labels.walk_steps(self.labeller, id_str, self.tree)
        )
        if walk.finished:
            # An undo was cut off between the finish and its answer: complete it.
            self.project.labels.undo(self.labeller, kinds=("answer",))
            walk.back()
        galaxy, shown = self._commit.reopened(id_str, like)
        if shown:
            self.blindness.reveal(galaxy)
        self._open(galaxy, walk, reopened=True)

    def _open(self, galaxy: UpcomingGalaxy | None, walk: Walk, *, reopened: bool = False) -> None:
        self._current = galaxy
        self._walk = walk
        self._ticked = set()
        self._reopened = reopened
        self._paused = False
        self._prefetch()
        self.galaxy_changed.emit()
        self.question_changed.emit()
        self.marking.changed.emit()
        if not self.blindness.wanted:
            self._show_unless_blind()
        if len(self.upcoming) < _LOW:
            self.running_low.emit()

    def _prefetch(self) -> None:
        galaxies = self.upcoming.next()
        if self._current is not None:
            galaxies.insert(0, self._current)
        self.pictures.want((each.id_str, self.standing.file_of(each.id_str)) for each in galaxies)
        self.upcoming_changed.emit()

    def _on_ready(self, id_str: str) -> None:
        frame = self.pictures.get(id_str)
        if self._current is None or frame is None:
            return
        if id_str != self._current.id_str:
            self.upcoming_changed.emit()
        elif frame.problem and not self._reopened and not self._walk.path:
            self._set_aside(frame)
            self._advance()
        else:
            self.frame_ready.emit()

    def _set_aside(self, frame: Frame) -> None:
        """A galaxy that cannot be shown is recorded as a problem and left out."""
        self.standing.leave_out([frame.id_str])
        self.warned.emit(self.pictures.leave_out(frame), False)
