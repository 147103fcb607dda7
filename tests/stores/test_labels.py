"""What a labeller does is kept, can be taken back without limit, and goes on after a restart."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy

from gzactive.stores.events import new_event_ids
from gzactive.stores.labels import LabelError, LabelLog, NewEvent, join_answers, split_answers
from gzactive.trees import DecisionTree, Step, Walk

from .label_steps import classify, say

FEATURED = "smooth-or-featured featured-or-disk"
SMOOTH = "smooth-or-featured smooth"


def test_an_answer_is_stored_with_everything_that_was_told(
    log: LabelLog, decals: DecisionTree
) -> None:
    (event,) = log.append(
        NewEvent(
            kind="answer",
            labeller="anna",
            id_str="0012345678901234567890",
            tree_id=decals.id,
            tree_hash=decals.hash,
            question="bar",
            answer="no",
            round=3,
            selection="active",
            acquisition=0.25,
            weights_id="w7",
            blind=False,
        )
    )
    assert log.events() == [event]
    assert event.id_str == "0012345678901234567890"
    assert (event.log_id, event.sequence) == log.position == (log.log_id, 1)
    assert (event.round, event.selection, event.acquisition) == (3, "active", 0.25)
    assert (event.tree_hash, event.blind, event.repeat, event.scripted) == (
        decals.hash,
        False,
        False,
        False,
    )


def test_numbers_of_numpy_are_stored_as_numbers(
    log: LabelLog, decals: DecisionTree, tmp_path: Path
) -> None:
    log.append(
        say(
            decals,
            "answer",
            "g",
            SMOOTH,
            count=np.int64(3),
            round=np.int32(2),
            acquisition=np.float32(0.5),
            blind=np.bool_(True),
        )
    )
    with sqlite3.connect(tmp_path / "labels.sqlite") as raw:
        row = raw.execute(
            "SELECT typeof(count), typeof(round), typeof(acquisition), typeof(blind), "
            "typeof(id_str) FROM events"
        ).fetchone()
    raw.close()
    assert row == ("integer", "integer", "real", "integer", "text")


def test_an_acquisition_that_is_not_finite_is_stored_as_none(
    log: LabelLog, decals: DecisionTree
) -> None:
    (event,) = log.append(say(decals, "answer", "g", SMOOTH, acquisition=float("nan")))
    assert event.acquisition is None


def test_ids_of_digits_stay_text_to_the_last_digit(log: LabelLog, rings: DecisionTree) -> None:
    for id_str in ("007", "1e5", "12345678901234567890123", " 7 "):
        classify(log, rings, id_str, "ring yes")
    assert log.finished() == {"007", "1e5", "12345678901234567890123", " 7 "}
    assert set(log.votes(rings).index) == log.finished()


def test_the_sequence_has_no_gaps_even_after_a_refused_event(
    log: LabelLog, rings: DecisionTree
) -> None:
    log.append(say(rings, "answer", "a", "ring yes"))
    with pytest.raises(LabelError):
        log.append([say(rings, "answer", "b", "ring no"), say(rings, "finish", "empty")])
    log.append(say(rings, "finish", "a"))
    assert [event.sequence for event in log.events()] == [1, 2]
    assert [event.id_str for event in log.events()] == ["a", "a"]


@pytest.mark.parametrize("statement", ["UPDATE events SET answer = 'no'", "DELETE FROM events"])
def test_the_database_refuses_to_change_an_event(
    statement: str, log: LabelLog, rings: DecisionTree, tmp_path: Path
) -> None:
    log.append(say(rings, "answer", "a", "ring yes"))
    raw = sqlite3.connect(tmp_path / "labels.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement)
    raw.close()


def test_undo_goes_back_through_finished_galaxies_to_the_first_answer(
    log: LabelLog, decals: DecisionTree
) -> None:
    classify(log, decals, "one", FEATURED, "disk-edge-on no")
    classify(log, decals, "two", SMOOTH)
    undone = []
    while (event := log.undo("anna")) is not None:
        undone.append((event.kind, event.id_str, event.answer))
    assert undone == [
        ("finish", "two", None),
        ("answer", "two", "smooth"),
        ("finish", "one", None),
        ("answer", "one", "no"),
        ("answer", "one", "featured-or-disk"),
    ]
    assert log.finished() == set()
    assert len(log.events()) == 10  # nothing is ever removed


def test_undoing_a_finish_reopens_the_galaxy_with_its_answers(
    log: LabelLog, decals: DecisionTree
) -> None:
    classify(log, decals, "one", FEATURED, "disk-edge-on no")
    event = log.undo("anna")
    assert event is not None
    assert event.kind == "finish"
    assert log.last_open("anna", decals) == "one"
    walk = Walk.replay(decals, log.walk_steps("anna", "one", decals))
    assert walk.question is not None
    assert walk.question.name == "bar"


def test_the_undo_itself_names_what_it_takes_back(log: LabelLog, rings: DecisionTree) -> None:
    (answer,) = log.append(say(rings, "answer", "a", "ring yes"))
    assert log.undo("anna") == answer
    undo = log.events(kinds=["undo"])[0]
    assert (undo.undoes, undo.id_str, undo.answer) == (answer.event_id, "a", "yes")


def test_a_restart_forgets_the_answers_and_its_undo_restores_them(
    log: LabelLog, decals: DecisionTree
) -> None:
    for given in (FEATURED, "disk-edge-on yes"):
        log.append(say(decals, "answer", "a", given))
    log.append(say(decals, "restart", "a"))
    assert log.walk_steps("anna", "a", decals) == []
    log.append(say(decals, "answer", "a", SMOOTH))
    assert log.walk_steps("anna", "a", decals) == [Step("smooth-or-featured", ("smooth",))]
    log.undo("anna")
    log.undo("anna")
    assert [step.question for step in log.walk_steps("anna", "a", decals)] == [
        "smooth-or-featured",
        "disk-edge-on",
    ]


def test_undo_and_resume_work_after_the_program_was_started_again(
    tmp_path: Path, decals: DecisionTree
) -> None:
    path = tmp_path / "labels.sqlite"
    with LabelLog(path) as log:
        classify(log, decals, "done", SMOOTH)
        log.append(say(decals, "answer", "half", FEATURED))
        log_id = log.log_id
    with LabelLog(path) as log:
        assert log.log_id == log_id
        assert log.last_open("anna", decals) == "half"
        assert log.walk_steps("anna", "half", decals) == [
            Step("smooth-or-featured", ("featured-or-disk",))
        ]
        assert [log.undo("anna").id_str for _ in range(3)] == ["half", "done", "done"]
        assert log.undo("anna") is None


def test_undo_touches_nobody_else(log: LabelLog, rings: DecisionTree) -> None:
    classify(log, rings, "a", "ring yes", labeller="anna")
    classify(log, rings, "a", "ring no", labeller="ben")
    log.undo("anna")
    assert log.finished("anna") == set()
    assert log.finished("ben") == {"a"}
    assert log.undo("nobody") is None


def test_finishing_twice_stores_once(log: LabelLog, rings: DecisionTree) -> None:
    log.append(say(rings, "answer", "a", "ring yes"))
    (first,) = log.append(say(rings, "finish", "a"))
    assert log.append(say(rings, "finish", "a")) == [first]
    assert log.finished_count("anna") == 1
    assert log.position[1] == 2


def test_an_event_sent_twice_under_its_own_id_is_stored_once(
    log: LabelLog, rings: DecisionTree
) -> None:
    (own_id,) = new_event_ids(1)
    event = say(rings, "answer", "a", "ring yes", event_id=own_id)
    assert log.append(event) == log.append([event])
    assert len(log.events()) == 1


def test_a_galaxy_without_answers_cannot_be_finished(log: LabelLog, rings: DecisionTree) -> None:
    with pytest.raises(LabelError, match="'a' has no answers of 'anna'"):
        log.append(say(rings, "finish", "a"))


def test_a_skipped_galaxy_is_told_until_it_is_finished(log: LabelLog, rings: DecisionTree) -> None:
    for id_str in ("a", "b", "a"):
        log.append(say(rings, "skip", id_str))
    assert log.skipped("anna") == {"b": 1, "a": 2}
    assert list(log.skipped("anna")) == ["b", "a"]  # the one skipped longest ago comes first
    classify(log, rings, "a", "ring yes")
    assert log.skipped("anna") == {"b": 1}
    assert log.skipped("ben") == {}


def test_answers_before_a_skip_come_back_with_its_undo(log: LabelLog, decals: DecisionTree) -> None:
    log.append(say(decals, "answer", "a", FEATURED))
    log.append(say(decals, "skip", "a"))
    assert log.last_open("anna", decals) is None
    log.undo("anna")
    assert log.last_open("anna", decals) == "a"
    assert log.skipped() == {}


def test_the_galaxy_left_half_done_is_found_behind_finished_ones(
    log: LabelLog, decals: DecisionTree
) -> None:
    log.append(say(decals, "answer", "half", FEATURED))
    classify(log, decals, "other", SMOOTH)
    assert log.last_open("anna", decals) == "half"
    assert log.last_open("ben", decals) is None


def test_ticked_boxes_are_one_step_and_none_is_a_step_too(
    log: LabelLog, decals: DecisionTree
) -> None:
    boxes = next(question for question in decals.questions if question.kind == "checkboxes")
    both = tuple(answer.name for answer in boxes.answers[:2])
    for id_str, ticked in (("two", both), ("none", ())):
        log.append(say(decals, "answer", id_str, f"{boxes.name} {join_answers(ticked)}"))
        assert log.walk_steps("anna", id_str, decals) == [Step(boxes.name, ticked)]
    undone = log.undo("anna")
    assert undone is not None
    assert undone.answers == ()


@pytest.mark.parametrize("answers", [(), ("a",), ("a", "b")])
def test_answers_of_a_step_are_read_as_they_were_joined(answers: tuple[str, ...]) -> None:
    assert split_answers(join_answers(answers)) == answers


def test_flags_and_notes_stay_out_of_the_way_of_undo(log: LabelLog, rings: DecisionTree) -> None:
    log.append(say(rings, "answer", "a", "ring yes"))
    log.append(say(rings, "flag", "a", text="odd"))
    log.append(say(rings, "note", "a", text="two nuclei"))
    assert log.undo("anna").kind == "answer"
    assert log.marked("flag", "anna") == {"a": "odd"}
    assert log.undo("anna", kinds=("flag",)).text == "odd"
    assert log.marked("flag") == {}
    assert log.marked("note") == {"a": "two nuclei"}


def test_finished_galaxies_since_a_round_are_counted(log: LabelLog, rings: DecisionTree) -> None:
    classify(log, rings, "a", "ring yes")
    _, since = log.position
    classify(log, rings, "b", "ring yes")
    classify(log, rings, "c", "ring no", labeller="ben")
    assert log.finished_count() == 3
    assert log.finished_count(since_sequence=since) == 2
    assert log.finished_count("anna", since_sequence=since) == 1
    log.undo("anna")
    assert log.finished_count(since_sequence=since) == 1


def test_a_repeat_is_no_newly_finished_galaxy(log: LabelLog, rings: DecisionTree) -> None:
    classify(log, rings, "a", "ring yes")
    classify(log, rings, "a", "ring no", repeat=True)
    classify(log, rings, "only-repeat", "ring no", repeat=True)
    assert log.finished() == {"a"}
    assert log.finished_count("anna") == 1
    assert log.last_open("anna", rings) is None


def test_labellers_are_listed(log: LabelLog, rings: DecisionTree) -> None:
    for name in ("ben", "anna"):
        classify(log, rings, "a", "ring yes", labeller=name)
    assert log.labellers == ["anna", "ben"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "anwser"}, "'anwser' is no kind of event"),
        ({"kind": "undo"}, "LabelLog.undo"),
        ({"labeller": ""}, "text as its labeller"),
        ({"id_str": 12}, "text as its id_str, not 12"),
        ({"question": None}, "needs a question"),
        ({"count": 0}, "one vote or more"),
        ({"count": 1.5}, "whole votes"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(fields: dict[str, object], message: str) -> None:
    whole = {
        "kind": "answer",
        "labeller": "anna",
        "id_str": "a",
        "tree_id": "rings",
        "question": "ring",
        "answer": "yes",
    }
    with pytest.raises(LabelError, match=message):
        NewEvent(**{**whole, **fields})


def test_event_ids_are_unique_uuids_that_rise() -> None:
    import uuid

    ids = new_event_ids(1000)
    assert ids == sorted(set(ids))
    assert {uuid.UUID(one).version for one in ids} == {7}
    assert {uuid.UUID(one).variant for one in ids} == {uuid.RFC_4122}


def test_a_file_that_is_no_database_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "labels.sqlite"
    path.write_text("id_str,ring_yes\n" * 100)
    with pytest.raises(LabelError, match=r"labels\.sqlite' cannot be written: .*not a database"):
        LabelLog(path)


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    LabelLog(tmp_path / "labels.sqlite").close()
    raw = sqlite3.connect(tmp_path / "labels.sqlite")
    raw.execute("UPDATE about SET value = '2' WHERE name = 'format'")
    raw.commit()
    raw.close()
    with pytest.raises(LabelError, match="newer gzactive"):
        LabelLog(tmp_path / "labels.sqlite")


@pytest.mark.parametrize("url", ["nonsense://x", "not a url", "/no/such/folder/labels.sqlite"])
def test_a_url_that_leads_nowhere_is_told_in_one_sentence(url: str) -> None:
    with pytest.raises(LabelError, match=r"[.]$"):
        LabelLog(Path(url) if url.startswith("/") else url)


def test_where_write_ahead_logging_is_refused_the_rollback_journal_serves(
    tmp_path: Path, rings: DecisionTree
) -> None:
    # This way of locking has no memory shared between processes, as on a network drive.
    path = tmp_path / "labels.sqlite"
    with LabelLog(f"sqlite:///file:{path}?vfs=unix-dotfile&uri=true") as log:
        assert log.journal_mode == "delete"
        classify(log, rings, "a", "ring yes")
    with LabelLog(path) as log:
        assert log.journal_mode == "wal"
        assert log.finished() == {"a"}


def test_questions_of_one_labeller_never_read_the_whole_log(
    log: LabelLog, rings: DecisionTree
) -> None:
    asked: list[tuple[str, object]] = []

    def note(
        connection: object, cursor: object, statement: str, values: object, *_: object
    ) -> None:
        asked.append((statement, values))

    sqlalchemy.event.listen(log._engine, "before_cursor_execute", note)
    classify(log, rings, "a", "ring yes")
    log.undo("anna")
    log.walk_steps("anna", "a", rings)
    log.last_open("anna", rings)
    log.finished_count("anna", since_sequence=1)
    log.marked("flag", "anna")
    log.events(id_str="a", labeller="anna", kinds=("finish",))
    sqlalchemy.event.remove(log._engine, "before_cursor_execute", note)
    plans: dict[str, list[str]] = {}
    with log._engine.connect() as connection:
        for statement, values in asked:
            if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                plans[statement] = [row[-1] for row in rows]
    steps = [step for plan in plans.values() for step in plan if "taking_back" not in step]
    assert [step for step in steps if step.startswith("SCAN") and "CONSTANT" not in step] == []
    searched = {step.split(" (")[0].split(" INDEX ")[-1] for step in steps if "events" in step}
    assert searched == {"events_by_galaxy", "events_by_labeller", "events_marks"}
    walk = next(plan for sql, plan in plans.items() if "ORDER BY events.sequence" in sql)
    assert "id_str=? AND labeller=? AND log_id=?" in walk[0]
