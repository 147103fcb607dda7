"""Both modes: contrast by the rules of WCAG AA, and pictures that are really dark and light."""

import re

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gzactive.app.icons import Icons
from gzactive.app.stylesheet import stylesheet
from gzactive.app.theme import Theme
from gzactive.app.tokens import DARK, LIGHT, Colours, contrast, luminance
from gzactive.paths import resource
from gzactive.trees import available_trees, load_tree

MODES = pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])

#: Every pair of text and ground that is drawn.
TEXTS = [
    (text, ground)
    for text in ("text", "muted", "accent", "danger")
    for ground in ("background", "surface", "raised")
] + [("text", "hover"), ("muted", "hover"), ("on_accent", "accent"), ("text", "sky")]


@MODES
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_meets_aa_on_every_ground(colours: Colours, text: str, ground: str) -> None:
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@MODES
def test_the_focus_ring_is_seen_on_every_ground(colours: Colours) -> None:
    for ground in ("background", "surface", "raised", "hover"):
        assert contrast(colours.accent, getattr(colours, ground)) >= 3


def test_contrast_agrees_with_the_published_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert luminance("#ff0000") == pytest.approx(0.2126, abs=1e-4)


@MODES
def test_the_style_sheet_grows_with_the_font(colours: Colours) -> None:
    small, large = stylesheet(colours, 9), stylesheet(colours, 18)
    assert "font-size: 13.05pt" in small
    assert "font-size: 26.10pt" in large


def brightness(widget: QWidget) -> float:
    """Mean luminance of a widget's picture, 0 to 1."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return float(rows[:, : image.width()].mean() / 255)


def test_pictures_of_the_modes_differ_in_luminance(
    qtbot: QtBot, qapp: QApplication, theme: Theme
) -> None:
    page = QWidget()
    page.setProperty("role", "page")
    column = QVBoxLayout(page)
    column.addWidget(QLabel("Is the galaxy smooth?"))
    column.addWidget(QPushButton("Smooth"))
    qtbot.addWidget(page)
    page.resize(300, 200)
    dark = brightness(page)
    theme.set_mode("light")
    qapp.processEvents()
    light = brightness(page)
    assert dark < 0.2
    assert light > 0.8


def test_icons_are_tinted_by_the_mode(qtbot: QtBot, theme: Theme) -> None:
    icons = Icons(theme)

    def ink() -> str:
        image = icons.pixmap("done", 32).toImage()
        colours = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
        return max(colours, key=lambda colour: colour.alpha()).name()

    assert ink() == DARK.text
    theme.set_mode("light")
    assert ink() == LIGHT.text


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_an_icon_keeps_its_distance_from_the_words_of_a_button(
    qtbot: QtBot, theme: Theme, ratio: float
) -> None:
    button = QPushButton("Open a project…")
    qtbot.addWidget(button)
    Icons(theme).put_on(button, "open", 24)
    size = button.iconSize()
    image = button.icon().pixmap(size, ratio).toImage().convertToFormat(QImage.Format.Format_Alpha8)
    pixels = np.frombuffer(image.constBits(), np.uint8)
    alpha = pixels.reshape(image.height(), image.bytesPerLine())[:, : image.width()]
    room = round((size.width() - 24) * ratio)
    assert alpha.shape == (24 * ratio, size.width() * ratio)
    assert alpha[:, :-room].any()
    assert not alpha[:, -room:].any()


def test_a_tree_without_pictures_gets_the_plain_sign(qtbot: QtBot, theme: Theme) -> None:
    icons = Icons(theme)
    assert icons.pixmap("my-own-answer", 24).toImage() == icons.pixmap("answer", 24).toImage()


def test_every_answer_of_every_shipped_tree_has_its_own_icon() -> None:
    wanted = {
        answer.icon
        for tree in available_trees()
        for question in load_tree(tree).questions
        for answer in question.answers
    }
    shipped = {path.stem for path in resource("icons").glob("*.svg")}
    assert wanted <= shipped


def test_icons_take_their_colour_from_the_theme() -> None:
    for path in resource("icons").glob("*.svg"):
        drawing = path.read_text(encoding="utf-8")
        assert path.stem == "gzactive" or not re.search(r"#[0-9a-fA-F]{3,6}\b", drawing), path
