"""The model's array of an image is the definition's, in training as in scoring."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from gzactive.errors import GzactiveError
from gzactive.images import (
    ImageSettings,
    image_hash,
    image_stamp,
    load_for_model,
    load_resized,
    load_unless_known,
)

from .helpers import COLOUR, GREY, definition, galaxy, save


@pytest.mark.parametrize("settings", [GREY, COLOUR, ImageSettings(size=64, crop=33)])
@pytest.mark.parametrize("shape", [(424, 424), (240, 240), (200, 350), (40, 30)])
def test_the_array_is_the_definitions_to_within_rounding(tmp_path, shape, settings):
    file_loc = save(tmp_path / "g.png", galaxy(*shape).astype(np.uint8))
    array = load_for_model(file_loc, settings)
    assert array.dtype == np.float32
    assert array.shape == (settings.crop, settings.crop, settings.channels)
    assert np.abs(array - definition(file_loc, settings)).max() <= 1.01 / 255


def test_what_training_crops_is_what_scoring_sees(tmp_path):
    file_loc = save(tmp_path / "g.jpg", galaxy(300, 260).astype(np.uint8))
    for settings in (GREY, COLOUR):
        resized = load_resized(file_loc, settings)
        assert resized.dtype == np.uint8
        assert resized.shape == (300, 300, settings.channels)
        centre = resized[38:262, 38:262] / 255
        assert np.abs(centre - load_for_model(file_loc, settings)).max() <= 1.6 / 255


def test_a_grey_file_fills_three_channels_when_colour_is_wanted(tmp_path):
    file_loc = save(tmp_path / "g.png", galaxy(channels=1).astype(np.uint8))
    array = load_for_model(file_loc, COLOUR)
    assert np.ptp(array, axis=-1).max() == 0
    assert load_resized(file_loc, COLOUR).shape == (300, 300, 3)


def test_identity_is_cheap_first_and_by_content_then(tmp_path):
    file_loc = save(tmp_path / "g.png", galaxy().astype(np.uint8))
    stamp, digest = image_stamp(file_loc), image_hash(file_loc)
    array, told = load_unless_known(file_loc, GREY)
    assert told == digest
    assert np.array_equal(array, load_for_model(file_loc, GREY))
    assert load_unless_known(file_loc, GREY, {digest}) == (None, digest)
    os.utime(file_loc, ns=(5, 5))
    assert image_stamp(file_loc) != stamp
    assert image_hash(file_loc) == digest
    save(tmp_path / "g.png", galaxy(peak=150.0).astype(np.uint8))
    assert image_hash(file_loc) != digest


def test_settings_survive_the_project_file_and_differ_in_their_key():
    settings = ImageSettings(channels=3, stretch="log")
    assert ImageSettings.from_dict(settings.to_dict()) == settings
    assert ImageSettings.from_dict({}) == ImageSettings()
    keys = {
        ImageSettings(**change).key
        for change in ({}, {"size": 400}, {"crop": 200}, {"channels": 3}, {"stretch": "log"})
    }
    assert len(keys) == 5


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"crop": 400}, "400"),
        ({"crop": 0}, "crop"),
        ({"channels": 2}, "2 channels"),
        ({"stretch": "sqrt"}, "sqrt"),
        ({"colour": 1}, "colour"),
    ],
)
def test_settings_that_make_no_sense_are_refused(values, word):
    with pytest.raises(GzactiveError, match=word):
        ImageSettings.from_dict(values)


def test_decoding_leaves_no_thread_or_open_file(tmp_path):
    file_loc = save(tmp_path / "g.png", galaxy().astype(np.uint8))
    before = threading.active_count()
    load_for_model(file_loc, GREY)
    Path(file_loc).unlink()  # on Windows this fails where a handle is open
    assert threading.active_count() == before


@pytest.mark.real_data
def test_real_galaxies_all_become_arrays(real_data):
    for name in ("decals_rings", "gz1_sdss", "gz_examples", "efigi"):
        files = sorted((real_data / name / "images").rglob("*.*"))[:60]
        assert files
        for file in files:
            difference = np.abs(load_for_model(str(file), GREY) - definition(str(file), GREY))
            assert difference.max() <= 2.01 / 255
            assert difference.mean() <= 0.01 / 255
