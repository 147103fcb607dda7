"""Pictures of the field guide: simulated examples, and a project's own galaxies.

Examples are rendered on a thread of their own, once on a computer, and kept in the person's cache;
what the model is surest of is looked up there too. Nothing here waits for anything.
"""

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from gzactive.app.help.confident import ConfidentGalaxy, confident_galaxies
from gzactive.app.help.given import given_examples
from gzactive.app.thumbnails.folder import ThumbnailFolder
from gzactive.app.thumbnails.loader import ThumbnailLoader
from gzactive.app.worker import Worker
from gzactive.trees import DecisionTree, Question

if TYPE_CHECKING:
    from gzactive.app.explore.controller import ExploreController
    from gzactive.simulated.examples import Example

__all__ = ["HelpPictures"]

#: Side of a kept example in pixels, and how much wider the frame is that it is the middle of.
_SIDE, _WIDER = 320, 1.6
#: Side of its small copy.
_SMALL = 192
_MEGABYTE = 2**20


class HelpPictures(QObject):
    """Hands out what it has, makes what is wanted, and says when it came in.

    Parameters
    ----------
    parent
        Owner.
    """

    #: The examples of a tree are chosen, or a question's confident galaxies: pages may change.
    chosen = Signal()
    #: The picture of one answer of a tree came in: tree id and column.
    drawn = Signal(str, str)
    #: Thumbnails came in: a list of file_loc.
    thumbnails_ready = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker: Worker | None = None
        self._examples: dict[str, dict[str, Example]] = {}
        self._pictures: dict[tuple[str, str], tuple[QImage, QImage]] = {}
        self._given: dict[str, dict[str, list[QImage]]] = {}
        self._wanted: set[str] = set()
        self._waiting: tuple[DecisionTree, Question] | None = None
        self._explore: ExploreController | None = None
        self._thumbnails: ThumbnailLoader | None = None
        self._confident: dict[str, list[ConfidentGalaxy]] = {}
        self._scores: object = None
        self._rows: Any = None
        self._closed = False

    # --- examples -------------------------------------------------------------------------------

    def example(self, tree: DecisionTree, column: str) -> "Example | None":
        """The example of an answer, once the tree's are chosen; None if there is none."""
        return self._examples.get(tree.hash, {}).get(column)

    def lacks(self, tree: DecisionTree, column: str) -> bool:
        """Whether there is no example of an answer and will be none."""
        return tree.hash in self._examples and column not in self._examples[tree.hash]

    def given(self, tree: DecisionTree, column: str) -> list[QImage]:
        """Galaxies that a question of one's own began from, once they are looked up."""
        return self._given.get(tree.hash, {}).get(column, [])

    def picture(self, tree: DecisionTree, column: str) -> QImage | None:
        """The example's picture, once it is drawn."""
        found = self._pictures.get((tree.hash, column))
        return found[0] if found is not None else None

    def small(self, tree: DecisionTree, column: str) -> QImage | None:
        """A smaller copy of the picture, once it is drawn."""
        found = self._pictures.get((tree.hash, column))
        return found[1] if found is not None else None

    def want(self, tree: DecisionTree, question: Question) -> None:
        """Choose and draw the examples of a question; what is there already is left alone."""
        if tree.hash not in self._examples:
            if tree.hash not in self._wanted:
                self._wanted.add(tree.hash)
                self._submit(f"choose {tree.hash}", partial(_choose, tree), self._on_chosen)
            self._waiting = (tree, question)
            return
        if not self._examples[tree.hash]:
            self._want_given(tree)
            return
        for answer in question.answers:
            key = (tree.hash, answer.column)
            example = self._examples[tree.hash].get(answer.column)
            name = f"draw {tree.hash} {answer.column}"
            if example is None or key in self._pictures or name in self._wanted:
                continue
            self._wanted.add(name)
            self._submit(
                name, partial(_draw, example), partial(self._on_drawn, tree, answer.column)
            )

    # --- the project's own ----------------------------------------------------------------------

    def use(self, explore: "ExploreController | None") -> None:
        """Show galaxies of a project from now on, or of none."""
        if self._thumbnails is not None:
            self._thumbnails.close()
            self._thumbnails.deleteLater()
            self._thumbnails = None
        self._explore = explore
        self._confident.clear()
        self._given.clear()
        self._scores = self._rows = None

    def confident(self, column: str) -> list[ConfidentGalaxy]:
        """Galaxies of the project that most surely have an answer, as far as they are known."""
        return self._confident.get(column, [])

    def want_confident(self, tree: DecisionTree, question: Question) -> None:
        """Look up the galaxies for a question of the project's tree."""
        explore = self._explore
        if explore is None or explore.tree != tree or not question.modelled:
            return
        scores = explore.scores
        if scores is None or not len(scores):
            return
        if scores is not self._scores:
            self._confident.clear()
            self._scores, self._rows = scores, None
        if any(answer.column in self._confident for answer in question.answers):
            return

        def look() -> Any:
            rows = self._rows if self._rows is not None else explore.places.rows_of(scores.id_str)
            return scores, rows, confident_galaxies(scores, rows, explore, question)

        self._submit("confident", look, self._on_confident)

    def thumbnail(self, file_loc: str) -> QImage | None:
        """A galaxy's small picture, once it is loaded."""
        found = self._thumbnails.get(file_loc) if self._thumbnails is not None else None
        return found.picture if found is not None else None

    def close(self) -> None:
        """Let go of what waits, and wait for what is under way."""
        self._closed = True
        self.use(None)
        if self._worker is not None:
            self._worker.close()

    # --- inside ---------------------------------------------------------------------------------

    def _submit(self, kind: str, work: Any, then: Any) -> None:
        if self._closed:
            return
        if self._worker is None:
            self._worker = Worker(self)
        self._worker.submit(kind, work, then)

    def _want_given(self, tree: DecisionTree) -> None:
        """Nothing simulated shows a tree's answers: what people picked for it may."""
        explore = self._explore
        if tree.hash in self._given or explore is None or explore.tree != tree:
            return
        self._given[tree.hash] = {}

        def look() -> Any:
            return explore, given_examples(explore.project)

        self._submit("given", look, partial(self._on_given, tree))

    def _on_given(self, tree: DecisionTree, result: Any) -> None:
        explore, found = result
        if explore is self._explore:
            self._given[tree.hash] = found
            self.chosen.emit()

    def _on_chosen(self, result: "tuple[DecisionTree, dict[str, Example]]") -> None:
        tree, found = result
        self._examples[tree.hash] = found
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.want(*waiting)
        self.chosen.emit()

    def _on_drawn(self, tree: DecisionTree, column: str, pictures: tuple[QImage, QImage]) -> None:
        self._pictures[tree.hash, column] = pictures
        self.drawn.emit(tree.id, column)

    def _on_confident(self, result: Any) -> None:
        scores, rows, found = result
        if scores is not self._scores or self._explore is None:
            return
        self._rows = rows
        self._confident |= found
        if self._thumbnails is None:
            loader = ThumbnailLoader(
                ThumbnailFolder(self._explore.project.thumbnails_path),
                self._explore.project.settings.images.stretch,
                limit=8 * _MEGABYTE,
                parent=self,
            )
            loader.ready.connect(self.thumbnails_ready)
            self._thumbnails = loader
        self._thumbnails.want(each.file_loc for some in found.values() for each in some)
        self.chosen.emit()


def _choose(tree: DecisionTree) -> "tuple[DecisionTree, dict[str, Example]]":
    from gzactive.simulated.examples import draw_examples

    return tree, draw_examples(tree)


def _draw(example: "Example") -> tuple[QImage, QImage]:
    """The picture of an example, from the cache or rendered and kept, and a small copy."""
    import platformdirs

    from gzactive.simulated.sky import RECIPE

    folder = ThumbnailFolder(platformdirs.user_cache_path("gzactive") / "examples", 64 * _MEGABYTE)
    what = f"{RECIPE} {_SIDE} {_WIDER} {example.truth['render_seed']} {example.truth['id_str']}"
    name = hashlib.sha256(what.encode()).hexdigest()[:32]
    stored = folder.read(name)
    picture = QImage.fromData(stored) if stored else QImage()
    if picture.isNull():
        data = _rendered(example)
        folder.write(name, data)
        picture = QImage.fromData(data)
    small = picture.scaled(
        _SMALL,
        _SMALL,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    return picture, small


def _rendered(example: "Example") -> bytes:
    """JPEG of the middle of a frame, in which the galaxy is large."""
    import io

    from PIL import Image

    from gzactive.simulated.rendering import render

    whole = round(_SIDE * _WIDER)
    frame = render(example.truth, whole)
    edge = (whole - _SIDE) // 2
    middle = frame[edge : edge + _SIDE, edge : edge + _SIDE]
    data = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(middle)).save(data, "JPEG", quality=92)
    return data.getvalue()
