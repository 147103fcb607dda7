"""Where a labeller stands with a galaxy: one person's live events, replayed.

A :class:`Standing` is computed from the events that are not undone; the ``walks`` table keeps its
summary, written in the same transaction, so that the app can go on after a restart without reading
the whole log. What votes follow from the log is in :mod:`gzactive.stores.label_views`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, insert, select, tuple_

from gzactive.stores.events import WALK_KINDS
from gzactive.stores.schema import LIVE, events, walks

__all__ = [
    "Key",
    "Live",
    "Standing",
    "live_events",
    "load_standing",
    "rebuild",
    "refresh",
    "save_standings",
]

_ROWS_AT_ONCE = 500


class Key(NamedTuple):
    """One labeller's galaxy in one log and one tree."""

    log_id: str
    labeller: str
    tree_id: str
    id_str: str


class Live(NamedTuple):
    """What of a live event matters to where the labeller stands."""

    sequence: int
    event_id: str
    kind: str
    repeat: bool


@dataclass
class Standing:
    """One labeller's live events for one galaxy, in order, and what they amount to."""

    live: list[Live] = field(default_factory=list)

    def open_answers(self) -> list[Live]:
        """The answers since the last finish, restart or skip: the half-done walk."""
        answers: list[Live] = []
        for one in self.live:
            if one.kind == "answer":
                answers.append(one)
            else:
                answers.clear()
        return answers

    def last_finish(self) -> Live | None:
        """The latest finish, or None."""
        return next((one for one in reversed(self.live) if one.kind == "finish"), None)

    def summary(self) -> dict[str, Any]:
        """The columns of ``walks``: open answers, last step, first finish, skips since a finish."""
        first_finish: int | None = None
        skips, answers, repeat = 0, 0, False
        for one in self.live:
            if one.kind == "answer":
                answers += 1
                repeat = repeat or one.repeat
                continue
            if one.kind == "finish" and answers:
                skips = 0
                if first_finish is None and not (repeat or one.repeat):
                    first_finish = one.sequence
            elif one.kind == "skip":
                skips += 1
            answers, repeat = 0, False
        return {
            "answers": answers,
            "last": self.live[-1].sequence if self.live else None,
            "finish": first_finish,
            "skips": skips,
        }


def live_events(*columns: Any, all_of_them: bool = False) -> Select[Any]:
    """Select of columns from people's steps that are not undone; add conditions as needed.

    ``all_of_them`` tells that most of the log will be read: in the order of the table, then,
    instead of jumping through it in the order of an index.
    """
    # The indices are for rows where "scripted IS false": the same said otherwise passes them by.
    by_people = ~events.c.scripted if all_of_them else events.c.scripted.is_(False)
    return select(*columns).where(by_people, events.c.kind.in_(WALK_KINDS), LIVE)


def load_standing(connection: Connection, key: Key) -> Standing:
    """Replay of one labeller's galaxy from the log."""
    rows = connection.execute(
        live_events(events.c.sequence, events.c.event_id, events.c.kind, events.c.repeat)
        .where(
            events.c.id_str == key.id_str,
            events.c.labeller == key.labeller,
            events.c.tree_id == key.tree_id,
            events.c.log_id == key.log_id,
        )
        .order_by(events.c.sequence)
    )
    return Standing([Live(*row) for row in rows])


def save_standings(connection: Connection, standings: Mapping[Key, Standing]) -> None:
    """Replace the rows of ``walks`` for these keys."""
    keys = list(standings)
    primary = tuple_(walks.c.log_id, walks.c.labeller, walks.c.tree_id, walks.c.id_str)
    for start in range(0, len(keys), _ROWS_AT_ONCE):
        some = keys[start : start + _ROWS_AT_ONCE]
        connection.execute(delete(walks).where(primary.in_([tuple(key) for key in some])))
    if keys:
        rows = [{**key._asdict(), **standings[key].summary()} for key in keys]
        connection.execute(insert(walks), rows)


def refresh(connection: Connection, log_id: str, keys: Iterable[Key]) -> None:
    """Compute these rows of ``walks`` again, all of one log, after events of theirs arrived."""
    standings = {key: Standing() for key in sorted(keys)}
    ids = list(dict.fromkeys(key.id_str for key in standings))
    for start in range(0, len(ids), _ROWS_AT_ONCE):
        some = ids[start : start + _ROWS_AT_ONCE]
        rows = connection.execute(
            _for_standings()
            .where(events.c.id_str.in_(some), events.c.log_id == log_id)
            .order_by(events.c.sequence)
        )
        for labeller, tree_id, id_str, *live in rows:
            key = Key(log_id, labeller, tree_id, id_str)
            if key in standings:
                standings[key].live.append(Live(*live))
    save_standings(connection, standings)


def _for_standings(*, all_of_them: bool = False) -> Select[Any]:
    return live_events(
        events.c.labeller,
        events.c.tree_id,
        events.c.id_str,
        events.c.sequence,
        events.c.event_id,
        events.c.kind,
        events.c.repeat,
        all_of_them=all_of_them,
    )


def rebuild(connection: Connection, log_ids: Iterable[str]) -> None:
    """Compute ``walks`` again for whole logs."""
    for log_id in log_ids:
        standings: dict[Key, Standing] = {}
        rows = connection.execute(
            _for_standings(all_of_them=True)
            .where(events.c.log_id == log_id)
            .order_by(events.c.sequence)
        )
        for labeller, tree_id, id_str, *live in rows:
            key = Key(log_id, labeller, tree_id, id_str)
            standings.setdefault(key, Standing()).live.append(Live(*live))
        connection.execute(delete(walks).where(walks.c.log_id == log_id))
        if standings:
            summaries = [{**key._asdict(), **one.summary()} for key, one in standings.items()]
            connection.execute(insert(walks), summaries)
