"""What was done at once to many galaxies is taken back at once, whatever came after it."""

from pathlib import Path

from gzactive.stores.labels import LabelLog, NewEvent
from gzactive.trees import load_tree

RINGS = load_tree("rings")


def answers(ids: list[str], labeller: str = "ada") -> list[NewEvent]:
    return [
        NewEvent(
            kind=kind,
            labeller=labeller,
            id_str=id_str,
            tree_id=RINGS.id,
            question="ring" if kind == "answer" else None,
            answer="yes" if kind == "answer" else None,
        )
        for id_str in ids
        for kind in ("answer", "finish")
    ]


def test_a_batch_is_taken_back_though_other_steps_came_after_it(tmp_path: Path) -> None:
    with LabelLog(tmp_path / "labels.sqlite") as log:
        batch = log.append(answers(["a", "b"]))
        log.append(answers(["c"]))
        undone = log.take_back(one.event_id for one in batch)
        assert {one.id_str for one in undone} == {"a", "b"}
        assert log.finished("ada") == {"c"}
        assert list(log.votes(RINGS).index) == ["c"]
        assert log.half_done("ada", RINGS) == set()


def test_taking_back_twice_takes_back_once(tmp_path: Path) -> None:
    with LabelLog(tmp_path / "labels.sqlite") as log:
        batch = [one.event_id for one in log.append(answers(["a"]))]
        assert len(log.take_back(batch)) == 2
        head = log.position
        assert log.take_back(batch) == []
        assert log.position == head
        # The step before the batch is what an ordinary undo finds next.
        assert log.undo("ada") is None


def test_a_galaxy_with_answers_and_no_finish_is_half_done(tmp_path: Path) -> None:
    with LabelLog(tmp_path / "labels.sqlite") as log:
        log.append(answers(["a"])[0])
        log.append(answers(["b"]))
        assert log.half_done("ada", RINGS) == {"a"}
        assert log.half_done("bob", RINGS) == set()
