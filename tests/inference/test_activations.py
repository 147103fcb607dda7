"""What the front of a network says of galaxies in all views is computed once and found again."""

import numpy as np
import pytest

from gzactive.errors import GzactiveError
from gzactive.images import load_for_model
from gzactive.inference import activations
from gzactive.inference.activations import Activations, views_that_fit
from gzactive.inference.extraction import dihedral
from gzactive.progress import Cancelled, silent

SHAPE = (4, 4, 1)


def front(images):
    return images[:, ::56, ::56].astype(np.float16)


def unused(images):
    pytest.fail(f"{len(images)} images were looked at again")


def test_each_galaxy_is_seen_from_all_sides_and_a_stopped_run_goes_on(
    project, tmp_path, monkeypatch
):
    monkeypatch.setattr(activations, "_PART_BYTES", 7 * 8 * 2 * 16)  # seven galaxies a part
    files, settings = project.catalog["file_loc"].tolist(), project.image_settings
    looks = Activations(tmp_path / "looks", 40, 8, SHAPE)

    def stop(stage, done, total):
        if done > 60:
            raise Cancelled

    with pytest.raises(Cancelled):
        looks.compute(files, front, settings, stop)
    assert len(list(looks.folder.iterdir())) == 1
    looks = Activations(tmp_path / "looks", 40, 8, SHAPE)
    looks.compute(files, front, settings, silent)
    Activations(tmp_path / "looks", 40, 8, SHAPE).compute(files, unused, settings, silent)
    rows, views = np.array([0, 39, 13, 7]), np.array([0, 7, 3, 5])
    expected = [
        dihedral(load_for_model(files[row], settings), view)[::56, ::56]
        for row, view in zip(rows, views, strict=True)
    ]
    np.testing.assert_allclose(looks.take(rows, views), expected, atol=1e-3)


def test_many_galaxies_are_seen_from_fewer_sides_and_a_full_disk_is_told(tmp_path, monkeypatch):
    assert views_that_fit(400, (14, 14, 112), tmp_path) == 8
    assert views_that_fit(40_000, (14, 14, 112), tmp_path) == 2
    with pytest.raises(GzactiveError, match=r"needs 43904000\.0 GB of disk"):
        views_that_fit(10**12, (14, 14, 112), tmp_path)
