"""TFRecords beside TensorFlow's own reader and writer."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from gzactive.tfrecords import (
    DamagedRecord,
    Example,
    check_data,
    encode_example,
    framed,
    record_bounds,
)

FEATURES = {"matrix": bytes(range(256)) * 300, "id_str": "J1234+5 é".encode(), "row": [-7]}
FEATURES |= {"smooth": [3.0], "many": [1.5, 2.5], "none": []}


def test_tensorflow_reads_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.tfrecord"
    path.write_bytes(b"".join(framed(encode_example(FEATURES | {"row": [n]})) for n in (-7, 2**62)))
    spec = {
        "matrix": tf.io.FixedLenFeature([], tf.string),
        "id_str": tf.io.FixedLenFeature([], tf.string),
        "row": tf.io.FixedLenFeature([], tf.int64),
        "smooth": tf.io.FixedLenFeature([], tf.float32),
        "many": tf.io.FixedLenFeature([2], tf.float32),
    }
    parsed = [tf.io.parse_single_example(r, spec) for r in tf.data.TFRecordDataset(str(path))]
    assert [int(example["row"]) for example in parsed] == [-7, 2**62]
    assert parsed[0]["matrix"].numpy() == FEATURES["matrix"]
    assert parsed[0]["id_str"].numpy().decode() == "J1234+5 é"
    assert float(parsed[0]["smooth"]) == 3.0
    np.testing.assert_array_equal(parsed[0]["many"], [1.5, 2.5])


@pytest.mark.parametrize("row", [-7, 0, 300, 2**63 - 1])
def test_what_tensorflow_writes_is_read(tmp_path: Path, row: int) -> None:
    feature, path = tf.train.Feature, tmp_path / "a.tfrecord"
    written = tf.train.Example(
        features=tf.train.Features(
            feature={
                "matrix": feature(bytes_list=tf.train.BytesList(value=[FEATURES["matrix"]])),
                "id_str": feature(bytes_list=tf.train.BytesList(value=["J1234+5 é".encode()])),
                "row": feature(int64_list=tf.train.Int64List(value=[row])),
                "smooth": feature(float_list=tf.train.FloatList(value=[0.25])),
            }
        )
    )
    with tf.io.TFRecordWriter(str(path)) as writer:
        for _ in range(2):
            writer.write(written.SerializeToString())
    buffer = path.read_bytes()
    bounds = list(record_bounds(buffer))
    assert len(bounds) == 2
    for start, end in bounds:
        check_data(buffer, start, end)
        example = Example(buffer, start, end)
        assert set(example.names) == {"matrix", "id_str", "row", "smooth"}
        first, last = example.span("matrix")
        assert buffer[first:last] == FEATURES["matrix"]
        assert example.text("id_str") == "J1234+5 é"
        assert example.integer("row") == row
        assert example.number("smooth") == 0.25


def test_damage_is_told_and_never_read_as_data() -> None:
    whole = framed(encode_example(FEATURES))
    for cut in (3, 11, 40, len(whole) - 1):
        with pytest.raises(DamagedRecord, match="ends within"):
            list(record_bounds(whole[:cut]))
    wrong = bytearray(whole)
    wrong[2] ^= 1
    with pytest.raises(DamagedRecord, match="length is wrong"):
        list(record_bounds(bytes(wrong)))
    wrong = bytearray(whole)
    wrong[500] ^= 1
    ((start, end),) = record_bounds(bytes(wrong))
    with pytest.raises(DamagedRecord, match="data is wrong"):
        check_data(bytes(wrong), start, end)
    with pytest.raises(DamagedRecord, match=r"no tf\.train\.Example"):
        Example(b"\x0a\xff\x01 neither long enough nor an Example")
    example = Example(encode_example(FEATURES))
    with pytest.raises(DamagedRecord, match="no feature 'bar'"):
        example.number("bar")
    with pytest.raises(DamagedRecord, match="another kind of feature 'row'"):
        example.text("row")
    with pytest.raises(DamagedRecord, match="'none' of a record is empty"):
        example.integer("none")
