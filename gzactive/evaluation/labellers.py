"""How far labellers agree, and votes without those who stand apart.

Arrays of counts in, one a labeller. Agreement of a labeller with himself is in
:mod:`gzactive.active.agreement`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.model.likelihood import question_totals
from gzactive.trees import DecisionTree

__all__ = [
    "ARTIFACT_LABELS",
    "ARTIFACT_RATE",
    "LabellerFigures",
    "artifact_columns",
    "consensus",
    "labeller_figures",
    "outliers",
]

#: W+22 (sec. 4.3.1) leave out who calls more than half of at least 150 galaxies an artifact.
ARTIFACT_RATE = 0.5
ARTIFACT_LABELS = 150


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


def artifact_columns(tree: DecisionTree) -> list[int]:
    """Columns of the answers to the first question that say that this is no galaxy."""
    return [
        tree.columns.index(answer.column)
        for answer in tree.root.answers
        if answer.column in tree.columns and ("artifact" in answer.name or "star" in answer.name)
    ]


def labeller_figures(
    votes: Mapping[str, NDArray[Any]], tree: DecisionTree
) -> dict[str, LabellerFigures]:
    """Figures of every labeller.

    Parameters
    ----------
    votes
        By labeller, counts (galaxies, answers), the same galaxies for all.
    tree
        Whose ``columns`` name the answers.
    """
    counts = {name: np.asarray(one, np.float64) for name, one in votes.items()}
    total = np.sum(list(counts.values()), axis=0) if counts else np.zeros((0, len(tree.columns)))
    sizes = [len(question.answers) for question in tree.modelled]
    artifacts = artifact_columns(tree)
    found = {}
    for name, own in counts.items():
        others = total - own
        asked = question_totals(own, tree)
        known = question_totals(others, tree)
        both = (asked > 0) & (known > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.nan_to_num(others / np.repeat(known, sizes, axis=1))
            mine = np.nan_to_num(own / np.repeat(asked, sizes, axis=1))
            usual = others.sum(axis=0)
            usual = np.nan_to_num(usual / np.repeat(question_totals(usual[None], tree)[0], sizes))
        agreed = question_totals(mine * shares, tree)[both]
        blind = question_totals(np.broadcast_to(usual, shares.shape) * shares, tree)[both]
        voted = own.sum(axis=1) > 0
        galaxies = int(voted.sum())
        first = own[voted][:, tree.slice(tree.root.name)].sum(axis=1)
        called = own[voted][:, artifacts].sum(axis=1)
        found[name] = LabellerFigures(
            galaxies=galaxies,
            compared=int(both.sum()),
            agreement=float(agreed.mean()) if len(agreed) else np.nan,
            expected=float(blind.mean()) if len(blind) else np.nan,
            artifact_rate=float((called / np.maximum(first, 1)).mean()) if galaxies else 0.0,
        )
    return found


def outliers(figures: Mapping[str, LabellerFigures]) -> list[str]:
    """Labellers whose votes W+22 would leave out."""
    return [name for name, one in figures.items() if one.outlying]


def consensus(
    votes: Mapping[str, NDArray[Any]],
    weights: Mapping[str, float] | None = None,
    without: Any = (),
) -> NDArray[np.float64]:
    """All labellers' votes added up, (galaxies, answers).

    Parameters
    ----------
    votes
        By labeller, counts (galaxies, answers).
    weights
        What a vote of each counts; 1 where not named.
    without
        Labellers to leave out, for instance the outlying ones.
    """
    shares = dict(weights or {})
    kept = [
        shares.get(name, 1.0) * np.asarray(one, np.float64)
        for name, one in votes.items()
        if name not in without
    ]
    shape = next(iter(votes.values())).shape
    return np.sum(kept, axis=0) if kept else np.zeros(shape)
