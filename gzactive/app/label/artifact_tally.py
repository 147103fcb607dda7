"""Notices when most of a labeller's galaxies are called artifacts, which is rarely so.

W+22 (sec. 4.3.1) left out volunteers with an artifact rate above 0.5 and more than 150
classifications. Here they are told, once, and gently: they may have misread the question.
"""

from collections.abc import Iterable

from gzactive.project import Project
from gzactive.trees import DecisionTree, Step

__all__ = ["ENOUGH", "TOO_MANY", "ArtifactTally"]

#: Classifications before anything is said, and the rate above which it is (W+22, sec. 4.3.1).
ENOUGH, TOO_MANY = 150, 0.5

_ARTIFACT = "artifact"


class ArtifactTally:
    """Counts one labeller's galaxies and the artifacts among them.

    Parameters
    ----------
    tree
        Whose first question may have an answer that is named ``artifact``.
    finished, artifacts
        The counts so far.
    """

    def __init__(self, tree: DecisionTree, finished: int = 0, artifacts: int = 0) -> None:
        self._answer = _answer(tree)
        self._finished = finished
        self._artifacts = artifacts
        self._told = self._exceeded

    @classmethod
    def of(cls, project: Project, labeller: str) -> "ArtifactTally":
        """The tally of a labeller who begins a session: what was told before is not told again."""
        answer = _answer(project.tree)
        if answer is None:
            return cls(project.tree)
        labels = project.labels
        return cls(
            project.tree, labels.finished_count(labeller), labels.answered(labeller, *answer)
        )

    def finished(self, path: Iterable[Step]) -> str:
        """A galaxy was finished; what to tell the labeller, mostly nothing."""
        self._count(path, 1)
        if not self._exceeded or self._told:
            return ""
        self._told = True
        return (
            f"You called {self._artifacts:,} of {self._finished:,} galaxies artifacts, more than "
            "half. Most surveys have one in twenty: the help (H) shows what an artifact looks "
            "like. If your images are like that, go on; nothing is lost either way."
        )

    def taken_back(self, path: Iterable[Step]) -> None:
        """A finished galaxy was reopened."""
        self._count(path, -1)

    @property
    def _exceeded(self) -> bool:
        return self._finished >= ENOUGH and self._artifacts > TOO_MANY * self._finished

    def _count(self, path: Iterable[Step], sign: int) -> None:
        if self._answer is None:
            return
        question, name = self._answer
        self._finished += sign
        if any(step.question == question and name in step.answers for step in path):
            self._artifacts += sign


def _answer(tree: DecisionTree) -> tuple[str, str] | None:
    """Question and name of the answer that says that there is no galaxy to see."""
    for question in tree.questions:
        for answer in question.answers:
            if _ARTIFACT in answer.name:
                return question.name, answer.name
    return None
