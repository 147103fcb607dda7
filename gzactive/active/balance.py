"""Fitting as if all classes of a question were as common, and putting that right afterwards.

Where one galaxy in twenty has a ring, a fit says "no ring" of all and is nearly right. Balanced, it
has to tell them apart; its fractions are then those of a sky on which every class is as common, and
Bayes' rule brings them back to the prevalence among the reserved galaxies, which are a random
sample. The same galaxies judge, so each is judged by the prevalence among the others.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.errors import GzactiveError, meant
from gzactive.model.head import PriorShift
from gzactive.trees import DecisionTree

__all__ = ["Balance", "without_own_votes"]

#: Reserved galaxies that have votes on the question, below which no prevalence is told from them.
MIN_RANDOM = 30
#: Added to the count of each class (Jeffreys' prior), so that none is held for impossible.
_PRIOR = 0.5


class Balance:
    """Weights that make the classes of a question weigh the same.

    A galaxy's class is its plurality answer. One without votes on the question has weight 1, and
    so has the mean of the others.

    Parameters
    ----------
    votes : (n, answers)
        Of the galaxies that are fitted.
    tree : DecisionTree
    question : str
        One of the tree's modelled questions.

    Attributes
    ----------
    weights : (n,) float64

    Raises
    ------
    GzactiveError
        If the tree models no such question, or all galaxies are of one class.
    """

    def __init__(self, votes: ArrayLike, tree: DecisionTree, question: str) -> None:
        names = [modelled.name for modelled in tree.modelled]
        if question not in names:
            raise GzactiveError(
                f"Tree '{tree.id}' models no question '{question}' to balance: "
                f"{meant(question, names)}"
            )
        self.question, self._part = question, tree.slice(question)
        known, classes, counts = self._classes(votes)
        present = counts > 0
        if present.sum() < 2:
            raise GzactiveError(
                f"All {len(classes)} labelled galaxies with votes on '{question}' have the same "
                "answer: label some of another, or fit without balance."
            )
        self._present = present
        self.weights: NDArray[np.float64] = np.ones(len(known))
        self.weights[known] = len(classes) / (present.sum() * counts[classes])

    def shift(self, random_votes: ArrayLike) -> tuple[PriorShift | None, str]:
        """The correction to the prevalence among galaxies that were chosen at random.

        Parameters
        ----------
        random_votes : (m, answers)
            Of the reserved galaxies.

        Returns
        -------
        PriorShift or None
            None where fewer than 30 of them have votes on the question.
        str
            What was done, a sentence.
        """
        _, classes, counts = self._classes(random_votes)
        if len(classes) < MIN_RANDOM:
            return None, (
                f"Balanced by '{self.question}', and not corrected to its prevalence: "
                f"{len(classes)} of the {MIN_RANDOM} reserved galaxies needed have votes on it."
            )
        # An answer that nobody gave in training was not balanced, so it is not corrected.
        share = np.where(self._present, counts + _PRIOR, 0.0)
        ratios = np.where(self._present, share / share.sum() * self._present.sum(), 1.0)
        told = f"Balanced by '{self.question}', then corrected to its prevalence among"
        return (
            PriorShift(self._part.start, tuple(ratios.tolist()), tuple(share.tolist())),
            f"{told} {len(classes):,} reserved galaxies.",
        )

    def _classes(
        self, votes: ArrayLike
    ) -> tuple[NDArray[np.bool_], NDArray[np.intp], NDArray[np.int64]]:
        """Which galaxies have votes, the plurality answer of these, and how many gave each."""
        counts = np.asarray(votes, np.float64)[:, self._part]
        known, classes = _plurality(counts)
        classes = classes[known]
        return known, classes, np.bincount(classes, minlength=counts.shape[1])


def without_own_votes(
    concentrations: NDArray[Any], votes: ArrayLike, shift: PriorShift | None
) -> NDArray[Any]:
    """What a corrected head says of galaxies, each corrected by the others' votes alone.

    A galaxy that helped to find the prevalence is told its own class a little, which flatters a
    loss by up to (M − 1)/n nats. Left out of the count (cross-validation; Stone 1974), it is not.
    One that was labelled after the fit was not in it; leaving it out then costs as little.

    Parameters
    ----------
    concentrations : (n, answers, samples)
        Of a head with ``shift``; corrected in place.
    votes : (n, answers)
        Of the same galaxies.
    shift : PriorShift or None
        Nothing is changed where there is none, or where it does not tell what it was counted from.
    """
    if shift is None or not shift.counts:
        return concentrations
    part = slice(shift.start, shift.start + len(shift.counts))
    known, classes = _plurality(np.asarray(votes, np.float64)[:, part])
    counts = np.array(shift.counts)
    present = counts > 0
    # A row a class: what is left without one galaxy of it.
    rest = counts - np.diag(np.minimum(1.0, np.maximum(counts - _PRIOR, 0.0)))
    ratios = np.where(present, rest / rest.sum(axis=1, keepdims=True) * present.sum(), 1.0)
    factor = np.where(known[:, None], (ratios / np.array(shift.ratios))[classes], 1.0)
    shifted = concentrations[:, part]
    total = shifted.sum(axis=1, keepdims=True)
    shifted *= factor[:, :, None].astype(concentrations.dtype)
    shifted *= total / shifted.sum(axis=1, keepdims=True)
    return concentrations


def _plurality(counts: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Whether galaxies have votes on a question, and the answer with the most of them."""
    return counts.sum(axis=1) > 0, counts.argmax(axis=1)
