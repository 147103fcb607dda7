"""Catalogues: text ids, absolute paths, and a share held out for ever."""

import time

import numpy as np
import pandas as pd
import pytest

from gzactive.catalog import (
    load_catalog,
    reserved_mask,
    split_parts,
)
from gzactive.errors import GzactiveError

from .helpers import IDS, catalogue, pictures, sentence, write


def test_a_catalogue_has_text_ids_absolute_paths_and_all_its_columns(tmp_path):
    frame = catalogue()
    frame["file_loc"] = ["images/a.png", "./images/../images/b.png", "p.zip!/c.png", "d.png"]
    frame.loc[3, "file_loc"] = str(tmp_path / "images" / "d.png")
    pictures(tmp_path, ["images/a.png", "images/b.png", "images/d.png", "p.zip"])
    loaded = load_catalog(write(frame, tmp_path / "t.csv"))
    assert loaded.columns.to_list() == ["id_str", "file_loc", "ra", "n_votes"]
    images = tmp_path / "images"
    assert loaded["file_loc"].to_list() == [
        str(images / "a.png"),
        str(images / "b.png"),
        f"{tmp_path / 'p.zip'}!/c.png",
        str(images / "d.png"),
    ]
    assert "remarks" not in loaded.attrs


def test_relative_paths_start_at_the_table_and_not_at_the_shell(tmp_path, monkeypatch):
    pictures(tmp_path / "data", ["a.png"])
    table = tmp_path / "data" / "t.csv"
    table.write_text("id_str,file_loc\n1,a.png\n")
    monkeypatch.chdir(tmp_path)
    loaded = load_catalog("data/t.csv")
    assert loaded["file_loc"].to_list() == [str(tmp_path / "data" / "a.png")]


def test_another_column_may_serve_as_the_id(tmp_path):
    pictures(tmp_path, ["a.png"])
    (tmp_path / "t.csv").write_text("iauname,file_loc\nJ1,a.png\n")
    loaded = load_catalog(tmp_path / "t.csv", id_column="iauname")
    assert loaded["id_str"].to_list() == ["J1"]
    assert loaded["iauname"].to_list() == ["J1"]


def test_some_missing_images_are_counted_and_all_missing_is_an_error(tmp_path):
    pictures(tmp_path, [f"images/{IDS[0]}.jpg"])
    loaded = load_catalog(write(catalogue(), tmp_path / "t.csv"))
    assert len(loaded) == 4
    assert loaded.attrs["remarks"][0].startswith("3 of 4 images are missing (first: ")
    (tmp_path / "images" / f"{IDS[0]}.jpg").unlink()
    with pytest.raises(GzactiveError, match="None of the 4 images") as caught:
        load_catalog(tmp_path / "t.csv")
    sentence(caught)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file_loc\na.png\n", ["no column 'id_str'", "'file_loc'", "rename"]),
        ("id_str\n1\n", ["no column 'file_loc'"]),
        ("id_str,file_loc\n", ["no rows"]),
        ("id_str,file_loc\n1,a\n2,b\n1,c\n", ["'1'", "rows 1, 3"]),
        ("id_str,file_loc\n1,a\n2,b\n1,c\n2,d\n", ["and 1 other id is repeated too"]),
        ("id_str,file_loc\n1,a\n,b\n", ["no id_str in row 2"]),
        ("id_str,file_loc\n1,\n2,b\n3,\n", ["no file_loc in rows 1, 3", "id 1"]),
        ("id_str,file_loc\n1,https://x.org/a.jpg\n", ["web addresses", "https://x.org/a.jpg"]),
    ],
)
def test_a_catalogue_at_fault_is_told_with_rows_and_values(tmp_path, text, words):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(GzactiveError) as caught:
        load_catalog(tmp_path / "t.csv")
    for word in words:
        assert word in sentence(caught)


def test_ids_that_lost_digits_as_floats_are_refused(tmp_path):
    frame = pd.DataFrame({"id_str": [5.87722952767439450e17], "file_loc": ["a.png"]})
    with pytest.raises(GzactiveError, match="lose digits"):
        load_catalog(write(frame, tmp_path / "t.parquet"))
    pictures(tmp_path, ["a.png"])
    small = pd.DataFrame({"id_str": [41.0], "file_loc": ["a.png"]})
    assert load_catalog(write(small, tmp_path / "t.parquet"))["id_str"].to_list() == ["41"]


def test_a_fifth_is_reserved_by_id_and_seed_alone():
    ids = pd.Series([f"J{number}" for number in range(20_000)])
    mask = reserved_mask(ids, seed=3)
    assert mask.dtype == bool
    assert abs(mask.mean() - 0.2) < 0.01
    shuffled = ids.sample(frac=0.3, random_state=1)
    assert np.array_equal(reserved_mask(shuffled, seed=3), mask[shuffled.index])
    assert np.array_equal(reserved_mask(ids.to_numpy(dtype=object), 3), mask)
    other = reserved_mask(ids, seed=4)
    assert abs((mask & other).mean() - 0.04) < 0.006
    assert reserved_mask(ids, 3, share=0.0).sum() == 0
    assert reserved_mask(ids, 3, share=1.0).all()
    assert (mask <= reserved_mask(ids, 3, share=0.5)).all()


def test_the_reserved_galaxies_never_change_between_versions():
    ids = ["587722952767439450", "J000411.19+020924.0", "é", "", "a", "b", "c", "d", "e", "f"]
    assert reserved_mask(ids, seed=0, share=0.5).astype(int).tolist() == [
        1,
        1,
        0,
        0,
        1,
        1,
        1,
        1,
        0,
        0,
    ]


def test_a_million_rows_take_seconds(tmp_path):
    rows = 1_000_000
    pictures(tmp_path, ["a.png"])
    numbers = np.arange(587722952767439450, 587722952767439450 + rows)
    frame = pd.DataFrame({"id_str": numbers.astype(str), "file_loc": "a.png"})
    frame["ra"] = np.linspace(0, 360, rows)
    frame.to_parquet(tmp_path / "t.parquet")
    start = time.perf_counter()
    loaded = load_catalog(tmp_path / "t.parquet")
    mask = reserved_mask(loaded["id_str"], seed=0)
    assert time.perf_counter() - start < 20
    assert len(loaded) == rows
    assert abs(mask.mean() - 0.2) < 0.002


def test_parts_of_a_split_follow_the_id_and_keep_their_shares() -> None:
    ids = pd.Series([f"galaxy-{index}" for index in range(20_000)])
    parts = split_parts(ids, seed=3)
    share = {part: float((parts == part).mean()) for part in ("train", "test", "validation")}
    assert share == pytest.approx({"train": 0.7, "test": 0.2, "validation": 0.1}, abs=0.02)
    np.testing.assert_array_equal(split_parts(ids[::-1], 3), parts[::-1])
    assert (split_parts(ids, seed=4) != parts).mean() > 0.3
    assert set(split_parts(ids, 3, (0, 0, 5))) == {"validation"}
    with pytest.raises(GzactiveError, match="Shares 0:0:0 do not split anything"):
        split_parts(ids, 3, (0, 0, 0))
