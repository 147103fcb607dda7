"""The Help window by real keys and clicks: pages, search, field guide, links, and the way back."""

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QTextCursor
from pytestqt.qtbot import QtBot

from gzactive.app.help.help_window import HelpWindow
from gzactive.app.help.library import Library
from gzactive.app.main_window import MainWindow
from gzactive.app.tokens import luminance
from gzactive.guide.field_guide import page_name
from gzactive.trees import load_tree
from tests.app.conftest import PATIENCE, MakeProject, OpenWindow, give_features


@pytest.fixture
def window(make_project: MakeProject, open_window: OpenWindow) -> MainWindow:
    project = make_project(12, tree="rings")
    give_features(project)
    return open_window(project.path)


def opened(qtbot: QtBot, window: MainWindow) -> HelpWindow:
    found = window.help.window
    qtbot.waitUntil(found.isActiveWindow, timeout=PATIENCE)
    return found


def follow(qtbot: QtBot, help_window: HelpWindow, text: str) -> None:
    """Click a link by its text."""
    page = help_window.page
    cursor = page.document().find(text)
    while not cursor.isNull() and not cursor.charFormat().isAnchor():
        cursor = page.document().find(text, cursor)
    assert not cursor.isNull(), text
    middle = QTextCursor(page.document())
    middle.setPosition((cursor.selectionStart() + cursor.selectionEnd()) // 2)
    page.setTextCursor(middle)
    page.ensureCursorVisible()
    place: QPoint = page.cursorRect(middle).center()
    qtbot.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=place)


@pytest.mark.parametrize(
    ("key", "page"),
    [(Qt.Key.Key_1, "labelling"), (Qt.Key.Key_2, "exploring"), (Qt.Key.Key_3, "rounds")],
)
def test_f1_opens_the_guide_at_the_page_in_view(
    qtbot: QtBot, window: MainWindow, key: Qt.Key, page: str
) -> None:
    qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_F1)
    assert opened(qtbot, window).page.page == page


def test_links_lead_from_page_to_page_and_back_by_keys(qtbot: QtBot, window: MainWindow) -> None:
    window.help.window.open("index")
    shown = opened(qtbot, window)
    follow(qtbot, shown, "How galaxies are chosen")
    assert shown.page.page == "choosing"
    assert "mutual information" in shown.page.toPlainText()
    assert shown.contents.currentItem().text(0) == "How galaxies are chosen"
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(shown.page, Qt.Key.Key_Left, alt)
    assert shown.page.page == "index"
    qtbot.keyClick(shown.page, Qt.Key.Key_Right, alt)
    assert shown.page.page == "choosing"


def test_a_link_to_a_command_does_it_in_the_app(qtbot: QtBot, window: MainWindow) -> None:
    window.help.window.open("getting-started")
    shown = opened(qtbot, window)
    follow(qtbot, shown, "Train")
    assert window.area.train.isVisible()


def test_a_link_out_opens_the_browser_and_nothing_else(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", seen.append)
    window.help.window.open("index")
    shown = opened(qtbot, window)
    shown.page.anchorClicked.emit(QUrl("https://arxiv.org/abs/2102.08414"))
    assert [url.host() for url in seen] == ["arxiv.org"]
    assert shown.page.page == "index"


def test_a_search_by_keys_finds_a_page_and_escape_leaves(qtbot: QtBot, window: MainWindow) -> None:
    window.help.window.open("index")
    shown = opened(qtbot, window)
    qtbot.keyClick(shown, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert shown.search.hasFocus()
    qtbot.keyClicks(shown.search, "paired bootstrap")
    assert shown.found.count() == 1
    qtbot.keyClick(shown.search, Qt.Key.Key_Return)
    assert shown.page.page == "rounds"
    qtbot.keyClicks(shown.search, " zebra")
    assert shown.found.count() == 0
    qtbot.keyClick(shown.search, Qt.Key.Key_Escape)
    assert shown.contents.isVisible()
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert not shown.isVisible()
    assert window.isVisible()


@pytest.mark.requirement(20)
def test_the_field_guide_opens_at_the_question_and_its_pictures_come(
    qtbot: QtBot, window: MainWindow
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    shown = opened(qtbot, window)
    tree = load_tree("rings")
    assert shown.page.page == page_name(tree, tree.question("ring"))
    pictures = window.help.pictures
    qtbot.waitUntil(lambda: pictures.picture(tree, "ring_yes") is not None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: pictures.picture(tree, "ring_no") is not None, timeout=PATIENCE)
    assert "of 10 simulated volunteers" in shown.page.toPlainText()
    assert shown.contents.currentItem().text(0) == "Ring"
    # Drawn once on a computer: the next start finds them on the disk.
    import platformdirs

    kept = list((platformdirs.user_cache_path("gzactive") / "examples").rglob("*.jpg"))
    assert len(kept) == 2


@pytest.mark.requirement(20)
def test_the_question_s_help_shows_examples_too(qtbot: QtBot, window: MainWindow) -> None:
    panel = window.area.label.help
    assert "closed circle" in panel.findChildren(type(panel._words))[0].text()
    qtbot.waitUntil(lambda: panel.examples.shown == 2, timeout=PATIENCE)
    assert panel.examples.isVisible()


def test_galaxies_of_the_project_stand_beside_once_the_model_tells_them_apart(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow
) -> None:
    import numpy as np

    from gzactive.inference import feature_store

    project = make_project(60, tree="rings", automatic=False)
    ids = project.catalog["id_str"].to_list()
    is_ring = np.arange(60) % 2
    values = np.abs(np.random.default_rng(0).normal(0, 0.1, (60, 1280)))
    values[:, :200] += 2.0 * is_ring[:, None]
    feature_store(project).write_part(ids, ["made-up"] * 60, values)
    import pandas as pd

    votes = pd.DataFrame({"id_str": ids, "ring_yes": 9 * is_ring, "ring_no": 9 * (1 - is_ring)})
    project.labels.add_scripted(votes, project.tree, "script")
    from gzactive.active.rounds import run_round

    run_round(project)
    window = open_window(project.path)
    window.help.show_question(window.session)
    pictures = window.help.pictures
    qtbot.waitUntil(lambda: bool(pictures.confident("ring_yes")), timeout=PATIENCE)
    best = {each.id_str for each in pictures.confident("ring_yes")}
    assert best <= {one for one, ring in zip(ids, is_ring, strict=True) if ring}
    text = window.help.window.page.toPlainText
    qtbot.waitUntil(lambda: "most confident in your project" in text(), timeout=PATIENCE)
    window.help.window.wanted.emit("explore/ring_no")
    assert window.session.explore.query.answer == "ring_no"
    assert window.area.explore.isVisible()


def test_both_themes_write_pages_in_their_own_colours(qtbot: QtBot, window: MainWindow) -> None:
    window.help.window.open("choosing")
    shown = opened(qtbot, window)
    brightness = {}
    for mode in ("dark", "light"):
        window.theme.set_mode(mode)
        picture = shown.page.viewport().grab().toImage().scaled(40, 40)
        colours = [picture.pixelColor(x, y).name() for x in range(40) for y in range(40)]
        brightness[mode] = sum(map(luminance, colours)) / len(colours)
        assert shown.page.page == "choosing"
    assert brightness["light"] > 0.6 > 0.2 > brightness["dark"]


def test_pages_scale_with_the_font(qtbot: QtBot, window: MainWindow) -> None:
    from gzactive.app.help.page_style import page_style

    small = page_style(window.theme)
    window.theme._point_size *= 2
    assert page_style(window.theme) != small
    window.theme._point_size /= 2


def test_images_are_no_wider_than_the_page(qtbot: QtBot, window: MainWindow) -> None:
    shown = window.help.window
    shown.resize(640, 480)
    shown.open("index")
    picture = shown.page._image(QUrl("help:/images/label-dark.png"))
    assert 0 < picture.width() <= shown.page.viewport().width() * shown.devicePixelRatioF()
    drawing = shown.page._image(QUrl("help:/images/how-it-works.svg"))
    assert 0 < drawing.width() <= shown.page.viewport().width() * shown.devicePixelRatioF()


def test_every_page_can_be_shown_and_the_project_s_tree_stands_first() -> None:
    library = Library()
    for page in library.guide.pages:
        assert "<h1" in library.html(page.name, {})
    for tree in library.trees:
        for question in tree.questions:
            assert library.has(page_name(tree, question))
            assert "<h1" in library.html(page_name(tree, question), {})
    library.tree = load_tree("gz2")
    assert library.trees[0].id == "gz2"
    assert len({tree.id for tree in library.trees}) == len(library.trees)
    assert not library.has("field-guide/gz2/no-such-question")


def test_without_a_project_help_is_there_too(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    shown = opened(qtbot, window)
    assert shown.page.page == "index"
    window.help.show_question(None)
    assert shown.page.page == "field-guide"
    shown.wanted.emit("go.train")
    assert shown.said.text() == "Open a project first."
