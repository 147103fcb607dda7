"""The sky map of the Project page: what it counts, tells and keeps while one zooms."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gzactive.app.project.sky_map import SkyMap
from gzactive.app.theme import Theme
from gzactive.survey.sky_map import CELL, mollweide
from tests.app.conftest import PATIENCE


def sky(qtbot: QtBot, theme: Theme, ra=(), dec=()) -> SkyMap:
    made = SkyMap(theme)
    qtbot.addWidget(made)
    made.resize(800, 440)
    with qtbot.waitExposed(made):
        made.show()
    made.show_places(ra, dec)
    qtbot.waitUntil(lambda: not made.busy, timeout=PATIENCE)
    qtbot.wait(100)
    return made


def test_every_galaxy_with_a_position_is_counted_and_the_others_are_told(
    qtbot: QtBot, theme: Theme
) -> None:
    rng = np.random.default_rng(4)
    ra, dec = rng.uniform(0, 360, 120_000), rng.uniform(-80, 80, 120_000)
    ra[:20] = np.nan
    made = sky(qtbot, theme, ra, dec)
    assert made.density.counts.sum() == 119_980
    assert made.words.startswith("119,980 of 120,000 galaxies")
    assert made.accessibleDescription() == made.words


def test_an_empty_sky_says_so(qtbot: QtBot, theme: Theme) -> None:
    assert "coordinates" in sky(qtbot, theme, [np.nan], [np.nan]).words


def test_the_pointer_tells_place_and_count_and_zooming_makes_cells_finer(
    qtbot: QtBot, theme: Theme
) -> None:
    made = sky(qtbot, theme, [200.0] * 7, [30.0] * 7)
    x, y = (float(one[0]) for one in mollweide([200.0], [30.0]))

    def point() -> None:
        QTest.mouseMove(made.view.viewport(), QPoint(1, 1))
        scene = made._box.mapViewToScene(QPointF(x, y))
        QTest.mouseMove(made.view.viewport(), made.view.mapFromScene(scene))

    point()
    qtbot.waitUntil(lambda: "Dec +" in made.words, timeout=PATIENCE)
    assert ": 7 galaxies in 3.2 square degrees" in made.words
    made._box.setRange(xRange=(x - 0.1, x + 0.1), yRange=(y - 0.05, y + 0.05))
    qtbot.waitUntil(lambda: made.density.cell < CELL / 8, timeout=PATIENCE)
    assert made.density.counts.sum() == 7
    QTest.mouseDClick(made.view.viewport(), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: made.density.cell > CELL / 3, timeout=PATIENCE)


def test_the_wheel_zooms_in_and_out_and_scrolls_the_page_where_all_is_shown(
    qtbot: QtBot, theme: Theme
) -> None:
    made = sky(qtbot, theme, [200.0], [30.0])

    def turned(by: int) -> bool:
        middle = QPointF(made.view.viewport().rect().center())
        event = QWheelEvent(
            middle,
            made.view.viewport().mapToGlobal(middle),
            QPoint(),
            QPoint(0, by),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(made.view.viewport(), event)
        return event.isAccepted()

    whole = made._box.viewRect().width()
    assert not turned(-120)
    assert made._box.viewRect().width() == pytest.approx(whole)
    assert turned(120)
    assert made._box.viewRect().width() < whole
    assert turned(-120)


def test_both_themes_draw_the_galaxies_in_their_own_colours(qtbot: QtBot, theme: Theme) -> None:
    made = sky(qtbot, theme, [180.0] * 50, [0.5] * 50)
    before = made.grab().toImage()
    theme.set_mode("light")
    assert made.grab().toImage() != before


@pytest.mark.parametrize("size", [(280, 160), (480, 340), (1200, 500)])
def test_the_words_beside_the_sky_are_never_cut(
    qtbot: QtBot, theme: Theme, size: tuple[int, int]
) -> None:
    made = sky(qtbot, theme)
    made.resize(*size)

    def cut() -> list[str]:
        made.view.grab()  # words find their place as they are painted
        boxes = {
            text.toPlainText(): made.view.mapFromScene(text.mapRectToScene(text.boundingRect()))
            for text in made._texts
        }
        seen = made.view.rect()
        return [words for words, box in boxes.items() if not seen.contains(box.boundingRect())]

    qtbot.waitUntil(lambda: cut() == [], timeout=5000)
