"""Catalogue votes and the galaxies that the queue issued have tables of their own."""

import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.stores.labels import LabelError, LabelLog
from gzactive.trees import DecisionTree, load_tree

from .label_steps import classify


def test_catalogue_votes_come_back_as_they_were_given(log: LabelLog, decals: DecisionTree) -> None:
    rng = np.random.default_rng(1)
    columns = list(decals.columns)
    given = pd.DataFrame(rng.poisson(2, (50, 34)), columns=columns)
    given.insert(0, "id_str", [f"{10**18 + i}" for i in range(50)])
    given["ra"] = 1.5
    given.loc[3, columns] = 0
    assert log.set_catalogue_votes(given, decals, "votes.csv") == 49
    votes = log.catalogue_votes(decals)
    expected = given.drop(index=3).set_index("id_str")[columns].sort_index()
    pd.testing.assert_frame_equal(votes, expected, check_index_type=False)
    source = log.catalogue_source(decals)
    assert source is not None
    assert (source["source"], source["galaxies"]) == ("votes.csv", 49)


def test_catalogue_votes_are_no_events_and_no_labels(
    log: LabelLog, rings: DecisionTree, tmp_path: Path
) -> None:
    given = pd.DataFrame({"id_str": ["a"], "ring_yes": [3]})
    log.set_catalogue_votes(given, rings)
    assert log.position[1] == 0
    assert len(log.votes(rings)) == 0
    raw = sqlite3.connect(tmp_path / "labels.sqlite")
    (name,) = raw.execute("SELECT table_name FROM catalogue_sources").fetchone()
    assert raw.execute(f"SELECT id_str, ring_yes, ring_no FROM {name}").fetchall() == [("a", 3, 0)]
    raw.close()


def test_catalogue_votes_are_replaced_as_a_whole_and_by_tree(
    log: LabelLog, rings: DecisionTree, decals: DecisionTree
) -> None:
    log.set_catalogue_votes(pd.DataFrame({"id_str": ["a", "b"], "ring_yes": [3, 1]}), rings)
    log.set_catalogue_votes(pd.DataFrame({"id_str": ["c"], "ring_no": [2]}), rings)
    assert log.catalogue_votes(rings).to_dict("index") == {"c": {"ring_yes": 0, "ring_no": 2}}
    assert log.catalogue_votes(decals).shape == (0, 34)
    assert log.catalogue_source(decals) is None


def test_catalogue_votes_survive_a_tree_that_lost_an_answer(
    log: LabelLog, tmp_path: Path, rings: DecisionTree
) -> None:
    assert rings.file is not None
    own = tmp_path / "own.toml"
    own.write_text(rings.file.read_text().replace('id = "rings"', 'id = "my-rings"'))
    given = pd.DataFrame({"id_str": ["a"], "ring_yes": [3], "ring_no": [1]})
    log.set_catalogue_votes(given, load_tree(own))
    own.write_text(own.read_text().replace('"no"', '"none"'))
    votes = log.catalogue_votes(load_tree(own))
    assert votes.to_dict("index") == {"a": {"ring_yes": 3, "ring_none": 0}}


def test_wrong_catalogue_votes_leave_the_old_ones(log: LabelLog, rings: DecisionTree) -> None:
    log.set_catalogue_votes(pd.DataFrame({"id_str": ["a"], "ring_yes": [3]}), rings)
    with pytest.raises(LabelError):
        log.set_catalogue_votes(pd.DataFrame({"id_str": ["a"], "ring_yes": [0.5]}), rings)
    assert list(log.catalogue_votes(rings).index) == ["a"]


def test_the_latest_issue_of_a_galaxy_counts(log: LabelLog) -> None:
    log.record_issued(
        pd.DataFrame(
            {
                "rank": [1, 2],
                "id_str": ["a", "b"],
                "selection": ["active", "random"],
                "acquisition": [0.5, np.nan],
                "question": ["tree", "tree"],
                "weights_id": ["w1", "w1"],
                "round": [1, 1],
            }
        )
    )
    log.record_issued(pd.DataFrame({"id_str": ["a"], "selection": ["repeat"]}))
    issued = log.issued()
    assert list(issued.index) == ["b", "a"]
    assert issued["selection"].to_dict() == {"b": "random", "a": "repeat"}
    assert np.isnan(issued.loc["b", "acquisition"])
    assert issued.loc["b", "round"] == 1
    assert list(log.issued(["a", "unknown"]).index) == ["a"]
    assert log.issued(["unknown"]).empty
    log.record_issued(pd.DataFrame({"id_str": [], "selection": []}))
    assert len(log.issued()) == 2


def test_issues_of_many_galaxies_are_found(log: LabelLog) -> None:
    ids = [f"g{i}" for i in range(30_000)]
    log.record_issued(pd.DataFrame({"id_str": ids, "selection": "active"}))
    assert list(log.issued(ids[10_000:10_950]).index) == ids[10_000:10_950]
    assert list(log.issued(ids[:25_000]).index) == ids[:25_000]


def test_what_was_seen_elsewhere_stays_seen_by_that_labeller(log: LabelLog) -> None:
    log.record_seen("anna", ["a", "b", "a"])
    log.record_seen("anna", ["b", "c"])
    assert log.seen("anna") == {"a", "b", "c"}
    assert log.seen("ben") == set()


def test_a_database_from_before_anything_was_seen_is_read(tmp_path: Path) -> None:
    path = tmp_path / "labels.sqlite"
    LabelLog(path).close()
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE seen")
    database.close()
    with LabelLog(path, read_only="It is only looked at.") as log:
        assert log.seen("anna") == set()


def test_one_answers_galaxies_are_counted_without_repeats(
    log: LabelLog, decals: DecisionTree
) -> None:
    artifact = "smooth-or-featured artifact"
    classify(log, decals, "a", artifact)
    classify(log, decals, "b", artifact)
    classify(log, decals, "a", artifact, repeat=True)
    classify(log, decals, "c", artifact)
    log.undo("anna")
    log.undo("anna")
    assert log.answered("anna", "smooth-or-featured", "artifact") == 2
