"""The tables of ``labels.sqlite`` and how the database is opened: durable, shared, append-only.

Only the shape is here; what the rows mean is in :mod:`gzactive.stores.labels`. SQL stays within
what SQLite and PostgreSQL share, but for the pragmas and triggers of SQLite.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from operator import itemgetter
from pathlib import Path
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
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    insert,
    select,
    text,
    type_coerce,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.sql.compiler import SQLCompiler

from gzactive.stores.events import LabelError
from gzactive.stores.read_only import read_only_url

__all__ = [
    "FORMAT",
    "IS_MARK",
    "LIVE",
    "about",
    "catalogue_sources",
    "events",
    "explained",
    "insert_rows",
    "issued",
    "logs",
    "metadata",
    "open_engine",
    "read_columns",
    "reading",
    "seen",
    "use_wal",
    "walks",
    "writing",
]

#: Version of the tables; a database with a higher one was made by a newer gzactive.
FORMAT = 1

#: Seconds to wait for another process's transaction before giving up.
_BUSY_SECONDS = 30.0

# Small enough that the rows of a piece stay in the processor's cache.
_ROWS_AT_ONCE = 10_000

_Position = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

about = Table(
    "about",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# The counter is a row of its own, so that allotting a number locks it, in every database.
logs = Table(
    "logs",
    metadata,
    Column("log_id", Text, primary_key=True),
    Column("sequence", _Position, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("row", _Position, primary_key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("log_id", Text, nullable=False),
    Column("sequence", _Position, nullable=False),
    Column("undoes", Text),
    Column("time", Text, nullable=False),
    Column("labeller", Text, nullable=False),
    Column("id_str", Text, nullable=False),
    Column("tree_id", Text, nullable=False),
    Column("tree_hash", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("question", Text),
    Column("answer", Text),
    Column("count", Integer, nullable=False),
    Column("text", Text),
    Column("round", Integer),
    Column("selection", Text),
    Column("acquisition", Float),
    Column("weights_id", Text),
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
    Column("labeller", Text, primary_key=True),
    Column("tree_id", Text, primary_key=True),
    Column("id_str", Text, primary_key=True),
    Column("log_id", Text, primary_key=True),
    Column("answers", Integer, nullable=False),
    Column("last", _Position),
    Column("finish", _Position),
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
    Column("issue", _Position, primary_key=True),
    Column("id_str", Text, nullable=False, index=True),
    Column("selection", Text, nullable=False),
    Column("acquisition", Float),
    Column("question", Text),
    Column("weights_id", Text),
    Column("round", Integer),
    Column("time", Text, nullable=False),
)

# Galaxies of which a labeller was shown the model's view elsewhere than on the Label page: what
# they answer about them afterwards is not blind.
seen = Table(
    "seen",
    metadata,
    Column("labeller", Text, primary_key=True),
    Column("id_str", Text, primary_key=True),
    sqlite_with_rowid=False,
)

# Which table holds a tree's catalogue votes: a column an answer, a row a galaxy.
catalogue_sources = Table(
    "catalogue_sources",
    metadata,
    Column("tree_id", Text, primary_key=True),
    Column("table_name", Text, nullable=False),
    Column("columns", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("galaxies", Integer, nullable=False),
    Column("time", Text, nullable=False),
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


def open_engine(url: str | Path, *, read_only: bool = False) -> Engine:
    """Engine for a database by path or URL; nothing is created yet.

    ``read_only`` opens a SQLite file so that nothing of it can change, also where its folder cannot
    be written to.

    Raises
    ------
    LabelError
        If the URL is malformed or names a database whose driver is not installed.
    """
    try:
        parsed = URL.create("sqlite", database=str(url)) if isinstance(url, Path) else make_url(url)
        local = parsed.get_backend_name() == "sqlite"
        if local and read_only and parsed.database:
            parsed = read_only_url(Path(parsed.database))
        engine = create_engine(
            parsed,
            connect_args={"timeout": _BUSY_SECONDS} if local else {},
            pool_pre_ping=not local,
        )
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise LabelError(
            f"'{url}' cannot be opened as a label database ({error}): give a path, or a URL such "
            "as sqlite:///labels.sqlite."
        ) from error
    if local:
        event.listen(engine, "connect", _set_up_connection)
        event.listen(engine, "begin", _begin)
    return engine


def _set_up_connection(connection: Any, record: object) -> None:
    # The driver must not begin transactions of its own: ours say whether they will write.
    connection.isolation_level = None
    cursor = connection.cursor()
    # A commit is on the disk when it returns: FULL, for WAL's default may lose the last ones to a
    # power cut. With recursive triggers INSERT OR REPLACE meets the append-only trigger too.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA recursive_triggers=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can fail half-way when another process wrote
    # between; taking the write lock at the start waits for it instead.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def use_wal(engine: Engine) -> str:
    """Switch a SQLite file to write-ahead logging where its file system allows; the mode it has.

    Network drives refuse (WAL needs memory shared between processes): there the rollback journal
    stays, slower but as safe.
    """
    if engine.dialect.name != "sqlite":
        return ""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        failure = engine.dialect.loaded_dbapi.OperationalError
        mode = str(cursor.execute("PRAGMA journal_mode").fetchone()[0])
        if mode != "wal":
            # While others use the file its mode cannot change: then it stays as it is this time.
            with suppress(failure):
                mode = str(cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0])
            if mode == "wal":
                try:  # Some drives accept the mode and fail at the first use of the shared memory.
                    cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()
                except failure:
                    mode = str(cursor.execute("PRAGMA journal_mode=DELETE").fetchone()[0])
        cursor.close()
        return mode
    finally:
        raw.close()


def insert_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows given as tuples of plain values, as fast as the driver can.

    Where the driver takes values by position, they go to it as they are: SQLAlchemy's own
    treatment of each row costs several times the insertion.
    """
    if not rows:
        return
    statement = insert(table)
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(names))
    order = compiled.positiontup if isinstance(compiled, SQLCompiler) else None
    if order is not None:
        in_order = itemgetter(*(names.index(name) for name in order))
        connection.exec_driver_sql(str(compiled), list(map(in_order, rows)))
    else:
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


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


@contextmanager
def explained(engine: Engine, doing: str) -> Iterator[None]:
    """Turn a database error into one sentence that says what could not be done and why."""
    try:
        yield
    except DBAPIError as error:
        name = engine.url.database or engine.url.render_as_string(hide_password=True)
        raise LabelError(f"The labels in '{name}' cannot be {doing}: {error.orig}.") from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database throughout."""
    with explained(engine, "read"), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is durable when the block ends, and leaves nothing if it raises."""
    with (
        explained(engine, "written"),
        engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection
