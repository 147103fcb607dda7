"""Recent projects: name, place, galaxies and labels, and those that are gone."""

import json
import shutil
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.app.recent import (
    RecentProject,
    recent_projects,
    remember_project,
)
from gzactive.project import Project

from ..conftest import MakeProject, OpenWindow, give_features


@pytest.fixture
def rings(make_project: MakeProject) -> Project:
    project = make_project(n=20, tree="rings", automatic=False)
    project.save_settings(name="Rings of the south")
    give_features(project)
    return project


def test_a_project_is_listed_with_its_name_place_counts_and_time(
    open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    QTest.keyClick(window, Qt.Key.Key_1)
    window.close_project()
    (row,) = window.start.rows
    assert row.face.text() == "Rings of the south"
    told = row.face.accessibleDescription()
    assert str(rings.path.resolve()) in told
    assert "20 galaxies, 1 finished" in told
    assert "today" in told


def test_a_missing_project_is_dimmed_says_why_and_can_be_taken_off(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, tmp_path: Path
) -> None:
    gone = tmp_path / "elsewhere" / "gone"
    gone.mkdir(parents=True)
    remember_project(rings.path, "here")
    remember_project(gone, "gone")
    shutil.rmtree(gone.parent)
    window = open_window()
    qtbot.waitUntil(lambda: bool(window.start.rows))
    first, second = window.start.rows
    assert not first.face.isEnabled()
    assert "drive or folder is not there" in first.face.accessibleDescription()
    assert second.face.isEnabled()
    qtbot.mouseClick(first.remove, Qt.MouseButton.LeftButton)
    assert [each.name for each in recent_projects()] == ["here"]
    assert len(window.start.rows) == 1
    assert rings.path.is_dir()


def test_back_from_the_wizard_no_key_takes_a_project_off_the_list(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    remember_project(tmp_path / "gone", "gone")
    window = open_window()
    qtbot.waitUntil(lambda: bool(window.start.rows))
    qtbot.mouseClick(window.start.images, Qt.MouseButton.LeftButton)
    assert window.intake.view.isVisible()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert window.start.isVisible()
    assert window.focusWidget() is window.start.images


def test_a_click_on_a_row_opens_its_project(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    remember_project(rings.path, "here")
    window = open_window()
    qtbot.waitUntil(lambda: bool(window.start.rows))
    (row,) = window.start.rows
    with qtbot.waitSignal(window.labelling, timeout=60_000):
        qtbot.mouseClick(row.face, Qt.MouseButton.LeftButton)


def test_a_list_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    remember_project(tmp_path / "p")
    import platformdirs

    file = platformdirs.user_config_path("gzactive") / "recent.json"
    file.write_text(json.dumps([str(tmp_path / "old"), {"what": 1}, 3]))
    (only,) = recent_projects()
    assert only == RecentProject(tmp_path / "old", "old")


def test_the_reason_tells_a_moved_project_from_an_emptied_folder(tmp_path: Path) -> None:
    assert RecentProject(tmp_path / "p", "p").missing == "it was moved or deleted"
    assert "no project is in this folder" in RecentProject(tmp_path, "p").missing


def test_when_a_project_was_open_is_said_as_people_do() -> None:
    now = time.mktime((2026, 5, 20, 12, 0, 0, 0, 0, -1))
    opened = RecentProject(Path("/p"), "p", opened=now - 3600)
    assert opened.last(now) == "today, 11:00"
    assert opened.last(now + 86_400) == "yesterday, 11:00"
    assert opened.last(now + 10 * 86_400) == "20 May 2026"


def test_a_project_opens_also_where_the_list_cannot_be_kept(
    open_window: OpenWindow, rings: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").write_text("no folder can be made in here")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "a-file"))
    window = open_window(rings.path)
    assert window.windowTitle().startswith("Rings of the south")
    assert window.area.label.banner.isHidden()
