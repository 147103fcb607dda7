"""The Label page under a person's keys: notes, help, passing lines, the strip and the card."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.app.icons import Icons
from gzactive.app.label.example_strip import ExampleStrip
from gzactive.app.label.reveal import Reveal, RevealRow
from gzactive.app.label.reveal_card import RevealCard
from gzactive.app.label.upcoming_strip import UpcomingStrip
from gzactive.app.label.view import LabelView
from gzactive.app.main_window import MainWindow
from gzactive.app.passing_line import PassingLine
from gzactive.app.percent import percent
from gzactive.app.theme import Theme
from gzactive.app.toast import Toast
from gzactive.project import Project

from ..conftest import MakeProject, OpenWindow, give_features

Key = Qt.Key


@pytest.fixture
def rings(make_project: MakeProject) -> Project:
    project = make_project(n=40, tree="rings", automatic=False)
    give_features(project)
    return project


def press(window: MainWindow, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(window, key)


def page(window: MainWindow) -> LabelView:
    (view,) = window.findChildren(LabelView)
    return view


def on_table(window: MainWindow) -> str:
    return page(window).controller.current.id_str


def type_note(window: MainWindow, text: str) -> None:
    press(window, Key.Key_N)
    QTest.keyClicks(window.focusWidget(), text)


# ---- notes -------------------------------------------------------------------------------------


def test_escape_keeps_what_was_typed_of_a_note(open_window: OpenWindow, rings: Project) -> None:
    window = open_window(rings.path)
    first = on_table(window)
    type_note(window, "two nuc")
    QTest.keyClick(window.focusWidget(), Key.Key_Escape)
    assert rings.labels.marked("note") == {}
    assert "Draft kept" in page(window).said.text()
    press(window, Key.Key_N)
    assert window.focusWidget().text() == "two nuc"
    QTest.keyClicks(window.focusWidget(), "lei")
    QTest.keyClick(window.focusWidget(), Key.Key_Return)
    assert rings.labels.marked("note") == {first: "two nuclei"}
    press(window, Key.Key_N)
    assert window.focusWidget().text() == ""


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
@pytest.mark.parametrize("held", ["", "Ctrl"])
def test_enter_and_ctrl_enter_save_a_note(
    open_window: OpenWindow, rings: Project, key: Qt.Key, held: str
) -> None:
    window = open_window(rings.path)
    first = on_table(window)
    type_note(window, "a bar?")
    modifier = Qt.KeyboardModifier.ControlModifier if held else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(window.focusWidget(), key, modifier)
    assert rings.labels.marked("note") == {first: "a bar?"}


def test_a_saved_note_is_confirmed(open_window: OpenWindow, rings: Project) -> None:
    window = open_window(rings.path)
    type_note(window, "two nuclei")
    QTest.keyClick(window.focusWidget(), Key.Key_Return)
    assert page(window).said.text() == "Note saved."


def test_a_long_name_ends_in_dots_and_its_tip_tells_the_whole(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    name = page(window).header._name
    name.setText("Galaxy of a very long name " * 9)
    assert name.cut
    assert name.toolTip() == name.text()
    name.setText("G1")
    assert not name.cut


def test_an_answer_that_was_not_saved_is_past_once_one_is(
    open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    view = page(window)
    view.controller.warned.emit("That answer was not saved, so it was not taken.", True)
    assert "was not saved" in view.banner.sentence
    press(window, Qt.Key.Key_1)
    assert view.banner.sentence == ""
    view.controller.warned.emit("An image cannot be read.", False)
    press(window, Qt.Key.Key_1)
    assert view.banner.sentence == "An image cannot be read."


def test_nothing_moves_when_the_done_button_comes(
    open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(n=40, automatic=False)
    give_features(project)
    window = open_window(project.path)
    view = page(window)
    view.layout().activate()
    before = view.side.geometry().top()
    assert not view._done.isVisible()
    press(window, *[Qt.Key.Key_1] * 3)
    assert view._done.isVisible()
    view.layout().activate()
    assert view.side.geometry().top() == before


def test_done_says_its_key(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(n=12, automatic=False)
    give_features(project)
    window = open_window(project.path)
    done = page(window)._done
    press(window, Key.Key_1, Key.Key_1, Key.Key_4)
    assert page(window).controller.question.kind == "checkboxes"
    assert done.isVisible()
    assert done.text() == "Done  ↵"
    assert done.accessibleName() == "Done, key Return"


def test_an_answer_without_an_example_says_so(qtbot: QtBot, theme: Theme) -> None:
    strip = ExampleStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(320, strip.sizeHint().height())
    picture = QImage(96, 96, QImage.Format.Format_RGB32)
    picture.fill(0xFF335577)
    strip.show_examples([("Bar", picture), ("No bar", None)])
    waits = strip.grab().toImage()
    strip.show_examples([("Bar", picture), ("No bar", None)], lacking=["No bar"])
    assert strip.grab().toImage() != waits
    assert strip.accessibleDescription() == "Bar; no example of: No bar"
    strip.show_examples([("No bar", None)], lacking=["No bar"])
    assert strip.isHidden()


def test_a_draft_outlives_its_galaxy_and_the_window(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    first = on_table(window)
    type_note(window, "half a thought")
    qtbot.mouseClick(page(window).answers.buttons[0], Qt.MouseButton.LeftButton)
    assert on_table(window) != first
    assert first in page(window).said.text()
    window.close()
    again = open_window(rings.path)
    press(again, Key.Key_Backspace)
    assert on_table(again) == first
    press(again, Key.Key_N)
    assert again.focusWidget().text() == "half a thought"


def test_a_note_that_is_open_while_the_window_closes_is_kept(
    open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    first = on_table(window)
    type_note(window, "not yet")
    window.close()
    again = open_window(rings.path)
    while on_table(again) != first:
        press(again, Key.Key_S)
    press(again, Key.Key_N)
    assert again.focusWidget().text() == "not yet"


# ---- passing lines -----------------------------------------------------------------------------


def test_nothing_left_to_undo_is_gone_at_the_next_key(
    open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    press(window, Key.Key_Backspace)
    assert page(window).said.text() == "There is nothing left to undo."
    press(window, Key.Key_I)
    assert page(window).said.text() == ""
    press(window, Key.Key_Backspace)
    assert page(window).said.text() == "There is nothing left to undo."


def test_a_passing_line_fades_by_itself(qtbot: QtBot) -> None:
    line = PassingLine(seconds=0.05)
    qtbot.addWidget(line)
    line.say("There is nothing left to undo.")
    assert line.text()
    qtbot.waitUntil(lambda: line.text() == "")


# ---- help and card -----------------------------------------------------------------------------


def test_help_that_was_asked_for_stays_when_a_galaxy_is_finished(
    open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    press(window, Key.Key_1)  # the first galaxy's card takes the place of the first help
    assert page(window).card.isVisible()
    press(window, Key.Key_H)
    assert page(window).help.isVisible()
    press(window, Key.Key_1)
    assert page(window).help.isVisible()
    assert page(window).side.news
    press(window, Key.Key_H)
    assert page(window).card.isVisible()
    assert not page(window).side.news
    press(window, Key.Key_1)
    assert page(window).card.isVisible()


def test_undo_does_not_push_the_help_away(open_window: OpenWindow, rings: Project) -> None:
    window = open_window(rings.path)
    press(window, Key.Key_1, Key.Key_H, Key.Key_Backspace)
    assert page(window).help.isVisible()


# ---- strip and card ----------------------------------------------------------------------------


def test_the_strip_rings_the_galaxy_on_the_table_and_only_that(qtbot: QtBot, theme: Theme) -> None:
    strip = UpcomingStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(strip.sizeHint())
    picture = QImage(16, 16, QImage.Format.Format_RGB888)
    picture.fill(0)
    strip.show_thumbnails(picture, [picture] * 10, 12)
    shot = strip.grab().toImage()
    accent = theme.colours.accent
    ringed = [x for x in range(shot.width()) if shot.pixelColor(x, 28).name() == accent]
    assert ringed
    assert max(ringed) < shot.width() / 5
    assert "22 more" in strip.accessibleDescription()


def test_a_narrow_strip_shows_fewer_galaxies_not_smaller_ones(qtbot: QtBot, theme: Theme) -> None:
    strip = UpcomingStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(400, 56)
    picture = QImage(16, 16, QImage.Format.Format_RGB888)
    picture.fill(0)
    strip.show_thumbnails(picture, [picture] * 10, 12)
    shot = strip.grab().toImage()
    accent = theme.colours.accent
    ringed = {y for y in range(56) for x in range(200) if shot.pixelColor(x, y).name() == accent}
    assert max(ringed) - min(ringed) >= 30


def test_the_strip_shows_the_galaxy_on_the_table_first(
    open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    now = page(window).controller.frame.thumbnail
    assert page(window).strip._now is now


def test_the_dots_on_the_card_are_explained(qtbot: QtBot, theme: Theme) -> None:
    card = RevealCard(Icons(theme))
    qtbot.addWidget(card)
    card.show()
    assert not card.legend.isVisible()
    row = RevealRow("Is there a ring?", ("Ring", "No ring"), (0.3, 0.7), (0.1, 0.1), (1,))
    card.show_reveal(Reveal("G1", "Drawn at random.", (row,)), None)
    assert card.legend.isVisible()
    assert "each dot" in card.legend.accessibleDescription()


def test_a_model_to_which_all_answers_are_alike_is_not_said_to_agree() -> None:
    answers = ("Ring", "No ring")
    even = RevealRow("Is there a ring?", answers, (0.5, 0.5), (0.0, 0.0), (0,))
    sure = RevealRow("Is there a ring?", answers, (0.7, 0.3), (0.1, 0.1), (0,))
    assert not even.agrees
    assert Reveal("G1", "Drawn at random.", (even,)).words == "The model cannot tell yet"
    assert Reveal("G1", "", (even, sure)).words == "Model and you agree on 1 of 2"


@pytest.mark.parametrize(
    ("fraction", "spread", "words"),
    [
        (0.83, 0.12, "83 ± 12 %"),
        (0.83, 0.004, "83.0 ± 0.4 %"),
        (1.0, 0.0001, "100 %"),
        (0.5, None, "50 %"),
    ],
)
def test_no_spread_is_said_to_be_zero(fraction: float, spread: float | None, words: str) -> None:
    assert percent(fraction, spread) == words


# ---- the toast ---------------------------------------------------------------------------------


def test_a_toast_takes_no_focus_and_goes_by_itself(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    toast = page(window).toast
    focus = window.focusWidget()
    toast.say("Round 3 is in use.")
    assert toast.isVisible()
    assert toast.accessibleName() == toast.sentence == "Round 3 is in use."
    assert window.focusWidget() is focus
    assert toast.focusPolicy() == Qt.FocusPolicy.NoFocus
    short = Toast(Icons(window.theme), page(window).galaxy, page(window), seconds=0.05)
    short.say("Round 4 is in use.")
    qtbot.waitUntil(short.isHidden)
