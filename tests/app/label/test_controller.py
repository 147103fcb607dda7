"""Labelling without a widget: commits, undo over restarts, skips, blindness, problem images."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gzactive.app import work
from gzactive.app.label.controller import LabelController
from gzactive.app.label.model_view import ModelView
from gzactive.app.label.reveal import Reveal
from gzactive.app.label.upcoming import UpcomingGalaxy
from gzactive.progress import silent
from gzactive.project import Project

from ..conftest import MakeProject
from .conftest import Start, smooth


def kinds(project: Project) -> list[str]:
    return [event.kind for event in project.labels.events()]


@pytest.mark.requirement(3)
def test_an_answer_is_on_the_disk_before_the_question_moves_on(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    it = start(project)
    stored: list[int] = []
    it.question_changed.connect(lambda: stored.append(project.labels.position[1]))
    it.answer(("smooth",))
    assert stored == [1]
    assert it.question is not None
    assert it.question.name == "how-rounded"


def test_an_answer_carries_how_its_galaxy_was_chosen(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    it = start(project)
    assert it.current is not None
    it.answer(("smooth",))
    (event,) = project.labels.events()
    assert event.selection == it.current.selection in ("start-random", "random")
    assert event.labeller == "ada"
    assert event.tree_hash == project.tree.hash
    assert event.weights_id
    assert event.blind


def test_finishing_goes_on_to_the_next_galaxy_and_stores_the_finish_with_its_answer(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    it = start(project)
    following = it.upcoming.next(1)[0]
    first = smooth(it)
    assert it.current == following
    assert kinds(project) == ["answer"] * 4 + ["finish"]
    assert project.labels.finished("ada") == {first}


@pytest.mark.requirement(2)
def test_undo_goes_back_through_finished_galaxies_to_the_first_answer(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    it = start(project)
    first, second = smooth(it), smooth(it)
    it.answer(("artifact",))  # finishes a third
    it.undo()
    assert it.question is project.tree.root
    it.undo()
    assert it.current is not None
    assert it.current.id_str == second
    assert it.question is not None
    assert it.question.name == "rare-features"
    for _ in range(7):
        it.undo()
    assert it.current.id_str == first
    assert it.walk.path == ()
    said: list[str] = []
    it.said.connect(said.append)
    it.undo()
    assert said == ["There is nothing left to undo."]
    assert project.labels.finished("ada") == set()


def test_undo_works_across_a_restart_of_the_app(start: Start, make_project: MakeProject) -> None:
    project = make_project()
    it = start(project)
    first = smooth(it)
    it.close()
    again = start(Project.open(project.path))
    again.undo()
    assert again.current is not None
    assert again.current.id_str == first
    assert [step.question for step in again.walk.path] == [
        "smooth-or-featured",
        "how-rounded",
        "merging",
    ]
    again.project.close()


def test_a_galaxy_taken_back_is_no_longer_blind_even_after_a_restart(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    it = start(project)
    smooth(it)
    assert it.blind
    it.undo()
    assert not it.blind
    again = start(project)
    assert not again.blind
    again.done()
    assert [event.blind for event in project.labels.events(kinds=("finish",))] == [True, False]


def test_the_galaxy_that_undo_interrupts_comes_next_again(
    start: Start, make_project: MakeProject
) -> None:
    it = start(make_project())
    smooth(it)
    interrupted = it.current
    it.undo()
    it.done()
    assert it.current == interrupted


def test_a_half_done_galaxy_resumes_at_its_question(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    it = start(project)
    it.answer(("featured-or-disk",))
    it.answer(("no",))
    again = start(project)
    assert again.current is not None
    assert it.current is not None
    assert again.current.id_str == it.current.id_str
    assert again.question is not None
    assert again.question.name == "bar"


def test_an_undo_cut_off_by_a_kill_is_completed_at_the_next_start(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    it = start(project)
    smooth(it)
    project.labels.undo("ada")  # the finish only: the process dies before its answer
    again = start(project)
    assert again.question is not None
    assert again.question.name == "rare-features"


def test_boxes_are_ticked_by_their_keys_and_kept_by_done(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    it = start(project)
    for name in ("smooth", "round", "none"):
        it.answer((name,))
    it.choose(0)
    it.choose(4)
    it.choose(2)
    it.choose(2)
    assert it.ticked == {"ring", "dust-lane"}
    assert len(project.labels.events()) == 3
    it.done()
    assert project.labels.events()[3].answers == ("ring", "dust-lane")
    it.undo()
    assert it.ticked == {"ring", "dust-lane"}


def test_keys_beyond_the_answers_do_nothing(start: Start, make_project: MakeProject) -> None:
    it = start(project := make_project())
    it.choose(8)
    it.done()
    assert project.labels.events() == []


@pytest.mark.requirement(4)
def test_restart_asks_the_first_question_again_and_undo_restores_the_answers(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    it = start(project)
    it.answer(("featured-or-disk",))
    it.restart()
    assert it.question is project.tree.root
    it.undo()
    assert it.question is not None
    assert it.question.name == "disk-edge-on"


def test_a_skipped_galaxy_can_be_undone_and_comes_back_once_at_the_end(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project(n=6, tree="rings")
    it = start(project)
    assert it.current is not None
    skipped = it.current.id_str
    it.skip()
    assert it.current.id_str != skipped
    it.undo()
    assert it.current.id_str == skipped
    it.skip()
    while it.current is not None:
        it.answer(("no",))
    it.set_queue(work.rank(project, silent).queue)
    assert it.current is not None
    assert it.current.id_str == skipped
    it.skip()
    it.set_queue(work.rank(project, silent).queue)
    assert it.current is None


@pytest.mark.requirement(4)
def test_flags_and_notes_are_kept_and_a_flag_can_be_taken_off(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    it = start(project)
    assert it.current is not None
    it.marking.note("  two nuclei?  ")
    it.marking.flag()
    assert it.marking.flagged
    assert project.labels.marked("note") == {it.current.id_str: "two nuclei?"}
    assert project.labels.marked("flag") == {it.current.id_str: ""}
    it.marking.flag()
    assert not it.marking.flagged
    assert project.labels.marked("flag") == {}


@pytest.mark.requirement(5)
def test_ten_galaxies_are_decoded_ahead(
    qtbot: QtBot, start: Start, make_project: MakeProject
) -> None:
    it = start(make_project())
    coming = it.upcoming.next()
    assert len(coming) == 10
    qtbot.waitUntil(lambda: all(it.frame_of(each.id_str) is not None for each in coming))


def test_a_new_ranking_replaces_all_but_the_ten_that_are_decoded(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    it = start(project)
    kept = it.upcoming.next()
    ids = list(project.catalog["id_str"])[::-1]
    it.set_queue([UpcomingGalaxy(id_str, "active", 0.5) for id_str in ids])
    assert it.upcoming.next() == kept
    assert it.current is not None
    here = {it.current.id_str, *(each.id_str for each in kept)}
    following = [each.id_str for each in it.upcoming.next(30)[10:]]
    assert following == [id_str for id_str in ids if id_str not in here]


def test_a_galaxy_finished_meanwhile_is_not_queued_again(
    start: Start, make_project: MakeProject
) -> None:
    it = start(make_project())
    it.set_queue([UpcomingGalaxy(finished := smooth(it), "active", 0.5)])
    assert finished not in it.upcoming


def test_an_image_that_cannot_be_shown_is_left_out_with_a_sentence(
    qtbot: QtBot, start: Start, make_project: MakeProject
) -> None:
    project = make_project()
    files = project.catalog.set_index("id_str")["file_loc"]
    queue = work.rank(project, silent).queue
    Path(files[queue[0].id_str]).write_bytes(b"\x89PNG but no picture")
    Path(files[queue[3].id_str]).unlink()
    it = LabelController(project)
    warnings: list[str] = []
    it.warned.connect(lambda sentence, _: warnings.append(sentence))
    it.start(queue)
    qtbot.waitUntil(lambda: it.current == queue[1] and it.frame is not None)
    assert warnings[0].startswith(f"Galaxy {queue[0].id_str} was left out: ")
    qtbot.waitUntil(lambda: it.frame_of(queue[3].id_str) is not None)
    smooth(it)
    smooth(it)
    assert it.current == queue[4]
    assert set(project.problems.frame()["id_str"]) == {queue[0].id_str, queue[3].id_str}
    it.close()


def test_images_that_were_away_are_tried_again_at_the_next_start(
    qtbot: QtBot, make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    away = (images := Path(project.catalog["file_loc"].iloc[0]).parent).rename(tmp_path / "away")
    it = LabelController(project)
    it.start(work.rank(project, silent).queue)
    qtbot.waitUntil(lambda: it.current is None)
    assert f"{len(project.catalog)} could not be read" in it.nothing_left
    it.close()
    away.rename(images)
    with work.open_project(project.path, silent).project as again:
        assert len(work.rank(again, silent).queue) == len(project.catalog)


@pytest.mark.requirement(8)
def test_the_models_view_is_told_only_once_the_galaxy_is_finished(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project(tree="rings")
    it = start(project)
    ids = project.catalog["id_str"].to_numpy()
    fractions = np.tile([0.7, 0.3], (len(ids), 1))
    it.model_view = ModelView(ids, fractions, np.full((len(ids), 2), 0.1))
    told: list[Reveal] = []
    it.revealed.connect(told.append)
    assert it.current is not None
    first = it.current
    it.choose(1)
    (card,) = told
    assert card.id_str == first.id_str
    (row,) = card.rows
    assert row.yours == (1,)
    assert row.favourite == 0
    assert not row.agrees
    assert row.fractions == pytest.approx((0.7, 0.3))
    it.undo()
    assert told[-1] is None


def test_a_galaxy_without_scores_is_revealed_as_not_judged(
    start: Start, make_project: MakeProject
) -> None:
    it = start(make_project(tree="rings"))
    told: list[Reveal] = []
    it.revealed.connect(told.append)
    it.choose(0)
    assert not told[0].judged
    assert told[0].reason


def test_running_low_is_said_before_the_queue_is_empty(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project(tree="rings")
    it = start(project)
    low: list[int] = []
    it.running_low.connect(lambda: low.append(len(it.upcoming)))
    while it.current is not None:
        it.choose(0)
    assert low[0] == 14
    assert low[-1] == 0
