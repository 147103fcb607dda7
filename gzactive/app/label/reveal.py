"""What is shown of a galaxy once it is finished: the model's view beside the person's answers.

Values only. They are read from the scores that ranked the galaxy; what the model thinks after the
next round is another matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gzactive.app.label.selection import reason
from gzactive.trees import DecisionTree, Question, Step, Walk

__all__ = ["Reveal", "RevealRow", "preview", "reveal"]


_ALIKE = 1e-3  # fractions that differ by less tell nothing


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
        The model's vote fractions, and their standard deviation over its samples; empty where
        the model is not asked.
    yours
        Positions of the answers that were given; None before there is any.
    """

    question: str
    answers: tuple[str, ...]
    fractions: tuple[float, ...]
    spreads: tuple[float, ...]
    yours: tuple[int, ...] | None

    @property
    def favourite(self) -> int | None:
        """Position of the answer that the model thinks most votes would go to.

        None if the model is not asked, or knows nothing yet: all answers are alike to it.
        """
        if not self.fractions or max(self.fractions) - min(self.fractions) < _ALIKE:
            return None
        return int(np.argmax(self.fractions))

    @property
    def agrees(self) -> bool:
        """Whether that is the answer that was given."""
        return self.yours is not None and self.favourite in self.yours


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
    before
        Whether it is shown before the galaxy is labelled, without the blind.
    """

    id_str: str
    reason: str
    rows: tuple[RevealRow, ...]
    before: bool = False

    @property
    def judged(self) -> bool:
        """Whether the model had looked at the galaxy."""
        return any(row.fractions for row in self.rows)

    @property
    def words(self) -> str:
        """How a finished galaxy's answers and the model's view compare."""
        if all(row.favourite is None for row in self.rows):
            return "The model cannot tell yet"
        agreed = sum(row.agrees for row in self.rows)
        return f"Model and you agree on {agreed} of {len(self.rows)}"


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
        yours = tuple(names.index(name) for name in step.answers)
        rows.append(_row(tree, question, fractions, spreads, yours))
    return Reveal(id_str, reason(selection), tuple(rows))


def preview(
    id_str: str,
    tree: DecisionTree,
    fractions: NDArray[np.floating] | None,
    spreads: NDArray[np.floating] | None,
) -> Reveal:
    """The model's view of a galaxy before it is labelled: the path that most votes would take.

    Parameters are those of :func:`reveal`.
    """
    rows = []
    walk = Walk(tree)
    while fractions is not None and (question := walk.question) is not None:
        if not question.modelled:
            walk.answer(() if question.kind == "checkboxes" else question.answers[0].name)
            continue
        row = _row(tree, question, fractions, spreads, None)
        walk.answer(question.answers[row.favourite or 0].name)
        rows.append(row)
    return Reveal(id_str, "You see it before you answer: the blind is off.", tuple(rows), True)


def _row(
    tree: DecisionTree,
    question: Question,
    fractions: NDArray[np.floating] | None,
    spreads: NDArray[np.floating] | None,
    yours: tuple[int, ...] | None,
) -> RevealRow:
    where = tree.slice(question.name)
    return RevealRow(
        question.text,
        tuple(answer.text for answer in question.answers),
        () if fractions is None else tuple(float(f) for f in fractions[where]),
        () if spreads is None else tuple(float(s) for s in spreads[where]),
        yours,
    )
