"""Opening a label database: its tables are made where they are missing, its format is checked."""

import secrets

from sqlalchemy import Connection, Engine, insert, select

from gzactive.stores.engines import alone, reading, use_wal, writing
from gzactive.stores.events import LabelError
from gzactive.stores.schema import FORMAT, about, logs, metadata

__all__ = ["make_tables", "own_log"]

#: The lock of PostgreSQL under which tables are made.
_MAKING = 0x677A61


def make_tables(engine: Engine, log_id: str | None) -> str:
    """Make what is missing of the tables, and of the log to append to; the journal's mode.

    Raises
    ------
    LabelError
        If the database cannot be written, or was made by a newer gzactive.
    """
    with writing(engine) as connection:
        alone(connection, _MAKING)  # whoever of a team is first
        metadata.create_all(connection)
        if connection.execute(select(about)).first() is None:
            found = {"format": str(FORMAT), "log_id": secrets.token_hex(8)}
            rows = [{"name": name, "value": value} for name, value in found.items()]
            connection.execute(insert(about), rows)
        known = _own_log(connection, engine)
        own = log_id or known
        if connection.scalar(select(logs.c.sequence).where(logs.c.log_id == own)) is None:
            connection.execute(insert(logs).values(log_id=own, sequence=0))
    return use_wal(engine)


def own_log(engine: Engine) -> str:
    """The id of a database's own log.

    Raises
    ------
    LabelError
        If the database was made by a newer gzactive.
    """
    with reading(engine) as connection:
        return _own_log(connection, engine)


def _own_log(connection: Connection, engine: Engine) -> str:
    found = {row[0]: row[1] for row in connection.execute(select(about))}
    if not found["format"].isdigit() or int(found["format"]) > FORMAT:
        raise LabelError(
            f"The labels in '{engine.url.database}' were written by a newer gzactive (format "
            f"{found['format']}, this one reads up to {FORMAT}): update gzactive."
        )
    return str(found["log_id"])
