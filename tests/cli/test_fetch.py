"""The fetch command: what it prints, what it leaves, and what it says of a service that is gone."""

from pathlib import Path

import pandas as pd

from ..survey import cutout_server as answers
from .conftest import Command


def test_cutouts_are_fetched_and_become_a_project(gz: Command, tmp_path: Path) -> None:
    table = tmp_path / "galaxies.csv"
    pd.DataFrame({"id_str": ["a", "b", "c"], "ra": [1, 2, 3], "dec": [0, 0, 0]}).to_csv(table)
    out = tmp_path / "out"
    with answers.running() as server:
        server.for_ra(2, answers.status(404))
        options = (
            "--survey",
            "sdss",
            "--scale",
            "0.1",
            "--size",
            "64",
            "--address",
            server.address,
        )
        done = gz("fetch", table, *options, "--out", out)
    assert done.code == 0, done.err
    assert "2 cutouts fetched, 0 were there, 1 failed" in done.out
    assert "the server answered 404" in done.out
    made = gz("new", tmp_path / "project", "--catalog", out / "catalog.csv")
    assert made.code == 0, made.err
    assert "2 galaxies" in made.out


def test_a_service_out_of_reach_is_one_sentence(gz: Command, tmp_path: Path) -> None:
    table = tmp_path / "galaxies.csv"
    pd.DataFrame({"id_str": ["a"], "ra": [1], "dec": [0]}).to_csv(table)
    with answers.running() as gone:
        pass
    options = ("--survey", "legacy", "--address", gone.address)
    done = gz("fetch", table, *options, "--out", tmp_path / "out")
    assert done.code == 2
    assert "cannot be reached: check the network" in done.err
