"""Exploring without widgets: what is looked for, what was found, and what is done to it.

The controller owns the query, the listing and the galaxy that is open. Array work and log writes
happen on a worker thread; the model's numbers come to it from the session, which ranked with them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from gzactive.active.browsing import confident_cut
from gzactive.active.detail import Detail, detail
from gzactive.app.explore.companions import Companions
from gzactive.app.explore.export import write_table
from gzactive.app.explore.finder import Finder
from gzactive.app.explore.hand import Hand
from gzactive.app.explore.listing import Listing, Query
from gzactive.app.explore.looked import Looked
from gzactive.app.explore.places import Places
from gzactive.app.explore.scored import Scored
from gzactive.app.explore.sky import Sky
from gzactive.app.explore.trail import Trail
from gzactive.app.label.frame import Frame
from gzactive.app.label.prefetch import Prefetcher
from gzactive.app.thumbnails.folder import ThumbnailFolder
from gzactive.app.thumbnails.loader import ThumbnailLoader
from gzactive.app.worker import Worker
from gzactive.project import Project
from gzactive.survey.counterparts import Shares

if TYPE_CHECKING:
    from gzactive.stores.predictions import Scores

__all__ = ["ExploreController"]

_MEGABYTE = 2**20

#: Answers of so few letters ("Yes", "2") say nothing without their question.
_SHORT = 4


class ExploreController(QObject):
    """One person looking through one project.

    Positions are places in the listing, from 0.

    Parameters
    ----------
    project
        The open project.
    labeller
        Who looks; the project's labeller by default.
    parent
        Owner.
    """

    #: The query was changed; its listing follows.
    query_changed = Signal()
    #: There is a new listing.
    listing_changed = Signal()
    #: Another galaxy, or none, is open on its own.
    opened_changed = Signal()
    #: The picture of the open galaxy came in.
    frame_ready = Signal()
    #: One sentence in passing; the flag says whether it is a fault.
    said = Signal(str, bool)

    def __init__(
        self, project: Project, labeller: str | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.project = project
        self.tree = project.tree
        self.labeller = labeller or project.settings.labeller
        self.places = Places(project.catalog)
        how = project.settings.images.stretch
        self.thumbnails = ThumbnailLoader(
            ThumbnailFolder(project.thumbnails_path), how, parent=self
        )
        self._frames = Prefetcher(how, limit=64 * _MEGABYTE, parent=self)
        self._frames.ready.connect(self._on_frame)
        self._worker = Worker(self)
        self._worker.failed.connect(lambda sentence: self.said.emit(sentence, True))
        self.hand = Hand(project, self.labeller, self._worker, self)
        self.hand.said.connect(lambda sentence: self.said.emit(sentence, False))
        self.hand.marks_changed.connect(self._on_marks)
        self.sky = Sky(project, self.places, self)
        self.sky.said.connect(lambda sentence: self.said.emit(sentence, False))
        self.sky.failed.connect(lambda sentence: self.said.emit(sentence, True))
        self.companions = Companions(
            project, self.places, self.sky.scale, self.shares, self._worker, self
        )
        self.companions.said.connect(lambda sentence: self.said.emit(sentence, False))
        self.looked = Looked(project, self.labeller, self._worker, self)
        self.trail = Trail(self)
        self._scored = Scored(self.tree)
        self._finder = Finder(project, self.places, None)
        self._cuts: dict[str, float] = {}
        self._query = Query(self.tree.columns[0]) if self.tree.columns else Query("")
        self._query = self._with(answer=self.answers[0])
        self._listing = Listing(self._query, np.empty(0, dtype=np.intp))
        self._position: int | None = None
        self._yours: dict[str, tuple[str, ...]] = {}
        self._awake = False

    # --- life -----------------------------------------------------------------------------------

    def wake(self) -> None:
        """The page is seen: find something to show. Until then nothing is computed."""
        if not self._awake:
            self._awake = True
            self._find()
        self.hand.refresh()

    def set_scores(self, scores: "Scores | None") -> None:
        """The model has looked again: its numbers replace the earlier ones."""
        self._scored = Scored(self.tree, scores)
        attributes = scores.attrs if scores is not None else {}
        self.hand.weights = {name: attributes.get(name) for name in ("weights_id", "round")}
        self._finder = Finder(self.project, self.places, scores)
        if self._awake:
            self._find()

    def close(self) -> None:
        """Stop loading and finding; what was done is on the disk already."""
        self._worker.close()
        self.looked.close()
        self.sky.close()
        self.companions.close()
        self.thumbnails.close()
        self._frames.close()

    # --- what is looked for ---------------------------------------------------------------------

    @property
    def answers(self) -> tuple[str, ...]:
        """Columns of the answers to choose from, in asking order."""
        return tuple(
            answer.column
            for question in self.tree.questions
            if question.modelled
            for answer in question.answers
        )

    @property
    def scores(self) -> "Scores | None":
        """What the model says of the galaxies now; None while nothing is scored."""
        return self._scored.scores

    @property
    def query(self) -> Query:
        """What is looked for."""
        return self._query

    @property
    def question(self) -> str:
        """Name of the question whose answer is looked for."""
        return self.tree.locate(self._query.answer)[0].name

    @property
    def cut(self) -> float:
        """The fraction above which galaxies are listed; 0 for all."""
        return self._query.cut

    @property
    def published_cut(self) -> float:
        """The published cut of the question."""
        return confident_cut(self.question)

    @property
    def listing(self) -> Listing:
        """What was found last."""
        return self._listing

    @property
    def answer_words(self) -> str:
        """The answer that is looked for, in words that can stand alone."""
        question, answer = self.tree.locate(self._query.answer)
        if len(answer.text) > _SHORT:
            return answer.text
        return f"{answer.text}: {question.name.replace('-', ' ')}"

    @property
    def finding(self) -> bool:
        """Whether the listing is not yet that of the query."""
        return self._awake and self._listing.query != self._query

    def choose(self, answer: str) -> None:
        """Look for an answer, by its column."""
        self.look_for(self._with(answer=answer))

    def step_answer(self, step: int) -> None:
        """Look for the answer so many further on; the last is followed by the first."""
        place = self.answers.index(self._query.answer)
        self.choose(self.answers[(place + step) % len(self.answers)])

    def set_order(self, order: str) -> None:
        """Look for the ``confident``, the ``unsure`` or those labels and model ``disagree`` on."""
        self.look_for(self._with(order=order))

    def set_cut(self, cut: float) -> None:
        """List galaxies above a fraction only; the answer keeps it."""
        self._cuts[self._query.answer] = cut
        self.look_for(self._with())

    def toggle_cut(self) -> None:
        """From the published cut to all galaxies, or back to it."""
        self.set_cut(0.0 if self.cut == self.published_cut else self.published_cut)

    # --- galaxies of the listing ----------------------------------------------------------------

    def id_at(self, position: int) -> str:
        """Which galaxy stands at a position."""
        return str(self.places.id_str[self._listing.rows[position]])

    def file_at(self, position: int) -> str:
        """Where its image lies."""
        return str(self.places.file_loc[self._listing.rows[position]])

    def row_at(self, position: int) -> int:
        """The galaxy's row in the catalogue."""
        return int(self._listing.rows[position])

    # --- one galaxy -----------------------------------------------------------------------------

    @property
    def position(self) -> int | None:
        """Where the open galaxy stands in the listing; None if none is open."""
        return self._position

    @property
    def frame(self) -> Frame | None:
        """The picture of the open galaxy; None while it is decoded."""
        return None if self._position is None else self._frames.get(self.id_at(self._position))

    def open(self, position: int) -> None:
        """Open a galaxy on its own."""
        if not 0 <= position < len(self._listing):
            return
        self._position = position
        self._yours = self.hand.answers(self.id_at(position))
        near = [position, position + 1, position - 1, position + 2]
        self._frames.want(
            (self.id_at(one), self.file_at(one)) for one in near if 0 <= one < len(self._listing)
        )
        self.companions.look(self.row_at(position), self.question)
        self.opened_changed.emit()
        self.look_at([position])

    def look_at(self, positions: Iterable[int]) -> None:
        """Galaxies are on screen; where the model has looked at them, its view is shown too."""
        if self._scored.scores is not None:
            self.looked.add(self.id_at(one) for one in positions if one < len(self._listing))

    def step(self, step: int) -> None:
        """Open the galaxy so many further on, if there is one."""
        if self._position is not None:
            self.open(self._position + step)

    def leave(self) -> None:
        """Back to the grid."""
        if self._position is not None:
            self._position = None
            self.companions.look(None, self.question)
            self.opened_changed.emit()

    def compare_with(self, source: str, radius: float | None = None) -> None:
        """Show another survey's pictures beside: a project's folder or a table; empty for none.

        Its galaxies within ``radius`` arc seconds are the same; by default as before.
        """
        self.companions.compare_with(source, self.question, radius)

    def shares(self, row: int, question: str) -> Shares:
        """What the model says of a galaxy, by its row in the catalogue, on one question."""
        return self._scored.shares(row, question)

    def detail(self) -> Detail | None:
        """Every question of the open galaxy, with the labeller's own answers beside the model's."""
        if self._position is None:
            return None
        row = self.row_at(self._position)
        fractions, paths = self._scored.of(row) or (None, None)
        id_str = self.id_at(self._position)
        return detail(id_str, self.tree, fractions, paths, self._yours, self.places.sky(row))

    # --- what is done to galaxies ---------------------------------------------------------------

    def label(self, positions: Sequence[int]) -> None:
        """Give the answer that is looked for to galaxies."""
        ids, reserved = self._ids(positions)
        if ids:
            self.hand.label(ids, reserved, self._query.answer)

    def flag(self, positions: Sequence[int]) -> None:
        """Flag galaxies, or take the flags off if all have one."""
        ids, _ = self._ids(positions)
        if ids:
            self.hand.flag(ids)

    def queue(self, positions: Sequence[int]) -> None:
        """Put galaxies at the front of the queue of the Label page."""
        ids, reserved = self._ids(positions)
        if ids:
            self.hand.queue(ids, reserved)

    def export(self, path: Path, positions: Sequence[int] | None = None) -> None:
        """Write ids, coordinates and fractions of these galaxies, or of all listed, to a file."""
        write = self._table_of(positions)
        self.hand.do(
            lambda: write(path),
            lambda count: self.said.emit(
                f"{count:,} {'galaxy' if count == 1 else 'galaxies'} written to {path}.", False
            ),
        )

    def send_table(self, positions: Sequence[int] | None = None) -> None:
        """Send the same table to TOPCAT and its like."""
        self.sky.send_table(self._table_of(positions), f"{self.answer_words} ({self.project.name})")

    def ids_text(self, positions: Sequence[int]) -> str:
        """Ids of galaxies, one a line."""
        return "\n".join(self._ids(positions)[0])

    # --- inside ---------------------------------------------------------------------------------

    def _with(self, answer: str | None = None, order: str | None = None) -> Query:
        answer = answer or self._query.answer
        like = () if order else self._query.like
        order = order or self._query.order
        cut = 0.0
        if order == "confident":
            cut = self._cuts.get(answer, confident_cut(self.tree.locate(answer)[0].name))
        return Query(answer, order, cut, like)

    def look_for(self, query: Query) -> None:
        """Look for something else, if it is something else."""
        if query != self._query:
            self._query = query
            self.query_changed.emit()
            self._find()

    def _find(self) -> None:
        finder, query = self._finder, self._query

        def find() -> tuple[Listing, NDArray[np.intp] | None]:
            known = self._scored.rows is not None and finder is self._finder
            return finder.find(query), None if known else finder.score_rows()

        self._worker.submit("find", find, self._on_found)

    def _on_found(self, found: tuple[Listing, NDArray[np.intp] | None]) -> None:
        listing, score_rows = found
        if score_rows is not None:
            self._scored = replace(self._scored, rows=score_rows)
        here = self.id_at(self._position) if self._position is not None else ""
        self._listing = listing
        self.listing_changed.emit()
        if here and not (
            self._position is not None
            and self._position < len(listing)
            and self.id_at(self._position) == here
        ):
            self.leave()
        elif here:
            self.opened_changed.emit()

    def _table_of(self, positions: Sequence[int] | None) -> Callable[[Path], int]:
        """What writes a table of galaxies, on whatever thread; they are those listed now."""
        listing, scores = self._listing, self._scored.scores
        places, tree, finder = self.places, self.tree, self._finder
        chosen = np.arange(len(listing)) if positions is None else np.asarray(positions, np.intp)
        return lambda path: write_table(
            path, listing, chosen, places, tree, scores, finder.score_rows()
        )

    def _ids(self, positions: Sequence[int]) -> tuple[tuple[str, ...], set[str]]:
        """Ids at positions, and which of them judge the model."""
        rows = self._listing.rows[np.asarray(positions, dtype=np.intp)]
        ids = self.places.id_str[rows]
        return tuple(ids.tolist()), set(ids[self.places.reserved[rows]].tolist())

    def _on_marks(self) -> None:
        if self._position is not None:
            self._yours = self.hand.answers(self.id_at(self._position))
            self.opened_changed.emit()

    def _on_frame(self, id_str: str) -> None:
        if self._position is not None and id_str == self.id_at(self._position):
            self.frame_ready.emit()
