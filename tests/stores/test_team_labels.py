"""A team's labels meet on a server, whatever happens to the server, the line or the program."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gzactive.stores import courier
from gzactive.stores.engines import open_engine
from gzactive.stores.labels import LabelError, LabelLog
from gzactive.stores.merging import carry_events
from gzactive.stores.server import ServerAway
from gzactive.stores.team_labels import TeamLabels
from gzactive.trees import DecisionTree, load_tree
from tests.postgres import Postgres

from .label_steps import classify, say

LABEL_ON = """
import sys
from pathlib import Path
from gzactive.stores.labels import NewEvent
from gzactive.stores.team_labels import TeamLabels

log = TeamLabels(Path(sys.argv[1]), sys.argv[2])
for number in range(int(sys.argv[4])):
    for kind in ("answer", "finish"):
        log.append(NewEvent(kind=kind, labeller=sys.argv[3], id_str=f"{sys.argv[3]}-{number}",
                            tree_id="rings", question="ring", answer="yes"))
    print(number, flush=True)
sys.stdin.read()
log.close()
"""


def member(path: Path, url: str, who: str, galaxies: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LABEL_ON, str(path), url, who, str(galaxies)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def on_server(url: str) -> list[tuple[str, int, str]]:
    with LabelLog(url) as log:
        return [(one.log_id, one.sequence, one.event_id) for one in log.events()]


def test_what_one_says_the_others_hear(
    tmp_path: Path, postgres: Postgres, rings: DecisionTree
) -> None:
    url = postgres.new_database()
    with (
        TeamLabels(tmp_path / "anna.sqlite", url) as anna,
        TeamLabels(tmp_path / "ben.sqlite", url) as ben,
    ):
        classify(anna, rings, "G1", "ring yes", labeller="anna")
        classify(ben, rings, "G1", "ring no", labeller="ben")
        assert anna.catch_up().problem == ""
        assert ben.catch_up().waiting == 0
        anna.catch_up()
        assert anna.votes(rings).loc["G1"].to_dict() == {"ring_yes": 1, "ring_no": 1}
        assert anna.events() == ben.events()
        assert anna.from_elsewhere() == 2
        assert anna.finished("ben") == {"G1"}
        undone = anna.undo("anna")
        assert undone is not None
        anna.catch_up()
        ben.catch_up()
        assert ben.finished("anna") == set()
        assert ben.votes(rings).loc["G1"].to_dict() == {"ring_yes": 0, "ring_no": 1}


def test_answers_go_on_while_the_server_is_gone_and_arrive_once_and_in_order(
    tmp_path: Path, postgres: Postgres, rings: DecisionTree
) -> None:
    url = postgres.new_database()
    with TeamLabels(tmp_path / "anna.sqlite", url) as anna:
        classify(anna, rings, "G1", "ring yes")
        assert anna.catch_up().waiting == 0
        for round_number in (2, 3):
            postgres.stop(kill=True)
            classify(anna, rings, f"G{round_number}", "ring no")
            state = anna.catch_up()
            assert state.away
            assert state.waiting == 2
            assert "does not answer" in state.problem
            with pytest.raises(ServerAway):
                anna.courier.ask(lambda engine: 1, 20.0)
            postgres.start()
            assert anna.catch_up().problem == ""
            assert anna.courier.state.waiting == 0
        told = [(one.log_id, one.sequence, one.event_id) for one in anna.events()]
        assert on_server(url) == told
        assert [sequence for _, sequence, _ in told] == [1, 2, 3, 4, 5, 6]


def test_what_a_killed_program_had_not_sent_is_sent_by_the_next(
    tmp_path: Path, postgres: Postgres, rings: DecisionTree
) -> None:
    url, path = postgres.new_database(), tmp_path / "anna.sqlite"
    postgres.stop()
    with member(path, url, "anna", 6) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(6)]
        process.kill()
    assert told[-1] == "5\n"
    postgres.start()
    with TeamLabels(path, url) as again:
        assert again.catch_up().waiting == 0
        assert again.catch_up().waiting == 0
        assert [one.sequence for one in again.events()] == list(range(1, 13))
        assert on_server(url) == [
            (one.log_id, one.sequence, one.event_id) for one in again.events()
        ]
        assert len(again.finished("anna")) == 6


def test_members_go_on_through_a_server_that_falls_again_and_again(
    tmp_path: Path, postgres: Postgres, rings: DecisionTree
) -> None:
    url = postgres.new_database()
    names = ("anna", "ben", "chen")
    people = [member(tmp_path / f"{name}.sqlite", url, name, 40) for name in names]
    for fall in range(3):
        for person in people:
            assert person.stdout is not None
            for _ in range(13):
                person.stdout.readline()
        postgres.stop(kill=fall < 2)
        postgres.start()
    for person in people:
        person.communicate("", timeout=120)
        assert person.returncode == 0
    seen = []
    for name in names:
        with TeamLabels(tmp_path / f"{name}.sqlite", url) as log:
            assert log.catch_up().problem == ""
            seen.append(log.finish_order(name))
    assert seen == [[f"{name}-{number}" for number in range(40)] for name in names]
    with LabelLog(url) as log:
        assert log.votes(rings).sum().sum() == 120
        by_log: dict[str, list[int]] = {}
        for one in log.events():
            by_log.setdefault(one.log_id, []).append(one.sequence)
        assert sorted(by_log.values()) == [list(range(1, 81))] * 3


def test_a_copy_of_a_project_goes_on_with_a_log_of_its_own(
    tmp_path: Path, postgres: Postgres, rings: DecisionTree
) -> None:
    url, path = postgres.new_database(), tmp_path / "anna.sqlite"
    with TeamLabels(path, url) as anna:
        classify(anna, rings, "G1", "ring yes")
        first = anna.log_id
    with TeamLabels(path, url) as anna:
        assert anna.log_id == first
    shutil.copy(path, tmp_path / "ben.sqlite")
    moved = path.rename(tmp_path / "moved.sqlite")
    with TeamLabels(moved, url) as anna, TeamLabels(tmp_path / "ben.sqlite", url) as ben:
        assert anna.log_id == first != ben.log_id
        classify(anna, rings, "G2", "ring yes", labeller="anna")
        classify(ben, rings, "G2", "ring no", labeller="ben")
        for one in (anna, ben, anna):
            assert one.catch_up().problem == ""
        assert anna.votes(rings).loc["G2"].to_dict() == {"ring_yes": 1, "ring_no": 1}
        assert anna.events() == ben.events()


def test_catalogue_votes_reach_everybody_and_the_latest_count(
    tmp_path: Path, postgres: Postgres, rings: DecisionTree
) -> None:
    import pandas as pd

    url = postgres.new_database()
    with (
        TeamLabels(tmp_path / "anna.sqlite", url) as anna,
        TeamLabels(tmp_path / "ben.sqlite", url) as ben,
    ):
        for votes in (3, 5):
            table = pd.DataFrame({"id_str": ["G1"], "ring_yes": [votes], "ring_no": [1]})
            anna.set_catalogue_votes(table, rings, f"table {votes}")
            anna.catch_up()
            ben.catch_up()
            assert ben.catalogue_votes(rings).loc["G1", "ring_yes"] == votes
            assert ben.catalogue_source(rings) == anna.catalogue_source(rings)


def test_a_refusal_is_told_and_labelling_goes_on(
    tmp_path: Path, postgres: Postgres, rings: DecisionTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSFILE", "/nonexistent")
    with TeamLabels(tmp_path / "anna.sqlite", postgres.url("nowhere")) as anna:
        classify(anna, rings, "G1", "ring yes")
        state = anna.catch_up()
        assert "createdb nowhere" in state.problem
        assert not state.away
        assert state.waiting == 2
    with pytest.raises(LabelError, match="no address of a label server"):
        TeamLabels(tmp_path / "ben.sqlite", "mysql://x/y")


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_in_whatever_order_labels_are_carried_the_votes_are_the_same(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = random.Random(seed)
    tree = load_tree("rings")
    folder = tmp_path_factory.mktemp("orders")
    people = [LabelLog(folder / f"{name}.sqlite") for name in ("anna", "ben", "chen")]
    hubs = [LabelLog(folder / f"hub{number}.sqlite") for number in range(2)]
    for number in range(12):
        log = rng.choice(people)
        # The same person may label on two computers, before either knows of the other.
        who, galaxy = rng.choice(["anna", "ben"]), f"G{number % 4}"
        if rng.random() < 0.2:
            log.undo(who)
        else:
            log.append(say(tree, "answer", galaxy, f"ring {rng.choice(['yes', 'no'])}", who))
            log.append(say(tree, "finish", galaxy, labeller=who))
        if rng.random() < 0.3:  # some of it is sent at once, and some of that again
            carry_events(log._engine, rng.choice(hubs)._engine)
    for hub in hubs:
        order = people * 2
        rng.shuffle(order)
        for log in order:
            carry_events(log._engine, hub._engine)
    with_merge = LabelLog(folder / "merged.sqlite")
    for log in rng.sample(people, 3):
        with_merge.merge(log)
    wanted = hubs[0].votes(tree)
    for other in (hubs[1], with_merge):
        assert other.events() == hubs[0].events()
        assert other.votes(tree).equals(wanted)
        assert other.finished() == hubs[0].finished()
        assert other.skipped() == hubs[0].skipped()
    for log in (*people, *hubs, with_merge):
        log.close()


def test_carrying_goes_on_where_it_was_cut_off(
    tmp_path: Path, rings: DecisionTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gzactive.stores import merging

    with LabelLog(tmp_path / "a.sqlite") as log:
        for number in range(9):
            classify(log, rings, f"G{number}", "ring yes")

        def give_up(stage: str, done: int, total: int) -> None:
            assert total == 18
            if done == 10:
                raise KeyboardInterrupt

        target = LabelLog(tmp_path / "b.sqlite")
        monkeypatch.setattr(merging, "_ROWS_AT_ONCE", 5)
        with pytest.raises(KeyboardInterrupt):
            carry_events(log._engine, target._engine, give_up)
        assert [one.sequence for one in target.events()] == list(range(1, 11))
        engine = open_engine(tmp_path / "b.sqlite")
        assert carry_events(log._engine, engine) == 8
        assert target.events() == log.events()
        assert target.finished() == log.finished()
        engine.dispose()
        target.close()


def test_a_server_that_hangs_holds_nobody_up(
    tmp_path: Path, postgres: Postgres, rings: DecisionTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_database()
    with TeamLabels(tmp_path / "anna.sqlite", url) as anna:
        classify(anna, rings, "G1", "ring yes")
        assert anna.catch_up().waiting == 0
    postgres.freeze()
    try:
        monkeypatch.setattr(courier, "_SILENCE", 0.2)
        anna = TeamLabels(tmp_path / "anna.sqlite", url)
        classify(anna, rings, "G2", "ring yes")
        state = anna.catch_up(0.5)
        assert anna.courier.state.away
        assert state.away
        assert state.waiting == 2
        assert "does not answer" in state.problem
        anna.close()
    finally:
        postgres.thaw()
    with TeamLabels(tmp_path / "anna.sqlite", url) as anna:
        assert anna.catch_up().waiting == 0
    assert [sequence for _, sequence, _ in on_server(url)] == [1, 2, 3, 4]


def test_a_member_who_owns_no_table_can_take_part(
    tmp_path: Path, postgres: Postgres, rings: DecisionTree
) -> None:
    url = postgres.new_database()
    name = url.rsplit("/", 1)[1]
    with TeamLabels(tmp_path / "anna.sqlite", url) as anna:
        classify(anna, rings, "G1", "ring yes")
        assert anna.catch_up().problem == ""
    with TeamLabels(tmp_path / "ben.sqlite", postgres.url(name, "guest")) as ben:
        classify(ben, rings, "G1", "ring no", labeller="ben")
        state = ben.catch_up()
        assert "'guest' may not do that" in state.problem
        assert state.waiting == 2
        for kind in ("TABLES", "SEQUENCES"):
            postgres.ask(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO guest", name)
        assert ben.catch_up().problem == ""
        assert ben.votes(rings).loc["G1"].to_dict() == {"ring_yes": 1, "ring_no": 1}


def test_an_address_may_be_a_service(
    tmp_path: Path, postgres: Postgres, rings: DecisionTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = postgres.new_database().rsplit("/", 1)[1]
    service = tmp_path / "services.conf"
    told = {"host": "127.0.0.1", "port": postgres.port, "dbname": name, "user": "gzactive"}
    service.write_text("\n".join(["[rings]", *(f"{key}={value}" for key, value in told.items())]))
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    with TeamLabels(tmp_path / "anna.sqlite", "postgresql:///?service=rings") as anna:
        classify(anna, rings, "G1", "ring yes")
        assert anna.catch_up().problem == ""
        assert anna.courier.state.waiting == 0
        assert anna.server == "postgresql+psycopg:///?service=rings"
