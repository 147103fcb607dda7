"""A command as a process that is watched: told, cancelled within a second, ended with the app."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from gzactive.app.job import JobState
from gzactive.app.process_job import ProcessJob
from gzactive.relay import parse_report

from .conftest import PATIENCE


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (40, 40, 3), np.uint8)).save(tmp_path / "a.png")
    ids = [f"g{number}" for number in range(30)]
    catalog = pd.DataFrame({"id_str": ids, "file_loc": "a.png", "ring_yes": 3, "ring_no": 5})
    catalog.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path / "table.csv"


def shards(table: Path, *more: str) -> list[str]:
    out = str(table.parent / "shards")
    return ["shards", str(table), out, "--tree", "rings", "--size", "32", *more]


def test_a_command_tells_its_progress_and_what_it_said(qtbot: QtBot, table: Path) -> None:
    job = ProcessJob("Making shards", shards(table))
    seen: list[tuple[str, int, int]] = []
    job.progress.connect(lambda *report: seen.append(report))
    with qtbot.waitSignal(job.finished, timeout=PATIENCE) as done:
        job.start()
    assert job.state is JobState.FINISHED
    assert seen[-1] in (("writing shards", 30, 30), ("opening shards", 3, 3))
    assert any(line.startswith("30 galaxies (") for line in done.args[0])
    assert (table.parent / "shards" / "manifest.json").exists()


def test_its_own_sentence_is_told_where_it_fails(qtbot: QtBot, table: Path) -> None:
    job = ProcessJob("Making shards", shards(table, "--split", "7-2-1"))
    with qtbot.waitSignal(job.failed, timeout=PATIENCE) as failed:
        job.start()
    assert failed.args[0].startswith("--split 7-2-1 is not three shares")


def test_a_process_that_was_killed_is_told_in_a_sentence(qtbot: QtBot, table: Path) -> None:
    job = ProcessJob("Making shards", shards(table))
    with qtbot.waitSignal(job.started, timeout=PATIENCE):
        job.start()
    with qtbot.waitSignal(job.failed, timeout=PATIENCE) as failed:
        os.kill(job.process_id, signal.SIGKILL)
    assert "it was killed" in failed.args[0]
    assert "it can go on from there" in failed.args[0]


def test_a_cancel_ends_the_process(qtbot: QtBot, table: Path) -> None:
    job = ProcessJob("Making shards", shards(table))
    with qtbot.waitSignal(job.started, timeout=PATIENCE):
        job.start()
    process = job.process_id
    with qtbot.waitSignal(job.cancelled, timeout=PATIENCE):
        job.cancel()
    assert job.state is JobState.CANCELLED
    assert gone(process)


def test_closing_waits_until_the_process_is_gone(qtbot: QtBot, table: Path) -> None:
    job = ProcessJob("Making shards", shards(table))
    with qtbot.waitSignal(job.started, timeout=PATIENCE):
        job.start()
    process = job.process_id
    job.close()
    assert job.over
    assert gone(process)


def test_a_command_ends_when_the_app_was_killed(table: Path) -> None:
    """The app's end of the pipe closes with the app; what was written so far is whole."""
    slow = """
import time
from gzactive.terminal import progress_bars
with progress_bars() as progress:
    for number in range(10_000):
        progress("working", number, 10_000)
        time.sleep(0.01)
"""
    environment = os.environ | {"GZACTIVE_PROGRESS": "lines"}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", slow], stdin=pipe, stdout=pipe, stderr=pipe, env=environment
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdin is not None
        assert parse_report(worker.stdout.readline().decode()) == ("working", 0, 10_000)
        worker.stdin.close()
        assert b"Cancelled" in worker.stderr.read()
        assert worker.wait(PATIENCE / 1000) == 1


def test_lines_that_are_no_reports_are_none() -> None:
    assert parse_report('{"stage": "a", "done": 1, "total": 2}') == ("a", 1, 2)
    assert parse_report('{"stage": "a", "done"') is None
    assert parse_report("30 galaxies") is None


def gone(process: int) -> bool:
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False
