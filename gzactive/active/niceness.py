"""How much there is to see in a galaxy: for the labels that are given for the pleasure of it."""

import numpy as np
from numpy.typing import NDArray

from gzactive.stores.predictions import Scores
from gzactive.trees import DecisionTree

__all__ = ["niceness"]

#: Answers that say that the image shows no galaxy: rare, but nobody's pleasure.
_NOTHING = "artifact"

_LEAST = 1e-3


def niceness(scores: Scores, tree: DecisionTree) -> NDArray[np.float64]:
    """How rare and how many things the model sees in each galaxy, in nats.

    The sum over answers of (share of all volunteers who would give it) × −log(mean of that share
    over the catalogue): what is common counts little, what is rare much, and a galaxy with spiral
    arms, a bar and a bulge has more answers to it than a smooth one. Artifacts count nothing.

    Parameters
    ----------
    scores
        With ``fractions`` (n, answers) and ``path_probability`` (n, questions).
    tree
        The tree that they follow.

    Returns
    -------
    numpy.ndarray
        Shape (n,), not below 0.
    """
    total = np.zeros(len(scores), dtype=np.float64)
    for place, question in enumerate(tree.modelled):
        path = scores["path_probability"][:, place]
        part = tree.slice(question.name)
        for column, answer in zip(range(part.start, part.stop), question.answers, strict=True):
            if _NOTHING in answer.name:
                continue
            share = path * scores["fractions"][:, column]
            mean = float(np.mean(share)) if len(share) else 1.0
            total += -np.log(min(1.0, max(mean, _LEAST))) * share
    return total
