"""Progress bars give way to the sentence of an error, on a terminal and in a file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gzactive.errors import GzactiveError
from gzactive.terminal import progress_bars, spelled

_SCRIPT = """
from gzactive.errors import GzactiveError
from gzactive.terminal import progress_bars
try:
    with progress_bars() as progress:
        progress("Fitting", 3, 10)
        raise GzactiveError("The value is none.")
except GzactiveError as error:
    print(error)
"""


def _refuse_after(stages: int) -> None:
    with progress_bars() as progress:
        for _ in range(stages):
            progress("Fitting", 3, 10)
        raise GzactiveError("The value is none.")


@pytest.mark.parametrize("stages", [0, 1])
def test_nothing_stands_before_the_sentence(
    stages: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(GzactiveError):
        _refuse_after(stages)
    assert capsys.readouterr().err == ""


def test_work_that_ends_leaves_its_bar_and_none_leaves_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress_bars():
        pass
    assert capsys.readouterr().err == ""
    with progress_bars() as progress:
        progress("Fitting", 10, 10)
    assert "Fitting" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_a_terminal_is_cleared_of_half_a_bar() -> None:
    ours, theirs = os.openpty()
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        stdout=theirs,
        stderr=theirs,
        check=True,
        env={**os.environ, "TERM": "xterm"},
    )
    assert done.returncode == 0
    told = os.read(ours, 65536).decode()
    os.close(ours)
    os.close(theirs)
    before, _, _ = told.partition("The value is none.")
    assert "3/10" in before
    # After the last time that the bar is drawn, its line is gone up to and erased.
    after_bar = before[before.rindex("3/10") :]
    assert "\x1b[1A\x1b[2K" in after_bar
    assert after_bar.endswith(("\x1b[2K", "\r"))


def test_a_call_is_spelled_as_the_shell_here_understands_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "the sky's own"
    monkeypatch.setenv("PATH", str(tmp_path))  # gzactive is not on it
    call = spelled("info", folder)
    done = subprocess.run(call, shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert folder.name in done.stderr
    (tmp_path / ("gzactive.bat" if os.name == "nt" else "gzactive")).touch(0o755)
    assert spelled("info", "sky") == "gzactive info sky"
