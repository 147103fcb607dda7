import numpy as np
import pytest

from gzactive.errors import GzactiveError
from gzactive.simulated.display import shown
from gzactive.simulated.parameters import draw_parameters
from gzactive.simulated.rendering import render, render_many


@pytest.fixture(scope="module")
def sky():
    return draw_parameters(600, seed=9)


@pytest.fixture(scope="module")
def pictures(sky):
    return render_many(sky.head(60), size=96)


def one(sky, **changes):
    """A clear, undisturbed disc seen from above, alone in its frame, but for what is changed."""
    row = sky.iloc[0].to_dict() | {
        "kind": "disc",
        "edge_on": False,
        "interaction": "none",
        "disturbance": 0.0,
        "tail_strength": 0.0,
        "shell_strength": 0.0,
        "companion_ratio": 0.0,
        "defect": "none",
        "bright_star": False,
        "star_density": 0.0,
        "galaxy_density": 0.0,
        "magnitude": 15.0,
        "radius90": 15.0,
        "field": 424 * 0.3,
        "seeing": 1.0,
        "noise": 0.02,
        "axis_ratio": 1.0,
        "inclination": 0.0,
        "position_angle": 0.0,
        "bulge_fraction": 0.1,
        "arm_number": 0,
        "arm_strength": 0.0,
        "bar_strength": 0.0,
        "inner_ring": 0.0,
        "outer_ring": 0.0,
        "clumpiness": 0.0,
        "dust": 0.0,
    }
    return row | changes


def asymmetry(picture, turn):
    """How unlike itself the central half of a picture is when turned by quarter turns."""
    quarter = picture.shape[0] // 4
    grey = picture.astype(float).mean(axis=2)[quarter:-quarter, quarter:-quarter]
    return np.abs(grey - np.rot90(grey, turn)).mean()


def test_pictures_are_bytes_of_the_size_asked_for(pictures, sky):
    assert pictures.shape == (60, 96, 96, 3)
    assert pictures.dtype == np.uint8
    assert render(sky.iloc[0], size=77).shape == (77, 77, 3)


def test_rendering_is_the_same_each_time_and_for_a_row_of_any_form(sky):
    row = sky.iloc[4]
    np.testing.assert_array_equal(render(row, 64), render(row.to_dict(), 64))


def test_no_picture_is_blank_and_no_two_are_alike(pictures):
    assert pictures.reshape(60, -1).std(axis=1).min() > 2
    assert len({picture.tobytes() for picture in pictures}) == 60


def test_every_kind_renders_without_a_warning(sky):
    for _, rows in sky.groupby(["kind", "interaction", "defect"]):
        assert render(rows.iloc[0], 48).max() > 30


def test_the_sky_is_dark_but_not_empty(pictures):
    corners = np.concatenate([pictures[:, :12, :12].ravel(), pictures[:, -12:, -12:].ravel()])
    assert 10 < np.median(corners) < 25
    assert 2 < 1.48 * np.median(np.abs(corners - np.median(corners))) < 15


def test_the_frame_on_the_sky_is_the_same_at_every_size(sky):
    row = one(sky)
    large = render(row, 192).astype(float).reshape(64, 3, 64, 3, 3).mean(axis=(1, 3))
    small = render(row, 64).astype(float)
    assert np.corrcoef(large.ravel(), small.ravel())[0, 1] > 0.97


def test_two_arms_repeat_after_half_a_turn_and_not_after_a_quarter(sky):
    arms = {"arm_number": 2, "arm_strength": 1.0, "flocculence": 0.0, "pitch_angle": 15.0}
    plain, spiral = render(one(sky), 128), render(one(sky, **arms), 128)
    assert asymmetry(spiral, 1) > 3 * asymmetry(plain, 1)
    assert asymmetry(spiral, 1) > 1.3 * asymmetry(spiral, 2)


def test_a_bar_lengthens_the_middle(sky):
    barred = render(one(sky, bar_strength=1.0, bar_length=1.2, bar_angle=0.0), 128).astype(int)
    along, across = barred[64, 68:71].mean(), barred[68:71, 64].mean()
    assert along > across + 15


def test_a_disc_from_the_side_is_thin(sky):
    picture = render(one(sky, edge_on=True, inclination=90.0, axis_ratio=0.15), 128).astype(int)
    assert picture[64, 84].mean() > picture[84, 64].mean() + 40


def test_noise_hides_what_a_quiet_frame_shows(sky):
    quiet, noisy = render(one(sky), 96), render(one(sky, noise=0.6), 96)
    assert noisy[:20].std() > 4 * quiet[:20].std()


def test_young_galaxies_are_bluer_than_old_ones(sky):
    def blueness(picture):
        middle = picture[40:56, 40:56].astype(float)
        return middle[..., 2].mean() - middle[..., 0].mean()

    young = one(
        sky, kind="irregular", bulge_fraction=0.0, magnitude=16.0, disc_gr=0.3, young_gr=0.0
    )
    old = one(sky, kind="elliptical", sersic_index=4.0, magnitude=16.0)
    assert blueness(render(young, 96)) > 0 > blueness(render(old, 96))


def test_the_stretch_keeps_order_and_saturates():
    light = np.array([[0.0, 0.1, 1.0, 10.0, 1000.0]], np.float32)
    grey = shown(np.stack([light / 1.75, light, light / 0.7368]))[0, :, 1].astype(int)
    assert (np.diff(grey) > 0).all()
    assert grey[-1] == 255


def test_a_picture_of_a_few_pixels_is_refused(sky):
    with pytest.raises(GzactiveError, match="size of 16 or more"):
        render(sky.iloc[0], 8)


@pytest.mark.benchmark
def test_a_galaxy_takes_milliseconds(sky, capsys):
    import time

    for size in (128, 256):
        start = time.process_time()
        render_many(sky.head(100), size)
        with capsys.disabled():
            print(f"\n{size} px: {(time.process_time() - start) * 10:.1f} ms a galaxy, one core")
