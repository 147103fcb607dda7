"""The replay on the command line: tables, figures, and what a person gets wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gzactive.inference import feature_store
from gzactive.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Sixty galaxies with features that tell of rings, and a table of their votes."""
    rng = np.random.default_rng(1)
    ids = [f"g{row:03d}" for row in range(160)]
    catalog = pd.DataFrame({"id_str": ids, "file_loc": [f"/images/{one}.png" for one in ids]})
    features = np.abs(rng.normal(size=(160, 1280))).astype(np.float16)
    share = 1 / (1 + np.exp(-4 * (features[:, :8].astype(float).mean(axis=1) - 0.8) * 8))
    yes = rng.binomial(20, share)
    votes = pd.DataFrame({"id_str": ids, "ring_yes": yes, "ring_no": 20 - yes})
    votes.to_csv(tmp_path / "votes.csv", index=False)
    with Project.create(tmp_path / "project", catalog, "rings", seed=1) as made:
        feature_store(made).write_part(ids, [f"hash-{one}" for one in ids], features)
    return tmp_path


def test_curves_savings_and_figures_are_written(gz: Any, project: Path) -> None:
    command = (
        *("simulate", project / "project", "--votes", project / "votes.csv"),
        *("--strategies", "mutual-information@4,random", "--rounds", 2, "--batch", 15),
        *("--seeds", 2, "--votes-a-galaxy", 5, "--out", project / "out"),
    )
    done = gz(*command)
    assert done.code == 0, done.err
    assert "160 galaxies with votes" in done.out
    assert "Labels for the same accuracy" in done.out
    out = project / "out"
    curves = pd.read_csv(out / "curves.csv")
    assert len(curves) == 2 * 2 * 3
    assert curves["n_votes"].max() == 5 * curves["n_labels"].max() == 5 * 35
    saved = pd.read_csv(out / "savings.csv")
    assert set(saved["judged_by"]) == {"held_out_loss", "accuracy"}
    for name in ("held_out_loss", "accuracy"):
        figure = (out / f"{name}.svg").read_text(encoding="utf-8")
        assert figure.startswith("<svg")
        assert "var(" not in figure  # only pages define variables
    again = gz(*command)
    assert again.code == 0
    assert pd.read_csv(out / "curves.csv").equals(curves)  # nothing was replayed


def test_votes_are_read_in_any_form_that_can_be_imported(gz: Any, project: Path) -> None:
    votes = pd.read_csv(project / "votes.csv").rename(columns={"id_str": "objid"})
    votes["sample"] = np.where(np.arange(160) % 4, "original", "extra")
    votes.loc[5, "ring_yes"] = -1
    votes.to_csv(project / "published.csv", index=False)
    command = (
        *("simulate", project / "project", "--votes", project / "published.csv"),
        *("--strategies", "random", "--rounds", 1, "--seeds", 1, "--out", project / "out"),
    )
    done = gz(*command, "--where", "sample == 'original'")
    assert done.code == 0, done.err
    assert "ids in 'objid'" in done.out
    assert "120 of 160 rows are chosen" in done.out
    assert "1 row left out" in done.out  # told, and not lost in silence
    assert "119 galaxies with votes" in done.out
    for arguments, words in (
        (("--where", "colour > 1"), "is no query"),
        (("--votes", project / "no.csv"), "does not exist"),
        (("--id", "name"), "has no column 'name'"),
    ):
        told = gz(*command, *arguments)
        assert (told.code, told.err.count("\n")) == (2, 1)
        assert words in told.err


def test_labels_of_the_project_are_replayed_where_no_table_is_given(gz: Any, project: Path) -> None:
    arguments = ("--strategies", "random", "--rounds", 1, "--seeds", 1, "--out", project / "out")
    none = gz("simulate", project / "project", *arguments)
    assert none.code == 2
    assert "no labels to replay: give a table with --votes" in none.err
    assert gz("label", project / "project", project / "votes.csv").code == 0
    assert gz("simulate", project / "project", *arguments).code == 0


def test_mistakes_are_told_in_one_sentence(gz: Any, project: Path) -> None:
    votes = ("--votes", project / "votes.csv", "--out", project / "out")
    wrong = gz("simulate", project / "project", *votes, "--strategies", "best,random")
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)
    assert "No strategy 'best'" in wrong.err
    wrong = gz("simulate", project / "project", *votes, "--artifacts", 5)
    assert (wrong.code, wrong.out) == (2, "")
    assert "leave out --artifacts" in wrong.err
