"""Cutouts come from services that are slow, wrong or gone, and nothing is lost or doubled.

The server is a real one on this machine that speaks the services' addresses and misbehaves.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from gzactive.errors import GzactiveError
from gzactive.intake import new_project
from gzactive.progress import Cancelled
from gzactive.survey.cutouts import FetchReport, fetch_cutouts
from gzactive.survey.downloads import Manners
from gzactive.survey.services import pixel_scales, service

from . import cutout_server as answers
from .cutout_server import CutoutServer, running

#: Short pauses; long time-outs, since this machine may be busy.
QUICK = Manners(pause=0.01, timeout=10.0, whole=20.0, longest_pause=0.3, rest=0.05)


@pytest.fixture
def server() -> Iterator[CutoutServer]:
    with running() as server:
        yield server


def catalogue(folder: Path, n: int = 6, **columns: object) -> Path:
    path = folder / "catalogue.csv"
    table = {"iauname": [f"J{row:02d}+x" for row in range(n)], "ra": range(n), "dec": 10.0}
    pd.DataFrame(table | columns).to_csv(path, index=False)
    return path


def fetch(
    server: CutoutServer, folder: Path, table: Path | None = None, **more: object
) -> FetchReport:
    choices = {"survey": "legacy", "size": 32, "manners": QUICK, "address": server.address}
    return fetch_cutouts(table or catalogue(folder), folder / "out", **(choices | more))


def test_cutouts_become_a_project_with_their_scale(server: CutoutServer, tmp_path: Path) -> None:
    report = fetch(server, tmp_path, scale="0.5")
    assert (report.fetched, report.present, len(report.failures)) == (6, 0, 0)
    with new_project(tmp_path / "project", catalog=report.catalog).project as project:
        catalog = project.catalog.set_index("id_str")
    assert list(catalog.index) == [f"J{row:02d}+x" for row in range(6)]
    assert (catalog["pixel_scale"] == 0.5).all()
    assert catalog["ra"].tolist() == [0, 1, 2, 3, 4, 5]
    assert all(Path(file).is_file() for file in catalog["file_loc"])


@pytest.mark.parametrize(
    ("survey", "expected"),
    [
        ("sdss", {"scale": "0.4000", "width": "100", "height": "100"}),
        ("legacy", {"pixscale": "0.2620", "size": "100", "layer": "ls-dr10"}),
        ("hips", {"hips": "CDS/P/SDSS9/color", "fov": "0.0111111", "width": "100"}),
    ],
)
def test_each_service_is_asked_in_its_own_words(
    survey: str, expected: dict[str, str], server: CutoutServer, tmp_path: Path
) -> None:
    fetch(server, tmp_path, catalogue(tmp_path, 1), survey=survey, size=100)
    ((_, query),) = server.asked
    assert expected.items() <= query.items()
    assert (query["ra"], query["dec"]) == ("0.000000", "10.000000")


@pytest.mark.parametrize(
    "fault",
    [
        answers.status(500),
        answers.status(503),
        answers.status(429),
        answers.page,
        answers.truncated,
        answers.cut_off,
    ],
)
def test_what_may_be_better_next_time_is_asked_for_again(
    fault: answers.Answer, server: CutoutServer, tmp_path: Path
) -> None:
    server.for_ra(2, answers.after(1, fault))
    report = fetch(server, tmp_path)
    assert report.fetched == 6
    assert report.failures.empty
    assert server.counts["2.000000"] == 2


def test_a_server_that_keeps_us_waiting_is_asked_again(
    server: CutoutServer, tmp_path: Path
) -> None:
    server.for_ra(2, answers.after(1, answers.slow))
    report = fetch(server, tmp_path, manners=replace(QUICK, timeout=1.0))
    assert report.fetched == 6
    assert server.counts["2.000000"] >= 2


@pytest.mark.parametrize(
    ("fault", "why", "tries"),
    [
        (answers.status(404), "the server answered 404", 1),
        (answers.circles, "redirected in circles", 1),
        (answers.smaller, "16 × 16 pixels came, not 32 × 32", 1),
        (answers.empty, "outside the survey", 1),
        (answers.page, "a page of text came, not an image", 4),
        (answers.truncated, "the answer broke off", 4),
        (answers.cut_off, "what came is no whole image", 4),
        (answers.status(500), "the server answered 500", 4),
    ],
)
def test_what_stays_wrong_is_listed_with_its_reason_and_leaves_no_file(
    fault: answers.Answer, why: str, tries: int, server: CutoutServer, tmp_path: Path
) -> None:
    server.for_ra(2, fault)
    report = fetch(server, tmp_path)
    (row,) = pd.read_csv(tmp_path / "out" / "failures.csv").to_dict("records")
    assert row["id_str"] == "J02+x"
    assert why in row["why"]
    assert row["tries"] == tries
    assert row["url"].startswith(server.address)
    assert report.fetched == len(list((tmp_path / "out" / "images").iterdir())) == 5


def test_a_host_may_ask_to_wait(server: CutoutServer, tmp_path: Path) -> None:
    server.for_ra(0, answers.after(1, answers.status(429, Retry_After="1")))
    patient = replace(QUICK, at_once=1, longest_pause=0.4)
    assert fetch(server, tmp_path, catalogue(tmp_path, 2), manners=patient).fetched == 2
    assert server.times[1] - server.times[0] >= 0.4


def test_no_more_ask_at_once_than_agreed(server: CutoutServer, tmp_path: Path) -> None:
    fetch(server, tmp_path, catalogue(tmp_path, 30), manners=replace(QUICK, at_once=3))
    assert 1 <= server.most_at_once <= 3


def test_a_host_that_keeps_failing_is_left_alone(server: CutoutServer, tmp_path: Path) -> None:
    server.usual = answers.status(503)
    report = fetch(server, tmp_path, catalogue(tmp_path, 60))
    assert "the server answered 503" in report.stopped
    assert not report.unreachable
    assert len(server.asked) < 40
    assert len(report.failures) == 60
    server.usual = answers.picture
    assert fetch(server, tmp_path, catalogue(tmp_path, 60)).fetched == 60


def test_a_place_without_images_is_no_fault_of_the_host(
    server: CutoutServer, tmp_path: Path
) -> None:
    server.usual = answers.empty
    report = fetch(server, tmp_path, catalogue(tmp_path, 40))
    assert report.stopped == ""
    assert len(report.failures) == 40


def test_a_host_that_is_not_there_is_said_to_be_unreachable(tmp_path: Path) -> None:
    with running() as gone:
        pass
    report = fetch(gone, tmp_path, catalogue(tmp_path, 3))
    assert report.unreachable
    assert not (tmp_path / "out").exists()
    assert report.fetched == 0


def test_a_second_run_fetches_only_what_is_missing_or_damaged(
    server: CutoutServer, tmp_path: Path
) -> None:
    server.for_ra(4, answers.status(404))
    fetch(server, tmp_path)
    (tmp_path / "out" / "images" / "J01+x.jpg").write_bytes(b"damaged")
    (tmp_path / "out" / "images" / "J02+x.jpg").unlink()
    server.asked.clear()
    server.answers.clear()
    report = fetch(server, tmp_path)
    assert (report.fetched, report.present) == (3, 3)
    assert sorted(query["ra"][0] for _, query in server.asked) == ["1", "2", "4"]
    assert len(pd.read_csv(report.catalog)) == 6


def test_cancel_stops_within_a_second_and_keeps_what_came(
    server: CutoutServer, tmp_path: Path
) -> None:
    for ra in range(3, 30):
        server.for_ra(ra, answers.slow)
    began: list[float] = []

    def progress(stage: str, done: int, total: int) -> None:
        if done >= 3:
            began.append(time.monotonic())
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch(
            server,
            tmp_path,
            catalogue(tmp_path, 30),
            progress=progress,
            manners=replace(QUICK, timeout=30, whole=30),
        )
    assert time.monotonic() - began[0] < 1.0
    assert len(pd.read_csv(tmp_path / "out" / "catalog.csv")) == 3
    server.answers.clear()
    assert fetch(server, tmp_path, catalogue(tmp_path, 30)).present == 3


def test_progress_counts_up_to_all(server: CutoutServer, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    fetch(server, tmp_path, progress=lambda stage, done, total: told.append((done, total)))
    assert told[-1] == (6, 6)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_other_choices_need_another_folder(server: CutoutServer, tmp_path: Path) -> None:
    fetch(server, tmp_path)
    with pytest.raises(GzactiveError, match="cutouts of another size"):
        fetch(server, tmp_path, size=64)


def test_a_folder_of_other_images_is_not_touched(server: CutoutServer, tmp_path: Path) -> None:
    images = tmp_path / "out" / "images"
    images.mkdir(parents=True)
    (images / "mine.jpg").write_bytes(b"mine")
    with pytest.raises(GzactiveError, match="did not fetch"):
        fetch(server, tmp_path)
    assert (images / "mine.jpg").read_bytes() == b"mine"


def test_a_galaxy_without_place_or_scale_is_listed_and_not_asked_for(
    server: CutoutServer, tmp_path: Path
) -> None:
    table = catalogue(tmp_path, 4, ra=[0, None, 2, 3], petroR90_r=[5.0, 5.0, -1.0, 20.0])
    report = fetch(server, tmp_path, table, scale="gz2")
    assert report.fetched == 2
    assert report.failures["why"].tolist() == [
        "it has no place in the sky",
        "its scale is not known",
    ]
    asked = {query["ra"]: query["pixscale"] for _, query in server.asked}
    assert asked == {"0.000000": "0.1000", "3.000000": "0.4000"}


def test_names_that_are_no_file_names_are_told_apart(server: CutoutServer, tmp_path: Path) -> None:
    table = catalogue(tmp_path, 3, iauname=["../a", "..a", "a/b"])
    report = fetch(server, tmp_path, table)
    files = pd.read_csv(report.catalog)["file_loc"]
    assert files.is_unique
    assert all((tmp_path / "out" / file).resolve().parent.name == "images" for file in files)


def test_repeated_ids_are_refused(server: CutoutServer, tmp_path: Path) -> None:
    with pytest.raises(GzactiveError, match="give each galaxy one row"):
        fetch(server, tmp_path, catalogue(tmp_path, 2, iauname=["a", "a"]))


def test_galaxies_are_scaled_by_size_as_galaxy_zoo_did() -> None:
    """GZ2: 0.02 × R90; DECaLS: max(min(0.04 × p50, 0.02 × p90), 0.1) (Walmsley et al. 2022)."""
    table = pd.DataFrame({"PETRO_TH50": [10.0, 1.0], "petro_th90": [15.0, 2.0]})
    assert pixel_scales(table, "decals", 1.0).tolist() == pytest.approx([0.3, 0.1])
    assert pixel_scales(table, "0.7", 1.0).tolist() == [0.7, 0.7]
    assert pixel_scales(table, None, 0.4).tolist() == [0.4, 0.4]
    assert pixel_scales(table.assign(pixel_scale=[1, 2]), None, 0.4).tolist() == [1, 2]
    with pytest.raises(GzactiveError, match="needs a column petror90_r"):
        pixel_scales(pd.DataFrame({"ra": [1]}), "gz2", 1.0)
    with pytest.raises(GzactiveError, match="scale 'wide' is none"):
        pixel_scales(table, "wide", 1.0)


def test_an_unknown_survey_and_a_size_that_it_does_not_draw_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GzactiveError, match="choose one of sdss, legacy, hips"):
        service("2mass")
    with pytest.raises(GzactiveError, match="64 to 2,048 pixels, not 10"):
        fetch_cutouts(catalogue(tmp_path), tmp_path / "out", survey="sdss", size=10)


def test_it_can_be_called_within_a_running_loop(server: CutoutServer, tmp_path: Path) -> None:
    import asyncio

    async def cell() -> FetchReport:
        return fetch(server, tmp_path, catalogue(tmp_path, 2))

    assert asyncio.run(cell()).fetched == 2
    assert threading.active_count() < 20
