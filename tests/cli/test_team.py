"""Labels shared on a PostgreSQL server, by commands."""

from pathlib import Path

import pytest

from gzactive.project import Project
from gzactive.stores.labels import LabelLog, NewEvent
from tests.postgres import LOCKED, PASSWORD, Postgres

from .conftest import Command


def classify(folder: Path, who: str, id_str: str) -> None:
    with Project.open(folder) as project:
        tree = project.tree
        for kind in ("answer", "finish"):
            project.labels.append(
                NewEvent(
                    kind=kind,
                    labeller=who,
                    id_str=id_str,
                    tree_id=tree.id,
                    tree_hash=tree.hash,
                    question="smooth-or-featured",
                    answer="smooth",
                )
            )


def votes_of(folder: Path) -> int:
    with Project.open(folder) as project:
        return int(project.labels.votes(project.tree).to_numpy().sum())


def test_two_projects_share_their_labels(
    gz: Command, sky: Path, tmp_path: Path, postgres: Postgres
) -> None:
    url = postgres.new_database()
    anna, ben = tmp_path / "anna", tmp_path / "ben"
    made = gz("new", anna, "--catalog", sky / "table.csv", "--labels", url)
    assert made.code == 0
    assert f"shared on {url}" in made.out
    with Project.open(anna) as project:
        ids = project.catalog["id_str"].tolist()
    classify(anna, "anna", ids[0])
    # The other began alone, and joins with what there is.
    assert gz("new", ben, "--catalog", sky / "table.csv").code == 0
    classify(ben, "ben", ids[0])
    classify(ben, "ben", ids[1])
    assert "labels.sqlite in the project's folder" in gz("info", ben).out
    moved = gz("labels", ben, "--move", url)
    assert "Carried over 4 events." in moved.out
    assert f"Labels: {url} (all sent)" in moved.out
    assert "all sent" in gz("info", anna).out
    assert votes_of(anna) == votes_of(ben) == 3

    postgres.stop()
    classify(ben, "ben", ids[2])
    alone = gz("labels", ben)
    assert alone.code == 0
    assert "does not answer" in alone.err
    assert "2 events wait here" in alone.out
    assert alone.err.count("\n") == 2
    postgres.start()
    assert "(all sent)" in gz("labels", ben).out

    # The catalogue and the labels can be joined by SQL.
    joined = postgres.ask(
        "SELECT id_str, file_loc, reserved, count(DISTINCT labeller) FROM catalog "
        "JOIN walks USING (id_str) WHERE finish IS NOT NULL GROUP BY id_str ORDER BY id_str",
        url.rsplit("/", 1)[1],
    )
    with Project.open(anna) as project:
        rows = project.catalog.set_index("id_str").loc[sorted(ids[:3]), ["file_loc", "reserved"]]
    people = {ids[0]: 2, ids[1]: 1, ids[2]: 1}
    assert joined == [(one, *rows.loc[one], people[one]) for one in rows.index]

    # Back again, with everybody's labels; the others stay together.
    assert "Labels: labels.sqlite" in gz("labels", ben, "--move", "sqlite").out
    classify(ben, "ben", ids[3])
    gz("labels", anna)
    assert votes_of(ben) == 5
    assert votes_of(anna) == 4
    again = gz("labels", ben, "--move", "sqlite")
    assert again.code == 2
    assert "already" in again.err


def test_a_password_is_used_and_not_written_down(
    gz: Command, sky: Path, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    url = postgres.new_database()
    name = url.rsplit("/", 1)[1]
    postgres.ask(f"ALTER DATABASE {name} OWNER TO {LOCKED}")
    plain = postgres.url(name, LOCKED)
    told = plain.replace(LOCKED, f"{LOCKED}:{PASSWORD.replace(' ', '%20')}")
    made = gz("new", tmp_path / "anna", "--catalog", sky / "table.csv", "--labels", told)
    assert made.code == 0
    assert "not written into the project" in made.out
    assert "missing or wrong" in made.out
    written = (tmp_path / "anna" / "project.toml").read_text()
    assert plain in written
    assert "sesame" not in written + made.out + made.err
    assert "missing or wrong" in gz("labels", tmp_path / "anna").err
    (tmp_path / "pgpass").write_text(f"127.0.0.1:{postgres.port}:{name}:{LOCKED}:{PASSWORD}\n")
    (tmp_path / "pgpass").chmod(0o600)
    assert "(all sent)" in gz("labels", tmp_path / "anna").out


def test_a_server_that_cannot_be_used_is_told_before_a_project_is_made(
    gz: Command, sky: Path, tmp_path: Path, postgres: Postgres
) -> None:
    folder = tmp_path / "anna"
    for place, said in (
        (postgres.url("nowhere"), "createdb nowhere"),
        ("postgresql://anna:secret@127.0.0.1:1/labels", "does not answer"),
        ("mysql://anna:secret@host/labels", "no address of a label server"),
    ):
        refused = gz("new", folder, "--catalog", sky / "table.csv", "--labels", place)
        assert refused.code == 2
        assert said in refused.err
        assert "secret" not in refused.err
        assert not folder.exists()


def test_a_database_holds_the_answers_to_one_trees_questions(
    gz: Command, sky: Path, tmp_path: Path, postgres: Postgres
) -> None:
    url = postgres.new_database()
    table = ("--catalog", sky / "table.csv")
    assert gz("new", tmp_path / "anna", *table, "--labels", url).code == 0
    rings = gz("new", tmp_path / "ben", *table, "--tree", "rings", "--labels", url)
    assert rings.code == 2
    assert "answer the questions of 'gz-decals-dr5'" in rings.err
    assert not (tmp_path / "ben").exists()  # refused before anything was made
    with LabelLog(url) as log:
        assert log.events() == []
