"""Galaxies sent to other programs: peers' requirement 21, by real messages."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from pytestqt.qtbot import QtBot

from gzactive.catalog import read_table
from gzactive.project import Project
from tests.app.conftest import PATIENCE, MakeProject, give_features
from tests.app.explore.conftest import Explore, settled
from tests.survey.test_samp import Receiver, arrived, hub, receiver

__all__ = ["hub", "receiver"]  # fixtures


@pytest.fixture
def on_sky(make_project: MakeProject, tmp_path: Path) -> Project:
    """A project whose galaxies have places and pixel scales, north up."""
    plain = make_project(20)
    catalog = plain.catalog.drop(columns="reserved")
    catalog = catalog.assign(ra=150 + 0.1 * np.arange(20), dec=-2.0, pixel_scale=0.262)
    with Project.create(tmp_path / "on-the-sky", catalog, "gz-decals-dr5") as project:
        project.save_settings(north_up=True)
        give_features(project)
        yield project


def local(params: dict[str, Any]) -> Path:
    return Path(url2pathname(urlsplit(params["url"]).path))


@pytest.mark.requirement(21)
def test_requirement_21_a_selection_goes_to_topcat_as_a_table(
    qtbot: QtBot, explore: Explore, on_sky: Project, receiver: Receiver
) -> None:
    got = receiver("TOPCAT", "table.load.votable")
    it = explore(project=on_sky)
    said: list[str] = []
    it.said.connect(lambda sentence, fault: said.append(sentence))
    it.send_table([0, 2])
    qtbot.waitUntil(lambda: bool(said), timeout=PATIENCE)
    assert said == ["2 galaxies sent to TOPCAT."]
    ((_, _, params),) = arrived(got, 1)
    table = read_table(local(params))
    assert table["id_str"].tolist() == [it.id_at(0), it.id_at(2)]
    assert table["dec"].tolist() == [-2.0, -2.0]
    assert f"{it.query.answer}_fraction" in table


@pytest.mark.requirement(21)
def test_requirement_21_an_image_goes_to_ds9_with_its_place_in_the_sky(
    qtbot: QtBot, explore: Explore, on_sky: Project, receiver: Receiver
) -> None:
    got = receiver("DS9", "image.load.fits", "coord.pointAt.sky")
    it = explore(project=on_sky)
    said: list[str] = []
    it.said.connect(lambda sentence, fault: said.append(sentence))
    it.sky.send_image(3)
    it.sky.point(3)
    qtbot.waitUntil(lambda: len(said) == 2, timeout=PATIENCE)
    assert said == ["G0003 sent to DS9.", "DS9 told to look there."]
    by_kind = {kind: params for _, kind, params in arrived(got, 2)}
    assert float(by_kind["coord.pointAt.sky"]["ra"]) == pytest.approx(150.3)
    with fits.open(local(by_kind["image.load.fits"])) as hdus:
        shape, wcs = hdus[0].shape, WCS(hdus[0].header)
    assert shape == (64, 64)
    middle = wcs.pixel_to_world(31.5, 31.5)
    assert (middle.ra.deg, middle.dec.deg) == pytest.approx((150.3, -2.0))
    above = wcs.pixel_to_world(31.5, 41.5)
    assert (above.dec.deg - middle.dec.deg) * 3600 == pytest.approx(2.62)
    left = wcs.pixel_to_world(21.5, 31.5)
    assert left.ra.deg > middle.ra.deg


def test_without_a_hub_it_is_said_what_to_start(
    qtbot: QtBot, explore: Explore, on_sky: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMP_HUB", raising=False)
    it = explore(project=on_sky)
    faults: list[str] = []
    it.said.connect(lambda sentence, fault: faults.append(sentence) if fault else None)
    it.sky.send_image(0)
    qtbot.waitUntil(lambda: bool(faults), timeout=PATIENCE)
    assert "No SAMP hub runs" in faults[0]


def test_tables_are_written_in_the_format_that_the_ending_names(
    qtbot: QtBot, explore: Explore, on_sky: Project, tmp_path: Path
) -> None:
    it = explore(project=on_sky)
    for suffix in (".csv", ".parquet", ".fits", ".vot"):
        it.export(tmp_path / f"some{suffix}", [1, 4])
        settled(qtbot, it)
        table = read_table(tmp_path / f"some{suffix}")
        assert table["id_str"].tolist() == [it.id_at(1), it.id_at(4)]
        assert table["rank"].tolist() == [2, 5]


def test_an_order_by_next_to_no_information_says_so(qtbot: QtBot, explore: Explore) -> None:
    it = explore()
    it.set_order("unsure")
    settled(qtbot, it)
    assert "next to nothing" not in it.listing.words
    it._scored.scores.arrays["mutual_information"][:] *= 0.001
    it.set_scores(it._scored.scores)
    settled(qtbot, it)
    assert "next to nothing" in it.listing.words
    assert "means little" in it.listing.words
