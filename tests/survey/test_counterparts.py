"""The same galaxy in another survey: found by place, with its picture, scale and votes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.coordinates import SkyCoord

from gzactive.errors import GzactiveError
from gzactive.project import Project
from gzactive.stores.predictions import Scores, write_scores
from gzactive.survey.counterparts import OtherSurvey, Shares, read_survey
from tests.app.conftest import draw_galaxy

ARCSEC = 1 / 3600


@pytest.fixture
def images(tmp_path: Path) -> list[str]:
    rng = np.random.default_rng(1)
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path in paths:
        draw_galaxy(path, rng)
    return [str(path) for path in paths]


def survey(ra: np.ndarray, dec: np.ndarray) -> OtherSurvey:
    ids = np.array([str(number) for number in range(len(ra))], dtype=object)
    return OtherSurvey("many", ids, ids, ra, dec, lambda row: None, lambda row, question: Shares())


@pytest.mark.parametrize("where", [(180.0, 2.0), (0.0, 0.0), (45.0, 89.9995), (3.0, -89.9999)])
def test_who_is_near_is_who_astropy_finds(where: tuple[float, float]) -> None:
    rng = np.random.default_rng(3)
    spread = 8 * ARCSEC
    dec = np.clip(where[1] + rng.uniform(-spread, spread, 400), -90, 90)
    ra = where[0] + rng.uniform(-spread, spread, 400) / np.cos(np.radians(min(abs(where[1]), 89.9)))
    ra %= 360
    dec[7] = np.nan
    found = survey(ra, dec).near(*where, "", 3.0)
    apart = (
        SkyCoord(ra, np.nan_to_num(dec), unit="deg").separation(SkyCoord(*where, unit="deg")).arcsec
    )
    inside = np.flatnonzero((apart <= 3.0) & np.isfinite(dec))
    assert sorted(int(one.id_str) for one in found) == inside.tolist()
    np.testing.assert_allclose([one.separation for one in found], np.sort(apart[inside]), atol=1e-6)


def test_a_table_tells_pictures_scales_and_votes(tmp_path: Path, images: list[str]) -> None:
    path = tmp_path / "gz2.csv"
    pd.DataFrame(
        {
            "dr7objid": ["587722981741363294", "587722981741363295", "587722981741363296"],
            "file_loc": images,
            "ra": [10.0, 20.0, 30.0],
            "dec": 1.0,
            "pixel_scale": [0.4, 0.1, None],
            "t01_smooth_or_features_a01_smooth_count": [10, 0, 0],
            "t01_smooth_or_features_a02_features_or_disk_count": [30, 0, 0],
        }
    ).to_csv(path, index=False)
    other = read_survey(path)
    (one,) = other.near(10.0, 1.0, "smooth-or-featured")
    assert (one.survey, one.id_str, one.file_loc) == ("gz2", "587722981741363294", images[0])
    assert one.scale == 0.4
    assert one.shares.words == "Smooth or featured: Features or disk 75 % · Smooth 25 % · " + (
        "Star or artifact 0 %"
    )
    # Nobody was asked about a bar, so what is said is what was asked first.
    assert other.near(10.0, 1.0, "bar")[0].shares == one.shares
    assert other.near(20.0, 1.0, "bar")[0].shares == Shares()
    assert other.near(30.0, 1.0, "bar")[0].scale is None
    assert other.near(15.0, 1.0, "bar") == []
    assert other.near(10.0, 1.0, "bar", but="587722981741363294") == []


def test_a_project_tells_what_its_model_predicts(tmp_path: Path, images: list[str]) -> None:
    catalog = pd.DataFrame(
        {"id_str": ["a", "b", "c"], "file_loc": images, "ra": [1.0, 2.0, 3.0], "dec": 0.0}
    )
    with Project.create(tmp_path / "decals", catalog, "gz-decals-dr5") as project:
        project.save_settings(pixel_scale=0.262)
        fractions = np.zeros((2, len(project.tree.columns)), np.float32)
        fractions[:, project.tree.columns.index("bar_strong")] = (0.25, 0.5)
        fractions[:, project.tree.columns.index("bar_no")] = (0.75, 0.5)
        write_scores(project.scores_path, Scores(np.array(["b", "a"]), {"fractions": fractions}))
    other = read_survey(tmp_path / "decals")
    (one,) = other.near(1.0, 0.0, "bar")
    assert one.scale == 0.262
    assert sorted(share for _, share in one.shares.answers) == [0.0, 0.5, 0.5]
    (one,) = other.near(3.0, 0.0, "bar")
    assert one.shares.words == ""


def test_a_table_without_pictures_or_places_is_refused(tmp_path: Path, images: list[str]) -> None:
    path = tmp_path / "a.csv"
    pd.DataFrame({"iauname": ["a"], "ra": [1.0], "dec": [2.0]}).to_csv(path, index=False)
    with pytest.raises(GzactiveError, match="tells no images"):
        read_survey(path)
    pd.DataFrame({"iauname": ["a"], "file_loc": images[:1]}).to_csv(path, index=False)
    with pytest.raises(GzactiveError, match="no column ra and dec"):
        read_survey(path)
