"""A galaxy beside its counterparts in other surveys, with linked zoom (the report's Figure 5)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gzactive.app.main_window import MainWindow
from gzactive.project import Project
from tests.app.conftest import PATIENCE, OpenWindow, draw_galaxy, give_features
from tests.app.explore.conftest import page_settled as settled

Key = Qt.Key


@pytest.fixture
def surveys(tmp_path: Path) -> Iterator[tuple[Project, Path]]:
    """A project at 0.4 ″/px, and a table of the same galaxies at 0.1 ″/px on larger pictures."""
    rng = np.random.default_rng(2)
    ra, dec = 150 + np.arange(12) * 0.1, np.full(12, 2.0)
    columns = {}
    for name, side in (("sdss", 64), ("decals", 256)):
        (tmp_path / name).mkdir()
        columns[name] = [str(tmp_path / name / f"{number}.png") for number in range(12)]
        for path in columns[name]:
            draw_galaxy(Path(path), rng, side)
    catalog = pd.DataFrame(
        {
            "id_str": [f"S{number}" for number in range(12)],
            "file_loc": columns["sdss"],
            "ra": ra,
            "dec": dec,
            "pixel_scale": 0.4,
        }
    )
    other = tmp_path / "decals.csv"
    pd.DataFrame(
        {
            "iauname": [f"J{number}" for number in range(12)],
            "file_loc": columns["decals"],
            "ra": ra,
            "dec": dec + 0.5 / 3600,
            "pixel_scale": 0.1,
            "smooth-or-featured_smooth": 10,
            "smooth-or-featured_featured-or-disk": 30,
            "smooth-or-featured_artifact": 0,
        }
    ).iloc[1:].to_csv(other, index=False)
    with Project.create(tmp_path / "sdss-project", catalog, "gz-decals-dr5") as project:
        project.save_settings(labeller="ada", automatic=False)
        give_features(project)
        yield project, other


@pytest.fixture
def window(qtbot: QtBot, open_window: OpenWindow, surveys: tuple[Project, Path]) -> MainWindow:
    window = open_window(surveys[0].path)
    QTest.keyClick(window, Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    settled(qtbot, window)
    window.session.explore.set_cut(0.0)
    settled(qtbot, window)
    return window


def open_galaxy(qtbot: QtBot, window: MainWindow, id_str: str) -> None:
    it = window.session.explore
    it.open(next(row for row in range(len(it.listing)) if it.id_at(row) == id_str))
    qtbot.waitUntil(lambda: it.frame is not None, timeout=PATIENCE)
    settled(qtbot, window)


def test_a_chosen_survey_stands_beside_at_one_scale_and_follows_the_zoom(
    qtbot: QtBot,
    window: MainWindow,
    surveys: tuple[Project, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, it = window.area.explore.galaxy, window.session.explore
    open_galaxy(qtbot, window, "S3")
    assert page.beside == []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(surveys[1]), ""))
    QTest.keyClick(window, Key.Key_B)
    qtbot.waitUntil(lambda: len(page.beside) == 1, timeout=PATIENCE)
    qtbot.waitUntil(lambda: it.companions.beside[0].frame is not None, timeout=PATIENCE)
    qtbot.wait(50)
    (panel,) = page.beside
    assert it.companions.beside[0].counterpart.id_str == "J3"
    told = f"{panel._name.text()} {panel._shares.text()}"
    assert "decals" in told
    assert "0.5″ away" in told
    assert "Features or disk 75 % · Smooth 25 %" in told
    assert page.equal_scale
    scales = (page.galaxy, 0.4), (panel.view, 0.1)

    def pixels() -> list[float]:
        """Arc seconds of a pixel of the screen, in both."""
        return [float(view._box.viewPixelSize()[0]) * scale for view, scale in scales]

    def middles() -> list[float]:
        """Arc seconds from the middle of each picture to the middle of what is seen of it."""
        sides = (64, 256)
        return [
            (view._box.viewRect().center().x() - side / 2) * scale
            for (view, scale), side in zip(scales, sides, strict=True)
        ]

    assert pixels()[1] == pytest.approx(pixels()[0], rel=1e-3)
    before = pixels()[0]
    # A zoom in either is a zoom in both, about the same place.
    page.galaxy.zoom(True)
    page.galaxy._box.translateBy(x=5.0, y=0.0)
    assert pixels()[0] < 0.9 * before
    assert pixels()[1] == pytest.approx(pixels()[0], rel=1e-3)
    assert middles() == pytest.approx([2.0, 2.0])
    panel.view._box.setRange(QRectF(96, 96, 64, 64), padding=0)
    assert pixels()[1] == pytest.approx(pixels()[0], rel=1e-3)
    assert middles() == pytest.approx([0.0, 0.0], abs=1e-6)
    window.resize(window.width() - 150, window.height() - 90)
    qtbot.wait(50)
    assert pixels()[1] == pytest.approx(pixels()[0], rel=1e-3)
    # It is kept, follows from galaxy to galaxy, and is let go by the same key.
    assert surveys[0].path.joinpath("project.toml").read_text().count("decals.csv") == 1
    open_galaxy(qtbot, window, "S0")
    assert page.beside == []
    open_galaxy(qtbot, window, "S5")
    qtbot.waitUntil(lambda: len(page.beside) == 1, timeout=PATIENCE)
    QTest.keyClick(window, Key.Key_B)
    qtbot.waitUntil(lambda: page.beside == [], timeout=PATIENCE)
    assert it.companions.source == ""


def test_a_survey_that_has_gone_is_told_once_and_the_page_works_on(
    qtbot: QtBot, window: MainWindow, surveys: tuple[Project, Path]
) -> None:
    it, said = window.session.explore, []
    it.said.connect(lambda sentence, fault: said.append(sentence) if fault else None)
    it.companions._source = "/nowhere/decals.csv"
    open_galaxy(qtbot, window, "S1")
    open_galaxy(qtbot, window, "S2")
    assert len(said) == 1
    assert "does not exist" in said[0]
    assert window.area.explore.galaxy.beside == []
