"""Scores and predictions are whole files or no files, in layouts that others can read."""

import errno
import json
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.progress import Cancelled
from gzactive.stores.predictions import (
    PREDICTION_SUFFIXES,
    PredictionWriter,
    Scores,
    read_scores,
    write_scores,
)

COLUMNS = ("bar_strong", "bar_weak", "bar_no")


@pytest.fixture
def scores() -> Scores:
    rng = np.random.default_rng(0)
    return Scores(
        id_str=np.array(["00123", "ü", "c"], dtype=object),
        arrays={
            "fractions": rng.random((3, 5), dtype=np.float32),
            "tree": rng.random(3),
            "exact": np.array([True, False, True]),
        },
        attrs={"seed": np.int64(3), "columns": ["a", "b"], "weights_id": "w", "beta": 0.5},
    )


def test_scores_come_back_as_they_were_written(tmp_path: Path, scores: Scores) -> None:
    write_scores(tmp_path / "scores.h5", scores)
    back = read_scores(tmp_path / "scores.h5")
    assert back.id_str.tolist() == ["00123", "ü", "c"]
    assert set(back.arrays) == {"fractions", "tree", "exact"}
    for name in back.arrays:
        np.testing.assert_array_equal(back[name], scores[name])
        assert back[name].dtype == scores[name].dtype
    assert back.attrs == {"seed": 3, "columns": ["a", "b"], "weights_id": "w", "beta": 0.5}
    assert len(back) == 3
    assert "tree" in back


def test_some_of_the_scores_can_be_read_alone(tmp_path: Path, scores: Scores) -> None:
    write_scores(tmp_path / "scores.h5", scores)
    assert list(read_scores(tmp_path / "scores.h5", ["tree"]).arrays) == ["tree"]
    with pytest.raises(GzactiveError, match="rank the project again"):
        read_scores(tmp_path / "scores.h5", ["nothing"])


def test_scores_that_fail_to_be_written_leave_the_old_ones(tmp_path: Path, scores: Scores) -> None:
    path = tmp_path / "scores.h5"
    write_scores(path, scores)
    with pytest.raises(TypeError):
        write_scores(path, Scores(scores.id_str, {"tree": scores["tree"]}, {"bad": object()}))
    assert set(read_scores(path).arrays) == set(scores.arrays)
    assert list(tmp_path.iterdir()) == [path]


def test_missing_or_damaged_scores_are_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "scores.h5"
    with pytest.raises(GzactiveError, match="There are no scores yet"):
        read_scores(path)
    path.write_bytes(b"not HDF5")
    with pytest.raises(GzactiveError, match="cannot be read"):
        read_scores(path)
    with pytest.raises(GzactiveError, match="cannot be written"):
        write_scores(tmp_path / "nowhere" / "scores.h5", Scores(np.array([]), {}))


def test_scores_of_the_wrong_length_are_refused(scores: Scores) -> None:
    with pytest.raises(ValueError, match="'tree' has 2 rows for 3 galaxies"):
        Scores(scores.id_str, {"tree": np.zeros(2)})
    with pytest.raises(KeyError, match="there are fractions, tree, exact"):
        scores["mutual_information"]


def predict(path: Path) -> NDArray[np.float32]:
    """Write seven galaxies in two blocks."""
    values = np.random.default_rng(1).uniform(1, 101, (7, 3, 4)).astype(np.float32)
    with PredictionWriter(path, COLUMNS) as writer:
        writer.write([f"{i:03}" for i in range(5)], values[:5])
        writer.write(["005", "006"], values[5:])
    assert writer.galaxies == 7
    return values


IDS = ["000", "001", "002", "003", "004", "005", "006"]


@pytest.mark.parametrize("name", ["p.hdf5", "p.h5", "P.HDF5"])
def test_hdf5_has_zoobots_layout(tmp_path: Path, name: str) -> None:
    values = predict(tmp_path / name)
    with h5py.File(tmp_path / name) as file:
        np.testing.assert_array_equal(file["predictions"][:], values)
        assert file["id_str"].asstr()[:].tolist() == IDS
        assert file["label_cols"].asstr()[:].tolist() == list(COLUMNS)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_csv_has_json_lists_of_samples(tmp_path: Path) -> None:
    values = predict(tmp_path / "p.csv")
    table = pd.read_csv(tmp_path / "p.csv", dtype={"id_str": str})
    assert list(table.columns) == ["id_str", "bar_strong_pred", "bar_weak_pred", "bar_no_pred"]
    assert table["id_str"].tolist() == IDS
    back = np.array([[json.loads(one) for one in table[f"{name}_pred"]] for name in COLUMNS])
    np.testing.assert_allclose(back.transpose(1, 0, 2), values, atol=1e-5)


def test_parquet_has_lists_of_samples(tmp_path: Path) -> None:
    values = predict(tmp_path / "p.parquet")
    table = pd.read_parquet(tmp_path / "p.parquet")
    assert table["id_str"].tolist() == IDS
    for i, name in enumerate(COLUMNS):
        np.testing.assert_array_equal(np.stack(table[f"{name}_pred"]), values[:, i])


@pytest.mark.parametrize("suffix", PREDICTION_SUFFIXES)
def test_a_cancelled_export_leaves_what_was_there(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"p{suffix}"
    path.write_text("the last one")

    def export() -> None:
        with PredictionWriter(path, COLUMNS) as writer:
            writer.write(["a"], np.ones((1, 3, 2)))
            raise Cancelled

    with pytest.raises(Cancelled):
        export()
    assert path.read_text() == "the last one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", PREDICTION_SUFFIXES)
def test_an_export_of_no_galaxies_is_a_whole_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"p{suffix}"
    with PredictionWriter(path, COLUMNS) as writer:
        pass
    writer.close()
    assert path.exists()
    if suffix in (".hdf5", ".h5"):
        with h5py.File(path) as file:
            assert file["predictions"].shape[:2] == (0, 3)


def test_an_unknown_ending_or_folder_is_told_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(GzactiveError, match=r"'p\.xlsx': end it in \.hdf5, \.h5, \.csv, \.parquet"):
        PredictionWriter(tmp_path / "p.xlsx", COLUMNS)
    with pytest.raises(GzactiveError, match="no folder"):
        PredictionWriter(tmp_path / "nowhere" / "p.csv", COLUMNS)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([(1, 2, 4)], "1 galaxies and 3 answers"),
        ([(2, 3, 4)], "1 galaxies and 3 answers"),
        ([(1, 3, 4), (1, 3, 5)], "5 samples after blocks of 4"),
    ],
)
def test_blocks_that_do_not_fit_are_refused_and_nothing_is_left(
    tmp_path: Path, shapes: list[tuple[int, int, int]], message: str
) -> None:
    def export() -> None:
        with PredictionWriter(tmp_path / "p.hdf5", COLUMNS) as writer:
            for shape in shapes:
                writer.write(["a"], np.ones(shape))

    with pytest.raises(ValueError, match=message):
        export()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_in_one_sentence_also_where_the_rest_cannot_be_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    writer = PredictionWriter(tmp_path / "p.csv", COLUMNS)
    monkeypatch.setattr(writer._file, "write", full)
    close = writer._file.close

    def close_and_fail() -> None:
        close()
        full()

    monkeypatch.setattr(writer._file, "close", close_and_fail)
    with pytest.raises(GzactiveError, match="since the disk is full"), writer:
        writer.write(["a"], np.ones((1, 3, 4), np.float32))
    assert not list(tmp_path.iterdir())
