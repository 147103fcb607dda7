"""Galaxies that need another person are handed to who has not labelled them, neediest first."""

import numpy as np
import pytest

from gzactive.active.queue import build_queue
from gzactive.active.second_opinion import contradiction, dispute, doubtful
from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.stores.labels import NewEvent
from gzactive.trees import load_tree

from .conftest import WIDTH, finish, first_answers, ids_of, label, rows_of

RINGS = load_tree("rings")
ASKED = np.ones((6, 1))


def give(project, sky, labeller, answers):
    """One vote a galaxy: row → 0 for a ring, 1 for none."""
    votes = np.zeros_like(sky.votes)
    for row, answer in answers.items():
        votes[row, answer] = 1
    label(project, sky, list(answers), votes, labeller=labeller)


def ring_head(bias):
    """A head that says the same of every galaxy: rings everywhere, or equal shares."""
    return Head(np.zeros((WIDTH, 2), np.float32), np.array([bias, -bias], np.float32))


def test_dispute_grows_with_division_and_is_zero_for_agreement_and_single_votes() -> None:
    scores = dispute([[1, 1], [2, 2], [3, 1], [4, 0], [1, 0], [0, 0]], RINGS)[:, 0]
    assert scores[3:].tolist() == [0, 0, 0]
    assert scores[1] > scores[2] > 0
    # Few votes understate how divided people are: one against one is no less than two against two.
    assert scores[0] >= scores[1]


def test_a_sure_model_contradicts_one_or_two_who_agree_and_nobody_else() -> None:
    votes = np.array([[0, 1], [1, 0], [0, 3], [1, 1], [0, 2], [0, 0]])
    sure = np.tile([0.9, 0.1], (6, 1))
    found = contradiction(votes, sure, ASKED, RINGS)[:, 0]
    # Three who agree outweigh a model, and where people are divided it adds nothing.
    assert (found > 0).tolist() == [True, False, False, False, True, False]
    assert found[0] == pytest.approx(np.log(9))
    unsure = np.tile([0.7, 0.3], (6, 1))
    assert not contradiction(votes, unsure, ASKED, RINGS).any()
    assert not contradiction(votes, sure, 0.4 * ASKED, RINGS).any()  # hardly anybody is asked


def test_a_question_that_few_of_the_volunteers_reached_counts_less() -> None:
    tree = load_tree("gz-decals-dr5")
    votes = np.zeros((2, len(tree.columns)))
    votes[:, tree.slice("smooth-or-featured").start + 1] = [4, 2]
    votes[:, tree.slice("disk-edge-on").start : tree.slice("disk-edge-on").stop] = 1
    edge_on = [one.name for one in tree.modelled].index("disk-edge-on")
    few, all_asked = dispute(votes, tree)[:, edge_on]
    assert all_asked == pytest.approx(2 * few)


def test_galaxies_that_others_disagree_on_come_to_who_has_not_labelled_them(make_project, ring_sky):
    project = make_project(ring_sky)
    give(project, ring_sky, "ada", {3: 0, 5: 0, 7: 0})
    give(project, ring_sky, "bob", {3: 1, 5: 1, 7: 0})
    give(project, ring_sky, "cy", {5: 0})
    ids = ids_of(ring_sky)
    queue = build_queue(project, n=10, by="second-opinion", labeller="eve")
    assert queue["id_str"].tolist() == [ids[3], ids[5]]
    assert set(queue["selection"]) == {"second-opinion"}
    assert (queue["acquisition"] > 0).all()
    assert build_queue(project, n=1, by="second-opinion", labeller="eve")["id_str"][0] == ids[3]
    assert build_queue(project, n=9, by="second-opinion", labeller="cy")["id_str"][0] == ids[3]
    assert len(build_queue(project, n=9, by="second-opinion")) == 2  # anybody's
    # How they were chosen at first stays known.
    assert project.labels.issued().empty


def test_nobody_is_handed_what_they_labelled_or_skipped_or_what_enough_have_labelled(
    make_project, ring_sky
):
    project = make_project(ring_sky)
    give(project, ring_sky, "ada", {3: 0, 5: 0})
    give(project, ring_sky, "bob", {3: 1, 5: 1})
    for who in ("ada", "bob"):
        nothing = build_queue(project, n=10, by="second-opinion", labeller=who)
        assert nothing.empty
        assert f"No galaxy needs a second opinion of {who}" in nothing.attrs["statement"]
    project.labels.append(
        NewEvent(kind="skip", labeller="eve", id_str=ids_of(ring_sky)[3], tree_id="rings")
    )
    found = build_queue(project, n=10, by="second-opinion", labeller="eve")["id_str"]
    assert found.tolist() == [ids_of(ring_sky)[5]]
    for who in ("fay", "gus"):
        finish(project, who, ids_of(ring_sky)[5], first_answers)
    project.save_settings(retire_after=2)
    assert build_queue(project, n=10, by="second-opinion", labeller="eve").empty


def test_a_model_that_is_sure_of_rings_doubts_who_sees_none(make_project, ring_sky):
    project = make_project(ring_sky, head=ring_head(5.0))
    row = int(rows_of(project, False, 1)[0])
    give(project, ring_sky, "ada", {row: 1, row + 1: 0})
    found = doubtful(project)
    assert found.index.tolist() == [ids_of(ring_sky)[row]]
    assert doubtful(project, "ring").tolist() == found.tolist()
    assert build_queue(project, n=5, by="second-opinion", labeller="ada").empty
    assert len(build_queue(project, n=5, by="second-opinion", labeller="bob")) == 1
    unsure = make_project(ring_sky, head=ring_head(0.0), name="unsure")
    give(unsure, ring_sky, "ada", {row: 1})
    assert doubtful(unsure).empty


def test_what_cannot_be_ranked_by_is_told_with_what_can(make_project, ring_sky):
    project = make_project(ring_sky)
    with pytest.raises(GzactiveError, match=r"entropy, random, .*second-opinion"):
        build_queue(project, n=3, by="beauty")
    with pytest.raises(GzactiveError, match="no question 'bars'"):
        build_queue(project, n=3, by="second-opinion", question="bars")
