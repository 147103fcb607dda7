"""What to say of a list of galaxies when the model knows too little to make one."""

import numpy as np
from numpy.typing import ArrayLike

from gzactive.active.strategies import is_fresh
from gzactive.model.head import Head
from gzactive.trees import DecisionTree

__all__ = ["doubt"]

#: Standard deviation of an answer's fraction over galaxies below which they are hardly told apart.
_HARDLY = 0.02


def doubt(head: Head, tree: DecisionTree, answer: str, fraction: ArrayLike) -> str:
    """Why a list of the galaxies most surely so should not be trusted; empty if there is no reason.

    Parameters
    ----------
    head
        The head in use.
    answer
        Column of the answer that is listed.
    fraction
        The answer's vote fraction of every galaxy, (n,).
    """
    values = np.asarray(fraction, dtype=np.float64)
    question, _ = tree.locate(answer)
    chance = 1 / len(question.answers)
    remedy = "label some galaxies and make a round (`gzactive finetune`)"
    if is_fresh(head):
        return (
            "The model has learnt nothing of this question yet and says the same of every galaxy, "
            f"so this order means nothing: {remedy}."
        )
    if len(values) > 1 and values.std() < _HARDLY:
        return (
            f"The model hardly tells galaxies apart here (fractions of {values.min():.0%} to "
            f"{values.max():.0%}, where guessing gives {chance:.0%}), so this order means little: "
            f"{remedy}."
        )
    if values.max() < 0.5:
        return (
            f"No galaxy is expected to get most of the votes for this answer: even the surest has "
            f"{values.max():.0%}."
        )
    return ""
