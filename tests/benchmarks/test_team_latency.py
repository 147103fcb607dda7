"""What a team costs the one who answers: nothing beside writing to the own disk."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gzactive.stores.labels import LabelLog
from gzactive.stores.team_labels import TeamLabels
from gzactive.trees import load_tree
from tests.postgres import Postgres
from tests.stores.label_steps import say

_ANSWERS = 150


def _answer(log: LabelLog, name: str) -> Callable[[int], float]:
    tree = load_tree("rings")

    def once(number: int) -> float:
        start = time.perf_counter()
        log.append(say(tree, "answer", f"{name}-{number}", "ring yes"))
        return 1000 * (time.perf_counter() - start)

    return once


@pytest.mark.benchmark
def test_an_answer_costs_no_more_than_alone(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.new_database()
    with (
        LabelLog(tmp_path / "alone.sqlite") as alone,
        TeamLabels(tmp_path / "team.sqlite", url) as team,
        TeamLabels(tmp_path / "away.sqlite", postgres.url("nowhere")) as away,
    ):
        ways = {
            "alone": _answer(alone, "a"),
            "team": _answer(team, "t"),
            "away": _answer(away, "w"),
        }
        took: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(_ANSWERS):  # in turn, so that all meet the same load
            for name, answer in ways.items():
                took[name].append(answer(number))
            time.sleep(0.02)
        assert team.catch_up(60).waiting == 0
    middle = {name: statistics.median(times) for name, times in took.items()}
    for name, times in took.items():
        worst = statistics.quantiles(times, n=20)[-1]
        ratio = middle[name] / middle["alone"]
        print(f"{name}: median {middle[name]:.2f} ms, p95 {worst:.2f} ms, {ratio:.2f} × alone")
    assert middle["team"] <= 2 * middle["alone"]
    assert middle["away"] <= 2 * middle["alone"]
