"""Labels stay whole among threads and processes, and when a process is killed."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gzactive.stores.labels import LabelError, LabelLog
from gzactive.trees import DecisionTree

from .label_steps import classify, say

ANSWER_FOREVER = """
import sys
from pathlib import Path
from gzactive.stores.labels import LabelLog, NewEvent

place = sys.argv[1]
log = LabelLog(place if "://" in place else Path(place))
who = sys.argv[2]
limit = int(sys.argv[3])
for number in range(limit):
    for kind in ("answer", "finish"):
        log.append(NewEvent(kind=kind, labeller=who, id_str=f"{who}-{number}", tree_id="rings",
                            question="ring", answer="yes"))
    print(number, flush=True)
log.close()
"""


def worker(path: Path | str, who: str, limit: int = 10**9) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ANSWER_FOREVER, str(path), who, str(limit)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_was_acknowledged_survives_a_kill_between_any_two_answers(
    tmp_path: Path, rings: DecisionTree
) -> None:
    path = tmp_path / "labels.sqlite"
    for attempt, answers in enumerate((1, 7, 20)):
        with worker(path, f"anna{attempt}") as process:
            assert process.stdout is not None
            told = [process.stdout.readline() for _ in range(answers)]
            process.kill()
            told += process.stdout.readlines()
        finished = [int(line) for line in told if line.endswith("\n")]
        with LabelLog(path) as log:
            done = log.finished(f"anna{attempt}")
            assert done >= {f"anna{attempt}-{number}" for number in finished}
            assert len(done) <= len(finished) + 1
            assert set(log.votes(rings).index) == log.finished()
            sequences = [event.sequence for event in log.events()]
            assert sequences == list(range(1, len(sequences) + 1))
            log.undo(f"anna{attempt}")  # the log goes on


def test_several_processes_write_to_one_log_without_gaps(
    tmp_path: Path, rings: DecisionTree
) -> None:
    path = tmp_path / "labels.sqlite"
    names = ("anna", "ben", "chen")
    processes = [worker(path, name, 25) for name in names]
    with LabelLog(path) as log:  # the app has it open meanwhile
        for number in range(25):
            classify(log, rings, f"me-{number}", "ring no", labeller="me")
        for process in processes:
            process.communicate(timeout=60)
            assert process.returncode == 0
        sequences = [event.sequence for event in log.events()]
        assert sequences == list(range(1, 4 * 25 * 2 + 1))
        assert log.votes(rings).sum().to_dict() == {"ring_yes": 75, "ring_no": 25}
        for name in names:
            own = [event.id_str for event in log.events(labeller=name, kinds=["finish"])]
            assert own == [f"{name}-{number}" for number in range(25)]


def test_threads_share_one_log(log: LabelLog, rings: DecisionTree) -> None:
    failures: list[BaseException] = []

    def label(who: str) -> None:
        try:
            for number in range(20):
                classify(log, rings, f"g{number}", "ring yes", labeller=who)
                log.last_open(who, rings)
                log.finished_count(who)
        except BaseException as error:  # noqa: BLE001  (told by the test's own thread)
            failures.append(error)

    threads = [threading.Thread(target=label, args=(f"p{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert log.finished_count() == 80
    assert log.votes(rings)["ring_yes"].tolist() == [4] * 20
    assert log.position[1] == 160


def test_a_reader_sees_one_moment_while_another_writes(
    log: LabelLog, rings: DecisionTree, tmp_path: Path
) -> None:
    classify(log, rings, "a", "ring yes")
    with LabelLog(tmp_path / "labels.sqlite") as reader:
        assert reader.finished() == {"a"}
        classify(log, rings, "b", "ring yes")
        assert reader.finished() == {"a", "b"}


def test_events_given_together_are_stored_together(log: LabelLog, rings: DecisionTree) -> None:
    answer, finish = log.append([say(rings, "answer", "a", "ring yes"), say(rings, "finish", "a")])
    assert (answer.sequence, finish.sequence) == (1, 2)
    assert log.append([]) == []
    assert log.finished() == {"a"}


def test_a_full_disk_is_told_in_one_sentence_and_leaves_the_log_whole(
    log: LabelLog, rings: DecisionTree
) -> None:
    classify(log, rings, "a", "ring yes")
    with log._engine.connect() as connection:  # SQLite then says that the disk is full
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    too_much = [say(rings, "note", f"g{number}", text="x" * 2000) for number in range(500)]
    with pytest.raises(LabelError, match=r"cannot be written: .*full\."):
        log.append(too_much)
    place = Path(log._engine.url.database)
    log.close()
    with LabelLog(place) as again:
        assert again.finished() == {"a"}
        assert again.position[1] == len(again.events()) == 2
