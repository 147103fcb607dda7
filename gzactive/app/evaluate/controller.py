"""Judging without widgets: what is known of the model and the labellers, and since when.

The figures are computed as jobs; they are asked for when the page is seen and something has
changed, and what was known stays until the new is there.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gzactive.app.evaluate import work
from gzactive.app.job import Job, JobState
from gzactive.errors import GzactiveError
from gzactive.project import Project

if TYPE_CHECKING:
    from gzactive.app.label.upcoming import UpcomingGalaxy
    from gzactive.app.session import ProjectSession
    from gzactive.assessment import Assessment, LabellerLine
    from gzactive.evaluation.saving import Saving

__all__ = ["ALL", "LABELLERS", "EvaluateController"]

#: What can be chosen besides the questions.
ALL, LABELLERS = "", "labellers"


class EvaluateController(QObject):
    """Asks the session for figures and keeps them.

    Parameters
    ----------
    project
        The open project.
    session
        Runs the jobs.
    """

    #: There are other figures, or another state of computing them.
    changed = Signal()
    #: Another question was chosen.
    chosen_changed = Signal()
    #: One sentence; the flag says whether it is a fault.
    said = Signal(str, bool)
    #: Galaxies that should come next on the Label page.
    queued = Signal(list)

    def __init__(self, project: Project, session: "ProjectSession") -> None:
        super().__init__(session)
        self.session = session
        self.project = project
        self.tree = project.tree
        self.chosen = ALL
        self.saving: Saving | None = None
        self._judged: work.Judged | None = None
        self._stale = True
        self._awake = False
        self._saved_at: tuple[str, int] | None = None
        self._jobs: dict[str, Job] = {}

    # --- what there is --------------------------------------------------------------------------

    @property
    def assessment(self) -> "Assessment | None":
        """The figures of the model; None until they have been computed."""
        return self._judged.assessment if self._judged is not None else None

    @property
    def labellers(self) -> "tuple[LabellerLine, ...]":
        """Figures of the labellers."""
        return self._judged.labellers if self._judged is not None else ()

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """What can be looked at: key and words, in order."""
        questions = [(one.name, one.text) for one in self.tree.questions if one.modelled]
        return ((ALL, "All questions"), *questions, (LABELLERS, "Labellers"))

    @property
    def judging(self) -> bool:
        """Whether the model is being judged."""
        return "evaluate" in self._jobs

    @property
    def comparing(self) -> bool:
        """Whether the saving against random choice is being estimated."""
        return "saving" in self._jobs

    @property
    def sentence(self) -> str:
        """Where things stand, for the head of the page."""
        if self.assessment is None:
            return "Judging the model …" if self.judging else "The model has not been judged yet."
        if self.assessment.judgement is None:
            return self.assessment.empty
        from gzactive.evaluation.words import headline

        told = f"{self.assessment.model.capitalize()}: {headline(self.assessment.judgement)}"
        if self.assessment.picked:
            told += f" {self.assessment.picked:,} more were picked by hand and do not judge."
        return told + (" Judging anew …" if self.judging else "")

    # --- what is done ---------------------------------------------------------------------------

    def wake(self) -> None:
        """The page is seen: judge if something has changed since."""
        self._awake = True
        try:
            position = self.project.labels.position
        except GzactiveError as error:  # its drive may be gone: what is known stays
            self.said.emit(str(error), True)
            return
        if self._judged is not None and self._judged.position != position:
            self._stale = True
        if self._stale:
            self.judge()

    def sleep(self) -> None:
        """The page is no longer seen: nothing more is computed for it."""
        self._awake = False

    def set_stale(self) -> None:
        """The model has changed."""
        self._stale = True
        if self._awake:
            self.judge()

    def judge(self) -> None:
        """Judge the model now."""
        if self.judging:
            return
        self._stale = False
        self._start("evaluate", "Judging the model", partial(work.judge, self.project))
        self._jobs["evaluate"].finished.connect(self._on_judged)
        self.changed.emit()

    def choose(self, key: str) -> None:
        """Look at one question, at all, or at the labellers."""
        if key != self.chosen:
            self.chosen = key
            self.chosen_changed.emit()

    def step(self, step: int) -> None:
        """Look at what stands so much further on; the last is followed by the first."""
        keys = [key for key, _ in self.choices]
        self.choose(keys[(keys.index(self.chosen) + step) % len(keys)])

    def export(self, path: Path) -> None:
        """Write the report."""
        if self.assessment is None:
            return
        run = partial(work.write, path, self.assessment, self.saving, self.labellers)
        self._start("report", "Writing the report", run)
        self._jobs["report"].finished.connect(
            lambda written: self.said.emit(f"Report written to {written}.", False)
        )

    def ask_second_opinions(self) -> None:
        """Put galaxies that others disagree on at the front of the Label page's queue."""
        labeller = self.project.settings.labeller
        run = partial(work.disputed, self.project, labeller)
        self._start("disputed", "Looking for disputed galaxies", run)
        self._jobs["disputed"].finished.connect(self._on_disputed)

    # --- inside ---------------------------------------------------------------------------------

    def _start(self, kind: str, title: str, run: object) -> None:
        job = self.session.jobs.submit_urgent(kind, title, run)
        self._jobs[kind] = job
        job.state_changed.connect(lambda one: self._forget(kind, one))
        job.failed.connect(lambda sentence: self.said.emit(sentence, True))

    def _forget(self, kind: str, job: Job) -> None:
        if job.over and self._jobs.get(kind) is job:
            del self._jobs[kind]
            if kind == "saving" and job.state is not JobState.FINISHED:
                self._saved_at = None  # another time
            self.changed.emit()

    def _on_judged(self, judged: work.Judged) -> None:
        self._judged = judged
        self.changed.emit()
        if self._stale and self._awake:
            self.judge()
        elif judged.assessment.judgement is not None and self._saved_at != judged.position:
            self._saved_at = judged.position
            self._start(
                "saving",
                "Comparing with random choice",
                partial(work.estimate_saving, self.project),
            )
            self._jobs["saving"].finished.connect(self._on_saving)
            self.changed.emit()

    def _on_saving(self, saving: "Saving") -> None:
        self.saving = saving
        self.changed.emit()

    def _on_disputed(self, found: "list[UpcomingGalaxy]") -> None:
        if found:
            self.queued.emit(found)
            noun = "galaxy comes" if len(found) == 1 else "galaxies come"
            self.said.emit(f"{len(found):,} disputed {noun} next on the Label page.", False)
        else:
            self.said.emit(
                "No galaxy is disputed that you have not labelled: others must have given it "
                "different answers, or one that a sure model contradicts.",
                False,
            )
