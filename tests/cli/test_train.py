"""``gzactive train`` as a person runs it: the real network, a real kill."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from .conftest import Command


def test_a_wrong_split_is_told_in_a_sentence(gz: Command, sky: Path, tmp_path: Path) -> None:
    told = gz("train", sky / "table.csv", "--out", tmp_path / "run", "--split", "7-2-1")
    assert told.code == 2
    assert "--split 7-2-1 is not three shares: give them as 7:2:1" in told.err


def test_a_table_without_votes_is_told_in_a_sentence(
    gz: Command, sky: Path, tmp_path: Path
) -> None:
    told = gz("train", sky / "table.csv", "--out", tmp_path / "run", "--tree", "rings")
    assert told.code == 2
    assert "has no answer of the tree 'rings'" in told.err


@pytest.mark.slow
def test_a_training_that_is_killed_goes_on_and_its_weights_start_a_project(
    gz: Command, sky: Path, tmp_path: Path
) -> None:
    table = pd.read_csv(sky / "table.csv", dtype={"id_str": str})[["id_str", "file_loc"]]
    votes = pd.read_csv(sky / "votes.csv", dtype={"id_str": str})
    table["file_loc"] = [str(sky / name) for name in table["file_loc"]]
    catalog = tmp_path / "catalog.csv"
    table.merge(votes, on="id_str").to_csv(catalog, index=False)
    out = tmp_path / "run"
    command = [sys.executable, "-m", "gzactive", "train", str(catalog), "--out", str(out)]
    command += ["--crop", "64", "--epochs", "3", "--batch", "16"]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 240
    while not (out / "run" / "checkpoint.safetensors").exists():
        assert killed.poll() is None, killed.stderr.read() if killed.stderr else ""
        assert time.monotonic() < deadline
        time.sleep(0.1)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not (out / "weights.safetensors").exists()

    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    assert "the device waited for images" in done.stdout
    assert "oneDNN" not in done.stderr
    log = (out / "run" / "training.log").read_text()
    assert "resumed after epoch" in log
    assert log.count("epoch 1 loss") == 1
    made = gz(
        "new",
        tmp_path / "project",
        "--images",
        sky / "images",
        "--weights",
        out / "weights.safetensors",
    )
    assert made.code == 0, made.err
    shown = gz("weights", out / "weights.safetensors")
    assert "galaxies with votes of 'catalog.csv'" in shown.out
