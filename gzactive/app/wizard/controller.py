"""What the import wizard knows and does, without widgets.

Files are searched and read on a thread of its own, so that a round of the open project never holds
it up. Each choice prepares the project anew; what was read already is not read again.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gzactive.app.job import Job
from gzactive.app.jobs import ComputeThread
from gzactive.app.wizard import preparation as work
from gzactive.app.wizard.fetching import Fetching
from gzactive.app.wizard.preparation import Choices, Preparation
from gzactive.errors import GzactiveError
from gzactive.stores.project_file import refuse_taken

if TYPE_CHECKING:
    from gzactive.model.weights_file import WeightsHeader

__all__ = ["ImportController"]


class ImportController(QObject):
    """Sources, choices and what they would make.

    Parameters
    ----------
    parent
        The window.
    documents
        Where projects are put unless another place is chosen.
    """

    #: Anything that is shown may be different.
    changed = Signal()
    #: What is being read, found or made: (stage, done, total); a total of 0 is unknown.
    progress = Signal(str, int, int)
    #: Something given cannot be used, as a sentence.
    refused = Signal(str)
    #: Something is tried anew: what was refused before is past.
    tried = Signal()
    #: The project is made (its folder).
    made = Signal(Path)

    def __init__(self, parent: QObject | None = None, documents: Path | None = None) -> None:
        super().__init__(parent)
        self.choices = Choices()
        self.prepared: Preparation | None = None
        #: Weights that can be chosen: what a project is told, and what they say of themselves.
        self.weights: list[tuple[str, WeightsHeader]] = []
        self.chosen_weights = ""
        self.name = ""
        #: Address of a team's label server, with a password if one was given; "" for none.
        self.labels = ""
        self._documents = documents
        self._place: Path | None = None
        self._named = False
        self._place_fault = ""
        self._place_chosen = False
        self._thread: ComputeThread | None = None
        self._latest: Job | None = None
        self._job: Job | None = None
        self._making: Job | None = None
        self.fetches = Fetching(self._submit, self)
        self.fetches.changed.connect(self.changed)
        self.fetches.came.connect(self._on_fetched)
        self.fetches.failed.connect(self._on_not_made)
        self._weights_job: Job | None = None
        self._settled = Choices()  # the last choices that could be prepared

    # --- what is seen ---------------------------------------------------------------------------

    @property
    def empty(self) -> bool:
        """Whether nothing has been given yet."""
        return not self.choices.given

    @property
    def preparing(self) -> bool:
        """Whether files are being searched or read."""
        return self._job is not None

    @property
    def making(self) -> bool:
        """Whether the project is being made."""
        return self._making is not None

    @property
    def place(self) -> Path | None:
        """The folder that the project will be; None while nothing has been given."""
        return self._place

    @property
    def place_fault(self) -> str:
        """Why the project cannot lie there, as a sentence; empty if it can."""
        return self._place_fault

    @property
    def galaxies(self) -> int:
        """How many galaxies the project would have."""
        prepared = self.prepared
        if prepared is None or prepared.plan.catalog is None:
            return 0
        return len(prepared.plan.catalog)

    @property
    def fetchable(self) -> bool:
        """Whether images are missing that a survey may have: places are known, no image is."""
        if self.prepared is None or self.prepared.material.images is not None:
            return False
        known = set(self.prepared.plan.columns.values())
        return {"ra", "dec"} <= known and "file_loc" not in known

    @property
    def fetching(self) -> bool:
        """Whether images are being fetched."""
        return self.fetches.busy

    def fetch_folder(self, survey: str) -> Path | None:
        """Where images are put: the folder that was chosen, or one beside the project's."""
        if self.fetches.folder is not None or self._place is None:
            return self.fetches.folder
        return self._place.with_name(f"{self._place.name}-{survey}")

    @property
    def ready(self) -> bool:
        """Whether the project can be made now."""
        return bool(
            self.galaxies and not self.preparing and not self.making and not self._place_fault
        )

    @property
    def summary(self) -> str:
        """What would be made, in one sentence."""
        if self.preparing or self.prepared is None:
            return ""
        if not self.galaxies:
            return "Nothing can be made of this yet: see what is worth knowing."
        told = "1 galaxy" if self.galaxies == 1 else f"{self.galaxies:,} galaxies"
        votes = self.prepared.plan.votes
        come = f", {len(votes):,} with votes" if votes is not None else ""
        return f"{told}{come}, asked with “{self.prepared.tree.title}”."

    @property
    def header(self) -> "WeightsHeader | None":
        """The weights that are chosen."""
        return next((one for key, one in self.weights if key == self.chosen_weights), None)

    @property
    def sight(self) -> str:
        """How the network and people see these images, in one or two sentences."""
        header, look = self.header, self.prepared.look if self.prepared is not None else None
        if header is None:
            return ""
        words = (
            "The network sees colour."
            if header.channels == 3
            else "The network sees every image in grey; people see it as it is."
        )
        if header.channels == 3 and look is not None and look.grey:
            words += " These images have none: weights for grey images may do better."
        tree = self.prepared.tree if self.prepared is not None else None
        if tree is not None and header.tree_id != tree.id:
            words += (
                " It has not learnt to answer these questions: it begins with equal fractions and "
                "learns from your labels."
            )
        return words

    # --- what is given --------------------------------------------------------------------------

    def add(self, paths: list[Path]) -> None:
        """Take in folders, ZIPs, images and tables; those that are there already do not count."""
        known = set(self.choices.given)
        more = [path for path in dict.fromkeys(paths) if path not in known]
        left = tuple(path for path in self.choices.left if path not in paths)
        if more or left != self.choices.left:
            self.tried.emit()
            self._choose(given=(*self.choices.given, *more), left=left)

    def remove(self, path: Path) -> None:
        """Leave out a source; a table that came with its images is only left alone."""
        if path in self.choices.given:
            self._choose(given=tuple(one for one in self.choices.given if one != path))
        else:
            self._choose(left=(*self.choices.left, path))

    def choose_tree(self, tree: str) -> None:
        """Ask another tree: a shipped one's id, or a file."""
        self._choose(tree=tree)

    def set_meaning(self, column: str, meaning: str) -> None:
        """Say what a column means; the column that meant it so far is kept as it is."""
        if self.prepared is None:
            return
        known = self.prepared.plan.columns
        mine = dict(self.choices.columns) | {column: meaning}
        for other, what in known.items():
            if meaning and what == meaning and other != column:
                mine[other] = ""
        self._choose(columns=tuple(mine.items()))

    def keep_first(self, keep: bool) -> None:
        """Keep the first of several rows with one id, or refuse them."""
        self._choose(keep_first=keep)

    def choose_weights(self, which: str) -> None:
        """Start from other weights, by their key."""
        self.chosen_weights = which
        self.changed.emit()

    def add_weights(self, path: Path) -> None:
        """Take in a weights file, and choose it."""
        more = [key for key, header in self.weights if key == str(header.path)]
        self._read_weights([*more, str(path)], str(path))

    def set_name(self, name: str) -> None:
        """Name the project; its folder follows, unless it was chosen."""
        self.name = name.strip()
        self._named = True
        if not self._place_chosen:
            self._place = work.free_place(self._home(), self.name)
        self._look_at_place()
        self.changed.emit()

    def set_place(self, place: Path) -> None:
        """Choose the project's folder."""
        self._place = place
        self._place_chosen = True
        self._look_at_place()
        self.changed.emit()

    # --- life -----------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start anew, with nothing given."""
        self.cancel()
        self.fetches.forget()
        self.choices = self._settled = Choices()
        self.prepared = None
        self.name, self._named, self.labels = "", False, ""
        self._place, self._place_chosen, self._place_fault = None, False, ""
        if not self.weights and self._weights_job is None:
            self._read_weights([], "")
        self.changed.emit()

    def fetch(self, survey: str, scale: str) -> None:
        """Fetch the images of the table's galaxies; what came is kept where it is cancelled."""
        prepared, out = self.prepared, self.fetch_folder(survey)
        if self.fetchable and prepared is not None and out is not None:
            assert prepared.table is not None
            self.fetches.start(prepared.table, out, survey, scale)

    def make(self) -> None:
        """Make the project; ``made`` or ``refused`` follow."""
        self._look_at_place()
        if not self.ready or self.prepared is None or self._place is None:
            self.changed.emit()
            return
        given = (self.name, self.chosen_weights, self.labels)
        job = self._submit(
            "Making the project", partial(work.make, self.prepared, self._place, *given)
        )
        self._making = job
        job.finished.connect(self.made)
        job.failed.connect(self._on_not_made)
        job.cancelled.connect(self.changed)
        self.changed.emit()

    def cancel(self) -> None:
        """Stop what is being searched, read or made; nothing is left half-made."""
        if self._thread is None:
            return
        for job in (self._making, self.fetches.job):
            if job is not None:
                self._thread.cancel(job)
        if self._job is not None:
            # Nobody need wait until it has noticed: what becomes of it does not matter any more.
            stale, self._job, self._latest = self._job, None, None
            self._thread.cancel(stale)
            self._back_to_settled()

    def close(self) -> None:
        """Stop everything and end the thread."""
        if self._thread is not None:
            self._thread.close()
            self._thread = None

    # --- inside ---------------------------------------------------------------------------------

    def _choose(self, **changes: Any) -> None:
        self.choices = replace(self.choices, **changes)
        fetched = self.fetches.fetched
        if fetched is not None and fetched.catalog not in self.choices.given:
            self.fetches.forget()
        if not self._named and self.choices.given:
            self.name = work.project_name(self.choices.given)
            if not self._place_chosen:
                self._place = work.free_place(self._home(), self.name)
        self._look_at_place()
        stale, self._job, self._latest = self._job, None, None
        if stale is not None and self._thread is not None:
            self._thread.cancel(stale)  # what becomes of it does not matter any more
        if self.empty:
            self.prepared = None
            self._settled = self.choices
            self.changed.emit()
            return
        job = self._submit("Looking", partial(work.prepare, self.choices, self.prepared))
        self._job = job
        job.finished.connect(self._on_prepared)
        job.failed.connect(lambda sentence, of=job: self._on_refused(of, sentence))
        self.changed.emit()

    def _on_prepared(self, prepared: Preparation) -> None:
        if prepared.choices != self.choices:
            return  # something else was chosen meanwhile
        self.prepared = prepared
        self._settled = prepared.choices
        self.changed.emit()

    def _on_refused(self, job: Job, sentence: str) -> None:
        if self._latest is job:
            self._back_to_settled()
            self.refused.emit(sentence)

    def _back_to_settled(self) -> None:
        """What was chosen last could not be prepared: what was prepared before holds."""
        self.choices = self._settled
        self.changed.emit()

    def _on_fetched(self, fetched: work.Fetched) -> None:
        if fetched.sentence:
            self.refused.emit(fetched.sentence)
        # The table of what came has all columns of the one that was given, and the images.
        self._named = True
        self.prepared = None  # a table of this name may have been read before some came
        self._choose(given=(fetched.catalog,), left=())

    def _on_not_made(self, sentence: str) -> None:
        self._look_at_place()
        self.changed.emit()
        self.refused.emit(sentence)

    def _read_weights(self, more: list[str], choose: str) -> None:
        job = self._submit("Reading the weights", partial(work.read_weights, more))
        self._weights_job = job
        job.finished.connect(lambda headers: self._on_weights(headers, choose))
        job.failed.connect(self.refused)

    def _on_weights(self, found: "list[tuple[str, WeightsHeader]]", choose: str) -> None:
        self.weights = found
        if choose or not self.chosen_weights:
            self.chosen_weights = choose or found[0][0]
        self.changed.emit()

    def _look_at_place(self) -> None:
        self._place_fault = ""
        if self._place is None:
            return
        try:
            refuse_taken(self._place)
        except GzactiveError as error:
            self._place_fault = str(error)
        except OSError as error:
            self._place_fault = f"{self._place} cannot be read ({error.strerror}): choose another."

    def _home(self) -> Path:
        if self._documents is None:
            import platformdirs

            self._documents = platformdirs.user_documents_path() / "gzactive"
        return self._documents

    def _submit(self, title: str, run: Any) -> Job:
        if self._thread is None:
            self._thread = ComputeThread(self)
        job = self._thread.submit(title, run)
        job.progress.connect(self.progress)
        job.state_changed.connect(self._on_state)
        if title == "Looking":
            self._latest = job
        return job

    def _on_state(self, job: Job) -> None:
        if not job.over:
            return
        if job is self._job:
            self._job = None
        if job is self._making:
            self._making = None
        if job is self._weights_job:
            self._weights_job = None
