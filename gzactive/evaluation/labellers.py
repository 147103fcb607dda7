"""How far labellers agree, and votes without those who stand apart.

Arrays of counts in, a row a labeller and galaxy. Agreement of a labeller with himself is in
:mod:`gzactive.active.agreement`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.model.likelihood import question_totals
from gzactive.trees import DecisionTree

__all__ = [
    "ARTIFACT_LABELS",
    "ARTIFACT_RATE",
    "LabellerFigures",
    "LabellerVotes",
    "labeller_figures",
    "outliers",
]

#: W+22 (sec. 4.3.1) leave out who calls more than half of at least 150 galaxies an artifact.
ARTIFACT_RATE = 0.5
ARTIFACT_LABELS = 150


class LabellerVotes:
    """Votes as each labeller gave them.

    Parameters
    ----------
    labeller
        Who, (rows,).
    id_str
        Which galaxy, (rows,); a labeller has a row for each of his galaxies.
    votes
        Counts, (rows, answers).

    Attributes
    ----------
    galaxies
        Ids of all galaxies, sorted.
    """

    def __init__(self, labeller: ArrayLike, id_str: ArrayLike, votes: ArrayLike) -> None:
        self.labeller: NDArray[np.object_] = np.asarray(labeller, dtype=object)
        self.votes = np.asarray(votes, np.float64)
        self.galaxies, self._galaxy = np.unique(
            np.asarray(id_str, dtype=object), return_inverse=True
        )

    @property
    def names(self) -> list[str]:
        """Everybody who voted, by name."""
        return sorted(set(self.labeller.tolist()))

    def consensus(
        self, weights: Mapping[str, float] | None = None, without: Collection[str] = ()
    ) -> NDArray[np.float64]:
        """All votes added up, (galaxies, answers).

        Parameters
        ----------
        weights
            What a vote of each labeller counts; 1 where not named.
        without
            Labellers to leave out, for instance the outlying ones.
        """
        shares = dict(weights or {}) | dict.fromkeys(without, 0.0)
        factor = np.array([shares.get(name, 1.0) for name in self.labeller.tolist()])
        total = np.zeros((len(self.galaxies), self.votes.shape[1]))
        np.add.at(total, self._galaxy, self.votes * factor[:, None])
        return total

    def of(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """One labeller's votes, (rows, answers), and the galaxies' places in ``galaxies``."""
        rows = self.labeller == name
        return self.votes[rows], self._galaxy[rows]


@dataclass(frozen=True)
class LabellerFigures:
    """One labeller among the others.

    Attributes
    ----------
    galaxies
        That they voted on.
    compared
        Questions of galaxies on which others voted too.
    agreement
        Mean share of the others' votes that the labeller's answers got there; NaN without any.
    expected
        The same for an answer drawn from those that others gave to the question, whatever the
        galaxy: what one reaches without looking.
    artifact_rate
        Share of galaxies called an artifact; of a table of many votes, their mean share.
    """

    galaxies: int
    compared: int
    agreement: float
    expected: float
    artifact_rate: float

    @property
    def outlying(self) -> bool:
        """Whether W+22 would leave out the labeller's votes."""
        return self.galaxies >= ARTIFACT_LABELS and self.artifact_rate > ARTIFACT_RATE


def labeller_figures(votes: LabellerVotes, tree: DecisionTree) -> dict[str, LabellerFigures]:
    """Figures of every labeller, by name."""
    total = votes.consensus()
    sizes = [len(question.answers) for question in tree.modelled]
    found = {}
    for name in votes.names:
        own, galaxy = votes.of(name)
        others = total[galaxy] - own
        asked, known = question_totals(own, tree), question_totals(others, tree)
        both = (asked > 0) & (known > 0)
        usual = (total.sum(axis=0) - own.sum(axis=0))[None]
        shares = others / np.repeat(np.maximum(known, 1), sizes, axis=1)
        mine = own / np.repeat(np.maximum(asked, 1), sizes, axis=1)
        blind = usual / np.repeat(np.maximum(question_totals(usual, tree), 1), sizes, axis=1)
        agreed = question_totals(mine * shares, tree)[both]
        chance = question_totals(blind * shares, tree)[both]
        found[name] = LabellerFigures(
            galaxies=int((own.sum(axis=1) > 0).sum()),
            compared=int(both.sum()),
            agreement=float(agreed.mean()) if len(agreed) else np.nan,
            expected=float(chance.mean()) if len(chance) else np.nan,
            artifact_rate=_artifact_rate(own, tree),
        )
    return found


def outliers(figures: Mapping[str, LabellerFigures]) -> list[str]:
    """Labellers whose votes W+22 would leave out."""
    return [name for name, one in figures.items() if one.outlying]


def _artifact_rate(votes: NDArray[Any], tree: DecisionTree) -> float:
    """Mean share of a labeller's answers to the first question that say that this is no galaxy."""
    columns = [
        tree.columns.index(answer.column)
        for answer in tree.root.answers
        if answer.column in tree.columns and ("artifact" in answer.name or "star" in answer.name)
    ]
    if not columns:
        return 0.0
    first = votes[:, tree.slice(tree.root.name)].sum(axis=1)
    asked = first > 0
    called = votes[asked][:, columns].sum(axis=1) / first[asked]
    return float(called.mean()) if len(called) else 0.0
