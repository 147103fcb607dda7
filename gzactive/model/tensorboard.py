"""Loss curves as TensorBoard event files, written without loading TensorFlow.

The format is small and fixed: TFRecords that hold ``Event`` protocol buffers, of which a scalar
needs five fields.
"""

import struct
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gzactive.paths import atomic_write
from gzactive.tfrecords import bytes_field, framed, varint

__all__ = ["write_tensorboard"]

_FILE = "events.out.tfevents.0.gzactive"


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
    records = [_double(1, now) + bytes_field(3, b"brain.Event:2")]
    # Epoch by epoch: a reader of the shorter file finds what is new behind what it has read.
    for step in range(max(map(len, history.values()), default=0)):
        for name, values in history.items():
            if step < len(values):
                scalar = bytes_field(1, name.encode()) + _float(2, values[step])
                summary = bytes_field(5, bytes_field(1, scalar))
                records.append(_double(1, now) + _integer(2, step) + summary)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _FILE
    atomic_write(path, b"".join(map(framed, records)))
    return path


def _integer(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def _double(field: int, value: float) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<d", value)


def _float(field: int, value: float) -> bytes:
    return varint(field << 3 | 5) + struct.pack("<f", value)
