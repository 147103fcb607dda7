"""A tree in its plain, complete form, and the complaints that its reader makes.

No file is read and no rule of trees is known here; both are in :mod:`gzactive.trees.files`.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from gzactive.errors import GzactiveError, meant

__all__ = [
    "END",
    "NAME",
    "AnswerFields",
    "Place",
    "QuestionFields",
    "TreeError",
    "TreeFields",
    "suggest",
]

#: What ``next`` says where a walk ends.
END = "end"
#: Names become column names, in which the underscore parts question and answer.
NAME = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


class TreeError(GzactiveError):
    """A tree file, or a step through a tree, that cannot be right."""


class AnswerFields(TypedDict):
    """One answer, complete; ``next`` is None where the walk ends."""

    name: str
    text: str
    icon: str
    column: str
    next: str | None
    help: str
    names: dict[str, str]


class QuestionFields(TypedDict):
    """One question, complete; ``next`` is for checkboxes only."""

    name: str
    text: str
    help: str
    answers: list[AnswerFields]
    kind: str
    modelled: bool
    names: dict[str, str]
    next: str | None


class TreeFields(TypedDict):
    """A checked tree: every question is reached, every walk ends, no column appears twice."""

    id: str
    title: str
    description: str
    source: str
    questions: list[QuestionFields]
    model_order: list[str]
    fraction_schemes: list[str]


@dataclass(frozen=True)
class Place:
    """Where a reader is, so that each complaint starts with the file and the question.

    Attributes
    ----------
    words : str
        E.g. ``my-tree.toml, question 'bar'``.
    """

    words: str

    def fault(self, complaint: str) -> TreeError:
        """Return the error to raise; the complaint is a sentence without its full stop."""
        return TreeError(f"{self.words}: {complaint}" + ("" if complaint.endswith("?") else "."))

    def inside(self, kind: str, name: str) -> "Place":
        """Return the place of a question or an answer within this one."""
        return Place(f"{self.words}, {kind} '{name}'")

    def check_keys(self, raw: Mapping[str, Any], known: Collection[str]) -> None:
        """Complain of keys that are not known: most are misspelt."""
        for key in raw:
            if key not in known:
                raise self.fault(f"the key '{key}' is unknown here{suggest(key, known)}")

    def text(self, raw: Mapping[str, Any], key: str) -> str:
        """Text under ``key``, its line breaks and runs of blanks made one blank; '' if absent."""
        value = raw.get(key, "")
        if not isinstance(value, str):
            raise self.fault(f"'{key}' must be text in quotes, not {value!r}")
        return " ".join(value.split())

    def texts(self, raw: Mapping[str, Any], key: str) -> list[str]:
        """List of texts under ``key``; empty if absent."""
        value = raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fault(f"'{key}' must be a list of texts in quotes, not {value!r}")
        return value

    def table(self, raw: Mapping[str, Any], key: str) -> dict[str, str]:
        """Scheme to name under ``key``; empty if absent."""
        value = raw.get(key, {})
        if not isinstance(value, dict):
            raise self.fault(f"'{key}' must be a table of scheme = \"name\", not {value!r}")
        for scheme, name in value.items():
            if not isinstance(name, str) or not name.strip():
                raise self.fault(f"the {scheme} name in '{key}' must be text, not {name!r}")
        return value

    def name(self, raw: Mapping[str, Any], taken: Mapping[str, str]) -> str:
        """Name under ``name``; ``taken`` holds those already used, in lower case."""
        name = self.text(raw, "name")
        if not name:
            raise self.fault('every question and answer needs a name, such as name = "ring"')
        if not NAME.fullmatch(name):
            raise self.fault(
                f"the name '{name}' cannot be part of a column name; use letters, digits and "
                "hyphens between them"
            )
        if name.lower() in taken:
            raise self.fault(f"the name '{name}' is used twice; each must be different")
        if name in {END, "total-votes"}:
            raise self.fault(f"the name '{name}' has a meaning of its own; choose another")
        return name


def suggest(word: str, known: Collection[str]) -> str:
    """End a complaint of an unknown word with the nearest known one, or with all of them."""
    return f"; {meant(word, known).rstrip('.')}"
