"""How a label database is opened and used: transactions that are durable, shared, and explained.

What is in it is in :mod:`gzactive.stores.schema`.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from gzactive.stores.events import LabelError
from gzactive.stores.read_only import read_only_url
from gzactive.stores.server import connect_arguments, hidden, is_server, refused, server_url

__all__ = ["alone", "close_engine", "explained", "open_engine", "reading", "use_wal", "writing"]

#: Seconds to wait for another process's transaction before giving up.
_BUSY_SECONDS = 30.0


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
        if isinstance(url, Path):
            parsed = URL.create("sqlite", database=str(url))
        else:
            parsed = server_url(url) if is_server(url) else make_url(url)
        backend = parsed.get_backend_name()
        local = backend == "sqlite"
        if local and read_only and parsed.database:
            parsed = read_only_url(Path(parsed.database))
        arguments: dict[str, Any] = {"timeout": _BUSY_SECONDS} if local else {}
        if backend == "postgresql":
            arguments = connect_arguments(parsed)
        engine = create_engine(parsed, connect_args=arguments, pool_pre_ping=not local)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise LabelError(
            f"'{hidden(str(url))}' cannot be opened as a label database ({error}): give a path, "
            "or a URL such as sqlite:///labels.sqlite."
        ) from error
    if local:
        event.listen(engine, "connect", _set_up_connection)
        event.listen(engine, "begin", _begin)
    return engine


def close_engine(engine: Engine) -> None:
    """Close every connection, for good: whoever asks for another one is refused with a sentence.

    A transaction that is under way on another thread comes to its end.
    """
    if not event.contains(engine, "do_connect", _refuse_closed):
        event.listen(engine, "do_connect", _refuse_closed)
    engine.dispose()


def _refuse_closed(dialect: object, record: object, given: list[object], named: object) -> None:
    what = f"'{given[0]}'" if given else "The label database"  # SQLite is given its file
    raise LabelError(
        f"{what} was closed, so nothing is read from it or written to it: open the project again."
    )


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


def alone(connection: Connection, key: int) -> None:
    """Let only one transaction of a kind go on at a time, until it ends; in SQLite it is so."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(key)))


@contextmanager
def explained(engine: Engine, doing: str) -> Iterator[None]:
    """Turn a database error into one sentence that says what could not be done and why."""
    failures = (DBAPIError, engine.dialect.loaded_dbapi.Error)
    try:
        yield
    except failures as error:
        if engine.dialect.name == "postgresql":
            raise refused(engine.url, doing, getattr(error, "orig", error)) from error
        name = engine.url.database or engine.url.render_as_string(hide_password=True)
        orig = getattr(error, "orig", error)
        told = str(getattr(orig, "sqlite_errorname", ""))
        hint = " (is there room on the disk?)" if told.startswith("SQLITE_IOERR") else ""
        # Beside the labels, only the unusable images have a database of their own.
        what = "Problems of images" if Path(name).name == "problems.sqlite" else "The labels"
        raise LabelError(f"{what} in '{name}' cannot be {doing}: {orig}{hint}.") from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database throughout."""
    # A server shows each statement the latest state, unless it is asked for one of all.
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with (
        explained(engine, "read"),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
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
