"""Tables in: one DataFrame from CSV, Parquet, Feather, FITS, VOTable and ECSV.

The kind of a file is told by its content. Identifiers stay text to the last digit, in every kind.
What a catalogue must hold is in :mod:`gzactive.catalog`.
"""

from __future__ import annotations

import gzip
import re
import warnings
import zlib
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "and_other_ids",
    "as_text",
    "checked_ids",
    "csv_options",
    "from_text",
    "is_id_name",
    "read_table",
    "row_numbers",
    "some_names",
    "table_kind",
]

#: Names of columns whose numbers are names of things: kept as text though they look like integers.
_ID_NAME = re.compile(
    r"(^|[_\-. ])id$|id_str(_\d)?$|name$|designation$"
    r"|(obj|object|source|spec|gal|galaxy|subject|target|cat|nsa)_?id(_\d)?$",
    re.IGNORECASE,
)

#: What tables write where they have no number.
_NO_NUMBER = ("", "NA", "N/A", "n/a", "NULL", "null", "None", "none", "--", "-")

#: From here on a float64 skips integers, so text is the only faithful form of mixed columns.
_EXACT = 2**53


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a table.

    Parameters
    ----------
    path
        CSV (comma, semicolon, tab or bar; also gzipped), Parquet, Feather, FITS, VOTable or ECSV.

    Returns
    -------
    DataFrame
        Column names stripped of blanks. Identifiers (by name, or integers that begin with zeros
        or exceed 64 bits) are text with every digit; other numbers are numbers.

    Raises
    ------
    GzactiveError
        If there is no such file, it is none of these kinds, or it is malformed.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise GzactiveError(f"The table '{path}' does not exist: check its path.")
    if path.is_dir():
        raise GzactiveError(f"'{path}' is a folder, not a table: give a file such as CSV.")
    try:
        kind = table_kind(path)
        frame = _READERS[kind](path)
    except GzactiveError:
        raise
    except PermissionError as error:
        raise GzactiveError(
            f"The table '{path}' may not be read: check its permissions."
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise GzactiveError(f"The table '{path}' cannot be read: {_one_line(error)}.") from error
    frame.columns = _distinct([str(name) for name in frame.columns], path)
    for name in frame.columns:
        if is_id_name(name) and frame[name].dtype.kind in "iu":
            frame[name] = frame[name].astype(str)
    return frame


def is_id_name(name: str) -> bool:
    """Whether a column of this name holds names of things, even where they look like numbers."""
    return _ID_NAME.search(name.strip()) is not None


def as_text(column: pd.Series[Any], where: str) -> pd.Series[str]:
    """Identifiers as text, missing ones as "".

    Raises
    ------
    GzactiveError
        If they are floating-point numbers that have lost digits; ``where`` says what they are.
    """
    missing = column.isna()
    if column.dtype.kind == "f":
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        finite = numbers[~missing.to_numpy()]
        if (finite != np.trunc(finite)).any() or (np.abs(finite) >= _EXACT).any():
            raise GzactiveError(
                f"{where} are floating-point numbers such as {finite[0]!r}, which lose digits: "
                "store them as text or as integers."
            )
        column = column.where(~missing, 0).astype("int64")
    text = column.astype(str).str.strip()
    return text.where(~missing, "")


def checked_ids(column: pd.Series[Any], where: str, name: str) -> pd.Series[str]:
    """Ids as unique, non-empty text.

    Raises
    ------
    GzactiveError
        If one is missing or repeated; ``where`` and ``name`` say of which table and column.
    """
    id_str = as_text(column, f"The ids in '{name}' of {where}")
    empty = np.flatnonzero((id_str == "").to_numpy())
    if empty.size:
        raise GzactiveError(
            f"{where} has no {name} in {row_numbers(empty)}: every galaxy needs one."
        )
    repeated = id_str.duplicated(keep=False)
    if repeated.any():
        first = id_str[repeated].iloc[0]
        rows = np.flatnonzero((id_str == first).to_numpy())
        several = int(id_str[repeated].nunique())
        raise GzactiveError(
            f"{where} has the {name} '{first}' in {row_numbers(rows)}"
            + and_other_ids(several - 1)
            + ": give each galaxy one row."
        )
    return id_str


def and_other_ids(several: int) -> str:
    """How many ids besides the one that is named are repeated, to follow its rows."""
    if not several:
        return ""
    ids = "1 other id is" if several == 1 else f"{several:,} other ids are"
    return f", and {ids} repeated too"


def row_numbers(positions: NDArray[np.intp]) -> str:
    """Rows as people count them, from 1 and without the header."""
    shown = ", ".join(f"{position + 1:,}" for position in positions[:3])
    if positions.size == 1:
        return f"row {shown}"
    return f"rows {shown}" if positions.size <= 3 else f"{positions.size:,} rows (first: {shown})"


def some_names(names: Iterable[str]) -> str:
    """The first names of many, quoted."""
    names = list(names)
    shown = ", ".join(f"'{name}'" for name in names[:8])
    return shown + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def table_kind(path: Path) -> str:
    """What a file is by its content: "CSV", "FITS" and so on; GzactiveError if it is no table."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        raise GzactiveError(f"The table '{path}' is empty: there is nothing in it.")
    if start.startswith(b"\x1f\x8b"):
        with gzip.open(path) as file:
            start = file.read(4096)
    if start.startswith(b"PAR1"):
        return "Parquet"
    if start.startswith((b"ARROW1", b"FEA1")):
        return "Feather"
    if start.startswith(b"SIMPLE  ="):
        return "FITS"
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") and b"VOTABLE" in start.upper():
        return "VOTable"
    if start.startswith(b"# %ECSV"):
        return "ECSV"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in start:
        return "CSV"
    remedy = "save it as CSV, Parquet, Feather, FITS, VOTable or ECSV"
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise GzactiveError(f"'{path}' is a spreadsheet or an archive, not a table: {remedy}.")
    raise GzactiveError(f"'{path}' is no table of a known kind: {remedy}.")


def _read_csv(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.csv as csv

    options = csv_options(path)
    try:
        # Arrow guesses compression by suffix; what the content says is what counts.
        with pa.input_stream(str(path), compression=options.pop("compression")) as stream:
            table = csv.read_csv(stream, **options)
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError) as error:
        raise GzactiveError(f"The table '{path}' is malformed: {_one_line(error)}.") from error
    return from_text(table.rename_columns(_distinct(table.column_names, path)))


def csv_options(path: Path) -> dict[str, Any]:
    """How a CSV file is to be read: every column as text; ``compression`` is the stream's."""
    import pyarrow as pa
    import pyarrow.csv as csv

    with path.open("rb") as file:
        gzipped = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if gzipped else path.open("rb") as file:
        start = file.read(1 << 20)
        encoding = _encoding(start)
        header = start.decode(encoding, errors="replace").splitlines()[0]
    delimiter = max(",;\t|", key=header.count)
    names = [name.strip().strip('"') for name in header.split(delimiter)]
    return {
        "compression": "gzip" if gzipped else None,
        "read_options": csv.ReadOptions(encoding=encoding),
        "parse_options": csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        "convert_options": csv.ConvertOptions(
            column_types=dict.fromkeys([*names, *header.split(delimiter)], pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
        ),
    }


def _distinct(names: list[str], path: Path) -> list[str]:
    """Column names without blanks around them; an error where two are the same."""
    stripped = [name.strip() for name in names]
    repeated = [name for name in stripped if stripped.count(name) > 1]
    if repeated:
        raise GzactiveError(
            f"The table '{path}' has more than one column '{repeated[0]}': rename one of them."
        )
    return stripped


def _encoding(start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        start[: start.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig" if start.startswith(b"\xef\xbb\xbf") else "utf-8"


def from_text(table: pa.Table, texts: Collection[str] = ()) -> pd.DataFrame:
    """Turn columns of text, but for those in ``texts``, into numbers where nothing is lost."""
    import pandas as pd

    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        number = None if is_id_name(name) or name in texts else _numbers(column)
        columns[name] = (column if number is None else number).to_pandas()
    return pd.DataFrame(columns)


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """The column as int64, float64 or bool; None where only text keeps what it says."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_null(column.type) or column.null_count == len(column):
        return column.cast(pa.float64())
    if pa.types.is_boolean(column.type) or not pa.types.is_string(column.type):
        return column
    text = pc.utf8_trim_whitespace(column)
    text = pc.if_else(pc.is_in(text, pa.array(_NO_NUMBER)), pa.scalar(None, pa.string()), text)
    if text.null_count == len(text):
        return None
    words = pc.unique(pc.utf8_lower(text.slice(0, 1000))).to_pylist()
    if set(words) <= {"true", "false", None}:
        try:
            return pc.utf8_lower(text).cast(pa.bool_())
        except pa.ArrowInvalid:
            return None
    if pc.any(pc.match_substring_regex(text, r"^[+-]?0[0-9]|^\+")).as_py():
        return None
    try:
        integers = text.cast(pa.int64())
    except pa.ArrowInvalid:
        pass
    else:
        if integers.null_count == 0:
            return integers
        extremes = pc.min_max(integers).as_py()
        exact = extremes["min"] > -_EXACT and extremes["max"] < _EXACT
        return integers.cast(pa.float64()) if exact else None
    if pc.any(pc.match_substring_regex(text, r"^-?[0-9]{16,}$")).as_py():
        return None
    try:
        return text.cast(pa.float64())
    except pa.ArrowInvalid:
        return None


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise GzactiveError(f"The table '{path}' is malformed: {_one_line(error)}.") from error
    return _from_arrow(table)


def _read_feather(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.feather as feather

    try:
        table = feather.read_table(path)
    except pa.ArrowException as error:
        raise GzactiveError(f"The table '{path}' is malformed: {_one_line(error)}.") from error
    return _from_arrow(table)


def _from_arrow(table: pa.Table) -> pd.DataFrame:
    """To pandas without turning integers that have gaps into floating-point numbers."""
    import pandas as pd
    import pyarrow as pa

    frame: pd.DataFrame = table.to_pandas(integer_object_nulls=False, ignore_metadata=False)
    for field in table.schema:
        gaps = pa.types.is_integer(field.type) and table[field.name].null_count
        if gaps and field.name in frame.columns:
            values = table[field.name].to_pandas(integer_object_nulls=True)
            exact = pd.Series(values.array, dtype="object").astype("Int64")
            frame[field.name] = _text_if_inexact(exact.set_axis(frame.index), field.name)
    return frame.reset_index() if frame.index.names != [None] else frame.reset_index(drop=True)


def _text_if_inexact(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    """Integers with gaps: identifiers as text, all others as float64 with NaN."""
    if is_id_name(name) or (column.abs() >= _EXACT).any():
        return column.astype("string").astype(object).where(column.notna(), None)
    return column.astype("float64")


def _read_astropy(path: Path, kind: str) -> pd.DataFrame:
    from astropy.table import Table

    with warnings.catch_warnings():
        # Units and descriptions that are not to the letter of the standard change no value.
        warnings.simplefilter("ignore")
        try:
            table = Table.read(path, format={"ECSV": "ascii.ecsv"}.get(kind, kind.lower()))
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise GzactiveError(f"The table '{path}' is malformed: {_one_line(error)}.") from error
        # A DataFrame has no place for columns of arrays, such as spectra.
        table.keep_columns([name for name in table.colnames if table[name].ndim == 1])
        table.convert_bytestring_to_unicode()
        frame: pd.DataFrame = table.to_pandas(use_nullable_int=True)
    for name in frame.columns:
        if str(frame[name].dtype) in ("Int8", "Int16", "Int32", "Int64", "UInt64"):
            frame[name] = _text_if_inexact(frame[name], str(name))
    return frame


_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "CSV": _read_csv,
    "Parquet": _read_parquet,
    "Feather": _read_feather,
    "FITS": lambda path: _read_astropy(path, "FITS"),
    "VOTable": lambda path: _read_astropy(path, "VOTable"),
    "ECSV": lambda path: _read_astropy(path, "ECSV"),
}


def _one_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(". ") if lines else type(error).__name__
