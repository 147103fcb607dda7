"""A project is judged on reserved galaxies only, and every round on the same ones."""

import numpy as np
import pandas as pd
import pytest

from gzactive.active.rounds import held_out_votes, run_round
from gzactive.assessment import (
    accuracy_table,
    assess,
    assess_labellers,
    assess_part,
    assess_saving,
    calibration_table,
    write_assessment,
)
from gzactive.errors import GzactiveError
from gzactive.survey.known_votes import VoteTable
from tests.active.conftest import QUICK, finish, first_answers, ids_of, label, rows_of, votes_table
from tests.inference.test_trained_parts import run

__all__ = ["run"]


def test_only_reserved_galaxies_judge(make_project, decals_sky, tmp_path):
    project = make_project(decals_sky)
    label(project, decals_sky, range(len(decals_sky)))
    found = assess(project)
    reserved = int(project.catalog["reserved"].sum())
    assert found.judgement is not None
    assert found.judgement.galaxies == reserved
    assert found.judgement.questions[0].galaxies == reserved
    assert found.model == "the start weights"
    table = tmp_path / "votes.csv"
    votes_table(decals_sky, rows_of(project, True, 10)).to_csv(table, index=False)
    judged = assess(project, votes=VoteTable(table)).judgement
    assert judged is not None
    assert judged.galaxies == 10
    votes_table(decals_sky, rows_of(project, False, 10)).to_csv(table, index=False)
    with pytest.raises(GzactiveError, match="only of 10 that may train"):
        assess(project, votes=VoteTable(table))


def test_rounds_are_compared_on_the_same_galaxies_and_the_votes_of_today(make_project, ring_sky):
    project = make_project(ring_sky)
    label(project, ring_sky, range(150))
    run_round(project, settings=QUICK, posterior="dropout")
    label(project, ring_sky, range(150, 300), labeller="other")
    run_round(project, settings=QUICK, posterior="dropout")
    found = assess(project)
    start, first, second = found.rounds
    assert (start.number, start.labels, start.gain.value) == (0, 0, 0.0)
    assert first.labels < second.labels
    assert {one.loss.galaxies for one in found.rounds} == {found.judgement.galaxies}
    assert second.gain.low > 0
    assert second.gain.value == pytest.approx(start.loss.value - second.loss.value)
    assert found.model.startswith("round")


def test_a_project_without_votes_or_features_says_what_to_do(make_project, ring_sky):
    bare = make_project(ring_sky, name="bare")
    assert assess(bare).judgement is None
    assert "label on" in assess(bare).empty
    unseen = make_project(ring_sky, features=False, name="unseen")
    label(unseen, ring_sky, range(50))
    assert "compute the features" in assess(unseen).empty


def test_labellers_are_compared_and_their_own_repeats_counted(make_project, decals_sky):
    project = make_project(decals_sky)
    ids = ids_of(decals_sky)
    for name in ("ada", "bob"):
        for id_str in ids[:3]:
            finish(project, name, id_str, first_answers)
    finish(project, "ada", ids[0], first_answers, repeat=True)
    ada, bob = assess_labellers(project)
    assert (ada.name, bob.name) == ("ada", "bob")
    assert ada.figures.galaxies == 3
    assert ada.figures.agreement == 1.0
    assert ada.repeated > 0
    assert ada.steady == 1.0
    assert np.isnan(bob.steady)


def test_galaxies_that_were_picked_by_hand_do_not_judge(make_project, decals_sky):
    project = make_project(decals_sky)
    first, second, third = (ids_of(decals_sky)[row] for row in rows_of(project, True, 3))
    finish(project, "ada", first, first_answers, selection="random")
    finish(project, "ada", second, first_answers, selection="explore")
    finish(project, "ada", third, first_answers, selection="explore")
    finish(project, "bob", third, first_answers, selection="random")
    assert assess(project).picked == 1
    assert set(held_out_votes(project).index) == {first, third}


def test_saving_counts_what_the_queue_handed_out_only(make_project, ring_sky):
    from gzactive.active.queue import build_queue

    project = make_project(ring_sky)
    label(project, ring_sky, range(100))  # external: neither kind
    assert (assess_saving(project).random, assess_saving(project).active) == (0, 0)
    queue = build_queue(project, n=50, by="mutual-information", question="tree")
    ids = ids_of(ring_sky)
    rows = [ids.index(one) for one in queue["id_str"]]
    label(project, ring_sky, rows, labeller="ada")
    found = assess_saving(project)
    assert found.random == (queue["selection"] == "random").sum()
    assert found.active == (queue["selection"] == "active").sum()
    assert "Too few labels yet" in found.sentence


def test_the_report_is_one_file_that_says_what_it_means(make_project, ring_sky, tmp_path):
    project = make_project(ring_sky)
    label(project, ring_sky, range(len(ring_sky)))
    run_round(project, settings=QUICK, posterior="dropout")
    path = tmp_path / "report.html"
    found = assess(project)
    write_assessment(path, found, labellers=assess_labellers(project))
    page = path.read_text(encoding="utf-8")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "prefers-color-scheme: dark" in page
    assert page.count('<table class="matrix">') == len(found.judgement.questions)
    assert "never trained on" in page
    assert "30 samples by dropout, seed 0; labels up to event" in page
    shown = calibration_table(found.judgement).iloc[0]
    assert shown["galaxies"] == found.judgement.galaxies
    assert shown["80 % intervals hold"] in page
    assert "(" not in calibration_table(found.judgement, intervals=False).iloc[0]["error"]
    majority = found.judgement.questions[0].majority
    assert accuracy_table(found.judgement).iloc[0]["commonest"] == f"{100 * majority:.0f} %"
    with pytest.raises(GzactiveError, match="cannot be written"):
        write_assessment(tmp_path / "nowhere" / "report.html", found)


def test_a_part_of_a_run_is_judged_by_any_table_of_votes_that_can_be_imported(run, tmp_path):
    found = assess_part(run, "test")
    assert (found.judgement.galaxies, found.read) == (2, ())
    others = {"objid": ["g3", "g0", "g9"], "ring_yes": [9, 9, 9], "ring_no": [1, 1, 1]}
    pd.DataFrame(others).to_csv(tmp_path / "others.csv", index=False)
    table = VoteTable(tmp_path / "others.csv", where="ring_yes > 1")
    found = assess_part(run, "test", votes=table)
    assert (found.judgement.galaxies, found.votes_from) == (1, "others.csv")
    (read,) = found.read
    assert read.ids == "objid"
    assert any("not in the split of run" in finding.told for finding in read.findings)
