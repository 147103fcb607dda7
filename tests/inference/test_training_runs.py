"""Runs of training read from their folders: ours, Keras's, half-written and broken ones."""

import json
from pathlib import Path

import pytest

from gzactive.errors import GzactiveError
from gzactive.inference.training_runs import find_runs, read_run, run_stamp, write_history
from gzactive.model.tensorboard import write_tensorboard

HISTORY = {"loss": [3.0, 2.0, 1.5], "validation_loss": [3.1, 1.75, 1.9], "seconds": [9.0, 8.0, 8.0]}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_history(tmp_path, HISTORY | {"waiting": [0.1, 0.1, 0.1]})
    run = read_run(tmp_path)
    assert {name: list(values) for name, values in run.curves.items()} == HISTORY
    assert (run.epochs, run.best, run.weights, run.remark) == (3, 2, None, "")


def test_a_run_of_an_earlier_version_is_read_from_its_manifest_or_its_events(
    tmp_path: Path,
) -> None:
    write_tensorboard(tmp_path / "a" / "tensorboard", HISTORY)
    by_events = read_run(tmp_path / "a")
    assert by_events.curves["validation_loss"] == pytest.approx(HISTORY["validation_loss"])
    (tmp_path / "b").mkdir()
    told = {"history": HISTORY, "galaxies": {"train": 70}}
    (tmp_path / "b" / "manifest.json").write_text(json.dumps(told))
    (tmp_path / "b" / "weights.safetensors").write_bytes(b"")
    by_manifest = read_run(tmp_path / "b")
    assert list(by_manifest.curves["loss"]) == HISTORY["loss"]
    assert (by_manifest.galaxies, by_manifest.weights is not None) == (70, True)
    assert [path.name for path in find_runs(tmp_path)] == ["a", "b"]
    assert find_runs(tmp_path / "absent") == []


def test_what_keras_writes_for_tensorboard_is_read(tmp_path: Path) -> None:
    import tensorflow as tf
    from tensorflow.core.util import event_pb2

    for part, losses in (("train", (0.9, 0.5)), ("validation", (1.0, 0.75))):
        (tmp_path / part).mkdir()
        with tf.io.TFRecordWriter(str(tmp_path / part / "events.out.tfevents.7.host")) as writer:
            writer.write(event_pb2.Event(file_version="brain.Event:2").SerializeToString())
            for step, loss in enumerate(losses):
                event = event_pb2.Event(step=step, wall_time=1.0)
                told = {"epoch_loss": loss, "epoch_accuracy": 1 - loss / 2, "words": "none of ours"}
                for tag, value in told.items():
                    tensor = tf.make_tensor_proto(value)
                    event.summary.value.add(tag=tag, tensor=tensor)
                writer.write(event.SerializeToString())
    run = read_run(tmp_path)
    assert run.curves["loss"] == pytest.approx((0.9, 0.5))
    assert run.curves["validation_loss"] == pytest.approx((1.0, 0.75))
    assert run.curves["validation_accuracy"] == pytest.approx((0.5, 0.625))
    assert run.remark == ""


def test_of_a_history_that_is_being_written_the_whole_part_is_shown(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text("epoch,loss,val_loss\n0,3.0,3.5\n1,2.0,2.5\n2,1.")
    run = read_run(tmp_path)
    assert run.curves["validation_loss"] == (3.5, 2.5)
    assert run.remark.endswith("is not finished: the curves end before it.")
    path = write_tensorboard(tmp_path / "other", HISTORY)
    path.write_bytes(path.read_bytes()[:-9])
    cut = read_run(tmp_path / "other")
    assert len(cut.curves["loss"]) == 3
    assert "is not whole (the file ends within a record)" in cut.remark


def test_a_broken_history_gives_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("epoch,loss\n1,3.0\n2,abc\n3,1.0\n")
    run = read_run(tmp_path)
    assert run.curves["loss"] == (3.0,)
    assert "is broken at line 3 ('2,abc')" in run.remark
    path.write_text("galaxy,votes\n1,3\n")
    with pytest.raises(GzactiveError, match="has no column of a loss"):
        read_run(tmp_path)
    path.write_bytes(b"\xff\xfe\x00loss")
    with pytest.raises(GzactiveError, match="it is no table of text"):
        read_run(tmp_path)
    path.write_text(f"epoch,loss\n1,{'3' * 200_000}\n")
    with pytest.raises(GzactiveError, match="it is no table of text"):
        read_run(tmp_path)
    path.unlink()
    with pytest.raises(GzactiveError, match="tells of no training"):
        read_run(tmp_path)
    (tmp_path / "events.out.tfevents.1").write_bytes(b"torn torn torn torn")
    with pytest.raises(GzactiveError, match=r"is not whole \(.*choose another run"):
        read_run(tmp_path)


def test_the_stamp_changes_with_each_epoch(tmp_path: Path) -> None:
    before = run_stamp(tmp_path)
    write_history(tmp_path, {"loss": [1.0]})
    first = run_stamp(tmp_path)
    write_history(tmp_path, {"loss": [1.0, 0.5]})
    assert len({before, first, run_stamp(tmp_path)}) == 3
