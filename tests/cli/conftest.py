"""Commands run in this process, on a small simulated sky."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from gzactive.cli import main
from gzactive.simulated.sky import make_sky
from gzactive.simulated.volunteers import vote
from gzactive.trees import load_tree


class Done(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture
def gz(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command in this process; what it printed, and its exit code."""
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["gzactive", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        return Done(int(stopped.value.code or 0), printed.out, printed.err)

    return command


@pytest.fixture(scope="session")
def sky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated sky with its catalogue and volunteers' votes."""
    folder = tmp_path_factory.mktemp("sky")
    catalogue = make_sky(folder, 80, seed=3, size=128)
    votes = vote(catalogue, load_tree("gz-decals-dr5"), n_volunteers=20, seed=3)
    votes.to_csv(folder / "votes.csv", index=False)
    catalogue[["id_str", "file_loc"]].to_csv(folder / "table.csv", index=False)
    return folder
