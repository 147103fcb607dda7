import numpy as np
import pandas as pd
import pytest

from gzactive.errors import GzactiveError
from gzactive.simulated.parameters import KINDS, draw_parameters


def test_the_same_seed_draws_the_same_galaxies_and_another_seed_others():
    first = draw_parameters(200, seed=5)
    pd.testing.assert_frame_equal(first, draw_parameters(200, seed=5))
    other = draw_parameters(200, seed=6)
    assert (first["magnitude"] != other["magnitude"]).all()
    assert (first["render_seed"] != other["render_seed"]).all()


def test_a_longer_sky_begins_with_the_galaxies_of_a_shorter_one():
    pd.testing.assert_frame_equal(draw_parameters(60, 1), draw_parameters(400, 1).head(60))


def test_ids_are_text_that_no_survey_uses():
    ids = draw_parameters(3, 0)["id_str"].tolist()
    assert ids == ["SIM000000", "SIM000001", "SIM000002"]


def test_every_kind_of_thing_that_the_tree_asks_about_occurs():
    sky = draw_parameters(3000, 0)
    shares = sky["kind"].value_counts(normalize=True)
    for kind, share in KINDS.items():
        assert shares[kind] == pytest.approx(share, abs=0.03)
    assert set(sky["arm_number"]) == {0, 1, 2, 3, 4, 5, 6}
    assert set(sky["bar"]) == {"none", "weak", "strong"}
    assert set(sky["interaction"]) == {"none", "minor", "major", "merger"}
    assert set(sky.loc[sky["edge_on"], "bulge_shape"]) == {"rounded", "boxy", "none"}
    assert set(sky["defect"]) >= {"none", "trail", "bright-star", "bad-columns", "missing-band"}
    assert (sky["inner_ring"] > 0).any()
    assert (sky["outer_ring"] > 0).any()


def test_values_are_finite_and_within_their_ranges():
    sky = draw_parameters(3000, 2)
    assert np.isfinite(sky.select_dtypes("number").to_numpy(float)).all()
    strengths = ["arm_strength", "bar_strength", "inner_ring", "disturbance", "clumpiness", "dust"]
    assert sky[strengths].to_numpy().min() >= 0
    assert sky[strengths].to_numpy().max() <= 1
    assert sky["axis_ratio"].between(0.05, 1).all()
    assert sky["ra"].between(0, 360).all()
    assert sky["dec"].between(-90, 90).all()
    assert (sky["signal_to_noise"] > 0).all()


def test_some_galaxies_are_hopelessly_faint_and_some_are_textbook_plates():
    sky = draw_parameters(3000, 2)
    assert 0.005 < (sky["signal_to_noise"] < 25).mean() < 0.15
    assert ((sky["signal_to_noise"] > 300) & (sky["resolution"] > 8)).mean() > 0.05


def test_an_empty_sky_is_a_table_without_rows():
    assert len(draw_parameters(0, 0)) == 0


@pytest.mark.parametrize(("n", "seed"), [(-1, 0), (3, -2)])
def test_negative_numbers_are_refused_in_a_sentence(n, seed):
    with pytest.raises(GzactiveError, match="cannot be drawn"):
        draw_parameters(n, seed)
