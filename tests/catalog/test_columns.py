"""Columns are understood by name and content, and a person's word goes before every guess."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.catalog import find_images, read_table
from gzactive.catalog.columns import (
    best_tree,
    check_columns,
    guess_columns,
    guess_votes,
    meanings,
    total_of,
)
from gzactive.errors import GzactiveError
from gzactive.trees import available_trees, load_tree

from .helpers import pictures

DECALS = load_tree("gz-decals-dr5")
RINGS = load_tree("rings")


def understood(table: pd.DataFrame, tree=RINGS, images=None) -> dict[str, str]:
    return {n: what for n, what in guess_columns(table, tree, images).items() if what}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["objID", "RA", "DEC"], ["id_str", "ra", "dec"]),
        (["iauname", "ra (deg)", "Dec [deg]"], ["id_str", "ra", "dec"]),
        (["name", "_RAJ2000", "_DEJ2000"], ["id_str", "ra", "dec"]),
        (["Galaxy ID", "right ascension", "declination"], ["id_str", "ra", "dec"]),
        (["source_id", "ALPHA_J2000", "DELTA_J2000"], ["id_str", "ra", "dec"]),
    ],
)
def test_ids_and_coordinates_are_known_by_the_names_that_catalogues_give_them(names, expected):
    table = pd.DataFrame({names[0]: ["a", "b"], names[1]: [1.0, 2.0], names[2]: [3.0, 4.0]})
    assert list(understood(table).values()) == expected


def test_a_column_of_the_right_name_and_the_wrong_content_is_only_kept():
    table = pd.DataFrame({"id_str": ["a"], "ra": ["Aries"], "image": [3], "scale": ["large"]})
    assert understood(table) == {"id_str": "id_str"}


def test_sexagesimal_coordinates_are_coordinates():
    table = pd.DataFrame({"name": ["M87"], "RA": ["12:30:49.42"], "DEC": ["+12 23 28.0"]})
    assert understood(table) == {"name": "id_str", "RA": "ra", "DEC": "dec"}


def test_paths_of_images_are_known_by_name_or_by_their_endings():
    table = pd.DataFrame({"who": ["x", "y"], "stamp": ["a/1.png", "a/2.PNG"]})
    assert understood(table) == {"stamp": "file_loc"}
    table = pd.DataFrame({"png_loc": ["a/1.png"], "other": ["b/1.png"]})
    assert understood(table) == {"png_loc": "file_loc"}


def test_an_id_with_a_value_of_its_own_in_every_row_is_preferred():
    table = pd.DataFrame({"subject_id": ["1", "1"], "nsa_id": ["5", "6"], "file": ["a.png"] * 2})
    assert understood(table)["nsa_id"] == "id_str"


def test_beside_images_the_id_is_the_column_that_names_them(tmp_path: Path):
    pictures(tmp_path, ["x1.png", "x2.png"])
    table = pd.DataFrame({"id_str": ["1", "2"], "stem": ["x2", "x1"], "file": ["q.png", "r.png"]})
    assert understood(table, images=find_images([tmp_path])) == {"stem": "id_str"}


def test_votes_are_found_under_every_name_that_a_tree_knows():
    names = DECALS.column_names("zoobot")
    table = pd.DataFrame({name: [1] for name in names.values()} | {"id_str": ["a"]})
    found = understood(table, DECALS)
    assert set(found.values()) == {*names, "id_str"}


def test_fractions_count_only_beside_their_total():
    trees = [tree for tree in map(load_tree, available_trees()) if tree.fraction_schemes]
    assert trees
    for tree in trees:
        (scheme,) = tree.fraction_schemes
        column, name = next(iter(tree.column_names(scheme).items()))
        question = tree.locate(column)[0]
        total = question.names[scheme]
        assert guess_votes([name], tree) == {}
        both = guess_votes([name, total], tree)
        assert both == {column: name, total_of(question.name): total}


def test_the_tree_is_the_one_whose_answers_are_there():
    assert best_tree(["ring_yes", "ring_no", "ra"]).id == "rings"
    assert best_tree(["ra"]).id == "gz-decals-dr5"
    assert best_tree(load_tree("gz2").column_names("gz-catalogue").values()).id == "gz2"


def test_what_cannot_be_meant_is_refused():
    table = pd.DataFrame({"a": ["1"], "b": ["2"]})
    with pytest.raises(GzactiveError, match="no column 'c'"):
        check_columns({"c": "ra"}, table, RINGS)
    with pytest.raises(GzactiveError, match="cannot mean 'redshift'"):
        check_columns({"a": "redshift"}, table, RINGS)
    with pytest.raises(GzactiveError, match="'a' and 'b' cannot both be ra"):
        check_columns({"a": "ra", "b": "ra"}, table, RINGS)
    assert check_columns({"a": "ring_yes", "b": ""}, table, RINGS) == {"a": "ring_yes", "b": ""}


def test_every_meaning_has_words_for_people():
    words = meanings(DECALS)
    assert {"", "id_str", "file_loc", "ra", "dec", "pixel_scale", *DECALS.columns} <= set(words)
    assert all(words.values())
    assert len(set(words.values())) == len(words)


@pytest.mark.real_data
def test_real_tables_are_understood_without_help(real_data: Path):
    rings = read_table(real_data / "decals_rings" / "labels.csv")
    assert understood(rings) == {
        "file": "file_loc",
        "iauname": "id_str",
        "ra": "ra",
        "dec": "dec",
        "ring_yes": "ring_yes",
        "ring_no": "ring_no",
    }
    stripe = read_table(real_data / "votes" / "gz2_stripe82_votes.csv.gz")
    tree = best_tree(stripe.columns)
    assert tree.id == "gz2"
    found = guess_columns(stripe, tree)
    assert found["objid"] == "id_str"
    assert set(tree.columns) <= set(found.values())
    assert np.all(stripe["objid"].str.len() >= 18)
