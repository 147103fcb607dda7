"""Catalogues: tables, images and votes come in whole, or one sentence says why not."""

import gzip
import io
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.table import MaskedColumn, Table
from PIL import Image

from gzactive.catalog import (
    find_images,
    image_stem,
    join_images,
    load_catalog,
    read_table,
    read_votes,
    reserved_mask,
)
from gzactive.errors import GzactiveError
from gzactive.trees import load_tree

IDS = ["587722952767439450", "587722952767439451", "00123", "1237648702966988820"]


def catalogue() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id_str": IDS,
            "file_loc": [f"images/{name}.jpg" for name in IDS],
            "ra": [10.5, 11.25, np.nan, 13.0],
            "n_votes": [1, 2, 3, 4],
        }
    )


def pictures(folder: Path, names: list[str]) -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(buffer, "PNG")
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(buffer.getvalue())


def zipped(path: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return path


def sentence(caught) -> str:
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def write(frame: pd.DataFrame, path: Path) -> Path:
    """The frame as any kind of table."""
    suffix = "".join(path.suffixes)
    if suffix in (".csv", ".csv.gz"):
        frame.to_csv(path, index=False)
    elif suffix == ".parquet":
        frame.to_parquet(path, index=False)
    elif suffix == ".feather":
        frame.to_feather(path)
    else:
        kind = {".fits": "fits", ".xml": "votable", ".vot": "votable", ".ecsv": "ascii.ecsv"}
        table = Table({name: frame[name].to_numpy(dtype=str) for name in ("id_str", "file_loc")})
        for name in frame.columns[2:]:
            table[name] = frame[name].to_numpy()
        table.write(path, format=kind[suffix])
    return path


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
        ("id_str,file_loc\n1,a\n2,b\n1,c\n2,d\n", ["and 1 more ids"]),
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


# --- images -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "stem"),
    [
        ("/a/b/J000411.19+020924.0.jpg", "J000411.19+020924.0"),
        ("x.FITS.GZ", "x"),
        ("a.zip!/deep/y.tar.png", "y.tar"),
        (r"C:\images\z.TIF", "z"),
        ("no-suffix.1", "no-suffix.1"),
    ],
)
def test_the_stem_of_a_file_is_its_name_without_the_suffix(location, stem):
    assert image_stem(location) == stem


def test_images_are_found_in_nested_folders_and_zips(tmp_path):
    pictures(tmp_path / "in", ["b.png", "deep/er/a.jpg", "notes.txt", ".hidden/h.png", "._b.png"])
    archive = zipped(tmp_path / "more.zip", ["c.png", "x/d.fits", "__MACOSX/x/._d.png", "readme"])
    found = find_images([tmp_path / "in", archive])
    assert dict(zip(found["id_str"], found["file_loc"], strict=True)) == {
        "b": str(tmp_path / "in" / "b.png"),
        "a": str(tmp_path / "in" / "deep" / "er" / "a.jpg"),
        "c": f"{archive}!/c.png",
        "d": f"{archive}!/x/d.fits",
    }
    assert found.columns.to_list() == ["id_str", "file_loc"]


def test_images_that_share_a_name_get_their_paths_as_ids(tmp_path):
    pictures(tmp_path, ["north/a.png", "south/a.png", "b.png", "c.png", "c.jpg"])
    found = find_images([tmp_path])
    assert sorted(found["id_str"]) == ["b", "c.jpg", "c.png", "north/a", "south/a"]
    assert found.attrs["remarks"][0].startswith("4 images share")


def test_the_same_source_given_twice_adds_nothing_twice(tmp_path):
    pictures(tmp_path, ["sub/a.png", "b.png"])
    with pytest.raises(GzactiveError, match="no new image"):
        find_images([tmp_path, tmp_path / "sub"])
    assert len(find_images([tmp_path / "sub", tmp_path])) == 2


def test_a_link_to_an_enclosing_folder_is_not_followed_for_ever(tmp_path):
    pictures(tmp_path, ["sub/a.png"])
    try:
        (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no links")
    assert find_images([tmp_path])["id_str"].to_list() == ["a"]


def test_a_folder_with_only_zips_stands_for_them(tmp_path):
    zipped(tmp_path / "one.zip", ["a.png"])
    zipped(tmp_path / "two.zip", ["a.png"])
    assert find_images([tmp_path])["id_str"].to_list() == ["one.zip/a", "two.zip/a"]


def test_sources_without_images_are_told(tmp_path):
    with pytest.raises(GzactiveError, match="does not exist"):
        find_images([tmp_path / "none"])
    with pytest.raises(GzactiveError, match="holds no new image"):
        find_images([tmp_path])
    with pytest.raises(GzactiveError, match="holds no new image"):
        find_images([zipped(tmp_path / "a.zip", ["readme.txt"])])
    (tmp_path / "b.zip").write_bytes(b"PK but not really")
    with pytest.raises(GzactiveError, match="no readable ZIP"):
        find_images([tmp_path / "b.zip"])


def test_a_table_is_joined_to_images_by_the_column_that_names_them(tmp_path):
    pictures(tmp_path, [f"{name}.png" for name in (*IDS[:3], "stranger")])
    table = pd.DataFrame(
        {"row": range(4), "objid": [int(i) if i != "00123" else 9 for i in IDS], "name": IDS}
    )
    join = join_images(table, find_images([tmp_path]))
    assert join.match == "name"
    assert join.catalog["id_str"].to_list() == IDS[:3]
    assert [image_stem(location) for location in join.catalog["file_loc"]] == IDS[:3]
    assert join.catalog["row"].to_list() == [0, 1, 2]
    assert join.rows_without_image["name"].to_list() == IDS[3:]
    assert join.images_without_row["id_str"].to_list() == ["stranger"]


def test_a_column_of_paths_and_one_of_integers_name_images_too(tmp_path):
    pictures(tmp_path, ["deep/5877.png", "deep/5878.png"])
    images = find_images([tmp_path])
    paths = pd.DataFrame({"file": ["images/5878.jpg", "images/5877.jpg"]})
    assert join_images(paths, images).catalog["id_str"].to_list() == ["5878", "5877"]
    numbers = pd.DataFrame({"objid": [5878, 5877, 1]})
    assert join_images(numbers, images, "objid").catalog["id_str"].to_list() == ["5878", "5877"]


def test_the_tables_own_id_is_kept_beside_the_stem(tmp_path):
    pictures(tmp_path, ["x.png"])
    table = pd.DataFrame({"id_str": ["J1"], "file": ["x.jpg"], "file_loc": ["/gone/x.jpg"]})
    catalog = join_images(table, find_images([tmp_path]), "file").catalog
    assert catalog.to_dict("records") == [
        {
            "id_str": "x",
            "file_loc": str(tmp_path / "x.png"),
            "table_id_str": "J1",
            "file": "x.jpg",
        }
    ]


def test_joins_that_cannot_be_are_told(tmp_path):
    pictures(tmp_path, ["north/a.png", "south/a.png", "b.png"])
    images = find_images([tmp_path])
    for table, match, words in (
        ({"name": ["z"]}, None, ["No row has an image", "'z'"]),
        ({"name": ["b"]}, "nome", ["no column 'nome'", "'name'"]),
        ({"name": ["b", "c", "b"]}, None, ["'b'", "rows 1, 3"]),
        ({"name": ["a"]}, None, ["2 images are called 'a'", "north", "south"]),
        ({"name": []}, None, ["no rows"]),
        ({"x": [1.5]}, None, ["no column of text"]),
    ):
        with pytest.raises(GzactiveError) as caught:
            join_images(pd.DataFrame(table), images, match)
        for word in words:
            assert word in sentence(caught)


# --- votes --------------------------------------------------------------------------------------

DR5 = load_tree("gz-decals-dr5")


def test_votes_come_as_whole_numbers_in_the_trees_columns(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text(
        "id_str,smooth-or-featured_smooth,bar_no,rare-features_ring,other\n"
        "0012,3,1.0,1,x\n"
        "13,,0,,y\n"
    )
    votes = read_votes(path, DR5)
    assert votes.columns.to_list() == ["id_str", *DR5.columns, "rare-features_ring"]
    assert votes["id_str"].to_list() == ["0012", "13"]
    assert (votes.dtypes.iloc[1:] == np.int64).all()
    assert votes["smooth-or-featured_smooth"].to_list() == [3, 0]
    assert votes["bar_no"].to_list() == [1, 0]
    assert votes.drop(columns="id_str").to_numpy().sum() == 5


@pytest.mark.parametrize("tree_id", ["gz-decals-dr5", "gz-decals-dr8", "gz2", "gz-candels"])
def test_votes_under_the_names_of_any_scheme_are_the_same(tree_id):
    tree = load_tree(tree_id)
    rng = np.random.default_rng(2)
    counts = rng.integers(0, 40, (30, len(tree.columns)))
    plain = pd.DataFrame(counts, columns=list(tree.columns))
    plain.insert(0, "id_str", [str(number) for number in range(30)])
    for scheme in tree.schemes:
        names = tree.column_names(scheme)
        if len(set(names.values())) < len(names):
            continue  # names that say which answer only within their question
        other = plain.rename(columns=names)
        if scheme in tree.fraction_schemes:
            for question in tree.modelled:
                columns = [names[answer.column] for answer in question.answers]
                total = other[columns].sum(axis=1)
                other[columns] = other[columns].div(total.clip(lower=1), axis=0)
                other[question.names[scheme]] = total
        votes = read_votes(other, tree)
        assert np.array_equal(votes[list(tree.columns)].to_numpy(), counts), scheme


def test_counts_are_preferred_to_fractions_of_another_scheme():
    tree = load_tree("gz-candels")
    column = tree.columns[0]
    fraction = tree.column_names("gz-catalogue")[column]
    votes = read_votes(pd.DataFrame({"id_str": ["1"], column: [7], fraction: [0.1]}), tree)
    assert votes[column].to_list() == [7]
    with pytest.raises(GzactiveError, match="total"):
        read_votes(pd.DataFrame({"id_str": ["1"], fraction: [0.1]}), tree)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"bar_no": [1]}, ["no column 'id_str'"]),
        ({"id_str": ["1"], "x": [1]}, ["no answer of the tree 'gz-decals-dr5'", "'x'"]),
        ({"id_str": ["1", "2"], "bar_no": [1, -3]}, ["'-3'", "'bar_no'", "row 2", "id 2"]),
        ({"id_str": ["1", "2"], "bar_no": [1, 0.25]}, ["0.25", "'bar_no'", "row 2", "whole"]),
        ({"id_str": ["1", "2"], "bar_no": ["1", "many"]}, ["'many'", "row 2"]),
        ({"id_str": ["1"], "bar_no": [np.inf]}, ["inf"]),
        ({"id_str": ["1", "1"], "bar_no": [1, 1]}, ["'1'", "rows 1, 2"]),
        ({"id_str": ["1", None], "bar_no": [1, 1]}, ["no id_str in row 2"]),
    ],
)
def test_votes_at_fault_are_told_with_row_and_value(table, words):
    with pytest.raises(GzactiveError) as caught:
        read_votes(pd.DataFrame(table), DR5)
    for word in words:
        assert word in sentence(caught)


# --- the held-out share -------------------------------------------------------------------------


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


# --- size and real tables -----------------------------------------------------------------------


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


@pytest.mark.real_data
def test_real_vote_tables_are_read_without_losing_a_vote(real_data):
    raw = pd.read_csv(real_data / "votes" / "gz_decals_full_tree_votes.csv")
    table = read_table(real_data / "votes" / "gz_decals_full_tree_votes.csv")
    votes = read_votes(table.rename(columns={"subject_id": "id_str"}), DR5)
    columns = list(DR5.columns)
    assert votes[columns].to_numpy().sum() == np.nansum(raw[columns].to_numpy())
    gz2 = load_tree("gz2")
    raw = pd.read_csv(real_data / "votes" / "gz2_stripe82_votes.csv.gz", dtype={"objid": str})
    table = read_table(real_data / "votes" / "gz2_stripe82_votes.csv.gz")
    assert table["objid"].to_list() == raw["objid"].to_list()
    votes = read_votes(table.rename(columns={"objid": "id_str"}), gz2)
    names = list(gz2.column_names("gz-catalogue").values())
    assert votes[list(gz2.columns)].to_numpy().sum() == raw[names].to_numpy().sum()


@pytest.mark.real_data
def test_real_images_are_joined_to_their_tables(real_data):
    for name, match in (("gz1_sdss", None), ("decals_rings", "iauname")):
        table = read_table(real_data / name / "labels.csv")
        join = join_images(table, find_images([real_data / name / "images"]), match)
        assert len(join.catalog) == len(table)
        assert join.rows_without_image.empty
        assert join.images_without_row.empty
