"""The tables of a label database, by default ``labels.sqlite``: an append-only log and its kin.

Only the shape is here; what the rows mean is in :mod:`gzactive.stores.labels`. SQL stays within
what SQLite and PostgreSQL share, but for the pragmas and triggers of SQLite; what PostgreSQL has of
its own is in :mod:`gzactive.stores.server`.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    UniqueConstraint,
    event,
    insert,
    select,
    text,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from gzactive.stores.server import APPEND_ONLY, copy_rows

__all__ = [
    "FORMAT",
    "IS_MARK",
    "LIVE",
    "POSITION",
    "about",
    "catalogue_sources",
    "events",
    "insert_missing",
    "insert_rows",
    "issued",
    "logs",
    "metadata",
    "read_columns",
    "seen",
    "walks",
]

#: Version of the tables; a database with a higher one was made by a newer gzactive.
FORMAT = 1

# Small enough that the rows of a piece stay in the processor's cache.
_ROWS_AT_ONCE = 10_000

# In the order of the characters' numbers, as SQLite and Python sort.
_Text = Text().with_variant(Text(collation="C"), "postgresql")
#: The type of a number that counts events.
POSITION = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

about = Table(
    "about",
    metadata,
    Column("name", _Text, primary_key=True),
    Column("value", _Text, nullable=False),
)

# The counter is a row of its own, so that allotting a number locks it, in every database.
logs = Table(
    "logs",
    metadata,
    Column("log_id", _Text, primary_key=True),
    Column("sequence", POSITION, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("row", POSITION, primary_key=True),
    Column("event_id", _Text, nullable=False, unique=True),
    Column("log_id", _Text, nullable=False),
    Column("sequence", POSITION, nullable=False),
    Column("undoes", _Text),
    Column("time", _Text, nullable=False),
    Column("labeller", _Text, nullable=False),
    Column("id_str", _Text, nullable=False),
    Column("tree_id", _Text, nullable=False),
    Column("tree_hash", _Text, nullable=False),
    Column("kind", _Text, nullable=False),
    Column("question", _Text),
    Column("answer", _Text),
    Column("count", Integer, nullable=False),
    Column("text", _Text),
    Column("round", Integer),
    Column("selection", _Text),
    Column("acquisition", Float),
    Column("weights_id", _Text),
    Column("blind", Boolean, nullable=False),
    Column("repeat", Boolean, nullable=False),
    Column("scripted", Boolean, nullable=False),
    UniqueConstraint("log_id", "sequence"),
)

# Scripted tables may hold millions of rows and are read as a whole: the indices for one person's
# steps leave them out.
_BY_PEOPLE = events.c.scripted.is_(False)
Index(
    "events_by_labeller",
    events.c.log_id,
    events.c.labeller,
    events.c.sequence,
    sqlite_where=_BY_PEOPLE,
    postgresql_where=_BY_PEOPLE,
)
Index(
    "events_by_galaxy",
    events.c.id_str,
    events.c.labeller,
    events.c.log_id,
    events.c.sequence,
    sqlite_where=_BY_PEOPLE,
    postgresql_where=_BY_PEOPLE,
)
Index(
    "events_undone",
    events.c.undoes,
    sqlite_where=events.c.undoes.is_not(None),
    postgresql_where=events.c.undoes.is_not(None),
)

# Flags and notes are few among many answers. A partial index serves a query that says its
# condition word for word.
IS_MARK = text("events.kind IN ('flag', 'favourite', 'note')")
Index(
    "events_marks",
    events.c.kind,
    events.c.labeller,
    sqlite_where=text("kind IN ('flag', 'favourite', 'note')"),
    postgresql_where=text("kind IN ('flag', 'favourite', 'note')"),
)

_taking_back = events.alias("taking_back")
#: Condition on ``events``: no undo names the event.
LIVE = ~select(1).where(_taking_back.c.undoes == events.c.event_id).exists()

# Where each labeller stands with each galaxy, kept in the same transaction as the events it is
# computed from (see gzactive.stores.walks), so that the app need not read the log to go on.
walks = Table(
    "walks",
    metadata,
    Column("labeller", _Text, primary_key=True),
    Column("tree_id", _Text, primary_key=True),
    Column("id_str", _Text, primary_key=True),
    Column("log_id", _Text, primary_key=True),
    Column("answers", Integer, nullable=False),
    Column("last", POSITION),
    Column("finish", POSITION),
    Column("skips", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index(
    "walks_open",
    walks.c.log_id,
    walks.c.labeller,
    walks.c.tree_id,
    walks.c.last,
    sqlite_where=walks.c.answers > 0,
    postgresql_where=walks.c.answers > 0,
)
Index(
    "walks_finished",
    walks.c.labeller,
    walks.c.log_id,
    walks.c.finish,
    sqlite_where=walks.c.finish.is_not(None),
    postgresql_where=walks.c.finish.is_not(None),
)

issued = Table(
    "issued",
    metadata,
    Column("issue", POSITION, primary_key=True),
    Column("id_str", _Text, nullable=False, index=True),
    Column("selection", _Text, nullable=False),
    Column("acquisition", Float),
    Column("question", _Text),
    Column("weights_id", _Text),
    Column("round", Integer),
    Column("time", _Text, nullable=False),
)

# Galaxies of which a labeller was shown the model's view elsewhere than on the Label page: what
# they answer about them afterwards is not blind.
seen = Table(
    "seen",
    metadata,
    Column("labeller", _Text, primary_key=True),
    Column("id_str", _Text, primary_key=True),
    sqlite_with_rowid=False,
)

# Which table holds a tree's catalogue votes: a column an answer, a row a galaxy.
catalogue_sources = Table(
    "catalogue_sources",
    metadata,
    Column("tree_id", _Text, primary_key=True),
    Column("table_name", _Text, nullable=False),
    Column("columns", _Text, nullable=False),
    Column("source", _Text, nullable=False),
    Column("galaxies", Integer, nullable=False),
    Column("time", _Text, nullable=False),
)

for _verb in ("UPDATE", "DELETE"):
    event.listen(
        events,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER events_never_{_verb.lower()} BEFORE {_verb} ON events "
            "BEGIN SELECT RAISE(ABORT, 'the label log is append-only'); END"
        ).execute_if(dialect="sqlite"),
    )
for _ddl in APPEND_ONLY:
    event.listen(events, "after_create", _ddl.execute_if(dialect="postgresql"))


def insert_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows given as tuples of plain values, as fast as the driver can.

    Where the driver takes values by position, they go to it as they are: SQLAlchemy's own
    treatment of each row costs several times the insertion.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        copy_rows(connection, table, names, rows)
        return
    statement = insert(table)
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(names))
    order = compiled.positiontup if isinstance(compiled, SQLCompiler) else None
    if order is not None:
        if list(order) != list(names):
            rows = list(map(itemgetter(*(names.index(name) for name in order)), rows))
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


def insert_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose key is not there yet, also where others insert the same meanwhile."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    if rows:
        connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def read_columns(
    connection: Connection, query: Select[Any], columns: Sequence[ColumnElement[Any]]
) -> list[NDArray[np.object_]]:
    """Columns of a query's rows as object arrays, for millions of rows."""
    # Booleans come as the numbers stored: turning millions into bool one by one is slow.
    plain = [type_coerce(one, Integer) if isinstance(one.type, Boolean) else one for one in columns]
    parts: list[list[NDArray[np.object_]]] = [[] for _ in columns]
    for rows in connection.execute(query.with_only_columns(*plain)).partitions(_ROWS_AT_ONCE):
        for part, column in zip(parts, zip(*rows, strict=True), strict=True):
            values = np.empty(len(column), dtype=object)
            values[:] = column
            part.append(values)
    nothing = np.empty(0, dtype=object)
    return [np.concatenate(part) if part else nothing for part in parts]
