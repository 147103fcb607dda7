"""What the Label page's controller is made of, each alone: marks, settings, where one stands."""

from dataclasses import dataclass, replace

import pytest
from pytestqt.qtbot import QtBot

from gzactive.app.label.choice import Choice
from gzactive.app.label.commit import Commit
from gzactive.app.label.marking import Marking
from gzactive.app.label.marks import Marks
from gzactive.app.label.standing import Standing
from gzactive.app.label.upcoming import UpcomingGalaxy
from gzactive.project import Project
from gzactive.trees import Step

from ..conftest import MakeProject
from .conftest import heard

FIRST = UpcomingGalaxy("G0000", "active")


@dataclass
class Table:
    """A galaxy on a table, without anything around it."""

    current: UpcomingGalaxy | None = FIRST
    blind: bool = True


@pytest.fixture
def project(qtbot: QtBot, make_project: MakeProject) -> Project:
    return make_project(n=6, tree="rings")


def marking(project: Project, table: Table, refusal: str = "") -> Marking:
    return Marking(Marks(project, "ada", Commit(project, "ada")), table, refusal)


def galaxies(*numbers: int, repeat: bool = False) -> list[UpcomingGalaxy]:
    return [UpcomingGalaxy(f"G{one:04d}", "active", repeat=repeat) for one in numbers]


def ids(standing: Standing) -> list[str]:
    return [one.id_str for one in standing.upcoming.next(99)]


def test_marks_are_about_the_galaxy_that_is_on_the_table_now(project: Project) -> None:
    table = Table()
    it = marking(project, table)
    said, changed = heard(it.said), heard(it.changed)
    it.flag()
    table.current, table.blind = UpcomingGalaxy("G0001", "random"), False
    assert not it.flagged
    it.note(" two nuclei ")
    assert said == [("Flagged.",), ("Note saved.",)]
    assert len(changed) == 2
    flag, note = project.labels.events()
    assert (flag.id_str, flag.kind, flag.blind) == ("G0000", "flag", True)
    assert (note.id_str, note.text, note.blind) == ("G0001", "two nuclei", False)


def test_nothing_is_marked_on_an_empty_table_and_no_empty_note(project: Project) -> None:
    it = marking(project, table := Table(None))
    it.flag()
    it.note("what?")
    table.current = FIRST
    it.note("  ")
    assert project.labels.events() == []
    assert (it.flagged, it.draft) == (False, "")


def test_a_note_put_away_without_a_draft_takes_no_word_from_the_line(project: Project) -> None:
    it = marking(project, Table())
    it.note("two nuclei")
    said = heard(it.said)
    it.put_note_away("G0000")
    assert said == []
    it.keep_draft("G0000", "perhaps")
    it.put_note_away("G0000")
    assert it.draft == "perhaps"
    assert said == [("Draft kept: N goes on with it.",)]


def test_marks_changed_elsewhere_are_read_again(project: Project) -> None:
    it = marking(project, Table())
    Commit(project, "ada").mark(FIRST, "flag", blind=True)
    assert not it.flagged
    it.refresh()
    assert it.flagged


def test_where_nothing_may_be_written_marks_and_settings_say_why(project: Project) -> None:
    it, choice = marking(project, Table(), "Only read."), Choice(project, "Only read.")
    said, said_too = heard(it.said), heard(choice.said)
    it.flag()
    it.note("x")
    choice.change(blind=False)
    assert said == [("Only read.",)] * 2
    assert said_too == [("Only read.",)]
    assert project.labels.events() == []
    assert project.settings.blind


def test_settings_tell_what_follows_from_them(project: Project) -> None:
    it = Choice(project)
    order, blind, changed = heard(it.order_changed), heard(it.blind_changed), heard(it.changed)
    it.change(pause_on_card=True)
    assert (len(order), len(blind), len(changed)) == (0, 0, 1)
    it.change(blind=False)
    it.change(by="entropy", nice_share=0.5)
    assert (len(order), len(blind), len(changed)) == (1, 1, 3)
    assert it.settings.by == "entropy"
    it.change(variety="chance")
    it.change(beta=4.0, pool=100)
    assert len(order) == 3


def test_settings_changed_on_another_page_are_noticed(project: Project) -> None:
    it = Choice(project)
    order, blind = heard(it.order_changed), heard(it.blind_changed)
    project.save_settings(blind=False, retire_after=3)
    it.notice()
    it.notice()
    assert (len(order), len(blind)) == (1, 1)


def test_a_setting_that_cannot_be_is_told_and_changes_nothing(project: Project) -> None:
    it = Choice(project)
    warned, changed = heard(it.warned), heard(it.changed)
    it.change(repeat_share=0.9)
    ((sentence, fault),) = warned
    assert "repeat_share" in sentence
    assert fault
    assert changed == []


def test_what_is_done_comes_no_more_but_to_be_shown_again(project: Project) -> None:
    it = Standing(project, "ada")
    it.begin(galaxies(0, 1, 2, 9))
    assert ids(it) == ["G0000", "G0001", "G0002"]  # G0009 is not in the catalogue
    it.finish(FIRST)
    it.follow([*galaxies(0, 3), *galaxies(0, repeat=True)], "G0001")
    assert ids(it)[-1] == "G0003"
    it.upcoming.remove("G0000")
    it.follow(galaxies(0, repeat=True))
    assert it.upcoming.next(99)[-1].repeat
    it.finish(replace(FIRST, repeat=True))
    it.upcoming.remove("G0000")
    it.follow(galaxies(0, repeat=True))
    assert "G0000" not in it.upcoming


def test_a_galaxy_that_is_reopened_may_be_finished_again(project: Project) -> None:
    it = Standing(project, "ada")
    it.finish(FIRST)
    it.begin(galaxies(0))
    assert ids(it) == []
    it.reopen("G0000")
    it.begin(galaxies(0, 1))
    assert ids(it) == ["G0000", "G0001"]
    it.finish(FIRST)
    it.reopen("G0000", repeat=True)  # of its second time: the first one stands
    it.begin(galaxies(0, 1))
    assert ids(it) == ["G0001"]


def test_galaxies_left_out_come_again_once_they_are_taken_in(project: Project) -> None:
    it = Standing(project, "ada")
    it.begin(galaxies(0, 1, 2))
    it.leave_out(["G0001"])
    assert ids(it) == ["G0000", "G0002"]
    it.follow(galaxies(1))
    assert "G0001" not in it.upcoming
    it.finish(FIRST)
    it.upcoming.remove("G0000")
    it.take_in(["G0000", "G0001"])
    it.follow(galaxies(0, 1))
    assert "G0001" in it.upcoming
    assert "G0000" not in it.upcoming  # it was done, not left out


def test_labels_of_other_pages_and_programs_are_taken_over(project: Project) -> None:
    it = Standing(project, "ada")
    it.begin(galaxies(0, 1, 2, 3))
    changed = heard(it.changed)
    it.done_elsewhere(["G0002"])
    assert ids(it) == ["G0000", "G0001", "G0003"]
    question = project.tree.questions[0]
    step = Step(question.name, (question.answers[0].name,))
    Commit(project, "ada").answer(galaxies(1)[0], step, finish=True, blind=True)
    it.read_again("G0000")
    assert ids(it) == ["G0003"]
    assert len(changed) == 2
    it.undone_elsewhere(["G0002"])
    it.follow(galaxies(2))
    assert "G0002" in it.upcoming


def test_picked_galaxies_come_next_and_go_back_where_they_stood(project: Project) -> None:
    it = Standing(project, "ada")
    it.begin(galaxies(0, 1, 2, 3))
    picked = [replace(one, selection="explore") for one in galaxies(2, 1, 5)]
    it.pick(picked, "G0004")
    assert ids(it) == ["G0002", "G0001", "G0005", "G0000", "G0003"]
    it.unpick(["G0002", "G0001", "G0005"])
    assert it.upcoming.next(9) == galaxies(0, 1, 2, 3)


def test_a_picked_galaxy_on_the_table_or_done_stays_there(project: Project) -> None:
    it = Standing(project, "ada")
    it.begin(galaxies(0, 1, 2))
    it.pick([replace(galaxies(2)[0], selection="explore")])
    assert it.upcoming.take().id_str == "G0002"
    it.unpick(["G0002"])
    assert ids(it) == ["G0000", "G0001"]


def test_a_ranking_in_between_leaves_places_by_those_that_follow(project: Project) -> None:
    it = Standing(project, "ada")
    it.begin(galaxies(0, 1, 2, 3))
    it.pick([replace(galaxies(1)[0], selection="explore")])
    it.begin([replace(galaxies(1)[0], selection="explore"), *galaxies(5, 3, 0)])
    it.unpick(["G0001"])
    assert ids(it) == ["G0005", "G0001", "G0003", "G0000"]
