"""Galaxies that are shown again: no votes, no progress, blind as any, and undone as any."""

import pytest

from gzactive.app.label.upcoming import UpcomingGalaxy
from gzactive.project import Project

from ..conftest import MakeProject
from .conftest import Start, heard

REPEAT = UpcomingGalaxy("G0000", "repeat", repeat=True)


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project(n=30, tree="rings")


def begun(start: Start, project: Project):  # type: ignore[no-untyped-def]
    """A labeller who has finished one galaxy, and has it before them again."""
    it = start(project, [UpcomingGalaxy("G0000", "active"), REPEAT, *others()])
    assert it.current == UpcomingGalaxy("G0000", "active")
    it.upcoming.put_back(UpcomingGalaxy("G0001", "random"))
    it.choose(0)
    it.set_queue([])
    it.upcoming.put_back(REPEAT)
    it.choose(0)
    assert it.current == REPEAT
    return it


def others() -> list[UpcomingGalaxy]:
    return [UpcomingGalaxy(f"G{number:04d}", "random") for number in range(2, 30)]


def test_a_repeat_is_stored_as_one_and_counts_for_nothing(start: Start, project: Project) -> None:
    it = begun(start, project)
    finished = heard(it.finished)
    revealed = heard(it.revealed)
    votes = project.labels.votes(project.tree)
    assert it.blind
    it.choose(1)
    answer, finish = project.labels.events(id_str="G0000")[-2:]
    assert (answer.repeat, finish.repeat) == (True, True)
    assert (answer.selection, answer.blind) == ("repeat", True)
    assert finished == []
    assert revealed[-1][0].reason.startswith("Shown again")
    assert project.labels.finished_count() == 2
    assert project.labels.votes(project.tree).equals(votes)


def test_a_repeat_is_undone_as_any_and_stays_one(start: Start, project: Project) -> None:
    it = begun(start, project)
    reopened = heard(it.reopened)
    it.choose(1)
    it.undo()
    assert it.current == REPEAT
    assert not it.blind
    assert reopened == []
    it.choose(0)
    assert project.labels.events(id_str="G0000")[-1].repeat
    it.undo()
    it.undo()
    assert it.current.id_str == "G0001"
    assert not it.current.repeat


def test_a_half_done_repeat_resumes_as_one(start: Start, make_project: MakeProject) -> None:
    project = make_project(n=30)
    it = start(project, [UpcomingGalaxy("G0000", "active"), *others()])
    for name in ("smooth", "round", "none"):
        it.answer((name,))
    it.done()
    it.upcoming.put_back(REPEAT)
    it.skip()
    it.answer(("smooth",))
    it.close()
    again = start(project, others())
    assert again.current == REPEAT
    assert again.blind
    assert again.question.name == "how-rounded"


def test_a_repeat_that_was_answered_does_not_come_again_in_this_session(
    start: Start, project: Project
) -> None:
    it = begun(start, project)
    it.choose(1)
    it.set_queue([REPEAT, UpcomingGalaxy("G0000", "active")])
    assert "G0000" not in it.upcoming


def test_explore_labels_stay_done_and_are_not_blind_when_they_come_back(
    start: Start, project: Project
) -> None:
    it = start(project, others())
    it.blindness.explored(["G0003", "G0004"])
    it.standing.done_elsewhere(["G0003", "G0004"])
    assert "G0003" not in it.upcoming
    it.set_queue(others())
    assert "G0003" not in it.upcoming
    it.standing.undone_elsewhere(["G0003"])
    it.set_queue([UpcomingGalaxy("G0003", "active")])
    it.upcoming.put_back(UpcomingGalaxy("G0003", "active"))
    it.skip()
    assert it.current.id_str == "G0003"
    assert not it.blind
