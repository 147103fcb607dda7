"""The problems table keeps the latest reason of each galaxy and stage."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gzactive.stores.problems import ProblemTable


@pytest.fixture
def problems(tmp_path: Path) -> Iterator[ProblemTable]:
    with ProblemTable(tmp_path / "problems.sqlite") as table:
        yield table


def test_the_latest_reason_of_a_stage_is_kept(problems: ProblemTable) -> None:
    problems.record([("a", "/x/a.jpg", "features", "it is truncated")])
    problems.record(
        [("a", "/x/a.jpg", "features", "it is empty"), ("a", "/x/a.jpg", "display", "")]
    )
    told = problems.frame()
    assert told[["id_str", "stage", "reason"]].values.tolist() == [
        ["a", "display", ""],
        ["a", "features", "it is empty"],
    ]


def test_problems_are_cleared_by_galaxy_by_stage_or_all(problems: ProblemTable) -> None:
    rows = [(f"g{i}", "f", stage, "r") for i in range(1000) for stage in ("features", "display")]
    problems.record(rows)
    problems.clear([f"g{i}" for i in range(990)], stage="features")
    assert len(problems.frame()) == 1010
    problems.clear([f"g{i}" for i in range(990)])
    assert len(problems.frame()) == 20
    problems.clear(stage="display")
    assert len(problems.frame()) == 10
    problems.clear()
    assert list(problems.frame().columns) == ["id_str", "file_loc", "stage", "reason", "time"]
    assert problems.frame().empty


def test_problems_are_there_for_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "problems.sqlite"
    with ProblemTable(path) as table:
        table.record([])
        table.record([("007", "f", "features", "r")])
    with ProblemTable(path) as table:
        assert table.frame()["id_str"].tolist() == ["007"]
