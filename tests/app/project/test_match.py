"""The open project matched with another catalogue: pairs, plots, files, and images beside."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.app.main_window import MainWindow
from gzactive.app.project.match_view import MatchView
from gzactive.app.project.view import ProjectView
from gzactive.project import Project

from ..conftest import PATIENCE, OpenWindow, draw_galaxy, give_features

Key = Qt.Key
ARCSEC = 1 / 3600
N = 12
FEATURED = "smooth-or-featured_featured-or-disk"
SMOOTH = "smooth-or-featured_smooth"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Twelve galaxies on the sky, with votes."""
    rng = np.random.default_rng(4)
    (tmp_path / "images").mkdir()
    ids = [f"G{number:04d}" for number in range(N)]
    for id_str in ids:
        draw_galaxy(tmp_path / "images" / f"{id_str}.png", rng)
    catalog = pd.DataFrame({"id_str": ids, "ra": 10.0 + np.arange(N), "dec": 1.0})
    catalog["file_loc"] = [str(tmp_path / "images" / f"{one}.png") for one in ids]
    with Project.create(tmp_path / "project", catalog, "gz-decals-dr5") as made:
        made.save_settings(labeller="ada", every=100)
        give_features(made)
        votes = pd.DataFrame(0, index=pd.Index(ids, name="id_str"), columns=made.tree.columns)
        votes[FEATURED], votes[SMOOTH] = np.arange(N), 20
        made.labels.set_catalogue_votes(votes, made.tree, source="test")
    return made


@pytest.fixture
def other(project: Project, tmp_path: Path) -> Path:
    """Another survey's table: ten of them, two arc seconds and a half away, more featured."""
    table = project.catalog[["file_loc"]].head(10).assign(iauname=[f"J{k}" for k in range(10)])
    table["ra"], table["dec"] = 10.0 + np.arange(10), 1.0 + 2.5 * ARCSEC
    table[FEATURED], table[SMOOTH] = np.arange(10) + 5, 20
    path = tmp_path / "other.csv"
    table.to_csv(path, index=False)
    return path


def match_page(window: MainWindow) -> tuple[ProjectView, MatchView]:
    window.actions_["project.match"].trigger()
    (page,) = window.findChildren(ProjectView)
    view = page.task
    assert isinstance(view, MatchView)
    return page, view


def test_pairs_are_found_drawn_compared_and_written(
    qtbot: QtBot, open_window: OpenWindow, project: Project, other: Path, tmp_path: Path
) -> None:
    window = open_window(project.path)
    page, view = match_page(window)
    it = page.controller.match
    assert view.table.hasFocus()
    assert not view.act.isEnabled()
    view.ask_table = lambda: str(other)
    QTest.keyClick(view.table, Key.Key_Space)
    QTest.keyClick(view.act, Key.Key_Space)
    qtbot.waitUntil(lambda: it.found is not None and not it.busy, timeout=PATIENCE)
    assert view.stage.text() == "0 pairs within 2″ of 12 and 10 galaxies."
    assert view.nothing.isVisible()
    view.radius.setFocus()
    view.radius.selectAll()
    QTest.keyClicks(view.radius, "3")
    QTest.keyClick(view.radius, Key.Key_Tab)
    assert view.stage.text() == "Something else is chosen now: match again."
    QTest.keyClick(view.act, Key.Key_Space)
    qtbot.waitUntil(lambda: not it.busy and not it.stale, timeout=PATIENCE)
    assert it.found is not None
    assert it.found.counts.sum() == 10
    assert view.apart.lines == 1
    qtbot.waitUntil(lambda: not view.map.busy, timeout=PATIENCE)
    assert view.map.words == "project: 12. Below, other: 10."
    rows = {view.answers.rows.index(row, 0).data(): row for row in range(2)}
    assert view.answers.rows.index(rows[FEATURED], 1).data() == "10"
    assert view.answers.rows.index(rows[FEATURED], 4).data().startswith("+0.")
    assert view.fractions.lines == 2
    view.ask_name = lambda name, pattern: str(tmp_path / name)
    QTest.keyClick(view.save, Key.Key_Space)
    qtbot.waitUntil(lambda: bool(view.banner.sentence) and not it.busy, timeout=PATIENCE)
    assert view.banner.sentence == "10 pairs written to project-other.csv."
    pairs = pd.read_csv(tmp_path / "project-other.csv")
    assert pairs["id_str_2"].tolist() == [f"J{k}" for k in range(10)]
    assert pairs["separation"].round(3).tolist() == [2.5] * 10
    QTest.keyClick(view.report, Key.Key_Space)
    page_file = tmp_path / "project-other.html"
    qtbot.waitUntil(lambda: not it.busy and page_file.is_file(), timeout=PATIENCE)
    assert "10 pairs within 3" in page_file.read_text(encoding="utf-8")


def test_images_are_shown_beside_within_the_radius_of_the_match(
    qtbot: QtBot, open_window: OpenWindow, project: Project, other: Path
) -> None:
    window = open_window(project.path)
    page, view = match_page(window)
    it = page.controller.match
    it.choose(source=str(other), radius=3.0)
    it.run()
    qtbot.waitUntil(lambda: it.found is not None and not it.busy, timeout=PATIENCE)
    QTest.keyClick(view.beside, Key.Key_Space)
    explore = window.session.explore
    qtbot.waitUntil(lambda: explore.companions.source == str(other), timeout=PATIENCE)
    assert explore.companions.radius == 3.0
    assert window.session.project.settings.compare_radius == 3.0
    QTest.keyClick(view, Key.Key_Escape)
    QTest.keyClick(window, Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    explore.set_cut(0.0)
    qtbot.waitUntil(lambda: len(explore.listing) == N and not explore.finding, timeout=PATIENCE)
    row = next(at for at in range(N) if explore.id_at(at) == "G0003")
    explore.open(row)
    qtbot.waitUntil(lambda: len(explore.companions.beside) == 1, timeout=PATIENCE)
    beside = explore.companions.beside[0].counterpart
    assert beside.id_str == "J3"
    assert beside.separation == pytest.approx(2.5, abs=1e-3)


def test_a_table_without_coordinates_is_one_sentence(
    qtbot: QtBot, open_window: OpenWindow, project: Project, tmp_path: Path
) -> None:
    pd.DataFrame({"iauname": ["a"], "z": [0.1]}).to_csv(tmp_path / "z.csv", index=False)
    page, view = match_page(open_window(project.path))
    it = page.controller.match
    it.choose(source=str(tmp_path / "z.csv"))
    it.run()
    qtbot.waitUntil(lambda: not it.busy, timeout=PATIENCE)
    assert "rename the columns with the coordinates" in view.banner.sentence
    assert it.found is None
