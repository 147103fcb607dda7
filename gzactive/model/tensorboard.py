"""Loss curves as TensorBoard event files, written and read without loading TensorFlow.

The format is small and fixed: TFRecords that hold ``Event`` protocol buffers, of which a scalar
needs five fields (tensorflow/core/util/event.proto, framework/{summary,tensor}.proto).
"""

import struct
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gzactive.paths import atomic_write
from gzactive.tfrecords import (
    DamagedRecord,
    bytes_field,
    check_data,
    framed,
    message_fields,
    read_varint,
    record_bounds,
    varint,
)

__all__ = ["read_tensorboard", "write_tensorboard"]

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


def read_tensorboard(path: Path) -> tuple[dict[str, dict[int, float]], str]:
    """The scalars of one event file, whichever program wrote it.

    Parameters
    ----------
    path : Path
        Named ``events.out.tfevents…``; it may still be written to.

    Returns
    -------
    dict, str
        Name of a curve → step → value (the last, where one step was written twice), up to the
        first record that is not whole; and why that is not, or nothing.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    buffer = path.read_bytes()
    found: dict[str, dict[int, float]] = {}
    try:
        for start, end in record_bounds(buffer):
            check_data(buffer, start, end)
            _read_event(buffer, start, end, found)
    except (DamagedRecord, IndexError, struct.error, UnicodeDecodeError) as error:
        said = str(error) if isinstance(error, DamagedRecord) else "a record is no event"
        return found, said
    return found, ""


def _read_event(buffer: bytes, start: int, end: int, found: dict[str, dict[int, float]]) -> None:
    step, values = 0, []
    for field, first, last, _ in message_fields(buffer, start, end):
        if field == 2:
            step = read_varint(buffer, first)[0]
        elif field == 5:  # the summary
            values += [at for at in message_fields(buffer, first, last) if at[0] == 1]
    for _, first, last, _ in values:
        tag, number = "", None
        for field, low, high, _ in message_fields(buffer, first, last):
            if field == 1:
                tag = buffer[low:high].decode()
            elif field == 2:
                (number,) = struct.unpack("<f", buffer[low:high])
            elif field == 8:
                number = _scalar_tensor(buffer, low, high)
        if tag and number is not None:
            found.setdefault(tag, {})[step] = float(number)


def _scalar_tensor(buffer: bytes, start: int, end: int) -> float | None:
    """The one number of a tensor of floats or doubles; None if it holds anything else."""
    kind = 0
    for field, first, last, _ in message_fields(buffer, start, end):
        if field == 1:
            kind = read_varint(buffer, first)[0]
        elif field in (4, 5, 6):  # tensor_content, float_val, double_val
            form = {1: "<f", 2: "<d"}.get(kind)
            if form is not None and last - first == struct.calcsize(form):
                return float(struct.unpack(form, buffer[first:last])[0])
    return None


def _integer(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def _double(field: int, value: float) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<d", value)


def _float(field: int, value: float) -> bytes:
    return varint(field << 3 | 5) + struct.pack("<f", value)
