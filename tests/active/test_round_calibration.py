"""A round's head is calibrated on training galaxies that its fit left aside, and on no others."""

import numpy as np

from gzactive.active.rounds import run_round
from gzactive.inference import current_head
from gzactive.model.recalibration import MIN_GALAXIES
from gzactive.model.training import HeadFit

from .conftest import label, make_sky, rows_of

#: A fit that follows its few labels too far: it is sure of what it does not know.
RASH = HeadFit(pull=0.1, evidence_steps=0, max_epochs=60)


def scattered_sky():
    """Galaxies whose volunteers agree less than any head of equal fractions would say."""
    sky = make_sky("rings", n=500, n_volunteers=30, seed=4)
    rng = np.random.default_rng(5)
    share = rng.beta(0.6, 0.6, len(sky))
    votes = rng.binomial(30, share)
    sky.votes[:] = np.stack([votes, 30 - votes], axis=1)
    return sky


def test_a_head_that_is_too_sure_is_corrected_and_the_correction_is_kept(make_project):
    sky = scattered_sky()
    project = make_project(sky)
    label(project, sky, range(len(sky)))
    made = run_round(project, settings=RASH, posterior="dropout")
    told = made.manifest["calibration"]
    assert told["galaxies"] == round(0.2 * made.n_training) >= MIN_GALAXIES
    ring = told["questions"]["ring"]
    assert ring["evidence"] < 0.8
    assert ring["loss_after"] < ring["loss_before"]
    assert made.head.recalibration is not None
    assert current_head(project)[0].id == made.head.id


def test_where_no_galaxy_was_left_aside_nothing_is_corrected(make_project):
    sky = scattered_sky()
    project = make_project(sky)
    label(project, sky, rows_of(project, False, 15))
    made = run_round(project)
    assert made.manifest["calibration"] == {"galaxies": 0, "questions": {}}
    assert made.head.recalibration is None
