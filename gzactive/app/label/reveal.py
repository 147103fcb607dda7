"""What is shown of a galaxy once it is finished: the model's view beside the person's answers.

Values only. They are read from the scores that ranked the galaxy; what the model thinks after the
next round is another matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gzactive.app.label.selection import reason
from gzactive.trees import DecisionTree, Step

__all__ = ["Reveal", "RevealRow", "reveal"]


@dataclass(frozen=True)
class RevealRow:
    """One question of the path.

    Parameters
    ----------
    question
        Its text.
    answers
        Texts of its answers.
    fractions, spreads
        The model's vote fractions, and their standard deviation over dropout passes; empty where
        the model is not asked.
    yours
        Positions of the answers that were given.
    """

    question: str
    answers: tuple[str, ...]
    fractions: tuple[float, ...]
    spreads: tuple[float, ...]
    yours: tuple[int, ...]

    @property
    def favourite(self) -> int | None:
        """Position of the answer that the model thinks most votes would go to."""
        return int(np.argmax(self.fractions)) if self.fractions else None

    @property
    def agrees(self) -> bool:
        """Whether that is the answer that was given."""
        return self.favourite in self.yours


@dataclass(frozen=True)
class Reveal:
    """A finished galaxy.

    Parameters
    ----------
    id_str
        Which galaxy.
    reason
        Why it was asked about, as a sentence.
    rows
        The questions of the path that the model knows.
    """

    id_str: str
    reason: str
    rows: tuple[RevealRow, ...]

    @property
    def judged(self) -> bool:
        """Whether the model had looked at the galaxy."""
        return any(row.fractions for row in self.rows)


def reveal(
    id_str: str,
    selection: str,
    steps: Sequence[Step],
    tree: DecisionTree,
    fractions: NDArray[np.floating] | None,
    spreads: NDArray[np.floating] | None,
) -> Reveal:
    """Put the model's view beside the answers.

    Parameters
    ----------
    id_str, selection
        Which galaxy, and how it was chosen.
    steps
        The person's path.
    tree
        The decision tree.
    fractions, spreads
        Shape (answers,), in the order of ``tree.columns``; None if the model has not looked at it.
    """
    rows = []
    for step in steps:
        question = tree.question(step.question)
        if not question.modelled:
            continue
        names = [answer.name for answer in question.answers]
        where = tree.slice(question.name)
        rows.append(
            RevealRow(
                question.text,
                tuple(answer.text for answer in question.answers),
                () if fractions is None else tuple(float(f) for f in fractions[where]),
                () if spreads is None else tuple(float(s) for s in spreads[where]),
                tuple(names.index(name) for name in step.answers),
            )
        )
    return Reveal(id_str, reason(selection), tuple(rows))
