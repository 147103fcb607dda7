"""A project as a whole, without widgets: what it holds, what it takes, what leaves and comes in.

Counting and measuring are done on a thread of their own; what writes files or computes is a job.
"""

import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gzactive.app.job import Job
from gzactive.app.project.facts import ProjectFacts, gather, stamp
from gzactive.app.project.match_controller import MatchController
from gzactive.app.project.votes_controller import VotesController
from gzactive.app.project.words import count, size
from gzactive.app.worker import Worker
from gzactive.progress import Cancelled, Progress
from gzactive.project import Project

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.app.session import ProjectSession
    from gzactive.inference.disk_use import DiskUse
    from gzactive.relocation import Relocation
    from gzactive.survey.exporters import Exported, Options
    from gzactive.survey.importers import ImportedVotes

__all__ = ["ProjectController"]


class ProjectController(QObject):
    """Tells of an open project and does what concerns all of it.

    Parameters
    ----------
    project
        It.
    session
        Runs the jobs.
    """

    #: What is known of the project has changed.
    changed = Signal()
    #: How much room it takes is known anew.
    measured = Signal()
    #: One sentence about what came of something; the flag says whether it is a fault.
    told = Signal(str, bool)
    #: An export has begun, goes on (stage, done, total), or has ended.
    export_changed = Signal()
    export_progress = Signal(str, int, int)
    #: Images were looked for that the project does not have.
    found_new = Signal()
    #: Images were looked for in another folder.
    found_moved = Signal()
    #: The project has changed so that it must be opened again.
    reopen_wanted = Signal()
    #: A setting was saved, or was not.
    saved = Signal()
    #: The page of a larger task is wanted: "votes", "match" or "moved".
    task_wanted = Signal(str)

    def __init__(self, project: Project, session: "ProjectSession") -> None:
        super().__init__(session)
        self.project = project
        self.session = session
        self.facts: ProjectFacts | None = None
        self.uses: list[DiskUse] = []
        self.exporting: Job | None = None
        self.exported: Exported | None = None
        self.new: pd.DataFrame | None = None
        self.moved: Relocation | None = None
        self.votes = VotesController(project, self)
        self.votes.imported.connect(self._on_votes)
        self.match = MatchController(project, self)
        self.match.saved.connect(lambda sentence: self.told.emit(sentence, False))
        self.match.beside.connect(self._on_beside)
        self._stamp: tuple[object, ...] = ()
        self._stop = threading.Event()
        self._worker = Worker(self)
        self._worker.failed.connect(lambda sentence: self.told.emit(sentence, True))

    @property
    def read_only(self) -> str:
        """Why nothing can be changed, as a sentence; empty if it can."""
        return self.project.read_only

    @property
    def busy(self) -> bool:
        """Whether something is counted, measured or saved right now."""
        return self._worker.busy

    def close(self) -> None:
        """Let go of what is being counted, and wait for a step of it to end."""
        self._stop.set()
        self._worker.close()
        self.votes.close()
        self.match.close()

    # --- what there is ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Count again if anything has changed, and measure again."""
        self._worker.submit("facts", partial(_look, self.project, self._stamp), self._on_facts)
        self._worker.submit("uses", partial(_measure, self.project, self._stop), self._on_uses)

    def _on_facts(self, found: "tuple[ProjectFacts, tuple[object, ...]] | None") -> None:
        if found is not None:
            self.facts, self._stamp = found
            self.changed.emit()

    def _on_uses(self, uses: "list[DiskUse]") -> None:
        self.uses = uses
        self.measured.emit()

    def look_again(self) -> None:
        """Try the images that could not be used once more."""
        if self._refused():
            return

        def cleared(_: Any) -> None:
            self.told.emit("Images that could not be used are tried once more.", False)
            self.session.look()
            self.refresh()

        self._worker.submit("problems", self.project.problems.clear, cleared)

    def look_for_new(self) -> None:
        """Look for images beside those of the project that it does not have."""

        def found(table: "pd.DataFrame") -> None:
            self.new = table
            told = " ".join(table.attrs.get("remarks", []))
            if not len(table):
                # A folder that is gone is why none is new, and no good news.
                moved = " If its images lie elsewhere now, choose “Images moved…”." if told else ""
                self.told.emit(f"No image is new. {told}{moved}".strip(), bool(told))
            elif told:
                self.told.emit(told, False)
            self.found_new.emit()

        self._worker.submit("new", partial(_new_images, self.project, self._stop), found)

    def add_new(self) -> None:
        """Add the images that were found; the project is then opened again."""
        if self._refused() or self.new is None:
            return
        self._worker.submit(
            "add", partial(_add, self.project, self.new), lambda _: self.reopen_wanted.emit()
        )

    def look_for_moved(self, folder: Path) -> None:
        """Look in another folder for images that are not where they were."""

        def found(relocation: "Relocation") -> None:
            self.moved = relocation
            self.found_moved.emit()

        self._worker.submit("moved", partial(_moved, self.project, folder, self._stop), found)

    def take_moved(self) -> None:
        """Take images from their new place; the project is then opened again."""
        if self._refused() or self.moved is None:
            return
        self._worker.submit(
            "take",
            partial(_take, self.project, self.moved),
            lambda _: self.reopen_wanted.emit(),
        )

    # --- settings ---------------------------------------------------------------------------------

    def save(self, **changes: Any) -> None:
        """Change settings of the project, or its name."""
        if self._refused():
            self.saved.emit()
            return

        def done(_: Any) -> None:
            self.saved.emit()
            self.session.schedule_changed.emit()

        def write() -> None:
            self.project.save_settings(**changes)

        # A kind for each setting: two that change at once are both saved.
        self._worker.submit(f"save {sorted(changes)}", write, done)

    # --- room on the disk -------------------------------------------------------------------------

    def free(self, kinds: Sequence[str]) -> None:
        """Give back what can be computed again."""
        if self._refused() or not kinds:
            return

        def done(given: int) -> None:
            self.told.emit(f"{size(given)} given back.", False)
            self.refresh()

        self._worker.submit("free", partial(_free, self.project, tuple(kinds)), done)

    # --- out and in -------------------------------------------------------------------------------

    def export(self, name: str, out: Path, options: "Options") -> None:
        """Write a file for others; whoever chose its name was asked about replacing one."""
        if self.exporting is not None:
            return
        from gzactive.survey.exporters import export, format_named

        run = partial(export, self.project, name, out, options=options, force=True)
        title = f"Exporting: {format_named(name).title}"
        job = self.session.jobs.submit_urgent(
            "export", title, lambda progress: run(progress=progress)
        )
        self.exporting, self.exported = job, None
        job.progress.connect(self.export_progress)
        job.finished.connect(self._on_exported)
        job.failed.connect(lambda sentence: self._on_not_exported(sentence, fault=True))
        job.cancelled.connect(
            lambda: self._on_not_exported("The export was cancelled; nothing was left behind.")
        )
        self.export_changed.emit()

    def cancel_export(self) -> None:
        """Stop the export; nothing of it is left."""
        if self.exporting is not None:
            self.exporting.cancel()

    def _on_exported(self, done: "Exported") -> None:
        self.exporting, self.exported = None, done
        noun = done.noun
        plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
        said = f"{count(done.count, noun, plural)} written to {done.path.name}."
        self.export_changed.emit()
        self.told.emit(" ".join([said, *done.remarks]), False)
        self._worker.submit("uses", partial(_measure, self.project, self._stop), self._on_uses)

    def _on_not_exported(self, sentence: str, *, fault: bool = False) -> None:
        self.exporting = None
        self.export_changed.emit()
        self.told.emit(sentence, fault)

    def _on_votes(self, done: "ImportedVotes") -> None:
        """Votes came in: what is judged and ranked with them is done anew."""
        if self.session.evaluate is not None:
            self.session.evaluate.set_stale()
        self.session.rank()
        self.refresh()

    def _on_beside(self, source: str, radius: float) -> None:
        """Explore shows the other catalogue's images from now on, and says so."""
        if self.session.explore is not None:
            self.session.explore.compare_with(source, radius)
            self.told.emit("Explore shows its images beside these: open a galaxy there.", False)

    def merge(self, others: Sequence[Path]) -> None:
        """Take over the labels of other copies of the project."""
        if self._refused():
            return
        from gzactive.survey.merging import merge_labels

        run = partial(merge_labels, self.project, list(others))
        job = self.session.jobs.submit_urgent(
            "merge", "Merging labels", lambda progress: run(progress=progress)
        )
        job.finished.connect(self._on_merged)
        job.failed.connect(lambda sentence: self.told.emit(sentence, True))

    def _on_merged(self, merged: Any) -> None:
        if merged.events:
            said = [f"{count(merged.events, 'event')} taken over."]
            if merged.labellers:
                said.append(f"New here: {', '.join(merged.labellers)}.")
            if self.session.label is not None:
                self.session.label.take_over()
            self.session.rank()
        else:
            said = ["Nothing is new: all of their labels are here already."]
        self.told.emit(" ".join([*said, *merged.remarks]), False)
        self.refresh()

    def move_labels(self, place: str) -> None:
        """Share the labels on a team's server, or no more; the project is then opened again."""
        if self._refused():
            return
        from gzactive.teams import move_labels

        run = partial(move_labels, self.project, place)
        job = self.session.jobs.submit_urgent(
            "move", "Moving labels", lambda progress: run(progress=progress)
        )
        job.finished.connect(self._on_moved)
        job.failed.connect(lambda sentence: self.told.emit(sentence, True))

    def _on_moved(self, moved: Any) -> None:
        self.told.emit(" ".join([f"The labels lie in {moved.place} now.", *moved.remarks]), False)
        self.reopen_wanted.emit()

    def _refused(self) -> bool:
        if self.read_only:
            self.told.emit(self.read_only, False)
        return bool(self.read_only)


def _look(
    project: Project, known: tuple[object, ...]
) -> tuple[ProjectFacts, tuple[object, ...]] | None:
    now = stamp(project)
    return None if now == known else (gather(project), now)


def _measure(project: Project, stop: threading.Event) -> "list[DiskUse]":
    from gzactive.inference.disk_use import disk_use

    return disk_use(project, progress=_until(stop))


def _free(project: Project, kinds: Sequence[str]) -> int:
    from gzactive.inference.disk_use import free_space

    return free_space(project, kinds)


def _new_images(project: Project, stop: threading.Event) -> "pd.DataFrame":
    from gzactive.rescan import new_images

    return new_images(project, progress=_until(stop))


def _until(stop: threading.Event) -> Progress:
    """Progress that is shown to nobody and ends the work once the page closes."""

    def told(stage: str, done: int, total: int) -> None:
        if stop.is_set():
            raise Cancelled

    return told


def _add(project: Project, table: "pd.DataFrame") -> int:
    from gzactive.rescan import add_galaxies

    return add_galaxies(project, table)


def _moved(project: Project, folder: Path, stop: threading.Event) -> "Relocation":
    from gzactive.relocation import find_moved

    return find_moved(project, folder, progress=_until(stop))


def _take(project: Project, found: "Relocation") -> int:
    from gzactive.relocation import take_from_new_place

    return take_from_new_place(project, found)
