"""``gzactive train`` as a person runs it: the real network, a real kill."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from gzactive.inference.training_runs import write_history
from gzactive.project import Project

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


def test_shards_are_made_and_told(gz: Command, sky: Path, tmp_path: Path) -> None:
    catalog = _voted(sky, tmp_path)
    out = tmp_path / "shards"
    made = gz("shards", catalog, out, "--limit", 20, "--size", 32, "--split", "2:1:1")
    assert made.code == 0, made.err
    assert "20 galaxies (" in made.out
    assert sum(1 for _ in out.rglob("*.tfrecord")) == 3
    again = gz("shards", catalog, out, "--limit", 20, "--size", 32, "--split", "2:1:1")
    assert "3 were there already" in again.out
    other = gz("shards", catalog, out, "--limit", 21, "--size", 32)
    assert other.code == 2
    assert "choose another folder" in other.err


def test_shards_and_a_table_exclude_each_other(gz: Command, sky: Path, tmp_path: Path) -> None:
    run = ("--out", tmp_path / "run")
    neither = gz("train", *run)
    both = gz("train", sky / "table.csv", "--shards", tmp_path, *run)
    assert neither.code == both.code == 2
    assert "give a table, or --shards with a folder" in neither.err
    assert neither.err == both.err
    split = gz("train", "--shards", tmp_path, "--split", "8:1:1", *run)
    assert "--split has no place beside --shards" in split.err
    absent = gz("train", "--shards", tmp_path, *run)
    assert "holds no shards" in absent.err


def test_a_project_gives_its_galaxies_with_votes_but_those_that_judge(
    gz: Command, sky: Path, tmp_path: Path
) -> None:
    place, out = tmp_path / "project", tmp_path / "shards"
    assert gz("new", place, "--catalog", sky / "table.csv").code == 0
    none = gz("shards", place, out, "--size", 32)
    assert none.code == 2
    assert "has votes to learn from: label some, or import votes" in none.err
    assert gz("import", place, sky / "votes.csv").code == 0
    made = gz("shards", place, out, "--size", 32)
    assert made.code == 0, made.err
    with Project.open(place) as project:
        aside = project.catalog.set_index("id_str")["reserved"]
    split = pd.read_csv(out / "split.csv", dtype={"id_str": str})
    assert len(split) == int((~aside).sum())
    assert not aside[split["id_str"]].any()
    assert "80 galaxies" not in made.out
    again = gz("shards", place, out, "--size", 32)
    assert "were there already" in again.out
    other = gz("shards", place, out, "--tree", "rings")
    assert "--tree has no place beside a project" in other.err


def test_curves_of_runs_are_drawn_into_one_figure(gz: Command, tmp_path: Path) -> None:
    for name, losses in (("one", [3.0, 2.0]), ("two", [2.5, 1.5, 1.7])):
        (tmp_path / name).mkdir()
        write_history(tmp_path / name, {"loss": losses, "validation_loss": losses})
    figure = tmp_path / "figure.svg"
    drawn = gz("curves", tmp_path / "one", tmp_path / "two", "--out", figure)
    assert drawn.code == 0, drawn.err
    assert {"one", "two", "epoch"} <= set(re.findall(r">([a-z]+)</text>", figure.read_text()))
    other = gz("curves", tmp_path / "one", "--out", figure, "--quantity", "accuracy")
    assert "There is no curve of accuracy to draw" in other.err
    nothing = gz("curves", tmp_path, "--out", figure)
    assert "tells of no training" in nothing.err


@pytest.mark.slow
@pytest.mark.parametrize("shards", [False, True], ids=["table", "shards"])
def test_a_training_that_is_killed_goes_on_and_its_weights_start_a_project(
    gz: Command, sky: Path, tmp_path: Path, shards: bool
) -> None:
    catalog, out = _voted(sky, tmp_path), tmp_path / "run"
    galaxies = [str(catalog)]
    if shards:
        galaxies = ["--shards", str(tmp_path / "shards")]
        assert gz("shards", catalog, tmp_path / "shards", "--per-shard", 20).code == 0
    command = [sys.executable, "-m", "gzactive", "train", *galaxies, "--out", str(out)]
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
    name = "shards" if shards else "catalog.csv"
    assert f"galaxies with votes of '{name}'" in shown.out


def _voted(sky: Path, tmp_path: Path) -> Path:
    """The sky's table with its votes."""
    table = pd.read_csv(sky / "table.csv", dtype={"id_str": str})[["id_str", "file_loc"]]
    votes = pd.read_csv(sky / "votes.csv", dtype={"id_str": str})
    table["file_loc"] = [str(sky / name) for name in table["file_loc"]]
    table.merge(votes, on="id_str").to_csv(tmp_path / "catalog.csv", index=False)
    return tmp_path / "catalog.csv"
