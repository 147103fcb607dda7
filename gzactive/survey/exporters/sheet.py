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

#: Rows worked on at once: tens of megabytes for the widest tables, a tenth of a second to cancel.
_ROWS = 10_000
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
    import pandas as pd

    with path.open("x", encoding="utf-8", newline="") as file:
        names = [column.name for column in sheet.columns]
        pd.DataFrame(columns=names).to_csv(file, index=False)
        for rows in sheet.blocks(progress, stage):
            block = pd.DataFrame({column.name: _written(column, rows) for column in sheet.columns})
            block.to_csv(file, index=False, header=False)
    return []


def _written(column: Column, rows: slice) -> NDArray[Any]:
    """Values as text shows them: predicted numbers are float32, whose further digits are noise."""
    values = column.take(rows)
    return values.astype(np.float64).round(_DIGITS) if column.dtype == np.float32 else values


def _write_parquet(sheet: Sheet, path: Path, progress: Progress, stage: str) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = [pa.string() if c.is_text else pa.from_numpy_dtype(c.dtype) for c in sheet.columns]
    fields = [
        pa.field(
            column.name,
            kind,
            metadata={"description": column.description, "unit": column.unit},
        )
        for column, kind in zip(sheet.columns, kinds, strict=True)
    ]
    schema = pa.schema(fields)
    with pq.ParquetWriter(path, schema) as writer:
        for rows in sheet.blocks(progress, stage):
            arrays = [
                # NaN is "unknown" here, which is null there.
                pa.array(column.take(rows), kind, from_pandas=not column.is_text)
                for column, kind in zip(sheet.columns, kinds, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return []
