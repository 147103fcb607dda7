"""The list of jobs: what runs, what waits, what came of the others; real jobs, no widgets."""

import threading
import time

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from gzactive.app.background.controller import JobsController
from gzactive.app.job import JobState
from gzactive.app.jobs import ComputeThread
from gzactive.app.process_job import ProcessJob
from gzactive.errors import GzactiveError
from gzactive.progress import Progress


def endless(progress: Progress) -> None:
    done = 0
    while True:
        done += 1
        progress("counting", done, 1_000_000)
        time.sleep(0.005)


def refused(progress: Progress) -> None:
    raise GzactiveError("The drive is gone: plug it in.")


@pytest.fixture
def jobs(compute: ComputeThread) -> JobsController:
    return JobsController(compute)


def test_a_job_waits_runs_and_is_done(
    qtbot: QtBot, compute: ComputeThread, jobs: JobsController
) -> None:
    gate = threading.Event()
    first = compute.submit("First", lambda _: gate.wait(10))
    qtbot.waitUntil(lambda: [each.title for each in jobs.running] == ["First"])
    compute.submit("Second", lambda _: None)
    compute.submit("Urgent", lambda _: None, first=True)
    assert [each.title for each in jobs.waiting] == ["Urgent", "Second"]
    assert jobs.ended == []
    gate.set()
    qtbot.waitUntil(lambda: len(jobs.ended) == 3)
    assert [each.title for each in jobs.ended] == ["Second", "Urgent", "First"]
    entry = jobs.ended[-1]
    assert first.over
    assert entry.state is JobState.FINISHED
    assert abs(entry.began - time.time()) < 60
    assert entry.seconds > 0
    assert entry.job is None


def test_a_running_job_tells_how_far_it_is_and_can_be_cancelled(
    qtbot: QtBot, compute: ComputeThread, jobs: JobsController
) -> None:
    compute.submit("Counting", endless)
    with qtbot.waitSignal(jobs.progressed):
        pass
    (entry,) = jobs.running
    assert (entry.stage, entry.total) == ("counting", 1_000_000)
    assert entry.words(time.monotonic()).startswith("counting ")
    jobs.cancel(entry)
    assert entry.words(time.monotonic()) == "Stopping…"
    qtbot.waitUntil(lambda: jobs.ended == [entry], timeout=1000)
    assert entry.state is JobState.CANCELLED
    assert not entry.job


def test_a_waiting_job_is_withdrawn_and_never_began(
    qtbot: QtBot, compute: ComputeThread, jobs: JobsController
) -> None:
    ran: list[str] = []
    compute.submit("Counting", endless)
    compute.submit("Never", lambda _: ran.append("never"))
    (entry,) = [each for each in jobs.waiting if each.title == "Never"]
    jobs.cancel(entry)
    assert entry.state is JobState.CANCELLED
    assert (entry.began, entry.seconds) == (None, None)
    qtbot.waitUntil(lambda: len(jobs.running) == 1)
    jobs.cancel(jobs.running[0])
    qtbot.waitUntil(lambda: len(jobs.ended) == 2)
    assert ran == []


def test_a_failed_job_keeps_its_sentence(
    qtbot: QtBot, compute: ComputeThread, jobs: JobsController
) -> None:
    compute.submit("Reading", refused)
    qtbot.waitUntil(lambda: len(jobs.ended) == 1)
    assert jobs.ended[0].state is JobState.FAILED
    assert jobs.ended[0].sentence == "The drive is gone: plug it in."


def test_jobs_from_before_the_list_was_made_are_listed(
    qtbot: QtBot, compute: ComputeThread
) -> None:
    before = compute.submit("Before", lambda _: None)
    qtbot.waitUntil(lambda: before.over)
    seconds = before.ended_at - before.began_at
    (entry,) = JobsController(compute).ended
    assert (entry.title, entry.seconds) == ("Before", seconds)


def test_a_process_that_was_thrown_away_before_the_list_was_made_is_listed(
    compute: ComputeThread,
) -> None:
    job = ProcessJob("Training", ["train"])
    compute.follow(job)
    job.close()
    shiboken6.delete(job)
    (entry,) = JobsController(compute).ended
    assert (entry.title, entry.state) == ("Training", JobState.CANCELLED)


def test_a_command_in_a_process_of_its_own_is_listed_too(
    qtbot: QtBot, compute: ComputeThread, jobs: JobsController
) -> None:
    job = ProcessJob("Listing trees", ["trees"])
    compute.follow(job)
    assert [each.title for each in jobs.waiting] == ["Listing trees"]
    job.start()
    qtbot.waitUntil(lambda: len(jobs.ended) == 1, timeout=30_000)
    assert jobs.ended[0].state is JobState.FINISHED
    job.deleteLater()


def test_the_list_does_not_grow_for_ever(
    qtbot: QtBot, compute: ComputeThread, jobs: JobsController
) -> None:
    last = [compute.submit(f"Job {n}", lambda _: None) for n in range(130)][-1]
    qtbot.waitUntil(lambda: last.over)
    assert len(jobs.ended) == 100
    assert jobs.ended[0].title == "Job 129"
