"""Merging the events of one label database into another, so that doing it twice changes nothing."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, insert, select, update

from gzactive.stores.events import LabelError
from gzactive.stores.schema import events, logs
from gzactive.stores.walks import rebuild

__all__ = ["copy_new_events"]

_COLUMNS = tuple(column for column in events.c if column.name != "row")
_ROWS_AT_ONCE = 5_000


def copy_new_events(theirs: Connection, ours: Connection) -> int:
    """Append to ``ours`` the events of every log that are there in ``theirs`` only; their number.

    A log only grows at its end, so what is new of it is what lies beyond our last sequence.

    Raises
    ------
    LabelError
        If one log was continued in two copies: its numbers then name different events.
    """
    heads = _heads(theirs)
    own = _heads(ours)
    copied = 0
    for log_id, head in sorted(heads.items()):
        common = min(head, own.get(log_id, 0))
        if _event_at(theirs, log_id, common) != _event_at(ours, log_id, common):
            raise LabelError(
                f"The label log {log_id} was continued in two copies of one project, so their "
                "answers cannot be told apart: export the votes of one copy and add them to the "
                "other as a table."
            )
        if head <= common:
            continue
        query = (
            select(*_COLUMNS)
            .where(events.c.log_id == log_id, events.c.sequence > common)
            .order_by(events.c.sequence)
            .execution_options(yield_per=_ROWS_AT_ONCE)
        )
        for rows in theirs.execute(query).partitions():
            _append(ours, rows)
            copied += len(rows)
        if log_id in own:
            ours.execute(update(logs).where(logs.c.log_id == log_id).values(sequence=head))
        else:
            ours.execute(insert(logs).values(log_id=log_id, sequence=head))
        rebuild(ours, [log_id])
    return copied


def _append(ours: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> None:
    ours.execute(insert(events), [dict(row._mapping) for row in rows])


def _heads(connection: Connection) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(select(logs))}


def _event_at(connection: Connection, log_id: str, sequence: int) -> str | None:
    return connection.scalar(
        select(events.c.event_id).where(events.c.log_id == log_id, events.c.sequence == sequence)
    )
