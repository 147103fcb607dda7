"""Everything in a label database, carried over to another one: the events and what is beside them.

Events are carried by :func:`gzactive.stores.merging.carry_events`; of catalogue votes the later
table counts, and of what was issued and seen the union. Carrying twice changes nothing.
"""

from typing import Any

from sqlalchemy import Engine, func, insert, inspect, select

from gzactive.progress import Progress, silent
from gzactive.stores import side_tables
from gzactive.stores.engines import reading, writing
from gzactive.stores.merging import carry_events
from gzactive.stores.schema import catalogue_sources, insert_missing, issued, seen

__all__ = ["carry_all", "carry_catalogue", "carry_issued"]

_ROWS_AT_ONCE = 5_000


def carry_all(source: Engine, target: Engine, progress: Progress = silent) -> int:
    """Carry over whatever is not there yet; the number of new events."""
    copied = carry_events(source, target, progress)
    carry_catalogue(source, target, progress)
    carry_issued(source, target)
    return copied


def carry_catalogue(source: Engine, target: Engine, progress: Progress = silent) -> int:
    """Carry over catalogue votes that are later than those that are there; how many tables."""
    times = select(catalogue_sources.c.tree_id, catalogue_sources.c.time)
    with reading(target) as connection:
        known = {row[0]: row[1] for row in connection.execute(times)}
    with reading(source) as connection:
        later = [row[0] for row in connection.execute(times) if row[1] > known.get(row[0], "")]
    for tree_id in later:
        with reading(source) as connection:
            found = side_tables.catalogue_source(connection, tree_id) or {}
            votes = side_tables.stored_votes(connection, tree_id)
        with writing(target) as connection:
            side_tables.set_votes(
                connection,
                votes,
                tree_id,
                list(votes.columns),
                str(found["source"]),
                progress,
                time=str(found["time"]),
            )
    return len(later)


def carry_issued(source: Engine, target: Engine) -> None:
    """Carry over what the queue issued since, and which galaxies were seen."""
    with reading(target) as connection:
        newest = connection.scalar(select(func.max(issued.c.time))) or ""
    columns = [column for column in issued.c if column.name != "issue"]
    pairs: list[dict[str, Any]] = []
    with reading(source) as connection:
        query = select(*columns).where(issued.c.time > newest).order_by(issued.c.issue)
        rows = [dict(row._mapping) for row in connection.execute(query)]
        if inspect(connection).has_table(seen.name):
            pairs = [dict(row._mapping) for row in connection.execute(select(seen))]
    with writing(target) as connection:
        if rows:
            connection.execute(insert(issued), rows)
        for start in range(0, len(pairs), _ROWS_AT_ONCE):
            insert_missing(connection, seen, pairs[start : start + _ROWS_AT_ONCE])
