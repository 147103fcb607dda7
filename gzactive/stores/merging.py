"""Taking over events from another label database, so that doing it twice changes nothing.

A log only grows at its end and its numbers have no gaps, so what is new of it is what lies beyond
the last number that is here, and what was taken over once is never taken over again.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, Row, Select, select, update

from gzactive.progress import Progress, silent
from gzactive.stores.engines import reading, writing
from gzactive.stores.events import WALK_KINDS, LabelError
from gzactive.stores.schema import events, insert_missing, insert_rows, logs
from gzactive.stores.walks import Key, refresh

__all__ = ["carry_events", "copy_new_events", "heads", "lock_log"]

_COLUMNS = tuple(column for column in events.c if column.name != "row")
_NAMES = tuple(column.name for column in _COLUMNS)
#: Few enough that nobody who writes meanwhile notices having waited.
_ROWS_AT_ONCE = 1_000
_Events = Sequence[Row[tuple[object, ...]]]


def copy_new_events(theirs: Connection, ours: Connection) -> int:
    """Append to ``ours`` the events of every log that are there in ``theirs`` only; their number.

    All in the transaction of ``ours``.

    Raises
    ------
    LabelError
        If one log was continued in two copies: its numbers then name different events.
    """
    own = heads(ours)
    copied = 0
    for log_id, head in sorted(heads(theirs).items()):
        common = min(head, own.get(log_id, 0))
        _check(theirs, ours, log_id, common)
        query = _beyond(log_id, common).execution_options(yield_per=_ROWS_AT_ONCE)
        if head > common:
            for rows in theirs.execute(query).partitions():
                copied += _append(ours, log_id, rows)
    return copied


def carry_events(
    source: Engine, target: Engine, progress: Progress = silent, stage: str = "Copying labels"
) -> int:
    """The same in short transactions, some thousand events at a time; the number of new ones.

    Neither database waits for the other: what is to be written was read before. Cut off anywhere,
    it goes on from there the next time.

    Parameters
    ----------
    source, target
        Databases whose tables are made.
    progress, stage
        Told how many events were taken over; may cancel.

    Raises
    ------
    LabelError
        If a database cannot be reached or one log was continued in two copies.
    """
    with reading(source) as connection:
        theirs = heads(connection)
    with reading(target) as connection:
        ours = heads(connection)
    new = {log_id: head for log_id, head in sorted(theirs.items()) if head > ours.get(log_id, 0)}
    total = sum(head - ours.get(log_id, 0) for log_id, head in new.items())
    done = copied = 0
    for log_id, head in new.items():
        place = ours.get(log_id, 0)
        with reading(source) as one, reading(target) as other:
            _check(one, other, log_id, place)
        while place < head:
            progress(stage, done, total)
            with reading(source) as connection:
                rows = connection.execute(_beyond(log_id, place).limit(_ROWS_AT_ONCE)).all()
            with writing(target) as connection:
                copied += _append(connection, log_id, rows)
            done += len(rows)
            place = int(rows[-1].sequence)
    return copied


def heads(connection: Connection) -> dict[str, int]:
    """The last sequence of each log."""
    return {row[0]: row[1] for row in connection.execute(select(logs))}


def lock_log(connection: Connection, log_id: str) -> int:
    """Lock a log against other writers until the transaction ends; its last sequence."""
    own = logs.c.log_id == log_id
    connection.execute(update(logs).where(own).values(sequence=logs.c.sequence))
    return int(connection.scalar(select(logs.c.sequence).where(own)) or 0)


def _append(ours: Connection, log_id: str, rows: _Events) -> int:
    """Append those of a log's events that are not there yet; their number."""
    insert_missing(ours, logs, [{"log_id": log_id, "sequence": 0}])
    head = lock_log(ours, log_id)
    new = [row for row in rows if row.sequence > head]
    if not new:
        return 0
    if new[0].sequence != head + 1:
        raise LabelError(
            f"Events {head + 1:,} to {new[0].sequence - 1:,} of the label log {log_id} are missing "
            "in the copy: take a whole copy of the labels, and merge that."
        )
    insert_rows(ours, events, _NAMES, [tuple(row) for row in new])
    ours.execute(update(logs).where(logs.c.log_id == log_id).values(sequence=int(new[-1].sequence)))
    kinds = (*WALK_KINDS, "undo")
    touched = {
        Key(log_id, row.labeller, row.tree_id, row.id_str)
        for row in new
        if row.kind in kinds and not row.scripted
    }
    refresh(ours, log_id, touched)
    return len(new)


def _beyond(log_id: str, place: int) -> Select[tuple[object, ...]]:
    return (
        select(*_COLUMNS)
        .where(events.c.log_id == log_id, events.c.sequence > place)
        .order_by(events.c.sequence)
    )


def _check(theirs: Connection, ours: Connection, log_id: str, place: int) -> None:
    """Refuse a log that was continued in two copies."""
    if _event_at(theirs, log_id, place) != _event_at(ours, log_id, place):
        raise LabelError(
            f"The label log {log_id} was continued in two copies of one project, so their "
            "answers cannot be told apart: export the votes of one copy and add them to the "
            "other as a table."
        )


def _event_at(connection: Connection, log_id: str, sequence: int) -> str | None:
    return connection.scalar(
        select(events.c.event_id).where(events.c.log_id == log_id, events.c.sequence == sequence)
    )
