"""Where choosing did harm in replays, that is said for as long as the labels do not tell."""

from dataclasses import replace

import numpy as np

from gzactive.active.round_labels import training_votes
from gzactive.assessment import assess_saving
from gzactive.assessment.prospects import prospect
from gzactive.evaluation.bootstrap import Estimate
from gzactive.evaluation.saving import Saving
from tests.active.conftest import decals_sky, label, make_project, ring_sky, rows_of, some_head

__all__ = ["decals_sky", "make_project", "ring_sky"]


def single(sky):
    """The answer that most gave, of each galaxy and question, once."""
    votes = np.zeros_like(sky.votes)
    for one in sky.tree.modelled:
        part = sky.tree.slice(one.name)
        counts = sky.votes[:, part]
        votes[np.arange(len(votes)), part.start + counts.argmax(axis=1)] = counts.any(axis=1)
    return votes


def expected(project):
    return prospect(project, training_votes(project))


def test_a_whole_tree_from_nothing_with_few_votes_is_not_expected_to_gain(make_project, decals_sky):
    project = make_project(decals_sky)
    assert prospect(project, project.labels.votes(project.tree)) == ""  # nothing is labelled
    label(project, decals_sky, rows_of(project, False, 30), single(decals_sky))
    assert "with so few votes a galaxy, chance did as well" in expected(project)
    sentence = assess_saving(project).sentence
    assert sentence.startswith("Too few labels yet")
    assert sentence.endswith(expected(project))
    project.save_settings(by="random")
    assert expected(project) == ""


def test_many_votes_one_question_or_a_head_that_knows_the_tree_expect_no_harm(
    make_project, decals_sky, ring_sky
):
    many = make_project(decals_sky, name="many")
    label(many, decals_sky, rows_of(many, False, 30))
    assert expected(many) == ""
    alone = make_project(ring_sky, name="alone")
    label(alone, ring_sky, rows_of(alone, False, 30), single(ring_sky))
    assert expected(alone) == ""
    taught = make_project(decals_sky, head=some_head(decals_sky), name="taught")
    label(taught, decals_sky, rows_of(taught, False, 30), single(decals_sky))
    assert expected(taught) == ""


def test_where_the_labels_tell_of_a_saving_nothing_else_is_said():
    gain = Estimate(0.1, 0.05, 0.15, 50)
    found = Saving(50, 50, Estimate(0.3, 0.1, 0.5, 50), gain, 40, prospect="Expect little yet.")
    assert "30 % fewer labels" in found.sentence
    assert "Expect" not in found.sentence
    unsure = replace(found, share=Estimate(0.3, -0.1, 0.5, 50))
    assert unsure.sentence.endswith("random choice. Expect little yet.")
