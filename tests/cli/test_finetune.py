"""Rounds from the command line: what cannot be fitted is said in one sentence."""

from pathlib import Path

import pandas as pd
import pytest

from .conftest import Command


@pytest.fixture(scope="module")
def labelled(sky: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of labelled galaxies that no network has seen."""
    from gzactive.catalog import load_catalog, read_table
    from gzactive.project import Project

    folder = tmp_path_factory.mktemp("labelled") / "project"
    votes = read_table(sky / "votes.csv").astype({"id_str": str})
    with Project.create(folder, load_catalog(sky / "table.csv"), "gz-decals-dr5") as project:
        project.labels.add_scripted(votes, project.tree, "script")
    return folder


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--unfreeze-blocks", 9], "9 blocks cannot be trained: EfficientNet-B0 has 7; give 0"),
        (["--unfreeze-blocks", -1], "-1 blocks cannot be trained"),
        (["--unfreeze-blocks", 2, "--learning-rate", 0], "at a learning rate of 0: give one near"),
        (["--learning-rate", 1e-4], "say how many, with --unfreeze-blocks"),
        (["--where", "size >"], "'size >' is no query that rows can be chosen by"),
        (["--where", "merging_merger > 900"], "holds for 0 of"),
        ([], "have features, and a round needs 10: compute the features first"),
    ],
)
def test_what_cannot_be_fitted_is_one_sentence(
    gz: Command, labelled: Path, options: list[object], sentence: str
) -> None:
    done = gz("finetune", labelled, *options)
    assert done.code == 2
    (line,) = (each for each in done.err.strip().splitlines() if each.startswith("gzactive: "))
    assert sentence in line
    assert "Traceback" not in done.err


def test_info_says_which_network_serves(gz: Command, labelled: Path) -> None:
    assert "network" in gz("info", labelled).out
    assert pd.Series(gz("info", labelled).out.splitlines()).str.match(r"network\s+start \(").any()
