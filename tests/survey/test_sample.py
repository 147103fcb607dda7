"""The sample of real galaxies: fetched, gone on with, made a project; offline it says why."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gzactive.catalog import read_table
from gzactive.errors import GzactiveError
from gzactive.paths import resource
from gzactive.project import Project
from gzactive.survey import services
from gzactive.survey.sample import fetch_sample

from . import cutout_server as answers
from .cutout_server import CutoutServer, running
from .test_cutouts import QUICK


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[CutoutServer]:
    """The Legacy Surveys' server, on this machine."""
    with running() as server:
        legacy = replace(services.SERVICES["legacy"], address=server.address)
        monkeypatch.setitem(services.SERVICES, "legacy", legacy)
        yield server


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first galaxies of the list, for speed."""
    table = read_table(resource("samples/well-known.csv")).head(34)
    table.to_csv(tmp_path / "few.csv", index=False)
    monkeypatch.setattr("gzactive.survey.sample.resource", lambda name: tmp_path / "few.csv")
    return tmp_path / "sample"


def test_the_sample_becomes_a_project_and_is_not_fetched_twice(
    server: CutoutServer, few: Path
) -> None:
    server.for_ra(187.7059, answers.after(1, answers.status(500)))
    path = fetch_sample(few, manners=QUICK)
    with Project.open(path) as project:
        assert len(project.catalog) == 34
        m87 = project.catalog.set_index("id_str").loc["M87"]
    assert (m87["ra"], m87["dec"], m87["pixel_scale"]) == (187.7059, 12.3911, 1.61)
    asked = len(server.asked)
    assert fetch_sample(few) == path
    assert len(server.asked) == asked


def test_a_broken_download_goes_on_where_it_stopped(server: CutoutServer, few: Path) -> None:
    for ra in read_table(few.parent / "few.csv")["ra"][20:]:
        server.for_ra(ra, answers.page)
    with pytest.raises(GzactiveError, match=r"20 galaxies came.*goes on from here.*simulated sky"):
        fetch_sample(few, manners=QUICK)
    server.answers.clear()
    server.asked.clear()
    fetch_sample(few, manners=QUICK)
    assert len(server.asked) == 14


def test_offline_one_sentence_says_what_to_do(few: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as gone:
        pass
    legacy = replace(services.SERVICES["legacy"], address=gone.address)
    monkeypatch.setitem(services.SERVICES, "legacy", legacy)
    with pytest.raises(GzactiveError, match=r"cannot be reached: check .*, or try the simulated"):
        fetch_sample(few, manners=QUICK)


def test_the_list_is_of_distinct_places_that_fit_their_cutouts() -> None:
    table = read_table(resource("samples/well-known.csv"))
    assert len(table) > 100
    assert table["id_str"].is_unique
    assert table[["ra", "dec"]].notna().all(axis=None)
    assert table["ra"].between(0, 360).all()
    assert table["dec"].between(-20, 85).all()
    assert table["pixel_scale"].between(0.262, 3.5).all()
    places = np.radians(table[["ra", "dec"]].to_numpy())
    vectors = np.column_stack(
        [
            np.cos(places[:, 1]) * np.cos(places[:, 0]),
            np.cos(places[:, 1]) * np.sin(places[:, 0]),
            np.sin(places[:, 1]),
        ]
    )
    apart = np.degrees(np.arccos(np.clip(vectors @ vectors.T - 2 * np.eye(len(table)), -1, 1)))
    assert apart.min() * 60 > 1.0
    known = table.set_index("id_str")
    # SIMBAD, to the tenth of an arc minute.
    for name, ra, dec in [("M51", 202.470, 47.195), ("M104", 189.998, -11.623)]:
        assert known.loc[name, "ra"] == pytest.approx(ra, abs=0.002)
        assert known.loc[name, "dec"] == pytest.approx(dec, abs=0.002)
