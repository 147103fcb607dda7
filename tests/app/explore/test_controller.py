"""Exploring without widgets: lists in order, cuts, and what is done to many galaxies at once."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pytestqt.qtbot import QtBot

from gzactive.active.browsing import answer_view
from gzactive.app.explore.controller import ExploreController
from gzactive.errors import GzactiveError
from gzactive.stores.labels import NewEvent
from gzactive.trees import Walk
from tests.app.conftest import MakeProject
from tests.app.explore.conftest import Explore, made_up_scores, settled

ANSWER = "has-spiral-arms_yes"


def unreserved(it: ExploreController, count: int) -> list[int]:
    """Positions of the first galaxies that do not judge the model."""
    rows = np.flatnonzero(~it.places.reserved[it.listing.rows])
    return rows[:count].tolist()


def test_galaxies_stand_in_the_order_of_fraction_times_path_probability(
    qtbot: QtBot, explore: Explore
) -> None:
    it = explore()
    it.choose(ANSWER)
    it.set_cut(0.0)
    settled(qtbot, it)
    scores = made_up_scores(it.project.catalog["id_str"].to_list(), it.project)
    view = answer_view(scores, it.tree, ANSWER)
    best = scores.id_str[np.argsort(-view.score, kind="stable")]
    assert [it.id_at(place) for place in range(len(it.listing))] == best.tolist()


def test_the_published_cut_is_the_default_and_each_answer_keeps_its_own(
    qtbot: QtBot, explore: Explore
) -> None:
    it = explore()
    it.choose(ANSWER)
    assert it.cut == 0.6
    settled(qtbot, it)
    assert (it.listing.fraction > 0.6).all()
    assert it.listing.count_words == f"{len(it.listing)} of 60 above 60 %"
    it.set_cut(0.9)
    it.choose("bar_strong")
    assert it.cut == 0.8
    it.choose(ANSWER)
    assert it.cut == 0.9
    it.toggle_cut()
    assert it.cut == 0.6
    it.toggle_cut()
    settled(qtbot, it)
    assert len(it.listing) == 60


def test_a_cut_that_nothing_reaches_says_what_there_is(qtbot: QtBot, explore: Explore) -> None:
    it = explore(8)
    it.set_cut(0.9999)
    settled(qtbot, it)
    assert len(it.listing) == 0
    assert "the highest has" in it.listing.words


def test_without_scores_the_catalogue_is_shown_and_it_is_said_why(explore: Explore) -> None:
    it = explore(scored=False)
    assert len(it.listing) == 60
    assert it.id_at(0) == "G0000"
    assert it.listing.caption(0) == ""
    assert "has not looked" in it.listing.words


def test_an_untrained_head_is_told_calmly(
    qtbot: QtBot, explore: Explore, make_project: MakeProject
) -> None:
    it = explore(project=make_project(30, tree="rings"))
    assert "learnt nothing of this tree yet" in it.listing.words


def test_labelling_writes_one_vote_each_with_its_own_selection_and_undo_takes_all_back(
    qtbot: QtBot, explore: Explore
) -> None:
    it = explore()
    it.choose(ANSWER)
    it.set_cut(0.0)
    settled(qtbot, it)
    told: list[list[str]] = []
    it.hand.labelled.connect(told.append)
    it.hand.unlabelled.connect(told.append)
    positions = unreserved(it, 5)
    ids = {it.id_at(one) for one in positions}
    it.label(positions)
    settled(qtbot, it)
    log = it.project.labels
    votes = log.votes(it.tree)
    assert set(votes.index) == ids
    assert (votes[ANSWER] == 1).all()
    assert votes.to_numpy().sum() == 5
    made = log.classifications(it.tree)
    assert set(made["selection"]) == {"explore"}
    assert not made["blind"].any()
    assert all(it.hand.finished(one) for one in ids)
    it.hand.undo()
    settled(qtbot, it)
    assert log.votes(it.tree).empty
    assert not any(it.hand.finished(one) for one in ids)
    assert [set(one) for one in told] == [ids, ids]


def test_galaxies_that_judge_are_done_or_half_done_are_left_out_and_it_is_said(
    qtbot: QtBot, explore: Explore
) -> None:
    it = explore()
    said: list[str] = []
    it.said.connect(lambda sentence, _: said.append(sentence))
    one, other = unreserved(it, 2)
    it.label([one])
    settled(qtbot, it)
    half = it.id_at(other)
    it.project.labels.append(
        NewEvent(
            kind="answer",
            labeller="ada",
            id_str=half,
            tree_id=it.tree.id,
            question="smooth-or-featured",
            answer="smooth",
        )
    )
    reserved = int(np.flatnonzero(it.places.reserved[it.listing.rows])[0])
    it.label([one, other, reserved])
    settled(qtbot, it)
    assert said[-1] == (
        "Nothing was labelled. Left out: 1 kept aside to judge the model, 1 labelled by you "
        "before, 1 half done on the Label page."
    )
    # The half-done walk is as it was.
    steps = it.project.labels.walk_steps("ada", half, it.tree)
    assert Walk.replay(it.tree, steps).question.name == "how-rounded"


def test_flags_go_on_and_off_together(qtbot: QtBot, explore: Explore) -> None:
    it = explore()
    it.flag([0, 1, 2])
    settled(qtbot, it)
    assert len(it.project.labels.marked("flag", "ada")) == 3
    it.flag([0, 3])
    settled(qtbot, it)
    assert len(it.project.labels.marked("flag", "ada")) == 4
    it.flag([0, 1, 2, 3])
    settled(qtbot, it)
    assert it.project.labels.marked("flag", "ada") == {}
    assert not it.hand.flagged(it.id_at(0))


def test_everything_that_was_done_is_taken_back_the_last_first(
    qtbot: QtBot, explore: Explore
) -> None:
    it = explore()
    unqueued: list[str] = []
    it.hand.unqueued.connect(unqueued.extend)
    one, two, three = unreserved(it, 3)
    names = [it.id_at(row) for row in (one, two, three)]
    labels = it.project.labels
    labels.record_issued(pd.DataFrame({"id_str": [names[1]], "selection": ["active"]}))
    it.flag([one, two, three])
    it.queue([two, three])
    it.flag([one, two, three])  # off again
    it.label([one])
    settled(qtbot, it)
    it.hand.undo()  # asked for at once, done one after another
    it.hand.undo()
    settled(qtbot, it)
    assert labels.finished("ada") == set()
    assert set(labels.marked("flag", "ada")) == set(names)
    assert it.hand.flagged(names[0])
    it.hand.undo()
    settled(qtbot, it)
    assert unqueued == names[1:]
    assert labels.issued([names[1]])["selection"].tolist() == ["active"]
    it.hand.undo()
    settled(qtbot, it)
    assert labels.marked("flag", "ada") == {}
    said: list[str] = []
    it.said.connect(lambda sentence, _: said.append(sentence))
    it.hand.undo()
    settled(qtbot, it)
    assert said == ["There is nothing left to undo on this page."]


def test_what_could_not_be_taken_back_is_the_last_deed_still(
    qtbot: QtBot, explore: Explore, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = explore()
    it.label(unreserved(it, 2))
    settled(qtbot, it)
    faults: list[str] = []
    it.said.connect(lambda sentence, fault: faults.append(sentence) if fault else None)

    def refuse(events: object) -> None:
        raise GzactiveError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(it.project.labels, "take_back", refuse)
        it.hand.undo()
        settled(qtbot, it)
    assert faults == ["The disk is full."]
    assert len(it.project.labels.finished("ada")) == 2
    it.hand.undo()
    settled(qtbot, it)
    assert it.project.labels.finished("ada") == set()


def test_picked_galaxies_are_issued_and_handed_to_the_label_page(
    qtbot: QtBot, explore: Explore
) -> None:
    it = explore()
    handed: list = []
    it.hand.queued.connect(handed.extend)
    positions = unreserved(it, 3)
    it.queue(positions)
    settled(qtbot, it)
    assert [one.id_str for one in handed] == [it.id_at(one) for one in positions]
    assert {one.selection for one in handed} == {"explore"}
    issued = it.project.labels.issued([one.id_str for one in handed])
    assert set(issued["selection"]) == {"explore"}


def test_disagreements_are_found_among_labelled_galaxies(qtbot: QtBot, explore: Explore) -> None:
    it = explore()
    it.choose("smooth-or-featured_artifact")
    it.set_cut(0.0)
    settled(qtbot, it)
    least = [one for one in unreserved(it, 60) if it.listing.fraction[one] < 0.05][:3]
    ids = {it.id_at(one) for one in least}
    it.label(least)
    it.set_order("disagree")
    settled(qtbot, it)
    assert {it.id_at(place) for place in range(len(it.listing))} == ids
    assert it.listing.caption(0).startswith("100 % →")


def test_export_writes_ids_and_fractions(qtbot: QtBot, explore: Explore, tmp_path: Path) -> None:
    it = explore()
    said: list[str] = []
    it.said.connect(lambda sentence, _: said.append(sentence))
    it.export(tmp_path / "some.csv", [0, 2])
    it.export(tmp_path / "all.csv")
    settled(qtbot, it)
    some = pd.read_csv(tmp_path / "some.csv", dtype={"id_str": str})
    assert some["id_str"].to_list() == [it.id_at(0), it.id_at(2)]
    assert some["rank"].to_list() == [1, 3]
    fraction = some[f"{it.query.answer}_fraction"].to_numpy()
    np.testing.assert_allclose(fraction, it.listing.fraction[[0, 2]], atol=1e-5)
    assert len(pd.read_csv(tmp_path / "all.csv")) == 60
    assert said[0].startswith("2 galaxies written to")
    it.export(tmp_path / "nowhere" / "all.csv")
    settled(qtbot, it)
    assert "cannot be written" in said[-1]


@pytest.mark.requirement(8)
def test_one_galaxy_shows_every_question_with_your_answer_beside(
    qtbot: QtBot, explore: Explore
) -> None:
    it = explore()
    (position,) = unreserved(it, 1)
    it.open(position)
    it.label([position])
    settled(qtbot, it)
    found = it.detail()
    assert found.id_str == it.id_at(position)
    assert len(found.questions) == len(it.tree.modelled)
    first = found.questions[0]
    assert sum(one.fraction for one in first.answers) == pytest.approx(1, abs=1e-5)
    yours = [one.text for question in found.questions for one in question.answers if one.yours]
    assert yours == [it.tree.locate(it.query.answer)[1].text]
    for question in found.questions:
        assert all(one.confident <= question.relevant for one in question.answers)
    it.step(1)
    assert it.position == position + 1
    it.leave()
    assert it.detail() is None


def test_new_scores_list_anew_and_close_a_galaxy_that_stands_elsewhere(
    qtbot: QtBot, explore: Explore
) -> None:
    it = explore()
    it.open(0)
    here = it.id_at(0)
    it.set_scores(made_up_scores(it.project.catalog["id_str"].to_list(), it.project, seed=8))
    settled(qtbot, it)
    assert it.position is None or it.id_at(it.position) == here
