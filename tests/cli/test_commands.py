"""The commands, end to end on real files: the loop works, and a mistake is one clear sentence."""

import re
import sys
from pathlib import Path
from subprocess import run

import h5py
import numpy as np
import pandas as pd
import pytest

from gzactive import __version__

from .conftest import Command


def test_help_is_broken_where_the_terminal_ends_not_where_the_source_does(gz: Command) -> None:
    said = gz("ask", "--help").out
    assert "its first labels, and its queue shows what is most like them" in said
    assert "app [OPTIONS] [PROJECT]" in gz("app", "--help").out
    assert gz("--version") == (0, f"gzactive {__version__}\n", "")


def test_the_whole_loop_from_the_command_line(gz: Command, sky: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    made = gz("new", project, "--catalog", sky / "table.csv")
    assert made.code == 0, made.err
    assert "80 galaxies" in made.out

    computed = gz("features", project)
    assert "80 galaxies computed" in computed.out
    assert "0 galaxies computed" in gz("features", project).out

    queue = tmp_path / "queue.csv"
    assert gz("rank", project, "-n", 40, "--out", queue).code == 0
    ranked = pd.read_csv(queue)
    assert list(ranked.columns) == ["rank", "id_str", "acquisition", "selection", "question"]
    assert ranked["rank"].tolist() == list(range(1, 41))
    assert set(ranked["selection"]) == {"active", "random"}

    votes = pd.read_csv(sky / "votes.csv", dtype={"id_str": str})
    answers = tmp_path / "answers.csv"
    votes[votes["id_str"].isin(ranked["id_str"])].to_csv(answers, index=False)
    assert "Ada: 40 galaxies" in gz("label", project, answers, "--labeller", "Ada").out
    assert (
        "40 galaxies left out: said so already"
        in gz("label", project, answers, "--labeller", "Ada").out
    )

    tuned = gz("finetune", project)
    assert tuned.code == 0, tuned.err
    assert "80 galaxies re-scored" in tuned.out

    best = tmp_path / "best.csv"
    assert gz("top", project, "disk-edge-on_yes", "-n", 5, "--out", best).code == 0
    top = pd.read_csv(best)
    assert list(top.columns) == ["rank", "id_str", "fraction", "path_probability", "score"]
    assert top["score"].is_monotonic_decreasing

    for suffix in ("hdf5", "csv", "parquet"):
        out = tmp_path / f"predictions.{suffix}"
        assert "80 galaxies × 3 samples" in gz("predict", project, "--out", out, "--samples", 3).out
    with h5py.File(tmp_path / "predictions.hdf5") as file:
        assert file["predictions"].shape == (80, 34, 3)
        assert np.all((file["predictions"][:] >= 1) & (file["predictions"][:] <= 101))

    told = gz("info", project).out
    assert "80 of 80 computed" in told
    assert re.search(r"head in use\s+round 1", told)


def test_trees_are_listed_and_shown(gz: Command) -> None:
    assert "gz-candels" in gz("trees").out
    shown = gz("trees", "rings")
    assert "Does the galaxy have a ring?" in shown.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["trees", "nope"], "There is no tree 'nope'"),
        (["info", "missing"], "There is no project"),
        (["new", "p"], "give --images"),
        (["new", "p", "--images", "missing"], "missing' does not exist"),
        (["new", "p", "--images", ".", "--match", "x"], "--match joins a table to images"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(
    gz: Command,
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = gz(*arguments)
    assert done.code == 2
    assert sentence in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert "Traceback" not in done.err


def test_wrong_choices_name_the_right_ones(gz: Command, sky: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    gz("new", project, "--catalog", sky / "table.csv")
    by = gz("rank", project, "--by", "magic")
    assert by.code == 2
    assert "mutual-information" in by.err
    answer = gz("top", project, "bar_huge")
    assert answer.code == 2
    assert "bar_huge" in answer.err
    early = gz("finetune", project)
    assert early.code == 2
    assert len(early.err.strip().splitlines()) == 1


def test_help_teaches_every_command_without_loading_the_model() -> None:
    code = "import sys; sys.argv = ['gzactive', '--help']\nfrom gzactive.cli import main\n"
    code += "import atexit; atexit.register(lambda: print(sorted({'keras', 'pandas', 'PySide6'}"
    code += " & set(sys.modules))))\nmain()"
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for command in ("app", "demo", "new", "features", "rank", "label", "finetune", "predict"):
        assert f" {command} " in done.stdout
    assert done.stdout.rstrip().endswith("[]")


def test_an_interrupt_says_that_nothing_is_lost(
    gz: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gzactive.trees.available_trees", interrupted)
    done = gz("trees")
    assert done.code == 130
    assert "goes on from there" in done.err


def test_a_project_on_a_full_disk_can_still_be_looked_at(
    gz: Command, sky: Path, tmp_path: Path
) -> None:
    resource = pytest.importorskip("resource", reason="files have no such limit")
    project = tmp_path / "project"
    assert gz("new", project, "--catalog", sky / "table.csv").code == 0
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        told = [gz("info", project), gz("rank", project, "-n", 5)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    for one in told:
        assert one.code == 0, one.err
        assert "is full" in one.err
        assert "make room there" in one.err
    assert "80, of which" in told[0].out
    assert "Next 5 galaxies" in told[1].out
