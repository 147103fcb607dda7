"""Votes are each labeller's first finished classification and the counts of tables."""

import pandas as pd
import pytest

from gzactive.stores.labels import LabelError, LabelLog
from gzactive.trees import DecisionTree

from .label_steps import classify, say

SMOOTH = "smooth-or-featured smooth"
FEATURED = "smooth-or-featured featured-or-disk"


def counts(log: LabelLog, tree: DecisionTree, id_str: str, **options: object) -> dict[str, int]:
    """The votes of one galaxy that are not zero."""
    row = log.votes(tree, **options).loc[id_str]
    return row[row != 0].to_dict()


def test_votes_have_the_trees_columns_as_integers_and_zeros(
    log: LabelLog, decals: DecisionTree
) -> None:
    classify(log, decals, "b", FEATURED, "disk-edge-on no")
    classify(log, decals, "a", SMOOTH)
    votes = log.votes(decals)
    assert list(votes.columns) == list(decals.columns)
    assert list(votes.index) == ["a", "b"]
    assert votes.index.name == "id_str"
    assert set(votes.dtypes) == {pd.Series([1]).dtype}
    assert votes.sum().sum() == 3


def test_an_empty_log_has_no_votes(log: LabelLog, decals: DecisionTree) -> None:
    votes = log.votes(decals)
    assert votes.shape == (0, 34)
    assert len(log.classifications(decals)) == 0


def test_a_half_done_galaxy_has_no_votes_yet(log: LabelLog, decals: DecisionTree) -> None:
    log.append(say(decals, "answer", "a", SMOOTH))
    assert len(log.votes(decals)) == 0


def test_only_the_first_finished_classification_of_a_labeller_counts(
    log: LabelLog, rings: DecisionTree
) -> None:
    classify(log, rings, "a", "ring yes")
    classify(log, rings, "a", "ring no")
    classify(log, rings, "a", "ring no", labeller="ben")
    assert counts(log, rings, "a") == {"ring_yes": 1, "ring_no": 1}


def test_after_undoing_the_first_the_next_one_counts(log: LabelLog, rings: DecisionTree) -> None:
    classify(log, rings, "a", "ring yes")
    log.undo("anna")
    log.undo("anna")
    classify(log, rings, "a", "ring no")
    assert counts(log, rings, "a") == {"ring_no": 1}


def test_a_marked_repeat_never_counts(log: LabelLog, rings: DecisionTree) -> None:
    classify(log, rings, "a", "ring yes", repeat=True)
    assert len(log.votes(rings)) == 0
    classify(log, rings, "a", "ring no")
    assert counts(log, rings, "a") == {"ring_no": 1}
    told = log.classifications(rings)
    assert told["repeat"].tolist() == [True, False]
    assert told["first"].tolist() == [False, True]


def test_answers_before_a_restart_do_not_count(log: LabelLog, decals: DecisionTree) -> None:
    log.append(say(decals, "answer", "a", FEATURED))
    log.append(say(decals, "restart", "a"))
    classify(log, decals, "a", SMOOTH)
    assert counts(log, decals, "a") == {"smooth-or-featured_smooth": 1}


def test_galaxies_labelled_in_turn_do_not_mix(log: LabelLog, decals: DecisionTree) -> None:
    for id_str, given in (("a", FEATURED), ("b", SMOOTH), ("a", "disk-edge-on yes")):
        log.append(say(decals, "answer", id_str, given))
    for id_str in ("b", "a"):
        log.append(say(decals, "finish", id_str))
    assert counts(log, decals, "b") == {"smooth-or-featured_smooth": 1}
    assert counts(log, decals, "a") == {
        "smooth-or-featured_featured-or-disk": 1,
        "disk-edge-on_yes": 1,
    }


def test_trees_are_kept_apart(log: LabelLog, decals: DecisionTree, rings: DecisionTree) -> None:
    classify(log, decals, "a", SMOOTH)
    classify(log, rings, "a", "ring yes")
    assert counts(log, decals, "a") == {"smooth-or-featured_smooth": 1}
    assert counts(log, rings, "a") == {"ring_yes": 1}


def test_ticked_boxes_are_votes_of_questions_that_are_not_modelled(
    log: LabelLog, decals: DecisionTree
) -> None:
    boxes = next(question for question in decals.questions if question.kind == "checkboxes")
    first, second = boxes.answers[0], boxes.answers[1]
    classify(log, decals, "a", SMOOTH, f"{boxes.name} {first.name}|{second.name}")
    assert counts(log, decals, "a") == {"smooth-or-featured_smooth": 1}
    assert counts(log, decals, "a", unmodelled=True) == {
        "smooth-or-featured_smooth": 1,
        first.column: 1,
        second.column: 1,
    }


def test_a_labellers_votes_can_weigh_more_or_nothing(log: LabelLog, rings: DecisionTree) -> None:
    classify(log, rings, "a", "ring yes", labeller="anna")
    classify(log, rings, "a", "ring no", labeller="ben")
    assert counts(log, rings, "a", weights={"anna": 3, "ben": 0}) == {"ring_yes": 3}
    half = log.votes(rings, weights={"ben": 0.5}).loc["a"]
    assert half.tolist() == [1.0, 0.5]


def test_scripted_counts_join_the_votes_but_finish_nothing(
    log: LabelLog, rings: DecisionTree
) -> None:
    classify(log, rings, "a", "ring yes")
    table = pd.DataFrame({"id_str": ["a", "b"], "ring_yes": [4, 0], "ring_no": [1, 7]})
    assert log.add_scripted(table, rings, "volunteers") == 2
    assert counts(log, rings, "a") == {"ring_yes": 5, "ring_no": 1}
    assert counts(log, rings, "a", people_only=True) == {"ring_yes": 1}
    assert list(log.votes(rings, people_only=True).index) == ["a"]
    assert log.finished() == {"a"}
    assert log.labelled() == {"a", "b"}
    assert log.labelled("volunteers") == {"a", "b"}
    assert log.finished_count("volunteers") == 0
    assert log.undo("volunteers") is None


def test_a_table_given_twice_counts_once(log: LabelLog, rings: DecisionTree) -> None:
    table = pd.DataFrame({"id_str": ["a", "b"], "ring_yes": [4, 0], "ring_no": [1, 7]})
    log.add_scripted(table, rings, "volunteers")
    position = log.position
    assert log.add_scripted(table, rings, "volunteers") == 0
    assert log.position == position
    assert log.add_scripted(table, rings, "others") == 2
    assert counts(log, rings, "b") == {"ring_no": 14}


def test_a_corrected_table_replaces_what_it_said_before(log: LabelLog, rings: DecisionTree) -> None:
    table = pd.DataFrame({"id_str": ["a", "b"], "ring_yes": [4, 1], "ring_no": [1, 7]})
    log.add_scripted(table, rings, "volunteers")
    table["ring_yes"] = [4, 2]
    assert log.add_scripted(table, rings, "volunteers") == 1
    assert counts(log, rings, "a") == {"ring_yes": 4, "ring_no": 1}
    assert counts(log, rings, "b") == {"ring_yes": 2, "ring_no": 7}
    table[["ring_yes", "ring_no"]] = 0
    assert log.add_scripted(table, rings, "volunteers") == 0
    assert len(log.votes(rings)) == 0


def test_scripted_labels_keep_the_queues_selection(log: LabelLog, rings: DecisionTree) -> None:
    issued = pd.DataFrame(
        {"id_str": ["a"], "selection": ["active"], "acquisition": [0.5], "round": [2]}
    )
    log.record_issued(issued)
    table = pd.DataFrame({"id_str": ["b", "a"], "ring_yes": [1, 1]})
    log.add_scripted(table, rings, "volunteers")
    told = {event.id_str: event for event in log.events()}
    assert (told["a"].selection, told["a"].acquisition, told["a"].round) == ("active", 0.5, 2)
    assert (told["b"].selection, told["b"].acquisition, told["b"].round) == ("external", None, None)


def test_the_selection_can_be_told_for_all_or_for_each_row(
    log: LabelLog, rings: DecisionTree
) -> None:
    table = pd.DataFrame({"id_str": ["a", "b"], "ring_yes": [1, 1]}, index=[7, 3])
    log.add_scripted(table, rings, "one", "random")
    log.add_scripted(table, rings, "two", pd.Series(["active", "random"], index=[7, 3]))
    log.add_scripted(table, rings, "three", pd.Series({"b": "active", "a": "random"}))
    told = {(event.labeller, event.id_str): event.selection for event in log.events()}
    assert [told["one", one] for one in "ab"] == ["random", "random"]
    assert [told["two", one] for one in "ab"] == ["active", "random"]
    assert [told["three", one] for one in "ab"] == ["random", "active"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"id_str": ["a", "a"], "ring_yes": [1, 2]}, "'a' has more than one row"),
        ({"id_str": ["a"], "ring_yes": [-1]}, "galaxy 'a' has -1 in 'ring_yes'"),
        ({"id_str": ["a"], "ring_yes": [0.5]}, "whole numbers"),
        ({"id_str": [7], "ring_yes": [1]}, "text as every id_str, not 7"),
    ],
)
def test_a_table_that_is_no_table_of_votes_is_refused_whole(
    log: LabelLog, rings: DecisionTree, table: dict[str, list[object]], message: str
) -> None:
    with pytest.raises(LabelError, match=message):
        log.add_scripted(pd.DataFrame(table), rings, "volunteers")
    assert log.position[1] == 0


def test_missing_counts_are_zeros(log: LabelLog, rings: DecisionTree) -> None:
    table = pd.DataFrame({"ring_yes": [None, 2.0]}, index=pd.Index(["a", "b"], name="id_str"))
    assert log.add_scripted(table, rings, "volunteers") == 1
    assert counts(log, rings, "b") == {"ring_yes": 2}


def test_classifications_tell_how_each_galaxy_was_chosen(
    log: LabelLog, decals: DecisionTree
) -> None:
    chosen = {"selection": "active", "acquisition": 0.75, "round": 2, "weights_id": "w"}
    log.append(say(decals, "answer", "a", FEATURED, **chosen))
    log.append(say(decals, "answer", "a", "disk-edge-on yes", blind=False))
    log.append(say(decals, "finish", "a"))
    (row,) = log.classifications(decals).to_dict("records")
    assert {name: row[name] for name in chosen} == chosen
    assert (row["labeller"], row["id_str"], row["answers"]) == ("anna", "a", 2)
    assert (row["blind"], row["repeat"], row["first"]) == (False, False, True)
    assert row["sequence"] == 3


def test_a_repeat_is_no_vote_and_no_progress(log: LabelLog, decals: DecisionTree) -> None:
    classify(log, decals, "a", SMOOTH)
    classify(log, decals, "a", FEATURED, "disk-edge-on no", repeat=True)
    assert counts(log, decals, "a") == {"smooth-or-featured_smooth": 1}
    assert log.finished_count("anna") == 1
    assert log.finish_order("anna") == ["a"]
    assert log.repeated("anna") == {"a"}
    table = log.classifications(decals)
    assert table["repeat"].tolist() == [False, True]
    assert table["first"].tolist() == [True, False]


def test_answers_that_were_given_twice_stand_side_by_side(
    log: LabelLog, decals: DecisionTree
) -> None:
    classify(log, decals, "a", SMOOTH, "how-rounded round")
    classify(log, decals, "b", SMOOTH, "how-rounded round")
    classify(log, decals, "a", SMOOTH, "how-rounded cigar-shaped", repeat=True)
    classify(log, decals, "b", FEATURED, "disk-edge-on no", repeat=True)
    pairs = log.repeats(decals).sort_values(["id_str", "question"], ignore_index=True)
    assert pairs.to_numpy().tolist() == [
        ["anna", "a", "how-rounded", "round", "cigar-shaped"],
        ["anna", "a", "smooth-or-featured", "smooth", "smooth"],
        ["anna", "b", "smooth-or-featured", "smooth", "featured-or-disk"],
    ]


def test_a_repeat_that_is_taken_back_compares_nothing(log: LabelLog, decals: DecisionTree) -> None:
    classify(log, decals, "a", SMOOTH)
    classify(log, decals, "a", SMOOTH, repeat=True)
    log.undo("anna")
    assert log.repeats(decals).empty
    assert log.repeated("anna") == set()
    assert log.finished_count("anna") == 1
