"""The compute thread: one job after another, progress, cancel, and faults that do not kill it."""

import errno
import logging
import threading
import time

import pytest
from pytestqt.qtbot import QtBot

from gzactive.app.job import Job, JobState
from gzactive.app.jobs import ComputeThread
from gzactive.errors import GzactiveError
from gzactive.progress import Progress


def wait_for_ever(progress: Progress) -> None:
    while True:
        progress("waiting", 0, 0)
        time.sleep(0.005)


def test_a_job_returns_its_result_on_the_thread_that_asked(
    qtbot: QtBot, compute: ComputeThread
) -> None:
    worked_on: list[int] = []
    told_on: list[int] = []

    def work(progress: Progress) -> int:
        worked_on.append(threading.get_ident())
        return 42

    job = compute.submit("Thinking", work)
    job.finished.connect(lambda result: told_on.append(threading.get_ident()))
    with qtbot.waitSignal(job.finished) as told:
        pass
    assert told.args == [42]
    assert job.state is JobState.FINISHED
    assert worked_on != told_on
    assert told_on == [threading.get_ident()]


def test_jobs_run_in_turn_on_one_and_the_same_thread(qtbot: QtBot, compute: ComputeThread) -> None:
    threads: list[int] = []
    order: list[int] = []

    def work(number: int) -> None:
        threads.append(threading.get_ident())
        order.append(number)

    jobs = [compute.submit(f"Job {n}", lambda _, n=n: work(n)) for n in range(5)]
    qtbot.waitUntil(lambda: all(job.over for job in jobs))
    assert order == [0, 1, 2, 3, 4]
    assert len(set(threads)) == 1


def test_an_urgent_job_overtakes_those_that_wait(qtbot: QtBot, compute: ComputeThread) -> None:
    gate = threading.Event()
    order: list[str] = []
    compute.submit("Gate", lambda _: gate.wait(5))
    late = compute.submit("Late", lambda _: order.append("late"))
    compute.submit("Urgent", lambda _: order.append("urgent"), first=True)
    gate.set()
    qtbot.waitUntil(lambda: late.over)
    assert order == ["urgent", "late"]


@pytest.mark.requirement(14)
def test_progress_is_told_about_ten_times_a_second_and_the_newest_is_not_lost(
    qtbot: QtBot, compute: ComputeThread
) -> None:
    told: list[tuple[str, int, int]] = []

    def work(progress: Progress) -> None:
        for done in range(20_000):
            progress("counting", done + 1, 20_000)
        time.sleep(0.35)

    job = compute.submit("Counting", work)
    job.progress.connect(lambda *report: told.append(report))
    qtbot.waitUntil(lambda: job.over)
    assert 1 <= len(told) <= 12
    assert told[-1] == ("counting", 20_000, 20_000)


def test_cancelling_a_running_job_stops_it_within_a_second(
    qtbot: QtBot, compute: ComputeThread
) -> None:
    job = compute.submit("Waiting", wait_for_ever)
    with qtbot.waitSignal(job.started):
        pass
    with qtbot.waitSignal(job.cancelled, timeout=1000):
        compute.cancel(job)
    assert job.state is JobState.CANCELLED


def test_cancelling_a_waiting_job_withdraws_it_at_once(
    qtbot: QtBot, compute: ComputeThread
) -> None:
    ran: list[str] = []
    running = compute.submit("Waiting", wait_for_ever)
    waiting = compute.submit("Never", lambda _: ran.append("ran"))
    compute.cancel(waiting)
    assert waiting.state is JobState.CANCELLED
    compute.cancel(running)
    qtbot.waitUntil(lambda: running.over)
    assert ran == []


def test_a_mendable_error_is_told_in_its_own_sentence(qtbot: QtBot, compute: ComputeThread) -> None:
    def work(progress: Progress) -> None:
        raise GzactiveError("The drive is gone: plug it in.")

    job = compute.submit("Reading", work)
    with qtbot.waitSignal(job.failed) as told:
        pass
    assert told.args == ["The drive is gone: plug it in."]


def test_a_fault_is_logged_with_its_traceback_and_told_plainly(
    qtbot: QtBot, compute: ComputeThread, caplog: pytest.LogCaptureFixture
) -> None:
    def work(progress: Progress) -> None:
        raise ZeroDivisionError("a bug")

    with caplog.at_level(logging.ERROR, logger="gzactive"):
        job = compute.submit("Dividing", work)
        with qtbot.waitSignal(job.failed) as told:
            pass
    assert "Dividing stopped by a fault in the program (ZeroDivisionError)" in told.args[0]
    assert "Traceback" in caplog.text
    assert "a bug" in caplog.text
    after = compute.submit("After", lambda _: "still here")
    with qtbot.waitSignal(after.finished) as told:
        pass
    assert told.args == ["still here"]


def test_a_full_disk_is_no_fault_of_the_program(qtbot: QtBot, compute: ComputeThread) -> None:
    def fill(progress: Progress) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/disk/scores.npz")

    job = compute.submit("Scoring", fill)
    with qtbot.waitSignal(job.failed) as told:
        pass
    assert told.args == [
        "/disk/scores.npz cannot be written, since the disk is full: free some space."
    ]


def test_closing_cancels_everything_and_joins(qtbot: QtBot) -> None:
    compute = ComputeThread()
    running = compute.submit("Waiting", wait_for_ever)
    waiting = compute.submit("Never", lambda _: None)
    with qtbot.waitSignal(running.started):
        pass
    compute.close()
    assert running.state is JobState.CANCELLED
    assert waiting.state is JobState.CANCELLED
    assert not any(thread.name == "compute" for thread in threading.enumerate())
    with pytest.raises(RuntimeError, match="closed"):
        compute.submit("Too late", lambda _: None)


def test_watchers_hear_of_every_job(qtbot: QtBot, compute: ComputeThread) -> None:
    heard: list[tuple[str, str]] = []
    compute.job_started.connect(lambda job: heard.append(("started", job.title)))
    compute.job_ended.connect(lambda job: heard.append(("ended", job.title)))
    job: Job = compute.submit("Thinking", lambda _: None)
    qtbot.waitUntil(lambda: job.over)
    assert heard == [("started", "Thinking"), ("ended", "Thinking")]
