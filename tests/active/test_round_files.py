"""A round is whole on the disk or not there, and one of them is in use."""

import json
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from gzactive.active.rounds import (
    current_round,
    held_out_votes,
    promote,
    rollback,
    rounds,
    run_round,
    training_votes,
)
from gzactive.errors import GzactiveError
from gzactive.inference import base_head, current_head
from gzactive.model.head import Head
from gzactive.progress import Cancelled

from .conftest import QUICK, label


def test_a_round_leaves_head_manifest_history_and_events(make_project, ring_sky):
    project = make_project(ring_sky)
    label(project, ring_sky, range(200))
    made = run_round(project, settings=QUICK)
    assert made.path == project.rounds_path / "0001"
    manifest = json.loads((made.path / "manifest.json").read_text())
    assert manifest == made.manifest
    assert manifest["label_log"] == dict(
        zip(("log_id", "sequence"), project.labels.position, strict=True)
    )
    assert manifest["tree"] == {"id": "rings", "hash": ring_sky.tree.hash}
    assert manifest["durations"]["total"] >= manifest["durations"]["fit"]
    assert -1 <= manifest["ranking_change"].pop("new_in_top_tenth") <= 1
    assert Head.load(made.path / "head.safetensors").id == manifest["heads"]["new"]
    history = pd.read_csv(made.path / "history.csv")
    assert list(history["epoch"]) == list(range(1, manifest["fit"]["epochs"] + 1))
    assert {"loss", "validation_loss"} <= set(history.columns)
    assert any("events" in path.name for path in made.path.rglob("*"))
    assert not list(project.rounds_path.glob(".*"))


def test_rounds_are_sorted_as_numbers(make_project, ring_sky):
    project = make_project(ring_sky)
    label(project, ring_sky, range(60))
    made = run_round(project, settings=QUICK)
    for name in ("0009", "9999", "10000"):
        shutil.copytree(made.path, project.rounds_path / name)
    assert [one.number for one in rounds(project)] == [1, 9, 9999, 10000]
    assert run_round(project, settings=QUICK).number == 10001


def test_rolling_back_and_promoting_switch_the_head_in_use(make_project, ring_sky):
    project = make_project(ring_sky)
    label(project, ring_sky, range(100))
    first = run_round(project, settings=QUICK)
    label(project, ring_sky, range(100, 200))
    second = run_round(project, settings=QUICK)
    assert current_round(project) == 2
    assert rollback(project) == 1
    assert current_head(project)[1:] == (first.head.id, 1)
    assert rollback(project) == 0
    assert current_head(project)[0].id == base_head(project).id
    promote(project, 2)
    assert current_head(project)[0].id == second.head.id
    promote(project, 0)
    third = run_round(project, settings=QUICK)
    assert third.manifest["previous"]["round"] == 0
    assert current_round(project) == 3


def test_what_cannot_be_promoted_is_refused(make_project, ring_sky):
    project = make_project(ring_sky)
    with pytest.raises(GzactiveError, match="no round 4: choose one of 0"):
        promote(project, 4)
    label(project, ring_sky, range(60))
    made = run_round(project, settings=QUICK)
    changed = made.manifest | {"tree": {"id": "rings", "hash": "another"}}
    (made.path / "manifest.json").write_text(json.dumps(changed))
    with pytest.raises(GzactiveError, match="another version of tree"):
        promote(project, 1)
    changed = made.manifest | {"backbone": "another"}
    (made.path / "manifest.json").write_text(json.dumps(changed))
    with pytest.raises(GzactiveError, match="other start weights"):
        promote(project, 1)
    (made.path / "manifest.json").write_text("{")
    with pytest.raises(GzactiveError, match="manifest of round 0001"):
        rounds(project)
    (project.rounds_path / "current.json").write_text("{")
    with pytest.raises(GzactiveError, match="cannot be read"):
        current_round(project)


def test_cancelling_leaves_no_round(make_project, ring_sky):
    project = make_project(ring_sky)
    label(project, ring_sky, range(60))

    def cancel(stage, done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        run_round(project, progress=cancel)
    assert rounds(project) == []
    assert run_round(project, settings=QUICK).number == 1


def test_two_rounds_at_once_are_refused(make_project, ring_sky):
    project = make_project(ring_sky)
    label(project, ring_sky, range(60))
    with project.compute_lock("round"), pytest.raises(GzactiveError, match="busy"):
        run_round(project)


KILLED = """
import os, signal, sys
from gzactive.active import round_files, rounds
from gzactive.project import Project

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

moment = sys.argv[2]
if moment == "writing":
    rounds.HISTORY = "half/written"  # the folder does not exist: die where it would be written
    import pandas
    pandas.DataFrame.to_csv = die
elif moment == "renaming":
    round_files.Path.rename = die
elif moment == "promoting":
    round_files.change_serving = die
with Project.open(sys.argv[1]) as project:
    rounds.run_round(project, progress=die if moment == "fitting" else lambda *told: None)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("moment", ["fitting", "writing", "renaming", "promoting"])
def test_a_killed_round_leaves_nothing_half_done_and_the_next_one_works(
    make_project, ring_sky, moment
):
    project = make_project(ring_sky)
    label(project, ring_sky, range(100))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(project.path), moment], capture_output=True, text=True
    )
    assert killed.returncode == -9, killed.stderr
    whole = 1 if moment == "promoting" else 0
    assert len(rounds(project)) == whole
    assert current_round(project) == 0
    made = run_round(project, settings=QUICK)
    assert made.number == whole + 1
    assert made.manifest["previous"]["round"] == whole  # its promotion was completed first
    assert current_round(project) == made.number
    assert not list(project.rounds_path.glob(".*"))
    assert len(training_votes(project)) + len(held_out_votes(project)) == 100
