"""A PostgreSQL server as the home of labels: its address, its time-outs, and what it refuses.

A password has no place in a project's files: libpq, through which we connect, finds it by itself in
a password file (``PGPASSFILE``, by default ``~/.pgpass``), a service file or ``PGPASSWORD``.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import DDL, Connection, Table
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gzactive.stores.events import LabelError

__all__ = [
    "APPEND_ONLY",
    "LONGEST_NAME",
    "ServerAway",
    "connect_arguments",
    "copy_rows",
    "hidden",
    "is_server",
    "refused",
    "server_url",
    "without_password",
]

#: Bytes of the longest name that PostgreSQL keeps whole.
LONGEST_NAME = 63

_DRIVER = "postgresql+psycopg"
_SPELLINGS = ("postgres://", "postgresql://", "postgresql+psycopg://")

#: Seconds to wait for a connection; milliseconds for an answer, a lock, and a silent line.
_CONNECT_SECONDS = 5
_STATEMENT_MS = 120_000
_LOCK_MS = 20_000
_SILENCE_MS = 15_000

#: Events can be added and nothing else, whoever is connected.
APPEND_ONLY = (
    DDL(  # type: ignore[no-untyped-call]
        "CREATE OR REPLACE FUNCTION events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the label log is append-only'; END $$"
    ),
    DDL(  # type: ignore[no-untyped-call]
        "CREATE TRIGGER events_never_change BEFORE UPDATE OR DELETE ON events "
        "FOR EACH ROW EXECUTE FUNCTION events_are_append_only()"
    ),
    DDL(  # type: ignore[no-untyped-call]
        "CREATE TRIGGER events_never_emptied BEFORE TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_are_append_only()"
    ),
)


class ServerAway(LabelError):
    """The server cannot be reached now; what waits for it can be sent later."""


def is_server(place: str) -> bool:
    """Whether a place for labels is on a PostgreSQL server."""
    return place.startswith(_SPELLINGS)


def server_url(given: str) -> URL:
    """The address of a label database on a server, with the driver that we use.

    Raises
    ------
    LabelError
        If it is no address of a PostgreSQL database.
    """
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        url = None
    if url is None or not is_server(given):
        raise LabelError(
            f"'{hidden(given)}' is no address of a label server: write it as "
            "postgresql+psycopg://USER@HOST/DATABASE."
        )
    return url.set(drivername=_DRIVER)


def without_password(url: URL) -> str:
    """The address as it may be written down and shown."""
    query = {name: value for name, value in url.query.items() if name != "password"}
    return URL.create(
        url.drivername, url.username, None, url.host, url.port, url.database, query
    ).render_as_string(hide_password=False)


def connect_arguments(url: URL) -> dict[str, Any]:
    """What is told to libpq, so that nothing is waited for without end."""
    options = [f"-c statement_timeout={_STATEMENT_MS}", f"-c lock_timeout={_LOCK_MS}"]
    given = url.query.get("options", "")
    options.append(given if isinstance(given, str) else " ".join(given))
    return {
        "connect_timeout": _CONNECT_SECONDS,
        "application_name": "gzactive",
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": _SILENCE_MS,
        **{name: value for name, value in url.query.items() if isinstance(value, str)},
        "options": " ".join(options).strip(),
    }


def copy_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows by COPY, many times as fast as by INSERT, in the open transaction."""
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(table.c[name].name) for name in names)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def refused(url: URL, doing: str, error: BaseException | None) -> LabelError:
    """What to tell of an error of the server, or of not getting there, in one sentence.

    Returns
    -------
    LabelError
        :class:`ServerAway` where trying again later may help.
    """
    place = f"'{url.database or url.username or 'postgres'}' on {url.host or 'the label server'}"
    state = getattr(error, "sqlstate", None) or ""
    # A connection that is refused has no number for the reason, only words.
    words = " ".join(str(error).split()) or "no reason was given"
    for known, text, tell in _REASONS:
        if (known and state == known) or (text and not state and text in words):
            return LabelError(f"The labels in {place} cannot be {doing}: {tell(url)}.")
    if not state or state[:2] in ("08", "57", "53"):
        return ServerAway(
            f"The label server of {place} does not answer ({_short(words)}): check that it runs "
            "and that this computer reaches it."
        )
    return LabelError(f"The labels in {place} cannot be {doing}: {_short(words)}.")


#: What the library says of a line, and what we do.
_WORDS = {
    "Connection refused": "nothing listens there",
    "timeout expired": "no answer within seconds",
    "closed the connection unexpectedly": "the line was cut",
    "terminating connection": "it is being stopped",
    "starting up": "it is starting",
    "shutting down": "it is being stopped",
}


def _user(url: URL) -> str:
    return f"'{url.username}'" if url.username else "this user"


def _password(url: URL) -> str:
    return (
        f"the password of {_user(url)} is missing or wrong: put it into ~/.pgpass (a line "
        f"{url.host or 'HOST'}:{url.port or 5432}:{url.database or 'DATABASE'}:"
        f"{url.username or 'USER'}:PASSWORD, readable by you alone) or into PGPASSWORD"
    )


#: SQLSTATE, words where there is none, and what to tell.
_REASONS: tuple[tuple[str, str, Callable[[URL], str]], ...] = (
    ("28P01", "password authentication failed", _password),
    ("", "no password supplied", _password),
    ("", "no pg_hba.conf entry", lambda url: f"the server admits {_user(url)} from elsewhere only"),
    (
        "28000",
        'FATAL: role "',
        lambda url: f"the server knows no user {_user(url)}: check the name in the address",
    ),
    (
        "3D000",
        'FATAL: database "',
        lambda url: (
            f"there is no such database: make it with `createdb {url.database}`, or check the name"
        ),
    ),
    (
        "42501",
        "permission denied",
        lambda url: (
            f"{_user(url)} may not do that there: let the database's owner GRANT the right to "
            "create and write tables"
        ),
    ),
    (
        "",
        "could not translate host name",
        lambda url: f"there is no computer '{url.host}': check the address",
    ),
    (
        "",
        "failed to resolve host",
        lambda url: f"there is no computer '{url.host}': check the address, or the network",
    ),
)


def _short(words: str) -> str:
    """The reason in a few words, without the list of everything that was tried."""
    for known, told in _WORDS.items():
        if known in words:
            return told
    return words.split(" Multiple connection attempts")[0].rstrip(".")[:200]


def hidden(given: str) -> str:
    """An address with its password left out, also where it cannot be understood."""
    head, sign, tail = given.rpartition("@")
    scheme, colons, who = head.partition("://")
    shown = f"{scheme}{colons}{who.partition(':')[0]}{sign}{tail}" if colons else given
    return re.sub(r"(?i)([?&]password=)[^&]*", r"\1…", shown)
