"""Several people label at once, each with their own queue, and no galaxy gets too many votes."""

import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from gzactive.active.queue import build_queue
from gzactive.project import Project
from gzactive.stores import claims, team_labels
from gzactive.stores.labels import LabelLog
from gzactive.stores.team_labels import TeamLabels
from gzactive.teams import move_labels
from tests.postgres import Postgres
from tests.stores.label_steps import classify

# Each takes what it is handed, labels it and asks again, until nothing is left for it.
LABEL_ALL = """
import sys
from gzactive.active.queue import build_queue
from gzactive.project import Project
from gzactive.stores.labels import NewEvent

who = sys.argv[2]
with Project.open(sys.argv[1]) as project:
    tree, labels = project.tree, project.labels
    assert not labels.catch_up(60).problem
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        queue = build_queue(project, n=4, by="random", labeller=who)
        for id_str in queue["id_str"]:
            for kind in ("answer", "finish"):
                labels.append(NewEvent(kind=kind, labeller=who, id_str=id_str, tree_id=tree.id,
                                       tree_hash=tree.hash, question="ring", answer="yes"))
        print(len(queue), flush=True)
        if not len(queue):
            break
    labels.catch_up(60)
"""


def make(folder: Path, url: str, who: str, galaxies: int, limit: int) -> Path:
    ids = [f"G{number:03d}" for number in range(galaxies)]
    catalog = pd.DataFrame({"id_str": ids, "file_loc": [f"/nowhere/{one}.png" for one in ids]})
    with Project.create(folder / who, catalog, "rings") as project:
        project.save_settings(labeller=who, retire_after=limit)
        move_labels(project, url)
    return folder / who


def test_people_who_label_at_once_never_exceed_the_limit(
    tmp_path: Path, postgres: Postgres
) -> None:
    url, names, limit = postgres.new_database(), ("anna", "ben", "chen"), 2
    folders = [make(tmp_path, url, name, 30, limit) for name in names]
    people = [
        subprocess.Popen(
            [sys.executable, "-c", LABEL_ALL, str(folder), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for folder, name in zip(folders, names, strict=True)
    ]
    for person in people:  # all of them have started before one may begin
        assert person.stdout is not None
        assert person.stdout.readline() == "ready\n"
    for person in people:
        assert person.stdin is not None
        person.stdin.write("go\n")
        person.stdin.flush()
    handed = []
    for person in people:
        out, _ = person.communicate(timeout=200)
        assert person.returncode == 0
        handed.append(sum(map(int, out.split())))
    with LabelLog(url) as log:
        tally = Counter(one.id_str for one in log.events(kinds=["finish"]))
    assert set(tally.values()) == {limit}
    assert len(tally) == 30
    assert sum(handed) == 30 * limit
    assert min(handed) > 0


def test_what_one_has_in_hand_is_not_handed_to_another(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.new_database()
    with (
        Project.open(make(tmp_path, url, "anna", 20, 1)) as anna,
        Project.open(make(tmp_path, url, "ben", 20, 1)) as ben,
    ):
        first = set(build_queue(anna, n=8, by="random", labeller="anna")["id_str"])
        second = set(build_queue(ben, n=20, by="random", labeller="ben")["id_str"])
        assert len(first) == 8
        assert len(second) == 12
        assert not first & second
        # Anna's next queue may hold what she has in hand; what she gives up goes to others.
        kept = sorted(first)[:3]
        labels = anna.labels
        assert isinstance(labels, TeamLabels)
        labels.keep("anna", anna.tree, kept, 1)
        labels.catch_up()
        third = set(build_queue(ben, n=20, by="random", labeller="ben")["id_str"])
        assert third == second | (first - set(kept))


def test_claims_of_who_is_not_heard_of_run_out(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_database()
    with Project.open(make(tmp_path, url, "anna", 6, 1)) as anna:
        labels, tree = anna.labels, anna.tree
        assert isinstance(labels, TeamLabels)
        ids = anna.catalog["id_str"].tolist()
        give = partial(claims.claim, tree_id=tree.id, labeller="ben", ids=ids[:4], limit=1)
        assert labels.courier.ask(partial(give, seconds=3600), 20) == set(ids[:4])
        assert labels.full("anna", tree, 1) == set(ids[:4])
        assert labels.full("ben", tree, 1) == set()
        postgres.ask("UPDATE claims SET until = now() - interval '1 second'", url.rsplit("/", 1)[1])
        assert labels.full("anna", tree, 1) == set()
        assert labels.claim("anna", tree, ids, 1) == set(ids)
        # Ben comes back: what is Anna's now is not his any more.
        keep = partial(claims.keep, tree_id=tree.id, labeller="ben", ids=ids[:4], limit=1)
        assert labels.courier.ask(partial(keep, seconds=3600), 20) == set()


def test_while_the_server_is_away_only_what_was_set_aside_is_handed_out(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_labels, "_ANSWER", 3.0)
    url = postgres.new_database()
    with Project.open(make(tmp_path, url, "anna", 20, 1)) as anna:
        first = set(build_queue(anna, n=5, by="random", labeller="anna")["id_str"])
        postgres.stop()
        classify(anna.labels, anna.tree, sorted(first)[0], "ring yes", labeller="anna")
        again = build_queue(anna, n=10, by="random", labeller="anna")
        assert set(again["id_str"]) == first - {sorted(first)[0]}
        assert "only the 5 galaxies that are set aside for you" in again.attrs["statement"]
        postgres.start()
        anna.labels.catch_up()
        back = build_queue(anna, n=10, by="random", labeller="anna")
        assert len(back) == 10
        assert "server" not in back.attrs["statement"]


def test_what_was_set_aside_is_handed_out_too_by_a_program_started_while_the_server_is_away(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_labels, "_ANSWER", 3.0)
    folder = make(tmp_path, postgres.new_database(), "anna", 20, 1)
    with Project.open(folder) as anna:
        first = set(build_queue(anna, n=5, by="random", labeller="anna")["id_str"])
    postgres.stop()
    with Project.open(folder) as anna:
        again = build_queue(anna, n=10, by="random", labeller="anna")
        assert set(again["id_str"]) == first
        assert build_queue(anna, n=10, by="random", labeller="ben").empty  # they are Anna's
        monkeypatch.setattr(team_labels.time, "time", lambda real=time.time: real() + 3601)
        assert build_queue(anna, n=10, by="random", labeller="anna").empty  # an hour later
    postgres.start()


def test_alone_too_a_galaxy_is_retired_after_enough_people(tmp_path: Path) -> None:
    ids = [f"G{number}" for number in range(6)]
    catalog = pd.DataFrame({"id_str": ids, "file_loc": [f"/nowhere/{one}" for one in ids]})
    with Project.create(tmp_path / "project", catalog, "rings") as project:
        project.save_settings(retire_after=2)
        for who in ("anna", "ben"):
            classify(project.labels, project.tree, "G0", "ring yes", labeller=who)
        classify(project.labels, project.tree, "G1", "ring yes", labeller="anna")
        queue = build_queue(project, n=6, by="random", labeller="chen")
        assert set(queue["id_str"]) == set(ids) - {"G0"}
        project.save_settings(retire_after=0)
        assert len(build_queue(project, n=6, by="random", labeller="chen")) == 6
