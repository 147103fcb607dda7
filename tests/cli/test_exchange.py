"""`export` and `merge` in the terminal: what they write, what they say, what they refuse."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.cli.exchange import _FORMATS
from gzactive.project import Project
from gzactive.survey.exporters import FORMATS

from ..survey.exchange import IDS, classify, make_project
from .conftest import Command


@pytest.fixture
def rings(tmp_path: Path) -> Path:
    with make_project(tmp_path / "a", "rings") as made:
        classify(made.labels, made.tree, IDS[0], "ada", np.random.default_rng(0))
        return made.path


def test_the_help_names_every_format() -> None:
    named = _FORMATS.replace(" or ", " ").replace(",", "").rstrip(".").split()
    assert named == [one.name for one in FORMATS]


def test_export_writes_and_says_how_much(gz: Command, rings: Path, tmp_path: Path) -> None:
    out = tmp_path / "zoobot.csv"
    done = gz("export", rings, "--format", "zoobot", "--out", out)
    assert done.code == 0
    assert f"6 galaxies written to {out}." in done.out
    assert len(pd.read_csv(out)) == 6
    refused = gz("export", rings, "--format", "zoobot", "--out", out)
    assert refused.code == 2
    assert "exists already" in refused.err
    assert gz("export", rings, "--format", "zoobot", "--out", out, "--force").code == 0


def test_merge_says_who_came_and_again_that_nothing_is_new(
    gz: Command, rings: Path, tmp_path: Path
) -> None:
    with make_project(tmp_path / "b", "rings") as other:
        classify(other.labels, other.tree, IDS[1], "ben", np.random.default_rng(0))
        path = other.path
    done = gz("merge", rings, path)
    assert "2 events taken over. New here: ben." in done.out
    assert "Nothing is new" in gz("merge", rings, path).out
    with Project.open(rings) as project:
        assert project.labels.finished() == set(IDS[:2])


def test_rescan_counts_new_images_and_adds_them_on_request(
    gz: Command, rings: Path, tmp_path: Path
) -> None:
    assert "No image is new." in gz("rescan", rings).out
    south = tmp_path / "a" / "images" / "south"
    (south / "fresh.png").write_bytes((south / "galaxy0.png").read_bytes())
    told = gz("rescan", rings).out
    assert told.startswith("1 image is not in the project, such as ")
    assert "fresh.png" in told
    assert "1 galaxy added, 7 in all." in gz("rescan", rings, "--add").out
    assert "No image is new." in gz("rescan", rings).out
