"""One person's path through a decision tree for one galaxy: answer, go back, restart, replay.

Nothing is stored here; the label log keeps the steps. Import these names from
:mod:`gzactive.trees`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from gzactive.trees.fields import TreeError

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree, Question

__all__ = ["Step", "Walk"]


class Step(NamedTuple):
    """One question answered: its name, and the names of the answers (of checkboxes, 0 or more)."""

    question: str
    answers: tuple[str, ...]


class Walk:
    """One person's path through a tree for one galaxy.

    Parameters
    ----------
    tree : DecisionTree

    Examples
    --------
    >>> walk = Walk(load_tree("rings"))
    >>> walk.question.text
    'Does the galaxy have a ring?'
    >>> walk.answer("yes")
    Step(question='ring', answers=('yes',))
    >>> walk.finished
    True
    """

    def __init__(self, tree: "DecisionTree") -> None:
        self.tree = tree
        self._steps: list[Step] = []
        self._question: Question | None = tree.root

    @classmethod
    def replay(cls, tree: "DecisionTree", steps: Iterable[tuple[str, Iterable[str]]]) -> "Walk":
        """Rebuild a walk from stored answers.

        Parameters
        ----------
        tree : DecisionTree
        steps : iterable of Step or (question, answers) pairs
            In the order answered.

        Raises
        ------
        TreeError
            If an answer does not belong to the question that the tree asks there.
        """
        walk = cls(tree)
        for name, answers in steps:
            expected = walk.question.name if walk.question else "nothing more"
            if name != expected:
                raise TreeError(
                    f"A stored answer is to '{name}' where the tree '{tree.id}' asks '{expected}'."
                )
            walk.answer(answers)
        return walk

    @property
    def question(self) -> "Question | None":
        """The question to be answered now; None when finished."""
        return self._question

    @property
    def finished(self) -> bool:
        """Whether there is no question left."""
        return self._question is None

    @property
    def path(self) -> tuple[Step, ...]:
        """The steps taken, first to last."""
        return tuple(self._steps)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the path votes for, in the order answered."""
        return tuple(f"{step.question}_{name}" for step in self._steps for name in step.answers)

    def answer(self, names: str | Iterable[str]) -> Step:
        """Answer the current question and go on to the next.

        Parameters
        ----------
        names : str or iterable of str
            The answer's name; for checkboxes the names ticked, none of them being an answer too.

        Returns
        -------
        Step
            The step taken, its answers each once and in the question's order.

        Raises
        ------
        TreeError
            If the walk is finished or the question has no such answer; the walk is then unchanged.
        """
        question = self._question
        if question is None:
            raise TreeError("This galaxy is finished: go back to change an answer.")
        chosen = {names} if isinstance(names, str) else set(names)
        for name in sorted(chosen):
            question.answer(name)
        if question.kind == "single" and len(chosen) != 1:
            raise TreeError(f"'{question.name}' takes exactly one answer, not {len(chosen)}.")
        step = Step(question.name, tuple(a.name for a in question.answers if a.name in chosen))
        following = question.after(step.answers)
        self._steps.append(step)
        self._question = None if following is None else self.tree.question(following)
        return step

    def back(self) -> Step | None:
        """Take the last answer back and ask its question again.

        Returns
        -------
        Step or None
            The step taken back; None at the root, where there is nothing to take back.
        """
        if not self._steps:
            return None
        step = self._steps.pop()
        self._question = self.tree.question(step.question)
        return step

    def restart(self) -> tuple[Step, ...]:
        """Go back to the root; returns the steps dropped, from which ``replay`` undoes it."""
        dropped = self.path
        self._steps.clear()
        self._question = self.tree.root
        return dropped
