"""Images whose folder was away come again by themselves, while the project stays open."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.app.homecoming import Homecoming
from gzactive.project import Project
from gzactive.returned import places_away, take_back

from .conftest import PATIENCE, MakeProject, OpenWindow, give_features


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    project = make_project(n=14, tree="rings", automatic=False)
    give_features(project)
    return project


def folder_of(project: Project) -> Path:
    return Path(project.catalog["file_loc"].iloc[0]).parent


def miss(project: Project, count: int, stage: str = "display") -> list[str]:
    """Note galaxies as missing, as whoever tried to read them does."""
    rows = project.catalog.head(count)
    noted = zip(rows["id_str"], rows["file_loc"], strict=True)
    project.problems.record([(*one, stage, "the file is missing") for one in noted])
    return rows["id_str"].tolist()


def test_only_what_is_there_again_is_taken_back(project: Project) -> None:
    ids = miss(project, 3, "features")
    files = [Path(one) for one in project.catalog["file_loc"]]
    project.problems.record([(project.catalog["id_str"][5], str(files[5]), "features", "it broke")])
    files[0].unlink()
    assert places_away(project) == set()
    returned = take_back(project)
    assert set(returned.ids) == set(ids[1:])
    assert returned.unseen
    assert set(project.problems.frame()["id_str"]) == {ids[0], project.catalog["id_str"][5]}
    assert take_back(project).ids == ()


def test_a_folder_that_is_away_is_waited_for_and_nothing_else(
    qtbot: QtBot, project: Project
) -> None:
    here = folder_of(project)
    away = here.with_name("away")
    here.rename(away)
    ids = miss(project, 4)
    assert places_away(project) == {str(here)}
    home = Homecoming(project, every=0.02)
    found: list[object] = []
    home.back.connect(found.append)
    qtbot.wait(100)
    assert found == []
    away.rename(here)
    qtbot.waitUntil(lambda: bool(found), timeout=PATIENCE)
    assert set(found[0].ids) == set(ids)
    assert not found[0].unseen
    qtbot.waitUntil(lambda: home._thread is None, timeout=PATIENCE)  # it has nothing to do
    home.close()


@pytest.mark.parametrize("kind", ["unplugged", "unplugged before it was opened"])
def test_galaxies_of_a_drive_that_comes_back_are_labelled_without_reopening(
    qtbot: QtBot, open_window: OpenWindow, project: Project, kind: str
) -> None:
    here = folder_of(project)
    away = here.with_name("away")
    if kind == "unplugged":
        window = open_window(project.path)
        session = window.session
        QTest.keyClick(window, Qt.Key.Key_1)
        here.rename(away)
    else:
        here.rename(away)
        window = open_window()
        with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
            window.open_project(project.path)
        session = window.session
    session._home._every = 0.05

    def through() -> bool:
        if session.label.frame is not None:
            QTest.keyClick(window, Qt.Key.Key_1)
        return session.label.current is None and not session.busy

    qtbot.waitUntil(through, timeout=PATIENCE)
    assert "they come again by themselves" in session.label.nothing_left
    assert "Images moved…" in session.label.nothing_left
    done = project.labels.finished_count("ada")
    assert done < 14
    away.rename(here)
    qtbot.waitUntil(lambda: session.label.frame is not None, timeout=PATIENCE)
    told = window.area.label.banner.sentence
    assert told.startswith(f"The images of {14 - done} galaxies are there again.")
    qtbot.waitUntil(through, timeout=PATIENCE)
    assert project.labels.finished_count("ada") == 14
    assert session.label.nothing_left == "Every galaxy is done. Thank you!"


def test_the_next_round_is_counted_down_to_again_when_galaxies_are_back(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(n=14, tree="rings")
    give_features(project)
    here = folder_of(project)
    away = here.with_name("away")
    here.rename(away)
    window = open_window()
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        window.open_project(project.path)
    session = window.session
    session._home._every = 0.05
    line = window.area.strip.schedule
    qtbot.waitUntil(lambda: line.text() == "No galaxies left", timeout=PATIENCE)
    away.rename(here)
    qtbot.waitUntil(lambda: session.label.frame is not None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: line.text() == "Next round in 25 galaxies", timeout=PATIENCE)
