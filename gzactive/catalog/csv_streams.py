"""Tables that are too large to hold: their columns alone, or part by part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gzactive.catalog.tables import csv_options, from_text, read_table, table_kind
from gzactive.errors import GzactiveError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["table_batches", "table_columns"]

_BLOCK = 1 << 24  # bytes of a part; JSON of a thousand letters a row makes some ten thousand rows


def table_columns(path: Path) -> list[str]:
    """Names of a table's columns, for a CSV or Parquet file without reading its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file() or path.stat().st_size == 0:
        return list(read_table(path).columns)  # which says what is wrong with it
    kind = table_kind(path)
    if kind == "Parquet":
        try:
            return [str(name).strip() for name in pq.read_schema(path).names]
        except pa.ArrowException:
            return list(read_table(path).columns)
    if kind != "CSV":
        return list(read_table(path).columns)
    return list(next(table_batches(path, lambda name: True)).columns)


def table_batches(
    path: Path, wanted: Callable[[str], bool], texts: Collection[str] = ()
) -> Iterator[pd.DataFrame]:
    """Parts of a table with some of its columns, read as :func:`~gzactive.catalog.read_table` does.

    Parameters
    ----------
    path
        A CSV file, also gzipped, is read part by part; any other table is one part.
    wanted
        Which columns, by name.
    texts
        Columns of a CSV file whose numbers are to stay as they are written, such as versions.

    Raises
    ------
    GzactiveError
        If the table does not exist, is malformed or of no known kind.
    """
    import pyarrow as pa
    import pyarrow.csv as csv

    if not path.is_file() or table_kind(path) != "CSV":
        table = read_table(path)
        yield table[[name for name in table.columns if wanted(name)]]
        return
    options = csv_options(path)
    options["read_options"].block_size = _BLOCK
    try:
        with (
            pa.input_stream(str(path), compression=options.pop("compression")) as stream,
            csv.open_csv(stream, **options) as reader,
        ):
            names = [name.strip() for name in reader.schema.names]
            chosen = [name for name in names if wanted(name)]
            yield from_text(pa.table({name: pa.array([], pa.string()) for name in chosen}))
            for batch in reader:
                part = pa.Table.from_batches([batch]).rename_columns(names)
                yield from_text(part.select(chosen), texts)
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(". ")
        raise GzactiveError(f"The table '{path}' is malformed: {reason}.") from error
