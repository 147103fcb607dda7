"""Full disks and drives that are gone: what happened is told, what is safe is safe."""

import shutil
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy
from pytestqt.qtbot import QtBot

from gzactive.app import work
from gzactive.app.label.controller import LabelController
from gzactive.app.label.unsaved import unsaved
from gzactive.app.label.upcoming import UpcomingGalaxy
from gzactive.progress import silent
from gzactive.project import Project
from gzactive.stores.labels import LabelError

from ..conftest import MakeProject, draw_galaxy
from .conftest import Start, heard


def test_an_answer_that_does_not_fit_on_the_disk_is_not_taken(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project(tree="rings")
    it = start(project)
    warnings = heard(it.warned)
    engine = project.labels._engine
    listen = partial(sqlalchemy.event.listen, engine, "connect")
    listen(lambda raw, _: raw.execute("PRAGMA max_page_count = 1"))  # as many as it has now
    engine.dispose()
    while not warnings:
        before, galaxy = project.labels.position, it.current
        it.choose(0)
    ((sentence, fault),) = warnings
    assert sentence.startswith("That answer was not saved, so it was not taken. Everything before")
    assert "database or disk is full. Free some space on that disk" in sentence
    assert fault
    assert it.current is galaxy
    assert it.question is project.tree.root
    assert project.labels.position == before
    listen(lambda raw, _: raw.execute("PRAGMA max_page_count = 1000000"))
    engine.dispose()
    it.choose(0)
    assert it.current is not galaxy


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("database is locked", "Another program is writing to it"),
        ("attempt to write a readonly database", "does not let anything be written"),
        ("disk I/O error", "The drive may be away: bring it back"),
    ],
)
def test_every_reason_has_its_remedy(reason: str, remedy: str) -> None:
    error = LabelError(f"The labels in 'labels.sqlite' cannot be written: {reason}.")
    told = unsaved("The note was not saved.", error)
    assert told.startswith("The note was not saved. Everything before it is safe. The labels in")
    assert remedy in told


@pytest.fixture
def zipped(tmp_path: Path) -> Project:
    """Galaxies half in a ZIP archive, half in a folder."""
    rng = np.random.default_rng(3)
    (tmp_path / "images").mkdir()
    rows = {}
    with zipfile.ZipFile(tmp_path / "stack.zip", "w") as archive:
        for number in range(24):
            name = f"G{number:02d}"
            draw_galaxy(tmp_path / "images" / f"{name}.png", rng, 32)
            if number % 2:
                rows[name] = str(tmp_path / "images" / f"{name}.png")
            else:
                archive.write(tmp_path / "images" / f"{name}.png", f"{name}.png")
                rows[name] = f"{tmp_path / 'stack.zip'}!/{name}.png"
    catalog = pd.DataFrame({"id_str": list(rows), "file_loc": list(rows.values())})
    project = Project.create(tmp_path / "project", catalog, "rings")
    project.save_settings(labeller="ada")
    yield project
    project.close()


def in_order(project: Project) -> list[UpcomingGalaxy]:
    return [UpcomingGalaxy(id_str, "random") for id_str in project.catalog["id_str"]]


def test_a_lost_archive_is_told_once_and_the_others_go_on(
    qtbot: QtBot, start: Start, zipped: Project, tmp_path: Path
) -> None:
    (tmp_path / "stack.zip").rename(tmp_path / "away.zip")
    it = start(zipped, queue=[])
    warnings = heard(it.warned)
    it.set_queue(in_order(zipped))
    for _ in range(12):
        qtbot.waitUntil(lambda: it.current is None or it.frame is not None)
        it.choose(0)
    qtbot.waitUntil(lambda: it.current is None)
    assert len({sentence.split(", so")[0] for sentence, _ in warnings}) == 1
    last, fault = warnings[-1]
    assert "The archive stack.zip is not there any more, so 12 galaxies in it" in last
    assert "Everything that you answered is saved." in last
    assert not fault
    assert zipped.labels.finished_count() == 12
    assert "12 could not be read" in it.nothing_left


def test_an_image_that_vanishes_while_it_is_looked_at_can_still_be_answered(
    qtbot: QtBot, start: Start, zipped: Project, tmp_path: Path
) -> None:
    it = start(zipped, in_order(zipped))
    qtbot.waitUntil(lambda: all(it.frame_of(each.id_str) for each in it.upcoming.next()))
    shutil.rmtree(tmp_path / "images")
    warnings = heard(it.warned)
    for _ in range(11):
        it.choose(0)
    assert zipped.labels.finished_count() == 11
    assert warnings == []


def test_one_bad_file_is_named(qtbot: QtBot, start: Start, make_project: MakeProject) -> None:
    project = make_project(tree="rings")
    Path(project.catalog["file_loc"][0]).write_bytes(b"no picture")
    it = start(project, queue=[])
    warnings = heard(it.warned)
    it.set_queue([UpcomingGalaxy(project.catalog["id_str"][0], "random")])
    qtbot.waitUntil(lambda: bool(warnings))
    ((sentence, _),) = warnings
    assert sentence.startswith("Galaxy G0000 was left out: ")


def test_pictures_that_come_in_after_closing_are_for_nobody(
    qtbot: QtBot, make_project: MakeProject
) -> None:
    project = make_project(tree="rings")
    queue = work.rank(project, silent).queue
    for place in project.catalog["file_loc"]:
        Path(place).unlink()
    it = LabelController(project)
    it.start(queue)
    it.close()  # two are decoded still, and what came of it is in the post
    with qtbot.captureExceptions() as faults:
        qtbot.wait(50)
    assert faults == []
    assert project.problems.frame().empty
