"""Answers of a tree by the words that Zooniverse has for them.

Tasks and answers are found by name, never by their place: workflows show answers in other orders
than the columns of published catalogues, and task keys change between versions.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from gzactive.trees import DecisionTree, Question

__all__ = ["TaskNames", "plain"]

_ALIKE = 0.5  # of two texts of a question, where only the task's key says that it is the same
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


class TaskNames:
    """Answers of a tree by the words that Zooniverse has for them."""

    def __init__(self, tree: DecisionTree) -> None:
        self._tree = tree
        self._answers = {
            question.name: {
                plain(text): answer.column
                for answer in question.answers
                for text in (answer.name, answer.text, answer.names.get("zooniverse", ""))
                if plain(text)
            }
            for question in tree.questions
        }
        self._known: dict[tuple[str, str, str], str | None] = {}

    def column(self, task: str, label: str, value: str) -> str | None:
        """The answer that a task's value is, or None."""
        key = (task, label, value)
        if key not in self._known:
            self._known[key] = self._find(task, plain(label), plain(value))
        return self._known[key]

    def by_key(self, task: str, values: Sequence[str]) -> dict[str, str] | None:
        """The answers to one question that so many values are, its key known or not."""
        words = [plain(value) for value in values]
        fit = [
            question
            for question in self._tree.questions
            if all(word in self._answers[question.name] for word in words)
        ]
        named = [
            one
            for one in fit
            if plain(task)
            in (plain(one.name), plain(one.names.get("zooniverse", "")), plain(one.text))
        ]
        chosen = named or fit
        if len(chosen) != 1:
            return None
        answers = self._answers[chosen[0].name]
        return {value: answers[word] for value, word in zip(values, words, strict=True)}

    def _find(self, task: str, label: str, value: str) -> str | None:
        said = [one for one in self._tree.questions if label in (plain(one.text), plain(one.name))]
        if label and said:
            return self._answers[said[0].name].get(value)
        for question in self._tree.questions:
            if task == question.names.get("zooniverse") and self._same(question, label):
                return self._answers[question.name].get(value)
        return None

    @staticmethod
    def _same(question: Question, label: str) -> bool:
        if not label:
            return True
        return difflib.SequenceMatcher(None, label, plain(question.text)).ratio() > _ALIKE


def plain(text: str) -> str:
    """Letters and digits of a label, in lower case, to compare it by.

    Pictures and links go; so do blanks and marks, since panoptes_aggregation writes "Can't tell" as
    "can-t-tell".
    """
    text = _LINK.sub(r"\1", _PICTURE.sub(" ", str(text)))
    return re.sub(r"[\W_]+", "", text.lower())
