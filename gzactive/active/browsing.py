"""What a person looks for among scored galaxies: the surest, the least sure, the contradicted.

Array functions over one set of scores; the top list of the command line, the notebook and the
app's Explore page all come from here. Which galaxies to *ask* about is in
:mod:`gzactive.active.queue`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError, meant
from gzactive.stores.predictions import Scores
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "RELEVANT",
    "AnswerView",
    "Disagreement",
    "answer_view",
    "check_answer",
    "confident_cut",
    "disagreements",
    "expected_information",
    "most_confident",
]

#: A question concerns a galaxy if at least half of the volunteers would be asked it (W+22, tab. 2).
RELEVANT = 0.5

#: Fractions above which W+22 suggest to call an answer confident, by question.
_CUTS = {
    "smooth-or-featured": 0.7,
    "disk-edge-on": 0.8,
    "bar": 0.8,
    "has-spiral-arms": 0.6,
    "spiral-arm-count": 0.75,
    "merging": 0.7,
}
#: For other questions: what W+22 call a confident prediction when they measure accuracy.
_OTHER_CUT = 0.8

_BINS = 50
#: A model whose fractions differ by less than this, from the 1st to the 99th percentile of the
#: galaxies asked, says the same of all of them.
_FLAT = 0.1
_ENOUGH = 50


def confident_cut(question: str) -> float:
    """Vote fraction above which an answer of a question is published as confident (W+22)."""
    return _CUTS.get(question, _OTHER_CUT)


@dataclass(frozen=True, eq=False)
class AnswerView:
    """What the model says of one answer, for every scored galaxy.

    Attributes
    ----------
    fraction
        The answer's share of the votes on its question, (n,), 0 to 1.
    path_probability
        That the question is asked at all, (n,), 0 to 1.
    """

    fraction: NDArray[np.float32]
    path_probability: NDArray[np.float32]

    @property
    def score(self) -> NDArray[np.float32]:
        """Share of all volunteers who would give the answer: fraction × path probability, (n,)."""
        return self.fraction * self.path_probability

    @property
    def relevant(self) -> NDArray[np.bool_]:
        """Whether the question concerns the galaxy, (n,)."""
        return self.path_probability >= RELEVANT

    def above(self, cut: float) -> NDArray[np.bool_]:
        """Galaxies that the question concerns and whose fraction is above ``cut``, (n,); 0: all."""
        if cut <= 0:
            return np.ones(len(self.fraction), dtype=bool)
        return self.relevant & (self.fraction > cut)

    def histogram(self, bins: int = _BINS) -> NDArray[np.int64]:
        """How many relevant galaxies have a fraction in each of ``bins`` equal steps, (bins,)."""
        counts, _ = np.histogram(self.fraction[self.relevant], bins=bins, range=(0, 1))
        return counts.astype(np.int64)

    @property
    def flat(self) -> bool:
        """Whether the model says nearly the same of every galaxy that the question concerns."""
        asked = self.fraction[self.relevant]
        if len(asked) < _ENOUGH:
            asked = self.fraction
        if len(asked) < 2:
            return False
        low, high = np.percentile(asked[:: max(1, len(asked) // 20_000)], (1, 99))
        return bool(high - low < _FLAT)


def answer_view(scores: Scores, tree: DecisionTree, answer: str) -> AnswerView:
    """Look one modelled answer up in the scores.

    Parameters
    ----------
    scores
        With ``fractions`` (n, answers) and ``path_probability`` (n, questions).
    tree
        The tree that they follow.
    answer
        Column of a modelled answer, ``<question>_<answer>``.

    Raises
    ------
    GzactiveError
        If the tree models no such answer.
    """
    check_answer(answer, tree)
    return AnswerView(
        scores["fractions"][:, tree.columns.index(answer)],
        scores["path_probability"][:, _place(tree, tree.locate(answer)[0].name)],
    )


def check_answer(answer: str, tree: DecisionTree) -> None:
    """Raise an error that lists a tree's modelled answers, unless this is one of them."""
    if answer not in tree.columns:
        raise GzactiveError(
            f"Tree '{tree.id}' models no answer '{answer}': {meant(answer, tree.columns)}"
        )


def most_confident(score: NDArray[Any], n: int | None = None) -> NDArray[np.intp]:
    """Rows in falling order of a score, all or the best ``n``."""
    if n is None or n >= len(score):
        return np.argsort(-score, kind="stable")
    best = np.sort(np.argpartition(-score, n - 1)[:n])
    return best[np.argsort(-score[best], kind="stable")]


def expected_information(scores: Scores, tree: DecisionTree, question: str) -> NDArray[np.float32]:
    """A question's term of the acquisition, ``P(path to q) · MI_q`` of one vote; (n,), nats."""
    column = _place(tree, question)
    found: NDArray[np.float32] = (
        scores["path_probability"][:, column] * scores["mutual_information"][:, column]
    )
    return found


@dataclass(frozen=True, eq=False)
class Disagreement:
    """Galaxies of which labels and model say different things about one answer.

    Attributes
    ----------
    rows
        Which scored galaxies, (m,), the furthest apart first.
    label_share
        The answer's share of their labels on the question, (m,), 0 to 1.
    labelled
        How many galaxies have labels on the question and were scored.
    """

    rows: NDArray[np.intp]
    label_share: NDArray[np.float32]
    labelled: int


def disagreements(
    scores: Scores, tree: DecisionTree, answer: str, votes: "pd.DataFrame"
) -> Disagreement:
    """Labelled galaxies for which either the labels or the model, but not both, say an answer.

    Parameters
    ----------
    scores, tree, answer
        As for :func:`answer_view`.
    votes
        Indexed by ``id_str``, a column an answer: counts, see
        :meth:`gzactive.stores.labels.LabelLog.votes`.
    """
    import pandas as pd

    view = answer_view(scores, tree, answer)
    where = tree.slice(tree.locate(answer)[0].name)
    position = tree.columns.index(answer) - where.start
    counts = votes[list(tree.columns[where])].to_numpy(dtype=np.float64)
    answered = counts.sum(axis=1) > 0
    counts, ids = counts[answered], votes.index[answered]
    # Labelled galaxies are few and scored ones many: the small side is the one that is indexed.
    place = pd.Index(ids, dtype=object).get_indexer(pd.Index(scores.id_str, dtype=object))
    rows = np.flatnonzero(place >= 0)
    counts = counts[place[rows]]
    labels_say = counts.argmax(axis=1) == position
    model_says = scores["fractions"][rows, where].argmax(axis=1) == position
    apart = labels_say != model_says
    share = (counts[:, position] / np.maximum(counts.sum(axis=1), 1)).astype(np.float32)
    order = most_confident(np.abs(share - view.fraction[rows])[apart])
    return Disagreement(rows[apart][order], share[apart][order], len(rows))


def _place(tree: DecisionTree, question: str) -> int:
    return [one.name for one in tree.modelled].index(question)
