"""A round whose labels were taken back serves no longer where no other can be made without them."""

import pytest

from gzactive.active.rounds import current_round, rounds, run_round
from gzactive.active.taken_back import fall_back, last_standing, stands

from .conftest import QUICK, finish, first_answers, ids_of


@pytest.fixture
def project(make_project, ring_sky):
    return make_project(ring_sky)


def answer(project, sky, count, start=0):
    """One person answers galaxies that may train; the events, to be taken back."""
    reserved = project.catalog["reserved"].to_numpy()
    ids = [one for one, aside in zip(ids_of(sky), reserved, strict=True) if not aside]
    before = project.labels.position[1]
    for id_str in ids[start : start + count]:
        finish(project, "anna", id_str, first_answers)
    return [one.event_id for one in project.labels.events(since_sequence=before)]


def test_the_start_serves_again_when_a_rounds_labels_are_gone(project, ring_sky):
    given = answer(project, ring_sky, 12)
    run_round(project, settings=QUICK)
    assert current_round(project) == 1
    project.labels.take_back(given[:20])
    fallen = fall_back(project)
    assert (fallen.before, fallen.now, fallen.left) == (1, 0, 2)
    assert not fallen.stood
    assert not fallen.enough
    assert current_round(project) == 0
    assert len(rounds(project)) == 1  # it is kept


def test_an_earlier_round_whose_labels_stand_is_gone_back_to(project, ring_sky):
    first = answer(project, ring_sky, 11)
    run_round(project, settings=QUICK)
    second = answer(project, ring_sky, 11, start=11)
    run_round(project, settings=QUICK)
    project.labels.take_back(second)
    assert [stands(project, one) for one in rounds(project)] == [True, False]
    assert last_standing(project, 2) == 1
    fallen = fall_back(project)
    assert (fallen.now, fallen.left) == (2, 11)  # enough for a new one: nothing is changed
    assert current_round(project) == 2
    project.labels.take_back(first[:4])
    assert last_standing(project, 2) == 0
    assert fall_back(project).now == 0


def test_a_round_made_after_the_undoing_stands(project, ring_sky):
    given = answer(project, ring_sky, 15)
    run_round(project, settings=QUICK)
    project.labels.take_back(given[-6:])
    run_round(project, settings=QUICK)
    assert [stands(project, one) for one in rounds(project)] == [False, True]
    assert fall_back(project).stood


def test_flags_and_later_answers_taken_back_change_nothing(project, ring_sky):
    answer(project, ring_sky, 12)
    run_round(project, settings=QUICK)
    later = answer(project, ring_sky, 3, start=12)
    project.labels.take_back(later)
    (made,) = rounds(project)
    assert stands(project, made)
    fallen = fall_back(project)
    assert (fallen.before, fallen.now, fallen.stood) == (1, 1, True)
