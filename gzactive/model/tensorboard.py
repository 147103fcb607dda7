"""Loss curves as TensorBoard event files, written without loading TensorFlow.

The format is small and fixed: TFRecords (length, data, and a CRC-32C of each) that hold ``Event``
protocol buffers, of which a scalar needs five fields.
"""

import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from gzactive.paths import atomic_write

__all__ = ["write_tensorboard"]

_FILE = "events.out.tfevents.0.gzactive"
_POLYNOMIAL = 0x82F63B78  # CRC-32C (Castagnoli), bits reversed
_MASK = 0xA282EAD8  # what a TFRecord adds to a rotated checksum


def write_tensorboard(folder: Path, history: Mapping[str, Sequence[float]]) -> Path:
    """Write one event file with a scalar curve for each entry of the history.

    Parameters
    ----------
    folder : Path
        Made if need be; TensorBoard shows it as one run.
    history : mapping
        Name of a curve to its values, one an epoch from 0.

    Returns
    -------
    Path
        The file, replaced atomically: written again while a training goes on, it grows.
    """
    now = time.time()
    records = [_double(1, now) + _bytes(3, b"brain.Event:2")]
    # Epoch by epoch: a reader of the shorter file finds what is new behind what it has read.
    for step in range(max(map(len, history.values()), default=0)):
        for name, values in history.items():
            if step < len(values):
                scalar = _bytes(1, name.encode()) + _float(2, values[step])
                records.append(_double(1, now) + _integer(2, step) + _bytes(5, _bytes(1, scalar)))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _FILE
    atomic_write(path, b"".join(part for record in records for part in _framed(record)))
    return path


def _framed(data: bytes) -> Iterator[bytes]:
    """One TFRecord."""
    length = struct.pack("<Q", len(data))
    yield length
    yield struct.pack("<I", _masked_checksum(length))
    yield data
    yield struct.pack("<I", _masked_checksum(data))


@cache
def _table() -> tuple[int, ...]:
    rows = []
    for row in range(256):
        for _ in range(8):
            row = row >> 1 ^ (_POLYNOMIAL if row & 1 else 0)
        rows.append(row)
    return tuple(rows)


def _masked_checksum(data: bytes) -> int:
    table, checksum = _table(), 0xFFFFFFFF
    for byte in data:
        checksum = checksum >> 8 ^ table[(checksum ^ byte) & 0xFF]
    checksum ^= 0xFFFFFFFF
    return ((checksum >> 15 | checksum << 17) + _MASK) & 0xFFFFFFFF


def _varint(value: int) -> bytes:
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", value)
