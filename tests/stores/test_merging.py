"""Two people's logs become one, and merging again changes nothing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from gzactive.stores.labels import LabelError, LabelLog
from gzactive.trees import DecisionTree

from .label_steps import classify, say


@pytest.fixture
def other(tmp_path: Path) -> Iterator[LabelLog]:
    with LabelLog(tmp_path / "other.sqlite") as opened:
        yield opened


def test_merging_brings_the_others_labels_and_again_nothing(
    log: LabelLog, other: LabelLog, rings: DecisionTree
) -> None:
    classify(log, rings, "a", "ring yes")
    classify(other, rings, "a", "ring no", labeller="ben")
    other.add_scripted(pd.DataFrame({"id_str": ["b"], "ring_no": [5]}), rings, "table")
    assert log.merge(other) == 3
    assert log.merge(other) == 0
    assert log.votes(rings).to_dict("index") == {
        "a": {"ring_yes": 1, "ring_no": 1},
        "b": {"ring_yes": 0, "ring_no": 5},
    }
    assert log.finished("ben") == {"a"}


def test_merging_both_ways_gives_the_same_log(
    log: LabelLog, other: LabelLog, rings: DecisionTree
) -> None:
    classify(log, rings, "a", "ring yes")
    classify(other, rings, "b", "ring no")
    other.undo("anna")
    log.merge(other)
    other.merge(log)
    assert log.events() == other.events()
    assert log.finished() == other.finished() == {"a"}


def test_a_log_that_grew_since_is_merged_on(
    log: LabelLog, other: LabelLog, rings: DecisionTree
) -> None:
    classify(other, rings, "a", "ring no")
    log.merge(other)
    other.undo("anna")
    classify(other, rings, "b", "ring yes")
    assert log.merge(other) == 3
    assert log.finished() == {"b"}


def test_the_same_labeller_in_two_logs_counts_once(
    log: LabelLog, other: LabelLog, rings: DecisionTree
) -> None:
    classify(log, rings, "a", "ring yes")
    classify(other, rings, "a", "ring no")
    first = min((log, other), key=lambda one: one.log_id)
    expected = first.votes(rings).to_dict("index")
    log.merge(other)
    other.merge(log)
    assert log.votes(rings).to_dict("index") == other.votes(rings).to_dict("index") == expected


def test_undo_stays_within_the_log_that_is_written_here(
    log: LabelLog, other: LabelLog, rings: DecisionTree
) -> None:
    log.append(say(rings, "answer", "mine", "ring yes"))
    other.append(say(rings, "answer", "elsewhere", "ring yes"))
    log.merge(other)
    assert log.last_open("anna", rings) == "mine"
    assert log.undo("anna").id_str == "mine"
    assert log.undo("anna") is None


def test_copies_that_were_both_continued_are_refused(
    log: LabelLog, rings: DecisionTree, tmp_path: Path
) -> None:
    classify(log, rings, "a", "ring yes")
    log.close()
    shutil.copy(tmp_path / "labels.sqlite", tmp_path / "copy.sqlite")
    with (
        LabelLog(tmp_path / "labels.sqlite") as first,
        LabelLog(tmp_path / "copy.sqlite") as copy,
    ):
        classify(copy, rings, "b", "ring yes")
        assert first.merge(copy) == 2  # so far only the copy went on
        classify(copy, rings, "c", "ring yes")
        classify(first, rings, "d", "ring yes")
        with pytest.raises(LabelError, match="continued in two copies"):
            first.merge(copy)
        assert first.finished() == {"a", "b", "d"}


def test_members_of_a_team_write_to_logs_of_their_own_in_one_database(
    log: LabelLog, rings: DecisionTree, tmp_path: Path
) -> None:
    with LabelLog(tmp_path / "labels.sqlite", log_id="ben") as ben:
        classify(ben, rings, "a", "ring no", labeller="ben")
        classify(log, rings, "a", "ring yes")
        assert ben.position == ("ben", 2)
        assert log.position == (log.log_id, 2)
        assert ben.votes(rings).to_dict("index") == {"a": {"ring_yes": 1, "ring_no": 1}}
