"""A project's catalogue as a table beside its labels on a server, so that SQL can join the two."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Boolean, Column, Float, MetaData, Table, Text, inspect

from gzactive.stores.engines import alone, writing
from gzactive.stores.labels import LabelLog
from gzactive.stores.schema import insert_rows
from gzactive.stores.side_tables import short_name

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NAME", "write_catalog"]

#: What the table is called.
NAME = "catalog"

#: The lock of PostgreSQL under which the table is replaced.
_REPLACING = 0x677A64
_ROWS_AT_ONCE = 20_000
_TYPES: dict[str, Any] = {"b": Boolean, "i": BigInteger, "u": BigInteger, "f": Float(53)}


def write_catalog(server: LabelLog, catalog: "pd.DataFrame") -> int:
    """Replace the catalogue on a server; the number of galaxies.

    Parameters
    ----------
    server
        The labels there.
    catalog
        ``id_str`` and any other columns; numbers and truths stay such, all else becomes text, and
        what is missing is NULL.
    """
    engine = server._engine
    table = Table(
        NAME,
        MetaData(),
        *(
            Column(
                short_name(str(name)),
                _TYPES.get(catalog[name].dtype.kind, Text),
                key=str(name),
                primary_key=name == "id_str",
            )
            for name in catalog.columns
        ),
    )
    names = [str(name) for name in catalog.columns]
    with writing(engine) as connection:
        alone(connection, _REPLACING)
        if inspect(connection).has_table(NAME):
            Table(NAME, MetaData()).drop(connection)
        table.create(connection)
        for start in range(0, len(catalog), _ROWS_AT_ONCE):
            part = catalog.iloc[start : start + _ROWS_AT_ONCE]
            columns = [_plain(part[name]) for name in catalog.columns]
            insert_rows(connection, table, names, list(zip(*columns, strict=True)))
    return len(catalog)


def _plain(column: "pd.Series[Any]") -> list[Any]:
    """Values as a database takes them."""
    values = column.astype(object)
    if column.dtype.kind not in _TYPES:
        values = values.map(str, na_action="ignore")
    return [None if lost else one for one, lost in zip(values, column.isna(), strict=True)]
