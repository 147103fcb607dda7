"""A fault in the program leaves its traceback in a file and one sentence for the person."""

import sys
from pathlib import Path
from subprocess import run

FAULTY = """
import sys
from gzactive.logs import relay_uncaught
relay_uncaught(lambda sentence: print(sentence, file=sys.stderr))
raise ZeroDivisionError("division of a galaxy by zero")
"""


def _run(home: Path) -> str:
    environment = {"HOME": str(home), "XDG_STATE_HOME": str(home), "PATH": "/usr/bin"}
    done = run([sys.executable, "-c", FAULTY], capture_output=True, text=True, env=environment)
    assert done.returncode == 1
    return done.stderr


def test_a_fault_is_one_sentence_and_the_traceback_is_in_the_log(tmp_path: Path) -> None:
    told = _run(tmp_path)
    assert len(told.strip().splitlines()) == 1
    assert "ZeroDivisionError" in told
    (log,) = tmp_path.rglob("gzactive.log")
    assert str(log) in told
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_where_no_log_can_be_written_the_sentence_still_comes(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("not a folder")
    told = _run(home)
    assert "your answers are safe" in told
    assert "Traceback (most recent call last)" not in told.splitlines()[-1]
