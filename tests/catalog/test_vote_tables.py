"""Votes come as whole numbers under the names of any scheme, or one sentence says why not."""

import numpy as np
import pandas as pd
import pytest

from gzactive.catalog import (
    read_table,
    read_votes,
)
from gzactive.errors import GzactiveError
from gzactive.trees import load_tree

from .helpers import sentence

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
