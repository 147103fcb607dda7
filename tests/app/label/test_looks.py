"""Looking at galaxies by keys: what is changed stays, for the next ones and the next session."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gzactive.app.action_set import ActionSet
from gzactive.app.icons import Icons
from gzactive.app.label.image_view import GalaxyView
from gzactive.app.label.look import STRETCHES, Look, load_look
from gzactive.app.label.sky_marks import bar_of
from gzactive.app.label.view import LabelView
from gzactive.app.label.view_tools import ViewTools
from gzactive.app.main_window import MainWindow
from gzactive.app.theme import Theme
from gzactive.project import Project

from ..conftest import PATIENCE, MakeProject, OpenWindow, give_features

Key = Qt.Key


@pytest.fixture
def rings(make_project: MakeProject) -> Project:
    project = make_project(n=30, tree="rings", automatic=False)
    give_features(project)
    return project


def page(window: MainWindow) -> LabelView:
    (view,) = window.findChildren(LabelView)
    return view


def press(window: MainWindow, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(window, key)


def next_galaxy(qtbot: QtBot, window: MainWindow) -> None:
    it = page(window).controller
    press(window, Key.Key_1)
    qtbot.waitUntil(lambda: it.frame is not None, timeout=PATIENCE)


@pytest.mark.requirement(6)
def test_a_look_stays_for_the_next_galaxy_and_the_next_session(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    press(window, Key.Key_I, Key.Key_G, Key.Key_T, Key.Key_T)
    look = Look(stretch="asinh", inverted=True, grey=True)
    assert page(window).galaxy.look == look
    assert page(window).look_tools.words == "asinh · inverted · grey"
    next_galaxy(qtbot, window)
    galaxy = page(window).galaxy
    frame = page(window).controller.frame
    np.testing.assert_array_equal(galaxy.displayed(), frame.tones.show(look))
    window.close()
    assert load_look() == look
    window = open_window(rings.path)
    assert page(window).galaxy.look == look
    QTest.keyClick(window, Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert page(window).galaxy.look == Look()
    assert page(window).look_tools.words == ""


def test_the_stretch_key_goes_through_all_of_them(open_window: OpenWindow, rings: Project) -> None:
    window = open_window(rings.path)
    seen = []
    for _ in STRETCHES:
        seen.append(page(window).galaxy.look.stretch)
        press(window, Key.Key_T)
    assert tuple(seen) == STRETCHES
    assert page(window).galaxy.look.stretch == STRETCHES[0]


@pytest.mark.requirement(6)
def test_levels_are_dragged_on_a_histogram(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    galaxy = page(window).galaxy
    assert galaxy.levels.isHidden()
    press(window, Key.Key_L)
    levels = galaxy.levels
    assert levels.isVisible()
    before = galaxy.displayed().astype(int)
    middle = levels.height() // 2
    QTest.mousePress(levels, Qt.MouseButton.LeftButton, pos=QPoint(levels.width() - 20, middle))
    QTest.mouseMove(levels, QPoint(levels.width() // 2, middle))
    QTest.mouseRelease(levels, Qt.MouseButton.LeftButton, pos=QPoint(levels.width() // 2, middle))
    assert galaxy.look.black == 0.0
    assert 0.4 < galaxy.look.white < 0.6
    assert galaxy.displayed().astype(int).sum() > before.sum()
    levels.setFocus()
    QTest.keyClick(levels, Key.Key_Right)
    assert galaxy.look.black == pytest.approx(0.01)
    for _ in range(80):
        QTest.keyClick(levels, Key.Key_Right)
    assert galaxy.look.black < galaxy.look.white
    press(window, Key.Key_L)
    assert levels.isHidden()


@pytest.mark.requirement(6)
def test_one_to_one_and_fit_and_zoom_stay(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    galaxy = page(window).galaxy
    QApplication.processEvents()
    press(window, Key.Key_Z)
    assert galaxy.magnification == pytest.approx(1.0, rel=0.02)
    assert not galaxy.fitted
    next_galaxy(qtbot, window)
    assert galaxy.magnification == pytest.approx(1.0, rel=0.02)
    press(window, Key.Key_0)
    assert galaxy.fitted


def test_a_zoom_keeps_its_part_of_a_picture_of_another_size(qtbot: QtBot, theme) -> None:  # type: ignore[no-untyped-def]
    from gzactive.app.label.frame import Frame
    from gzactive.app.label.tones import encode

    view = GalaxyView(theme)
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.show()
    small, large = (
        Frame("g", "", tones=encode(np.arange(s * s, dtype=np.uint32).reshape(s, s).astype("u1")))
        for s in (64, 256)
    )
    view.show_frame(small)
    view.zoom(closer=True)
    QApplication.processEvents()
    part = view._box.viewRect().width() / 64
    view.show_frame(large)
    QApplication.processEvents()
    assert view._box.viewRect().width() / 256 == pytest.approx(part, rel=0.05)


@pytest.mark.parametrize(
    ("most", "length", "text"),
    [(9.7, 5, "5″"), (55, 50, "50″"), (100, 60, "1′"), (1300, 1200, "20′"), (0.7, 0.5, "0.5″")],
)
def test_a_scale_bar_is_a_round_number(most: float, length: float, text: str) -> None:
    assert bar_of(most) == (pytest.approx(length), text)


def test_scale_and_directions_come_from_catalogue_settings_and_file(
    tmp_path: Path, open_window: OpenWindow
) -> None:
    y, x = np.mgrid[:48, :48] - 24.0
    light = (100 * np.exp(-np.hypot(x, y) / 5)).astype(np.float32)
    head = fits.Header()
    head["CTYPE1"], head["CTYPE2"] = "RA---TAN", "DEC--TAN"
    head["CD1_1"], head["CD1_2"] = -0.5 / 3600, 0.0
    head["CD2_1"], head["CD2_2"] = 0.0, 0.5 / 3600
    for name, told in (("told.fits", head), ("silent.fits", None)):
        fits.writeto(tmp_path / name, light, told)
    catalog = pd.DataFrame(
        {
            "id_str": ["told", "listed", "silent"],
            "file_loc": [str(tmp_path / n) for n in ("told.fits", "silent.fits", "silent.fits")],
            "pixel_scale": [0.1, 0.25, np.nan],
        }
    )
    with Project.create(tmp_path / "project", catalog, "rings") as project:
        project.save_settings(labeller="ada")
        give_features(project)
        window = open_window(project.path)
        view = page(window)
        plates = {}
        for _ in range(3):
            frame = view.controller.frame
            while frame is None:
                QApplication.processEvents()
                frame = view.controller.frame
            plates[frame.id_str] = view._plates.of(frame), view.galaxy.marks.words
            press(window, Key.Key_S)
    assert plates["told"][0].scale == pytest.approx(0.5)
    assert "north and east" in plates["told"][1]
    assert plates["listed"][0].scale == pytest.approx(0.25)
    assert plates["listed"][1].endswith("″")
    assert plates["silent"] == (None, "")
    settings = project.settings
    assert (settings.pixel_scale, settings.north_up) == (0.0, False)


@pytest.mark.requirement(9)
def test_the_mix_is_on_screen_and_a_slider_changes_it(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(n=60, automatic=False)
    give_features(project)
    window = open_window(project.path)
    header = page(window).header
    assert header.mix.isVisible()
    assert header.mix.text() == "Galaxies the model is unsure about · 1 in 5 at random"
    press(window, Key.Key_M)
    panel = header.panel
    assert panel.isVisible()
    for _ in range(5):
        QTest.keyClick(panel.nice, Key.Key_Right)
    assert "38 are nice to look at" in panel._mix.text()
    panel.blind.setChecked(False)
    assert panel.variety.currentText() == "unlike each other"
    QTest.keyClick(panel.variety, Key.Key_Down)
    panel.hide()
    assert (project.settings.nice_share, project.settings.blind) == (0.0, True)  # its own handle
    changed = window.session.project.settings
    assert (changed.nice_share, changed.blind) == (0.5, False)
    assert changed.variety == "chance"
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    assert header.mix.text() == "Galaxies to teach the model, and nice ones · 1 in 5 at random"
    coming = window.session.label.upcoming.next(40)[10:]
    assert {"nice", "active"} <= {each.selection for each in coming}


def test_the_pause_waits_for_enter(qtbot: QtBot, open_window: OpenWindow, rings: Project) -> None:
    rings.save_settings(pause_on_card=True)
    window = open_window(rings.path)
    view = page(window)
    here = view.controller.current.id_str
    press(window, Key.Key_1)
    assert view.controller.current.id_str == here
    assert view._done.isVisible()
    assert view._done.text() == "Next  ↵"
    press(window, Key.Key_Return)
    assert view.controller.current.id_str != here
    assert not view._done.isVisible()


@pytest.mark.parametrize("shown_first", [True, False])
def test_the_scale_stands_within_the_picture_from_the_first_moment(
    qtbot: QtBot, theme: Theme, shown_first: bool
) -> None:
    from gzactive.app.label.frame import Frame
    from gzactive.app.label.tones import encode
    from gzactive.images.plate import Plate

    window = QWidget()
    qtbot.addWidget(window)
    view = GalaxyView(theme, window)
    view.resize(800, 400)
    frame = Frame("g", "", tones=encode(np.zeros((100, 100), "u1")))
    if shown_first:
        window.show()
        view.grab()
    view.show_frame(frame, plate=Plate(scale=0.4))
    window.show()
    view.grab()
    place = view.marks.geometry()
    assert (place.left(), place.width()) == pytest.approx((200, 400), abs=12)


def test_where_a_galaxy_is_narrow_its_tools_keep_within_it(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    view = GalaxyView(theme, window)
    actions = ActionSet(window, Icons(theme))
    actions.retint()
    tools = ViewTools(view, actions)
    window.show()
    view.take_look(Look(stretch="asinh", inverted=True))
    seen = []
    for width in (700, 300, 200, 120):
        view.resize(width, 300)
        assert tools.geometry().right() < width or width < 200
        seen.append([one.isVisible() for one in tools._buttons.values()].count(True))
    assert seen[0] == 7
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] >= 2
    assert tools.words == "asinh · inverted"
