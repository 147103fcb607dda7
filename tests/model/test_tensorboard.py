import json
import subprocess
import sys
from pathlib import Path

import pytest

from gzactive.model.tensorboard import write_tensorboard


def test_tensorflow_reads_the_curves(tmp_path: Path) -> None:
    import tensorflow as tf
    from tensorflow.core.util import event_pb2

    history = {"loss": [3.5 - 0.01 * step for step in range(300)], "validation_loss": [4.0, 2.5]}
    path = write_tensorboard(tmp_path / "run", history)
    events = [
        event_pb2.Event.FromString(record.numpy()) for record in tf.data.TFRecordDataset(str(path))
    ]
    assert events[0].file_version == "brain.Event:2"
    read: dict[str, dict[int, float]] = {}
    for event in events[1:]:
        for value in event.summary.value:
            read.setdefault(value.tag, {})[event.step] = value.simple_value
    for name, values in history.items():
        assert read[name] == pytest.approx(dict(enumerate(values)))


def test_writing_loads_no_tensorflow_and_leaves_one_file(tmp_path: Path) -> None:
    program = (
        "import sys, json, pathlib; from gzactive.model.tensorboard import write_tensorboard; "
        f"write_tensorboard(pathlib.Path({str(tmp_path)!r}), {{'loss': [1.0]}}); "
        "print(json.dumps('tensorflow' in sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout) is False
    assert [path.name.split(".")[2] for path in tmp_path.iterdir()] == ["tfevents"]
