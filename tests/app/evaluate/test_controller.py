"""Judging without widgets: when it happens, and what a fault or a cancel leaves behind."""

from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from gzactive.app.evaluate.controller import EvaluateController
from gzactive.app.job import Job
from gzactive.app.jobs import ComputeThread
from gzactive.app.session_jobs import SessionJobs
from gzactive.errors import GzactiveError
from gzactive.project import Project
from tests.app.conftest import PATIENCE, MakeProject
from tests.app.evaluate.conftest import judgeable


class NotedJobs(SessionJobs):
    """A session's jobs, with a list of what was asked for."""

    def __init__(self, compute: ComputeThread, parent: QObject) -> None:
        super().__init__(compute, parent)
        self.kinds: list[str] = []

    def submit(self, kind: str, title: str, run: Any, *, first: bool = False) -> Job:
        self.kinds.append(kind)
        return super().submit(kind, title, run, first=first)


class Session(QObject):
    """What of a session the controller needs: jobs on a compute thread."""

    schedule_changed = Signal()

    def __init__(self, compute: ComputeThread) -> None:
        super().__init__()
        self.read_only = ""
        self.jobs = NotedJobs(compute, self)

    @property
    def kinds(self) -> list[str]:
        return self.jobs.kinds


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return judgeable(make_project(40, "rings"))


def test_nothing_is_computed_until_the_page_is_seen_nor_after_it_is_left(
    qtbot: QtBot, project: Project, compute: ComputeThread
) -> None:
    session = Session(compute)
    it = EvaluateController(project, session)
    it.set_stale()
    assert session.kinds == []
    assert it.sentence == "The model has not been judged yet."
    it.wake()
    assert it.sentence == "Judging the model …"
    qtbot.waitUntil(lambda: it.assessment is not None and not it.comparing, timeout=PATIENCE)
    assert session.kinds == ["evaluate", "saving"]
    it.wake()
    assert session.kinds == ["evaluate", "saving"]  # nothing has changed
    it.sleep()
    it.set_stale()
    assert session.kinds == ["evaluate", "saving"]
    it.wake()
    qtbot.waitUntil(lambda: not it.judging, timeout=PATIENCE)
    assert session.kinds == ["evaluate", "saving", "evaluate"]


def test_a_lost_log_is_told_and_what_is_known_stays(
    qtbot: QtBot, project: Project, compute: ComputeThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = EvaluateController(project, Session(compute))
    it.wake()
    qtbot.waitUntil(lambda: it.assessment is not None and not it.comparing, timeout=PATIENCE)
    known = it.assessment

    def lost(self):  # type: ignore[no-untyped-def]
        raise GzactiveError("The drive is gone.")

    monkeypatch.setattr(type(project.labels), "position", property(lost))
    with qtbot.waitSignal(it.said) as told:
        it.wake()
    assert told.args == ["The drive is gone.", True]
    assert it.assessment is known


def test_stepping_goes_round_through_all_questions_and_the_labellers(
    project: Project, compute: ComputeThread
) -> None:
    it = EvaluateController(project, Session(compute))
    seen = []
    for _ in it.choices:
        seen.append(it.chosen)
        it.step(1)
    assert seen == ["", "ring", "labellers"]
    assert it.chosen == ""
    it.step(-1)
    assert it.chosen == "labellers"
