"""What the label log is made of: the events, as values, and how an answer is spelt in one.

Nothing here touches a database; :mod:`gzactive.stores.labels` stores these.
"""

import math
import operator
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gzactive.errors import GzactiveError

__all__ = [
    "KINDS",
    "WALK_KINDS",
    "Event",
    "LabelError",
    "NewEvent",
    "join_answers",
    "new_event_ids",
    "new_row",
    "split_answers",
    "utc_now",
]

#: The kinds that make a walk through the tree, and that undo takes back one after the other.
WALK_KINDS = ("answer", "restart", "skip", "finish")
#: Every kind there is. An "undo" names the event that it takes back in ``undoes``.
KINDS = (*WALK_KINDS, "undo", "flag", "favourite", "note")

_SEPARATOR = "|"


class LabelError(GzactiveError):
    """The label log cannot be read or written, or an event does not make sense."""


def join_answers(answers: Sequence[str]) -> str:
    """One text for the answers of one step: several ticked boxes are one event, none is ''."""
    return _SEPARATOR.join(answers)


def split_answers(text: str | None) -> tuple[str, ...]:
    """The answers of one step, as they were given to :func:`join_answers`."""
    return tuple(text.split(_SEPARATOR)) if text else ()


def utc_now() -> str:
    """The time now, UTC, ISO 8601 to the millisecond (for display: order is the sequence)."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_event_ids(count: int) -> list[str]:
    """``count`` new UUIDs (version 7, RFC 9562), rising, so that an index of them grows at its end.

    The first 48 bits are the time; within one call the random tail counts up, which the RFC allows.
    """
    head = f"{time.time_ns() // 1_000_000:012x}7{secrets.randbits(12):03x}"
    prefix = f"{head[:8]}-{head[8:12]}-{head[12:]}"
    tail = 0x2 << 62 | secrets.randbits(61)
    tails = (f"{one:016x}" for one in range(tail, tail + count))
    return [f"{prefix}-{one[:4]}-{one[4:]}" for one in tails]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event before it is stored; the log adds its id, place and time.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS` but "undo", which :meth:`LabelLog.undo` appends.
    labeller, id_str : str
        Who, and which galaxy.
    tree_id, tree_hash : str
        The decision tree that was walked.
    question, answer : str, optional
        What was answered; several ticked boxes are joined by :func:`join_answers`.
    count : int
        How many votes the event stands for: 1 for a person.
    text : str, optional
        The words of a note, or of a flag.
    round : int, optional
        The fine-tune round whose weights chose the galaxy.
    selection, acquisition, weights_id
        How the galaxy was chosen, the number it was ranked by, and the weights that ranked it.
    blind : bool
        Whether the model's view was hidden.
    repeat : bool
        Whether the galaxy was shown again on purpose; such answers never count as votes.
    event_id : str, optional
        A UUID of the caller's own: an event with an id that is stored already is not stored twice.

    Raises
    ------
    LabelError
        If the kind is unknown, or a text or the count is missing or of the wrong type.
    """

    kind: str
    labeller: str
    id_str: str
    tree_id: str
    tree_hash: str = ""
    question: str | None = None
    answer: str | None = None
    count: int = 1
    text: str | None = None
    round: int | None = None
    selection: str | None = None
    acquisition: float | None = None
    weights_id: str | None = None
    blind: bool = True
    repeat: bool = False
    event_id: str | None = None

    def __post_init__(self) -> None:
        allowed = [kind for kind in KINDS if kind != "undo"]
        if self.kind not in allowed:
            raise LabelError(
                f"'{self.kind}' is no kind of event to append: use one of {', '.join(allowed)} "
                "(LabelLog.undo appends an undo)."
            )
        for field in ("labeller", "id_str", "tree_id"):
            value = getattr(self, field)
            if not isinstance(value, str) or not value:
                raise LabelError(f"An event needs a text as its {field}, not {value!r}.")
        if self.kind == "answer" and (not self.question or self.answer is None):
            raise LabelError(
                f"An answer for galaxy '{self.id_str}' needs a question and an answer."
            )
        # NumPy's integers would be stored as bytes, its floats and NaN as nothing sensible.
        try:
            object.__setattr__(self, "count", operator.index(self.count))
            if self.round is not None:
                object.__setattr__(self, "round", operator.index(self.round))
        except TypeError as error:
            raise LabelError(
                f"An event counts whole votes and rounds, not {self.count!r} and {self.round!r}."
            ) from error
        if self.count < 1:
            raise LabelError(f"An event stands for one vote or more, not {self.count}.")
        if self.acquisition is not None:
            number = float(self.acquisition)
            object.__setattr__(self, "acquisition", number if math.isfinite(number) else None)
        object.__setattr__(self, "blind", bool(self.blind))
        object.__setattr__(self, "repeat", bool(self.repeat))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event as it is stored: one row of the log. Fields as in :class:`NewEvent`, and its place.

    Attributes
    ----------
    event_id : str
        UUID, the same in every log that the event is merged into.
    log_id, sequence : str, int
        The log it was first written to, and its gapless number there: the order of events.
    undoes : str or None
        The ``event_id`` that this undo takes back.
    time : str
        UTC, ISO 8601, for display.
    scripted : bool
        Whether it came from a table: such counts are never a person's finished galaxy.
    """

    event_id: str
    log_id: str
    sequence: int
    undoes: str | None
    time: str
    labeller: str
    id_str: str
    tree_id: str
    tree_hash: str
    kind: str
    question: str | None
    answer: str | None
    count: int
    text: str | None
    round: int | None
    selection: str | None
    acquisition: float | None
    weights_id: str | None
    blind: bool
    repeat: bool
    scripted: bool

    @property
    def answers(self) -> tuple[str, ...]:
        """The answers of this step: one, or the ticked boxes, or none."""
        return split_answers(self.answer)


def new_row(one: NewEvent, event_id: str, log_id: str, sequence: int, now: str) -> dict[str, Any]:
    """The row of the table that an event becomes, with its id, log, place there and time."""
    return {
        "event_id": event_id,
        "log_id": log_id,
        "sequence": sequence,
        "undoes": None,
        "time": now,
        "labeller": one.labeller,
        "id_str": one.id_str,
        "tree_id": one.tree_id,
        "tree_hash": one.tree_hash,
        "kind": one.kind,
        "question": one.question,
        "answer": one.answer,
        "count": one.count,
        "text": one.text,
        "round": one.round,
        "selection": one.selection,
        "acquisition": one.acquisition,
        "weights_id": one.weights_id,
        "blind": one.blind,
        "repeat": one.repeat,
        "scripted": False,
    }
