"""The label log in PostgreSQL says what it says in SQLite, on a real server."""

import random
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest

from gzactive.stores.catalog_table import write_catalog
from gzactive.stores.classified import read_classifications
from gzactive.stores.events import new_event_ids
from gzactive.stores.labels import LabelError, LabelLog
from gzactive.stores.server import ServerAway
from gzactive.trees import DecisionTree, Walk
from tests.postgres import LOCKED, PASSWORD, Postgres

from .label_steps import classify, say
from .test_label_processes import worker

GALAXIES = [f"G{number}" for number in range(6)] + ["Ärger", "a", "B", "_1", "10", "9"]


def label_at_random(logs: list[LabelLog], tree: DecisionTree, seed: int, steps: int) -> None:
    """The same steps in every log: answers, finishes, undos, skips, restarts, marks, repeats."""
    rng = random.Random(seed)
    walks: dict[tuple[str, str], Walk] = {}
    for _ in range(steps):
        who, galaxy = rng.choice(["anna", "Ben", "özlem"]), rng.choice(GALAXIES)
        what = rng.choices(["answer", "undo", "skip", "restart", "flag"], [12, 2, 1, 1, 1])[0]
        if what == "undo":
            walks.clear()  # begun anew: what it leaves half done is compared too
            for log in logs:
                log.undo(who)
            continue
        if what != "answer":
            walks.pop((who, galaxy), None)
            for log in logs:
                log.append(say(tree, what, galaxy, labeller=who, text="odd"))
            continue
        walk = walks.setdefault((who, galaxy), Walk(tree))
        question = walk.question
        assert question is not None
        names = (rng.choice(question.answers).name,)
        walk.answer(names)
        repeat = rng.random() < 0.1
        given = [say(tree, "answer", galaxy, f"{question.name} {names[0]}", who, repeat=repeat)]
        if walk.finished:
            given.append(say(tree, "finish", galaxy, labeller=who, repeat=repeat))
            del walks[who, galaxy]
        for log in logs:
            log.append(given)


def told(log: LabelLog, tree: DecisionTree) -> dict[str, Any]:
    """Everything that can be asked of a log, without its ids and times."""
    log_id = log.log_id

    def plain(frame: pd.DataFrame) -> Any:
        kept = frame.drop(columns=["log_id", "time"], errors="ignore")
        return kept.astype(object).where(kept.notna(), None).reset_index().to_dict("records")

    people = ["anna", "Ben", "özlem"]
    return {
        "events": [
            {**asdict(one), "event_id": "", "undoes": "", "log_id": "", "time": ""}
            for one in log.events()
        ],
        "votes": plain(log.votes(tree)),
        "by people": plain(log.votes(tree, people_only=True, weights={"Ben": 0.5})),
        "by labeller": plain(log.votes_by_labeller(tree)),
        "classifications": plain(log.classifications(tree)),
        "one by one": [
            (len(one.answers), one.finish.sequence, one.repeat, one.first)
            for one in read_classifications(log, tree.id)
        ],
        "repeats": plain(log.repeats(tree)),
        "labellers": log.labellers,
        "skipped": [list(log.skipped(who).items()) for who in (None, *people)],
        "finished": [log.finished(who) for who in (None, *people)],
        "order": [log.finish_order(who) for who in people],
        "half done": [log.half_done(who, tree) for who in people],
        "open": [log.last_open(who, tree) for who in people],
        "steps": [log.walk_steps(who, one, tree) for who in people for one in GALAXIES],
        "marked": [log.marked("flag", who) for who in (None, *people)],
        "counts": [log.finished_count(who, since_sequence=20) for who in (None, *people)],
        "issued": plain(log.issued().drop(columns="time")),
        "seen": [log.seen(who) for who in people],
        "catalogue": plain(log.catalogue_votes(tree)),
        "position": (log.position[0] == log_id, log.position[1]),
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_steps_lead_to_the_same_labels_as_in_sqlite(
    seed: int, tmp_path: Path, postgres: Postgres, decals: DecisionTree
) -> None:
    with (
        LabelLog(tmp_path / "labels.sqlite") as here,
        LabelLog(postgres.new_database()) as there,
    ):
        label_at_random([here, there], decals, seed, 70)
        table = pd.DataFrame({"id_str": GALAXIES, "smooth-or-featured_smooth": range(12)})
        queue = table[["id_str"]].assign(selection="active", acquisition=0.5, round=2)
        for log in (here, there):
            log.record_issued(queue.head(4))
            log.add_scripted(table, decals, "Ben")
            log.add_scripted(table.assign(**{"smooth-or-featured_smooth": 3}), decals, "Ben")
            log.set_catalogue_votes(table, decals, "a table")
            log.set_catalogue_votes(table.tail(7), decals, "another")
            log.record_seen("anna", ["a", "B"])
            log.record_seen("anna", ["B", "9"])
        ours, theirs = told(here, decals), told(there, decals)
        for question, answer in ours.items():
            assert theirs[question] == answer, question
        assert len(ours["events"]) > 60
        assert ours["classifications"]
        assert ours["catalogue"]


def test_events_can_be_added_and_nothing_else(postgres: Postgres, rings: DecisionTree) -> None:
    url = postgres.new_database()
    database = url.rsplit("/", 1)[1]
    with LabelLog(url) as log:
        classify(log, rings, "G1", "ring yes")
        before = log.events()
        for sql in ("UPDATE events SET answer = 'no'", "DELETE FROM events", "TRUNCATE events"):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                postgres.ask(sql, database)
        assert log.events() == before


def test_an_event_that_is_sent_twice_is_stored_once(
    postgres: Postgres, rings: DecisionTree
) -> None:
    [one] = new_event_ids(1)
    answer = say(rings, "answer", "G1", "ring yes", event_id=one)
    with LabelLog(postgres.new_database()) as log:
        assert log.append(answer) == log.append(answer)
        assert [event.event_id for event in log.events()] == [one]


def test_several_processes_write_to_one_log_of_the_server_without_gaps(
    postgres: Postgres, rings: DecisionTree
) -> None:
    url = postgres.new_database()
    names = ("anna", "ben", "chen")
    # All of them find an empty database: each may be the one who makes the tables.
    processes: list[subprocess.Popen[str]] = [worker(url, name, 15) for name in names]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    with LabelLog(url) as log:
        sequences = [event.sequence for event in log.events()]
        assert sequences == list(range(1, 3 * 15 * 2 + 1))
        assert log.votes(rings).sum().to_dict() == {"ring_yes": 45, "ring_no": 0}
        for name in names:
            assert log.finish_order(name) == [f"{name}-{number}" for number in range(15)]


def test_labels_go_to_the_server_and_back_unchanged(
    tmp_path: Path, postgres: Postgres, decals: DecisionTree
) -> None:
    with (
        LabelLog(tmp_path / "labels.sqlite") as here,
        LabelLog(postgres.new_database()) as there,
        LabelLog(tmp_path / "again.sqlite") as again,
    ):
        label_at_random([here], decals, 3, 80)
        assert there.merge(here) == len(here.events())
        assert there.merge(here) == 0
        assert again.merge(there) == len(here.events())
        assert again.events() == there.events() == here.events()
        assert again.votes(decals).equals(here.votes(decals))
        assert again.finished() == there.finished() == here.finished()
        assert again.skipped() == there.skipped() == here.skipped()


def test_names_longer_than_the_server_keeps_are_kept_apart(
    postgres: Postgres, decals: DecisionTree
) -> None:
    from types import SimpleNamespace

    long = "is-there-anything-odd-about-this-galaxy-that-nobody-has-ever-seen"
    tree: Any = SimpleNamespace(id="odd", columns=[f"{long}_yes", f"{long}_no"])
    votes = pd.DataFrame({"id_str": ["G1"], f"{long}_yes": [3], f"{long}_no": [1]})
    with LabelLog(postgres.new_database()) as log:
        log.set_catalogue_votes(votes, tree)
        assert log.catalogue_votes(tree).loc["G1"].tolist() == [3, 1]


def refusal(url: str) -> LabelError:
    with pytest.raises(LabelError) as caught, LabelLog(url):
        pass
    said = str(caught.value)
    assert "\n" not in said
    assert PASSWORD not in said
    return caught.value


def test_what_the_server_refuses_is_told_with_the_remedy(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_database()
    name = url.rsplit("/", 1)[1]
    monkeypatch.setenv("PGPASSFILE", "/nonexistent")
    missing = refusal(postgres.url(name, LOCKED))
    assert f"password of '{LOCKED}' is missing or wrong" in str(missing)
    assert f"127.0.0.1:{postgres.port}:{name}:{LOCKED}:PASSWORD" in str(missing)
    assert not isinstance(missing, ServerAway)
    monkeypatch.setenv("PGPASSWORD", "wrong")
    assert "missing or wrong" in str(refusal(postgres.url(name, LOCKED)))
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert f"'{LOCKED}' may not do that" in str(refusal(postgres.url(name, LOCKED)))
    postgres.ask(f"ALTER DATABASE {name} OWNER TO {LOCKED}")
    with LabelLog(postgres.url(name, LOCKED)) as log:
        assert log.position[1] == 0
    assert "createdb nothing" in str(refusal(postgres.url("nothing")))
    assert "no user 'nobody_known'" in str(refusal(postgres.url(name, "nobody_known")))
    assert "may not do that" in str(refusal(postgres.url(name, "guest")))
    away = refusal(f"postgresql://anna:{PASSWORD.replace(' ', '%20')}@127.0.0.1:1/{name}")
    assert isinstance(away, ServerAway)
    assert "does not answer" in str(away)
    assert "no address" in str(refusal("postgresql://anna:secret@host:port/x"))


def test_labels_of_a_newer_version_are_not_touched(postgres: Postgres) -> None:
    url = postgres.new_database()
    LabelLog(url).close()
    postgres.ask("UPDATE about SET value = '99' WHERE name = 'format'", url.rsplit("/", 1)[1])
    assert "newer gzactive" in str(refusal(url))


def test_a_catalogue_beside_the_labels_keeps_its_numbers_and_gaps(postgres: Postgres) -> None:
    url = postgres.new_database()
    long = "a-column-whose-name-is-longer-than-sixty-three-letters-as-some-are-indeed"
    catalog = pd.DataFrame(
        {
            "id_str": ["587722981741363294", "00123"],
            "ra": [0.1, None],
            "n": pd.array([9_007_199_254_740_993, None], dtype="Int64"),
            "good": [True, False],
            "note": ["it's \\N \t 50 %", None],
            long: [1, 2],
        }
    )
    with LabelLog(url) as log:
        for _ in range(2):  # again replaces it
            assert write_catalog(log, catalog) == 2
    rows = postgres.ask("SELECT * FROM catalog ORDER BY id_str DESC", url.rsplit("/", 1)[1])
    assert rows == [
        ("587722981741363294", 0.1, 9_007_199_254_740_993, True, "it's \\N \t 50 %", 1),
        ("00123", None, None, False, None, 2),
    ]
