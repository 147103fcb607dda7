"""What every test may rely on: no display, no leaked threads, real galaxies where they are."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.postgres import Postgres

# Before Qt, Keras or matplotlib are imported anywhere: tests need no screen and no chatter.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Fail a test that leaves a Python thread behind: it would touch the next test's files."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 2.0
    while leaked := [
        thread
        for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not thread.daemon
    ]:
        if time.monotonic() > deadline:
            pytest.fail(f"threads left running: {', '.join(thread.name for thread in leaked)}")
        time.sleep(0.02)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder with real galaxies and votes; the test is skipped where there is none."""
    named = os.environ.get("GZACTIVE_TEST_DATA", "")
    if not named:
        pytest.skip("set GZACTIVE_TEST_DATA to a folder of real galaxies to run this test")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip(f"GZACTIVE_TEST_DATA names {folder}, which is not a folder")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> "Iterator[Postgres]":
    """A real PostgreSQL server, started once; see :mod:`tests.postgres`."""
    from tests.postgres import running_server

    with running_server() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: "Postgres") -> "Postgres":
    """The server, running, whatever an earlier test did to it."""
    postgres_server.start()
    return postgres_server
