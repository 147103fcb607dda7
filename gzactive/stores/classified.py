"""Events, and people's finished classifications, one after the other, however long the log is.

The same walks that :mod:`gzactive.stores.label_views` counts as arrays, told one at a time for
formats that hold a row each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select

from gzactive.stores.engines import reading
from gzactive.stores.events import WALK_KINDS, Event
from gzactive.stores.label_reader import EVENT_COLUMNS, LabelReader
from gzactive.stores.schema import LIVE, events

__all__ = [
    "Classification",
    "answer_counts",
    "count_events",
    "has_scripted",
    "read_classifications",
    "read_events",
]

_ROWS_AT_ONCE = 5_000
_STANDS = "stands"


@dataclass(frozen=True, eq=False)
class Classification:
    """What a labeller said of a galaxy, from the first question to the end.

    Attributes
    ----------
    answers
        The events of its answers, in order.
    finish
        The event that finished it.
    repeat
        Whether the galaxy was shown again on purpose.
    first
        Whether it is the one of this labeller and galaxy that counts as votes.
    """

    answers: tuple[Event, ...]
    finish: Event
    repeat: bool
    first: bool


def read_classifications(log: LabelReader, tree_id: str) -> Iterator[Classification]:
    """Finished classifications of one tree by people, in the order in which they count.

    Memory holds what is half done at one place of the log, and who has finished what.

    Parameters
    ----------
    log
        All of it is read at one moment.
    tree_id
        Of the tree.
    """
    query = _in_order().where(
        events.c.scripted.is_(False),
        events.c.tree_id == tree_id,
        events.c.kind.in_(WALK_KINDS),
        LIVE,
    )
    under_way: dict[tuple[str, str, str], list[Event]] = {}
    counted: set[tuple[str, str]] = set()
    for row in _rows(log, query):
        event = Event(**row._mapping)
        key = (event.log_id, event.labeller, event.id_str)
        if event.kind == "answer":
            under_way.setdefault(key, []).append(event)
            continue
        answers = under_way.pop(key, [])
        if event.kind != "finish" or not answers:
            continue
        repeat = event.repeat or any(one.repeat for one in answers)
        person = (event.labeller, event.id_str)
        first = not repeat and person not in counted
        if first:
            counted.add(person)
        yield Classification(tuple(answers), event, repeat, first)


def read_events(log: LabelReader) -> Iterator[tuple[Event, bool]]:
    """Every event of every log in its order, and whether it stands, not being undone."""
    for row in _rows(log, _in_order().add_columns(LIVE.label(_STANDS))):
        fields = dict(row._mapping)
        stands = bool(fields.pop(_STANDS))
        yield Event(**fields), stands


def count_events(log: LabelReader, kind: str | None = None) -> int:
    """How many events there are, of one kind or of all: enough to tell how far a reader is."""
    query = select(func.count()).select_from(events)
    if kind is not None:
        query = query.where(events.c.kind == kind, events.c.scripted.is_(False))
    with reading(log._engine) as connection:
        return int(connection.scalar(query) or 0)


def answer_counts(log: LabelReader, tree_id: str, question: str) -> dict[tuple[str, str], int]:
    """How many galaxies each person gave each answer: (labeller, answer) to a number.

    Repeats and tables aside; of a galaxy answered again after a restart both answers count.
    """
    query = (
        select(events.c.labeller, events.c.answer, func.count(events.c.id_str.distinct()))
        .where(
            events.c.scripted.is_(False),
            events.c.kind == "answer",
            events.c.tree_id == tree_id,
            events.c.question == question,
            events.c.repeat.is_(False),
            LIVE,
        )
        .group_by(events.c.labeller, events.c.answer)
    )
    with reading(log._engine) as connection:
        return {(who, answer): int(n) for who, answer, n in connection.execute(query)}


def has_scripted(log: LabelReader) -> bool:
    """Whether any votes came from tables."""
    query = select(events.c.row).where(events.c.scripted.is_(True)).limit(1)
    with reading(log._engine) as connection:
        return connection.scalar(query) is not None


def _in_order() -> Select[Any]:
    return select(*EVENT_COLUMNS).order_by(events.c.log_id, events.c.sequence)


def _rows(log: LabelReader, query: Select[Any]) -> Iterator[Row[Any]]:
    with reading(log._engine) as connection:
        yield from connection.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))
