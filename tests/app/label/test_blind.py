"""Blind by default, by setting not; a pause on the card; and galaxies that were explored."""

import numpy as np
import pytest

from gzactive.app.label.model_view import ModelView
from gzactive.project import Project

from ..conftest import MakeProject
from .conftest import Start, heard, smooth


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project(n=30)


def view_of(project: Project) -> ModelView:
    ids = project.catalog["id_str"]
    fractions = np.full((len(ids), len(project.tree.columns)), 0.1)
    return ModelView(ids, fractions, fractions / 10)


def test_without_the_blind_the_models_view_is_there_first_and_labels_say_so(
    start: Start, project: Project
) -> None:
    it = start(project)
    it.model_view = view_of(project)
    revealed = heard(it.revealed)
    it.choice.change(blind=False)
    ((shown,),) = revealed
    assert shown.before
    assert shown.id_str == it.current.id_str
    assert len(shown.rows) >= 2
    assert all(row.yours is None and not row.agrees for row in shown.rows)
    assert not it.blind
    done = smooth(it)
    assert not any(one.blind for one in project.labels.events(id_str=done))
    assert revealed[-1][0].id_str == it.current.id_str
    it.choice.change(blind=True)
    assert revealed[-1] == (None,)
    assert not it.blind  # it was seen, and that cannot be unseen
    it.skip()
    assert it.blind


def test_a_galaxy_that_was_explored_is_not_blind_in_this_session_or_the_next(
    start: Start, project: Project
) -> None:
    it = start(project)
    explored = it.upcoming.next(1)[0].id_str
    it.blindness.explored([explored])
    project.labels.record_seen("ada", [explored])
    smooth(it)
    assert it.current.id_str == explored
    assert not it.blind
    it.close()
    again = start(project)
    again.upcoming.remove(explored)
    again.upcoming.put_back(it.current)
    again.skip()
    assert again.current.id_str == explored
    assert not again.blind


def test_a_pause_waits_on_the_card_until_a_key(start: Start, project: Project) -> None:
    project.save_settings(pause_on_card=True)
    it = start(project)
    revealed = heard(it.revealed)
    finished = heard(it.finished)
    done = smooth(it)
    assert it.paused
    assert it.current.id_str == done
    assert it.question is None
    assert finished == [(done,)]
    assert revealed[-1][0].id_str == done
    events = len(project.labels.events())
    it.choose(0)  # goes on, and answers nothing
    assert it.current.id_str != done
    assert not it.paused
    assert len(project.labels.events()) == events


def test_undo_works_from_the_pause(start: Start, project: Project) -> None:
    project.save_settings(pause_on_card=True)
    it = start(project)
    done = smooth(it)
    it.undo()
    assert not it.paused
    assert it.current.id_str == done
    assert it.question is not None
    assert not it.blind


def test_a_change_of_the_shares_asks_for_another_order(start: Start, project: Project) -> None:
    it = start(project)
    asked = heard(it.choice.order_changed)
    it.choice.change(pause_on_card=True)
    assert asked == []
    it.choice.change(nice_share=0.5)
    assert len(asked) == 1
    assert project.settings.nice_share == 0.5


def test_settings_that_make_no_sense_are_refused_with_a_sentence(
    start: Start, project: Project
) -> None:
    it = start(project)
    warned = heard(it.warned)
    it.choice.change(repeat_share=0.9)
    ((sentence, fault),) = warned
    assert "repeat_share" in sentence
    assert fault
    assert project.settings.repeat_share == 0.05
