"""Work of one kind excludes itself, whoever asks, and says who is at it."""

import errno
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from gzactive.errors import GzactiveError
from gzactive.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    catalog = pd.DataFrame({"id_str": ["a"], "file_loc": [str(tmp_path / "a.png")]})
    with Project.create(tmp_path / "my-project", catalog, "rings") as made:
        yield made


def test_work_excludes_itself_and_says_who_is_at_it(project: Project) -> None:
    with Project.open(project.path) as other:
        with project.compute_lock("compute", "a fine-tune round"):
            with pytest.raises(GzactiveError) as told, other.compute_lock():
                pass
            sentence = str(told.value)
            assert "a fine-tune round has been running since" in sentence
            assert "wait for it to end" in sentence
            with other.compute_lock("thumbnails"):
                pass  # another kind of work
        with other.compute_lock():
            pass


def test_work_goes_on_where_the_note_about_it_does_not_fit_on_the_disk(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("gzactive.stores.locks.atomic_write", full)
    with (
        Project.open(project.path) as other,
        project.compute_lock(),
        pytest.raises(GzactiveError),
        other.compute_lock(),
    ):
        pass


def test_work_that_failed_lets_go_of_the_lock(project: Project) -> None:
    with pytest.raises(ZeroDivisionError), project.compute_lock():
        raise ZeroDivisionError
    with project.compute_lock():
        pass


HOLD = """
import sys, time
from gzactive.project import Project
with Project.open(sys.argv[1]) as project, project.compute_lock("compute", "computing features"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_holder_does_not_keep_the_lock(project: Project) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(project.path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(GzactiveError, match=f"computing features .*process {holder.pid} on"),
            project.compute_lock(),
        ):
            pass
        holder.kill()
        holder.stdout.read()
    with project.compute_lock():
        pass


def test_work_can_wait_for_the_lock(project: Project) -> None:
    release = threading.Event()
    held = threading.Event()

    def hold() -> None:
        with project.compute_lock():
            held.set()
            release.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    threading.Timer(0.2, release.set).start()
    with project.compute_lock(timeout=10):
        pass
    thread.join()
