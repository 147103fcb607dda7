"""Tables: every kind of file comes in whole, or one sentence says why not."""

import gzip

import numpy as np
import pandas as pd
import pytest
from astropy.table import MaskedColumn, Table

from gzactive.catalog import (
    read_table,
)
from gzactive.errors import GzactiveError

from .helpers import IDS, catalogue, sentence, write

SUFFIXES = [".csv", ".csv.gz", ".parquet", ".feather", ".fits", ".xml", ".vot", ".ecsv"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_ids_keep_every_digit_in_every_kind_of_table(tmp_path, suffix):
    table = read_table(write(catalogue(), tmp_path / f"t{suffix}"))
    assert table["id_str"].to_list() == IDS
    assert table["file_loc"].to_list() == catalogue()["file_loc"].to_list()
    assert table["n_votes"].to_list() == [1, 2, 3, 4]
    assert table["ra"].isna().to_list() == [False, False, True, False]
    assert table["ra"].dtype == np.float64


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".fits", ".vot", ".csv"])
def test_ids_that_are_64_bit_integers_become_text(tmp_path, suffix):
    numbers = [587722952767439450, 1237648702966988820]
    frame = pd.DataFrame({"dr7objid": numbers, "n": numbers})
    path = tmp_path / f"t{suffix}"
    if suffix in (".fits", ".vot"):
        Table.from_pandas(frame).write(path, format={".fits": "fits", ".vot": "votable"}[suffix])
    else:
        write(frame, path)
    table = read_table(path)
    assert table["dr7objid"].to_list() == [str(number) for number in numbers]
    assert table["n"].to_list() == numbers


@pytest.mark.parametrize("suffix", [".parquet", ".fits", ".vot", ".ecsv"])
def test_gaps_do_not_cost_integers_their_last_digits(tmp_path, suffix):
    large, path = 587722952767439451, tmp_path / f"t{suffix}"
    if suffix == ".parquet":
        columns = {"objid": [large, None], "other": [large, None], "n": [1, None]}
        pd.DataFrame(columns, dtype="Int64").to_parquet(path)
    else:
        columns = {
            name: MaskedColumn(np.array([value, 0], dtype=np.int64), mask=[False, True])
            for name, value in {"objid": large, "other": large, "n": 1}.items()
        }
        kind = {".fits": "fits", ".vot": "votable", ".ecsv": "ascii.ecsv"}[suffix]
        Table(columns).write(path, format=kind)
    table = read_table(path)
    for name in ("objid", "other"):
        assert table[name].iloc[0] == str(large)
        assert pd.isna(table[name].iloc[1])
    assert table["n"].iloc[0] == 1
    assert np.isnan(table["n"].iloc[1])


def test_csv_columns_become_numbers_only_where_nothing_is_lost(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "id,zeros,big,huge,gaps,floats,nothing,words,flags,missing\n"
        "007,01,123456789012345678,123456789012345678901234,1,1.5,,a,True,NA\n"
        "8,22,1,5,,-2e3,,NA,False,2\n"
    )
    table = read_table(path)
    assert table["id"].to_list() == ["007", "8"]
    assert table["zeros"].to_list() == ["01", "22"]
    assert table["big"].to_list() == [123456789012345678, 1]
    assert table["huge"].to_list() == ["123456789012345678901234", "5"]
    assert table["gaps"].to_list()[0] == 1.0
    assert table["floats"].to_list() == [1.5, -2000.0]
    assert table["nothing"].isna().all()
    assert table["words"].to_list() == ["a", "NA"]
    assert table["flags"].to_list() == [True, False]
    assert table["missing"].isna().to_list() == [True, False]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id_str;name\n1;Ängström\n", "utf-8"),
        ("id_str\tname\n1\tÄngström\n", "utf-8-sig"),
        ("id_str,name\n1,Ängström\n", "latin-1"),
        ("id_str|name\r\n1|Ängström\r\n", "utf-8"),
        (' id_str , name\n1,"Ängström"\n', "utf-8"),
        ("id_str,name\n1,Ängström\n", "utf-16"),
    ],
)
def test_csv_from_any_program_is_read(tmp_path, text, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    table = read_table(path)
    assert table.columns.to_list() == ["id_str", "name"]
    assert table.iloc[0].to_list() == ["1", "Ängström"]


def test_quoted_line_breaks_and_a_wrong_suffix_do_no_harm(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('id_str,note\n1,"two\nlines"\n2,"a, b"\n')
    assert read_table(path)["note"].to_list() == ["two\nlines", "a, b"]
    wrong = write(catalogue(), tmp_path / "t.parquet").rename(tmp_path / "really-parquet.csv")
    assert read_table(wrong)["id_str"].to_list() == IDS
    packed = tmp_path / "packed.csv"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert len(read_table(packed)) == 2


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("t.csv", b"", "empty"),
        ("t.csv", b"id_str,ra\n1,2\n3\n", "malformed"),
        ("t.csv", b"id_str,ra,ra\n1,2,3\n", "more than one column 'ra'"),
        ("t.xlsx", b"PK\x03\x04\0\0\0", "spreadsheet"),
        ("t.parquet", b"PAR1" + bytes(50), "malformed"),
        ("t.feather", b"ARROW1" + bytes(50), "malformed"),
        ("t.csv.gz", gzip.compress(b"id_str\n" + b"1\n" * 9000)[:-20], "cannot be read"),
        ("t.xml", b"<?xml version='1.0'?><VOTABLE><RESOURCE>", "malformed"),
        ("t.bin", bytes(100), "known kind"),
    ],
)
def test_a_malformed_table_is_told_in_a_sentence(tmp_path, name, content, word):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(GzactiveError) as caught:
        read_table(path)
    assert word in sentence(caught)
    assert str(path) in str(caught.value)


def test_a_table_that_is_not_there_or_a_folder_is_told(tmp_path):
    with pytest.raises(GzactiveError, match="does not exist"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(GzactiveError, match="is a folder"):
        read_table(tmp_path)
