"""A table as large as a survey, column by column, and the files that it is streamed to.

A :class:`Sheet` knows its columns and hands out rows in blocks; nothing here knows what the columns
mean. CSV and Parquet are written here, the packed rows of FITS and VOTable in
:mod:`gzactive.survey.exporters.packed`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.progress import Progress
from gzactive.survey.exporters.files import new_file

__all__ = ["SHEET_SUFFIXES", "Column", "Sheet", "plain_column", "write_sheet"]

#: Rows worked on at once: tens of megabytes for the widest tables, half a second to cancel.
_ROWS = 30_000
#: Digits kept of fractions and expected votes in text.
_DIGITS = 6


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Attributes
    ----------
    name
        Its heading.
    dtype
        NumPy's; object for texts.
    take
        Rows (a slice) to an array (m,): texts are str, a missing number is NaN.
    description, unit
        For formats that tell them.
    """

    name: str
    dtype: np.dtype[Any]
    take: Callable[[slice], NDArray[Any]]
    description: str = ""
    unit: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it holds texts."""
        return self.dtype == object


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table: its columns and its number of rows."""

    columns: Sequence[Column]
    rows: int

    def blocks(self, progress: Progress, stage: str) -> Iterator[slice]:
        """Slices of rows in order, told as progress before each."""
        for start in range(0, self.rows, _ROWS):
            progress(stage, start, self.rows)
            yield slice(start, min(start + _ROWS, self.rows))
        progress(stage, self.rows, self.rows)


def plain_column(name: str, values: Any, description: str = "", unit: str = "") -> Column:
    """A column of a DataFrame as it is: numbers stay numbers, anything else becomes text.

    Whole numbers with gaps become floats where that loses no digit, else texts.

    Parameters
    ----------
    name, description, unit
        See :class:`Column`.
    values
        A pandas Series, (n,).
    """
    import pandas as pd

    told = {"description": description, "unit": unit}
    kind = values.dtype.kind if hasattr(values.dtype, "kind") else "O"
    if kind in "iuf" and isinstance(values.dtype, np.dtype):
        whole = np.dtype(np.int64) if kind in "iu" else values.dtype
        fits = kind != "u" or not len(values) or int(values.max()) <= np.iinfo(np.int64).max
        if fits and whole.itemsize <= 8:
            numbers = values.to_numpy().astype(whole if kind in "iu" else _float(whole))
            return Column(name, numbers.dtype, lambda rows: numbers[rows], **told)
    if kind in "iuf" and values.notna().any() and float(values.abs().max()) < 2**53:
        floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return Column(name, floats.dtype, lambda rows: floats[rows], **told)
    if kind == "b" and isinstance(values.dtype, np.dtype):
        booleans = values.to_numpy()
        return Column(name, booleans.dtype, lambda rows: booleans[rows], **told)

    def texts(rows: slice) -> NDArray[np.object_]:
        part = values.iloc[rows]
        return np.where(pd.isna(part), "", part.astype("str")).astype(object)

    return Column(name, np.dtype(object), texts, **told)


def _float(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.float32) if dtype.itemsize <= 4 else np.dtype(np.float64)


def write_sheet(sheet: Sheet, out: Path, progress: Progress, stage: str = "Writing") -> list[str]:
    """Write a table in the format that the file's ending names.

    Returns
    -------
    list of str
        Sentences about what the format could not hold as it was.

    Raises
    ------
    GzactiveError
        If the ending is unknown, the format cannot hold the table, or the disk refuses.
    """
    from gzactive.survey.exporters.packed import write_fits, write_votable

    writers: dict[str, Callable[[Sheet, Path, Progress, str], list[str]]] = {
        ".csv": _write_csv,
        ".parquet": _write_parquet,
        ".fits": write_fits,
        ".vot": write_votable,
        ".xml": write_votable,
    }
    suffix = out.suffix.lower()
    if suffix not in writers:
        raise GzactiveError(
            f"A table cannot be written as '{out.name}': end it in {', '.join(SHEET_SUFFIXES)}."
        )
    with new_file(out) as temporary:
        return writers[suffix](sheet, temporary, progress, stage)


#: Endings that :func:`write_sheet` knows.
SHEET_SUFFIXES = (".csv", ".parquet", ".fits", ".vot", ".xml")


def _write_csv(sheet: Sheet, path: Path, progress: Progress, stage: str) -> list[str]:
    import csv

    import pyarrow.csv as arrow_csv

    # Arrow writes numbers ten times as fast as pandas, but puts quotes around all headings.
    with path.open("x", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(column.name for column in sheet.columns)
    options = arrow_csv.WriteOptions(include_header=False, quoting_style="needed")
    with path.open("ab") as rows:
        schema = _schema(sheet, text=True)
        with arrow_csv.CSVWriter(rows, schema, write_options=options) as writer:
            for block in _tables(sheet, schema, progress, stage):
                writer.write_table(block)
    return []


def _write_parquet(sheet: Sheet, path: Path, progress: Progress, stage: str) -> list[str]:
    import pyarrow.parquet as pq

    schema = _schema(sheet)
    with pq.ParquetWriter(path, schema) as writer:
        for block in _tables(sheet, schema, progress, stage):
            writer.write_table(block)
    return []


def _schema(sheet: Sheet, *, text: bool = False) -> Any:
    """The columns as Arrow knows them; in text, float32 is written through float64."""
    import pyarrow as pa

    fields = []
    for column in sheet.columns:
        kind = np.dtype(np.float64) if text and column.dtype == np.float32 else column.dtype
        told = {"description": column.description, "unit": column.unit}
        arrow = pa.string() if column.is_text else pa.from_numpy_dtype(kind)
        fields.append(pa.field(column.name, arrow, metadata=told))
    return pa.schema(fields)


def _tables(sheet: Sheet, schema: Any, progress: Progress, stage: str) -> Iterator[Any]:
    import pyarrow as pa

    for rows in sheet.blocks(progress, stage):
        arrays = []
        for column, field in zip(sheet.columns, schema, strict=True):
            values = column.take(rows)
            if column.dtype == np.float32 and field.type == pa.float64():
                # Further digits of a predicted number are noise.
                values = values.astype(np.float64).round(_DIGITS)
            # NaN is "unknown" here, which is null there.
            arrays.append(pa.array(values, field.type, from_pandas=not column.is_text))
        yield pa.Table.from_arrays(arrays, schema=schema)
