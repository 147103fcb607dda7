"""Images without a table are found, told apart and joined to the table that names them."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from gzactive.catalog import (
    find_images,
    image_stem,
    join_images,
    read_table,
)
from gzactive.errors import GzactiveError

from .helpers import IDS, pictures, sentence


def zipped(path: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return path


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
    with pytest.raises(GzactiveError, match="holds no image"):
        find_images([tmp_path])
    with pytest.raises(GzactiveError, match="holds no image"):
        find_images([zipped(tmp_path / "a.zip", ["readme.txt"])])
    some = zipped(tmp_path / "some.zip", ["a.png"])
    with pytest.raises(GzactiveError, match="holds no new image"):
        find_images([some, some])
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


@pytest.mark.real_data
def test_real_images_are_joined_to_their_tables(real_data):
    for name, match in (("gz1_sdss", None), ("decals_rings", "iauname")):
        table = read_table(real_data / name / "labels.csv")
        join = join_images(table, find_images([real_data / name / "images"]), match)
        assert len(join.catalog) == len(table)
        assert join.rows_without_image.empty
        assert join.images_without_row.empty
