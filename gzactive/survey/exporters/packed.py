"""FITS and VOTable for TOPCAT and its like: both hold rows of big-endian values in a stream.

astropy writes the headers; the rows are streamed behind them, so that a million galaxies take no
more memory than a block of them. Ids are texts in both, to the last digit.
"""

import base64
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.progress import Progress

if TYPE_CHECKING:
    from gzactive.survey.exporters.sheet import Column, Sheet

__all__ = ["write_fits", "write_votable"]

#: FITS cards number columns by up to three digits.
_MOST_COLUMNS = 999
_FITS_BLOCK = 2880
#: What a card has room for beside its keyword, the quotes and the sign before a comment.
_CARD = 80 - len("TTYPE123= '' / ")
#: Base64 turns three bytes into four letters: pieces of a multiple of three need no joint.
_PIECE = 3 * 2**18
_OPENING = b'<DATA><BINARY2><STREAM encoding="base64">\n'
_CLOSING = b"\n</STREAM></BINARY2></DATA>\n"
_TABLE_ENDS = b"</TABLE>"

_FITS_FORMS = {"i2": "I", "i4": "J", "i8": "K", "f4": "E", "f8": "D", "b1": "L"}
_VOTABLE_TYPES = {"i2": "short", "i4": "int", "i8": "long", "f4": "float", "f8": "double"}


@dataclass(frozen=True)
class _Field:
    """How one column lies in a packed row.

    Attributes
    ----------
    column
        It.
    name
        Told apart from all others, also where case is no difference.
    length
        Letters of the longest text, at least 1; 0 for numbers.
    plain
        Whether all texts are ASCII.
    """

    column: "Column"
    name: str
    length: int
    plain: bool


def write_fits(sheet: "Sheet", path: Path, progress: Progress, stage: str) -> list[str]:
    """Write a binary table in FITS 4.0, whose texts are ASCII: other letters become escapes."""
    from astropy.io import fits

    if len(sheet.columns) > _MOST_COLUMNS:
        raise GzactiveError(
            f"FITS holds {_MOST_COLUMNS} columns and this table has {len(sheet.columns):,}: write "
            "it as a VOTable (.vot) or Parquet."
        )
    fields = _fields(sheet, _ascii, progress)
    columns = [
        fits.Column(
            one.name,
            f"{one.length}A" if one.length else _FITS_FORMS[one.column.dtype.str[1:]],
            unit=one.column.unit or None,
        )
        for one in fields
    ]
    header = fits.BinTableHDU.from_columns(columns, nrows=0).header
    header["NAXIS2"] = sheet.rows
    for number, one in enumerate(fields, start=1):
        told = _ascii(one.column.description)
        if told and max(len(one.name), 8) + len(told) <= _CARD:
            header.comments[f"TTYPE{number}"] = told
    layout = _layout([(one, one.length) for one in fields])
    with path.open("xb") as file:
        file.write(fits.PrimaryHDU().header.tostring().encode("ascii"))
        file.write(header.tostring().encode("ascii"))
        for rows in sheet.blocks(progress, stage):
            file.write(_packed(fields, rows, layout, [_ascii_bytes] * len(fields)).tobytes())
        file.write(b"\0" * (-sheet.rows * layout.itemsize % _FITS_BLOCK))
    if all(one.plain for one in fields):
        return []
    return ["FITS holds ASCII only: other letters are written as escapes such as \\xe9."]


def write_votable(sheet: "Sheet", path: Path, progress: Progress, stage: str) -> list[str]:
    """Write a VOTable 1.4 with binary rows (BINARY2), in which texts may be in any script."""
    fields = _fields(sheet, _utf16, progress)
    before, after = _around_the_rows(fields)
    flags = (len(fields) + 7) // 8  # a bit a column says that the value is missing
    # UTF-16 has two bytes a letter, and _fields counted its bytes.
    layout = _layout([(one, one.length // 2 if one.plain else one.length) for one in fields], flags)
    encoders = [_ascii_bytes if one.plain else _utf16 for one in fields]
    with path.open("xb") as file:
        file.write(before + _OPENING)
        left = b""
        for rows in sheet.blocks(progress, stage):
            block = _packed(fields, rows, layout, encoders)
            missing = np.zeros((len(block), 8 * flags), bool)
            for number, one in enumerate(fields):
                if one.column.dtype.kind == "f":
                    missing[:, number] = np.isnan(block[f"c{number}"])
            block["flags"] = np.packbits(missing, axis=1)
            left = _write_base64(file, left + block.tobytes())
        file.write(base64.b64encode(left) + _CLOSING + after)
    return []


def _around_the_rows(fields: Sequence[_Field]) -> tuple[bytes, bytes]:
    """A document without rows, as astropy writes it: what comes before them, and what after."""
    from astropy.io.votable.tree import Field, Resource, TableElement, VOTableFile

    document = VOTableFile(version="1.4")
    resource = Resource()
    document.resources.append(resource)
    table = TableElement(document, name="galaxies")
    resource.tables.append(table)
    # Readers name columns by their XML ids, which astropy would make, too, but with a warning each.
    ids = _told_apart([re.sub(r"^(?![A-Za-z_])|[^\w.-]", "_", one.name) for one in fields])
    for one, xml_id in zip(fields, ids, strict=True):
        if one.length:
            kind = "char" if one.plain else "unicodeChar"
            shape = {"arraysize": str(one.length // 2)}
        else:
            code = one.column.dtype.str[1:]
            kind, shape = "boolean" if code == "b1" else _VOTABLE_TYPES[code], {}
        field = Field(
            document,
            name=one.name,
            ID=xml_id,
            datatype=kind,
            unit=one.column.unit or None,
            **shape,
        )
        field.description = one.column.description or None
        table.fields.append(field)
    table.create_arrays(0)
    whole = io.BytesIO()
    document.to_xml(whole)
    before, ending, after = whole.getvalue().partition(_TABLE_ENDS)
    return before, ending + after


def _write_base64(file: IO[bytes], data: bytes) -> bytes:
    """Write as many whole pieces as there are; the bytes that are left."""
    end = len(data) - len(data) % _PIECE
    for start in range(0, end, _PIECE):
        file.write(base64.b64encode(data[start : start + _PIECE]) + b"\n")
    return data[end:]


def _fields(sheet: "Sheet", encoded: Any, progress: Progress) -> list[_Field]:
    """The columns with the lengths of their texts, which both formats want to know beforehand."""
    texts = [number for number, column in enumerate(sheet.columns) if column.is_text]
    length = dict.fromkeys(texts, len(encoded(" ")))  # of 0, many readers make nothing
    plain = dict.fromkeys(texts, True)
    if texts:
        for rows in sheet.blocks(progress, "Measuring texts"):
            for number in texts:
                values = sheet.columns[number].take(rows)
                longest = max((len(encoded(one)) for one in values), default=0)
                length[number] = max(length[number], longest)
                plain[number] = plain[number] and all(one.isascii() for one in values)
    names = _told_apart([column.name for column in sheet.columns])
    return [
        _Field(column, names[number], length.get(number, 0), plain.get(number, True))
        for number, column in enumerate(sheet.columns)
    ]


def _told_apart(names: Sequence[str]) -> list[str]:
    """Names that differ by more than case: FITS knows no other difference."""
    taken: set[str] = set()
    told = []
    for name in names:
        number, new = 2, _ascii(name)
        while new.casefold() in taken:
            number, new = number + 1, f"{_ascii(name)}_{number}"
        taken.add(new.casefold())
        told.append(new)
    return told


def _layout(fields: Sequence[tuple[_Field, int]], flags: int = 0) -> np.dtype[Any]:
    """One packed row: flags of missing values, if any, then each column big-endian."""
    kinds: list[tuple[Any, ...]] = [("flags", "u1", (flags,))] if flags else []
    for number, (one, size) in enumerate(fields):
        dtype = one.column.dtype
        number_kind = "S1" if dtype.kind == "b" else dtype.newbyteorder(">").str
        kinds.append((f"c{number}", f"S{size}" if one.length else number_kind))
    return np.dtype(kinds)


def _packed(
    fields: Sequence[_Field], rows: slice, layout: np.dtype[Any], encoders: Sequence[Any]
) -> NDArray[Any]:
    """Rows as they lie in the file."""
    block = np.zeros(rows.stop - rows.start, layout)
    for number, (one, encode) in enumerate(zip(fields, encoders, strict=True)):
        values = one.column.take(rows)
        if one.length:
            values = np.array([encode(text) for text in values], dtype=layout[f"c{number}"])
        elif one.column.dtype.kind == "b":
            values = np.where(values, b"T", b"F")
        block[f"c{number}"] = values
    return block


def _ascii(text: str) -> str:
    return text if text.isascii() else text.encode("ascii", "backslashreplace").decode("ascii")


def _ascii_bytes(text: str) -> bytes:
    return text.encode("ascii", "backslashreplace")


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")
