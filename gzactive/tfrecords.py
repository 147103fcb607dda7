"""TFRecords of ``tf.train.Example``, read and written without TensorFlow.

The format is small and fixed. A file is a row of records: the length (uint64), a checksum of the
length, the data, a checksum of the data; checksums are CRC-32C, rotated and shifted by a constant
(https://www.tensorflow.org/tutorials/load_data/tfrecord). The data is a protocol buffer: an
``Example`` holds ``Features``, a map of names to lists of bytes, of floats or of integers
(tensorflow/core/example/{example,feature}.proto). So shards can be made and trained from where only
JAX or PyTorch is installed. Here are framing and coding; what shards hold is told in
:mod:`gzactive.survey.shards`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = [
    "FOOTER",
    "HEADER",
    "DamagedRecord",
    "Example",
    "bytes_field",
    "check_data",
    "encode_example",
    "framed",
    "message_fields",
    "read_varint",
    "record_bounds",
    "varint",
]

HEADER, FOOTER = 12, 4  #: bytes before and behind the data of a record

_MASK = 0xA282EAD8  # added to a rotated checksum
_BYTES, _FLOATS, _INTEGERS = 1, 2, 3  # fields of Feature, a oneof
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5  # wire types


class DamagedRecord(Exception):
    """A record that is cut off, or whose checksum or coding is wrong; the message says which."""


def framed(data: bytes) -> bytes:
    """One record of a TFRecord file around its data."""
    length = struct.pack("<Q", len(data))
    return b"".join((length, _checksum(length), data, _checksum(data)))


def record_bounds(buffer: Any) -> Iterator[tuple[int, int]]:
    """Start and end of the data of each record in a whole file.

    Parameters
    ----------
    buffer
        Bytes, a memory map, or a uint8 array of the file. Only lengths are read and checked: the
        data is left to :func:`check_data`, when it is used.

    Raises
    ------
    DamagedRecord
        Where a record is cut off or its length is wrong.
    """
    start, size = 0, len(buffer)
    while start < size:
        header = bytes(buffer[start : start + HEADER])
        if len(header) < HEADER:
            raise DamagedRecord("the file ends within a record's length")
        if header[8:] != _checksum(header[:8]):
            raise DamagedRecord("the checksum of a record's length is wrong")
        (length,) = struct.unpack("<Q", header[:8])
        end = start + HEADER + length
        if end + FOOTER > size:
            raise DamagedRecord("the file ends within a record")
        yield start + HEADER, end
        start = end + FOOTER


def check_data(buffer: Any, start: int, end: int) -> None:
    """Compare a record's data with its checksum; DamagedRecord if they differ."""
    if bytes(buffer[end : end + FOOTER]) != _checksum(bytes(buffer[start:end])):
        raise DamagedRecord("the checksum of a record's data is wrong")


def encode_example(features: Mapping[str, bytes | Sequence[int] | Sequence[float]]) -> bytes:
    """Code named values as a ``tf.train.Example``.

    Parameters
    ----------
    features
        Bytes become a list of one; a sequence of ints a list of int64, of floats a list of float32.
        They are written in this order.
    """
    entries = []
    for name, value in features.items():
        if isinstance(value, bytes):
            kind, content = _BYTES, bytes_field(1, value)
        elif all(isinstance(item, int) for item in value):
            kind = _INTEGERS
            content = bytes_field(1, b"".join(varint(int(item) % 2**64) for item in value))
        else:
            kind = _FLOATS
            content = bytes_field(1, struct.pack(f"<{len(value)}f", *value))
        feature = bytes_field(kind, content)
        entries.append(bytes_field(1, bytes_field(1, name.encode()) + bytes_field(2, feature)))
    return bytes_field(1, b"".join(entries))


class Example:
    """A ``tf.train.Example`` within a buffer: names are read at once, values when asked for.

    Parameters
    ----------
    buffer
        Bytes, a memory map, or a uint8 array that holds it.
    start, end
        Where it lies there.

    Raises
    ------
    DamagedRecord
        If it is no Example.
    """

    def __init__(self, buffer: Any, start: int = 0, end: int | None = None) -> None:
        self._buffer = memoryview(buffer)
        self._features: dict[str, tuple[int, int, int]] = {}
        end = len(buffer) if end is None else end
        try:
            for _, first, last in self._fields(start, end, 1):  # Example.features
                for _, low, high in self._fields(first, last, 1):  # Features.feature
                    self._read_entry(low, high)
        except (IndexError, UnicodeDecodeError, DamagedRecord) as error:
            raise DamagedRecord("the data of a record is no tf.train.Example") from error

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in the order in which they are stored."""
        return tuple(self._features)

    def span(self, name: str) -> tuple[int, int]:
        """Where the first of a list of bytes lies in the buffer; (0, 0) if the list is empty."""
        for _, first, last in self._fields(*self._list(name, _BYTES), 1):
            return first, last
        return 0, 0

    def text(self, name: str) -> str:
        """Return a list of bytes that holds one UTF-8 text."""
        first, last = self.span(name)
        return bytes(self._buffer[first:last]).decode()

    def integer(self, name: str) -> int:
        """Return the one value of a list of integers."""
        for wire, first, last in self._fields(*self._list(name, _INTEGERS), 1):
            position = first
            if wire == _LENGTH and first == last:
                continue
            value, _ = read_varint(self._buffer, position)
            return value - 2**64 if value >= 2**63 else value
        raise DamagedRecord(f"the feature '{name}' of a record is empty")

    def number(self, name: str) -> float:
        """Return the one value of a list of floats."""
        for _, first, last in self._fields(*self._list(name, _FLOATS), 1):
            if last - first >= 4:
                return float(np.frombuffer(self._buffer[first : first + 4], "<f4")[0])
        raise DamagedRecord(f"the feature '{name}' of a record is empty")

    def _list(self, name: str, kind: int) -> tuple[int, int]:
        found = self._features.get(name)
        if found is None or found[0] != kind:
            what = "has no feature" if found is None else "has another kind of feature"
            raise DamagedRecord(f"a record {what} '{name}'")
        return found[1:]

    def _read_entry(self, start: int, end: int) -> None:
        name, feature = "", (0, 0)
        for field, first, last, wire in message_fields(self._buffer, start, end):
            if wire == _LENGTH and field == 1:
                name = bytes(self._buffer[first:last]).decode()
            elif wire == _LENGTH and field == 2:
                feature = (first, last)
        for kind, first, last, _ in message_fields(self._buffer, *feature):
            self._features[name] = (kind, first, last)

    def _fields(self, start: int, end: int, wanted: int) -> Iterator[tuple[int, int, int]]:
        for field, first, last, wire in message_fields(self._buffer, start, end):
            if field == wanted:
                yield wire, first, last


def message_fields(buffer: Any, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Number, start and end of the value, and wire type of each field of a message.

    Raises
    ------
    DamagedRecord
        If it is no protocol buffer; IndexError if it runs over the buffer's end.
    """
    while start < end:
        tag, start = read_varint(buffer, start)
        wire = tag & 7
        if wire == _LENGTH:
            length, start = read_varint(buffer, start)
            last = start + length
        elif wire == _VARINT:
            _, last = read_varint(buffer, start)
        elif wire in (_FIXED64, _FIXED32):
            last = start + (8 if wire == _FIXED64 else 4)
        else:
            raise DamagedRecord("the data of a record is no protocol buffer")
        if last > end:
            raise DamagedRecord("the data of a record is no protocol buffer")
        yield tag >> 3, start, last, wire
        start = last


def read_varint(buffer: Any, position: int) -> tuple[int, int]:
    """A number as protocol buffers write it, and the position behind it."""
    value = shift = 0
    while True:
        byte = int(buffer[position])
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7


def varint(value: int) -> bytes:
    """A number as protocol buffers write it, seven bits a byte."""
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def bytes_field(field: int, value: bytes) -> bytes:
    """A field of a protocol buffer that holds bytes, a text or another message."""
    return varint(field << 3 | _LENGTH) + varint(len(value)) + value


def _checksum(data: bytes) -> bytes:
    import google_crc32c

    checksum = int(google_crc32c.value(data))
    return struct.pack("<I", ((checksum >> 15 | checksum << 17) + _MASK) & 0xFFFFFFFF)
