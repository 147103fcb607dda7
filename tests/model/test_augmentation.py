import numpy as np
import pytest
from numpy.typing import NDArray

from gzactive.model.augmentation import Augmentation, augment, centre_crop

STILL = Augmentation(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@pytest.fixture
def galaxy() -> NDArray[np.uint8]:
    """An off-centre spot at (x, y) = (60, 40) on a sky of 20."""
    y, x = np.mgrid[:100, :100]
    spot = 200 * np.exp(-((x - 60) ** 2 + (y - 40) ** 2) / 18)
    return (20 + spot).astype(np.uint8)[:, :, None]


def spot_of(view: NDArray[np.float32]) -> NDArray[np.float64]:
    light = np.clip(view[:, :, 0] - 0.12, 0, None)
    y, x = np.mgrid[: view.shape[0], : view.shape[1]]
    centroid = np.array([(light * x).sum(), (light * y).sum()]) / light.sum()
    return centroid - (view.shape[0] - 1) / 2


def test_rotation_and_flip_keep_the_distance_from_the_centre(galaxy: NDArray[np.uint8]) -> None:
    rng = np.random.default_rng(0)
    spots = np.array([spot_of(augment(galaxy, 75, rng, STILL)) for _ in range(60)])
    expected = np.hypot(60 - 49.5, 40 - 49.5)
    np.testing.assert_allclose(np.hypot(*spots.T), expected, atol=0.4)
    angles = np.arctan2(spots[:, 1], spots[:, 0])
    assert np.histogram(angles, 4, (-np.pi, np.pi))[0].min() >= 5


def test_scale_moves_it_in_and_out(galaxy: NDArray[np.uint8]) -> None:
    rng = np.random.default_rng(0)
    settings = Augmentation(0.15, 0.0, 0.0, 0.0, 0.0, 0.0)
    radii = [np.hypot(*spot_of(augment(galaxy, 75, rng, settings))) for _ in range(60)]
    expected = np.hypot(60 - 49.5, 40 - 49.5)
    assert min(radii) == pytest.approx(expected * np.exp(-0.15), rel=0.06)
    assert max(radii) == pytest.approx(expected * np.exp(0.15), rel=0.06)


def test_beyond_the_frame_there_is_sky(galaxy: NDArray[np.uint8]) -> None:
    rng = np.random.default_rng(0)
    views = [augment(galaxy, 100, rng, STILL) for _ in range(5)]
    for view in views:
        assert view.min() == pytest.approx(20 / 255, abs=1e-3)


@pytest.mark.parametrize("channels", [1, 3])
def test_views_are_in_range_and_repeat_by_seed(galaxy: NDArray[np.uint8], channels: int) -> None:
    image = np.repeat(galaxy, channels, axis=2)
    first, again = (
        augment(image, 64, np.random.default_rng(4), Augmentation(noise=0.5)) for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    assert first.shape == (64, 64, channels)
    assert first.dtype == np.float32
    assert first.min() >= 0
    assert first.max() <= 1


def test_the_scored_view_is_the_centre(galaxy: NDArray[np.uint8]) -> None:
    views = centre_crop(galaxy[None], 50)
    assert views.shape == (1, 50, 50, 1)
    np.testing.assert_allclose(spot_of(views[0]), [10.5, -9.5], atol=0.3)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_mirrored_view_is_told_from_a_plain_one(mirrored: bool) -> None:
    image = np.full((100, 100, 1), 20, np.uint8)
    image[48:52, 64:68] = 240  # a bright spot to the right, a dimmer one below:
    image[64:68, 48:52] = 150  # a quarter turn on, in whatever way a plain view is turned
    for seed in range(5):
        rng = np.random.default_rng(seed)
        light = augment(image, 75, rng, STILL, mirrored=mirrored)[:, :, 0]
        bright, dim = (
            np.argwhere((light > low) & (light < high)).mean(axis=0) - 37
            for low, high in ((0.75, 1.0), (0.5, 0.65))
        )
        turn = bright[1] * dim[0] - bright[0] * dim[1]  # of (x, y) from rows and columns
        assert (turn < 0) == mirrored


def test_fainter_and_coarser_views_lose_light_and_detail_but_not_the_sky(
    galaxy: NDArray[np.uint8],
) -> None:
    still = {"scale": 0.0, "shift": 0.0, "contrast": 0.0, "brightness": 0.0, "noise": 0.0}
    dimmed = [
        augment(galaxy, 75, np.random.default_rng(seed), Augmentation(**still, blur=0, faint=2))
        for seed in range(20)
    ]
    peaks = [float(view.max()) for view in dimmed]
    assert min(peaks) < 0.7 * max(peaks)
    assert [float(np.median(view)) for view in dimmed] == pytest.approx([20 / 255] * 20, abs=0.01)
    coarse = [
        augment(galaxy, 75, np.random.default_rng(seed), Augmentation(**still, blur=0, coarse=8))
        for seed in range(20)
    ]
    assert all(view.shape == (75, 75, 1) for view in coarse)
    assert min(float(view.max()) for view in coarse) < 0.8 * max(float(v.max()) for v in coarse)
