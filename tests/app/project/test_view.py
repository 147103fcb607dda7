"""The Project page in a window, by real keys: panels, exports, merges, settings, room."""

import csv
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from gzactive.app.main_window import MainWindow
from gzactive.app.project.view import ProjectView
from gzactive.images import image_hash
from gzactive.inference import feature_store
from gzactive.project import Project
from gzactive.survey.exporters import Options, formats

from ...survey.exchange import classify
from ..conftest import PATIENCE, MakeProject, OpenWindow, give_features

Key = Qt.Key


@pytest.fixture
def rings(make_project: MakeProject) -> Project:
    made = make_project(n=12, tree="rings", every=100)
    give_features(made)
    rng = np.random.default_rng(0)
    for id_str in ("G0000", "G0001"):
        classify(made.labels, made.tree, id_str, "ada", rng)
    return made


def project_page(qtbot: QtBot, window: MainWindow) -> ProjectView:
    """Go there by its key, and wait until everything is counted."""
    QTest.keyClick(window, Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    (page,) = window.findChildren(ProjectView)
    it = page.controller
    qtbot.waitUntil(lambda: it.facts is not None and not it.busy, timeout=PATIENCE)
    return page


def test_the_page_tells_what_the_project_is(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    rings.problems.record([("G0003", "/gone/G0003.png", "features", "the file is missing")])
    page = project_page(qtbot, open_window(rings.path))
    assert page.isVisible()
    about = page.about.list.facts
    assert about["Folder"] == str(rings.path)
    assert "1 question" in about["Tree"]
    assert about["Start weights"].startswith("sdss-b0.")
    assert page.images.list.facts["Galaxies"].startswith("12, of which")
    assert page.images.table.rows.index(0, 1).data() == (
        "The file is missing. Bring the file back, then look again."
    )
    assert page.images.told.text() == "1 image cannot be used:"
    assert page.labels.list.facts["Finished"] == "2 classifications by 1 person"
    assert page.labels.table.rows.index(0, 0).data() == "ada"
    assert page.sky.isHidden()  # no coordinates
    assert page.disk.boxes


def test_path_and_card_are_at_hand(qtbot: QtBot, open_window: OpenWindow, rings: Project) -> None:
    page = project_page(qtbot, open_window(rings.path))
    page.about.copy_path.setFocus()
    QTest.keyClick(page.about.copy_path, Key.Key_Space)
    assert QGuiApplication.clipboard().text() == str(rings.path)
    assert page.toast.sentence == "The path is copied."
    QTest.keyClick(page.about.card, Key.Key_Space)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    assert dialog.windowTitle() == "Weights sdss-b0"
    dialog.close()


def test_tab_walks_through_every_control_and_each_has_a_name(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    page = project_page(qtbot, window)
    wanted = {
        each
        for each in page.findChildren(QWidget)
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.isVisibleTo(page)
        and each.isEnabled()
        and each.window() is window
        and each.objectName() != "qt_spinbox_lineedit"
    }
    page.about.open_folder.setFocus()
    reached = []
    for _ in range(3 * len(wanted)):
        here = window.focusWidget()
        if here in reached:
            break
        reached.append(here)
        QTest.keyClick(here, Key.Key_Tab)
    assert wanted <= set(reached) | {page.recent, *page.findChildren(QWidget, "project.open")}
    for each in wanted:
        text = getattr(each, "text", str)()
        assert each.accessibleName() or text, each


def test_an_export_is_written_told_and_shown(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, tmp_path: Path
) -> None:
    page = project_page(qtbot, open_window(rings.path))
    out = page.out
    asked: list[str] = []

    def ask(name: str, pattern: str) -> str:
        asked.append(f"{name} {pattern}")
        return str(tmp_path / "z.csv")

    out.ask = ask
    out.formats.setFocus()
    assert out.chosen.name == "zoobot"
    out.boxes["labelled_only"].setFocus()
    QTest.keyClick(out.boxes["labelled_only"], Key.Key_Space)
    out.write.setFocus()
    QTest.keyClick(out.write, Key.Key_Space)
    qtbot.waitUntil(lambda: out.show_file.isVisible(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.focusWidget() in (out.show_file, out.write), timeout=PATIENCE)
    with (tmp_path / "z.csv").open(newline="") as file:
        assert [row["id_str"] for row in csv.DictReader(file)] == ["G0000", "G0001"]
    assert page.toast.sentence == "2 galaxies written to z.csv."
    assert asked[0].endswith("-zoobot.csv Zoobot catalogue (*.csv *.parquet *.fits *.vot *.xml)")
    out.formats.setFocus()
    for _ in range(20):
        QTest.keyClick(out.formats, Key.Key_Down)
    assert out.chosen.name == "archive"
    assert out.boxes["images"].isVisible()
    assert out.boxes["labelled_only"].isHidden()


def test_an_export_can_be_cancelled_and_leaves_nothing(
    qtbot: QtBot,
    open_window: OpenWindow,
    rings: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, gate = threading.Event(), threading.Event()

    def slow(project: Project, out: Path, options: Options, progress: object) -> object:
        begun.set()
        while not gate.wait(0.01):
            progress("Writing", 1, 2)
        return None

    monkeypatch.setattr(
        formats, "FORMATS", [formats.ExportFormat("labels", "Labels", "", (".jsonl",), slow)]
    )
    page = project_page(qtbot, open_window(rings.path))
    page.controller.export("labels", tmp_path / "x.jsonl", Options())
    qtbot.waitUntil(begun.is_set, timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.out.told.text() == "Writing: 1 of 2", timeout=PATIENCE)
    assert not page.out.write.isEnabled()
    QTest.keyClick(page.out.cancel, Key.Key_Space)
    qtbot.waitUntil(lambda: page.controller.exporting is None, timeout=PATIENCE)
    gate.set()
    assert "cancelled" in page.toast.sentence
    assert page.out.write.isEnabled()
    assert not list(tmp_path.glob("*.jsonl*"))


def test_labels_of_another_copy_are_merged_and_ranked_with(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, make_project: MakeProject
) -> None:
    other = make_project(n=12, tree="rings")
    classify(other.labels, other.tree, "G0005", "ben", np.random.default_rng(1))
    window = open_window(rings.path)
    page = project_page(qtbot, window)
    page.labels.ask = lambda: str(other.path)
    QTest.keyClick(page.labels.merge, Key.Key_Space)
    qtbot.waitUntil(lambda: page.labels.table.rows.rowCount() == 2, timeout=PATIENCE)
    assert page.toast.sentence == "2 events taken over. New here: ben."
    qtbot.waitUntil(lambda: not window.session.busy, timeout=PATIENCE)
    tree2 = make_project(n=12, tree="gz2")
    page.labels.ask = lambda: str(tree2.path)
    QTest.keyClick(page.labels.merge, Key.Key_Space)
    qtbot.waitUntil(lambda: "asks the questions of 'gz2'" in page.banner.sentence, timeout=PATIENCE)


def test_settings_are_saved_as_they_are_changed(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    page = project_page(qtbot, window)
    fields = page.settings.fields
    every, share, blind, name = (fields[one] for one in ("every", "random_share", "blind", "name"))
    assert fields["retire_after"].text() == "no limit"
    assert isinstance(every, QSpinBox)
    assert isinstance(share, QSpinBox)
    assert isinstance(blind, QCheckBox)
    assert isinstance(name, QLineEdit)
    for field, typed in ((every, "40"), (share, "35"), (name, "Ring hunt")):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Key.Key_Return)
    QTest.keyClick(blind, Key.Key_Space)

    def stored() -> tuple[object, ...]:
        with Project.open(rings.path, read_only="to look") as now:
            here = now.settings
            return here.every, here.random_share, here.blind, now.name

    qtbot.waitUntil(lambda: stored() == (40, 0.35, False, "Ring hunt"), timeout=PATIENCE)
    qtbot.waitUntil(lambda: not page.controller.busy, timeout=PATIENCE)
    assert window.session.every == 40
    name.setFocus()
    name.clear()
    QTest.keyClick(name, Key.Key_Return)
    assert name.text() == "Ring hunt"  # a project needs a name


def test_how_galaxies_are_chosen_is_set_by_key_and_never_by_the_wheel_that_scrolls_the_page(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    page = project_page(qtbot, window)
    by, variety = (page.settings.fields[one] for one in ("by", "variety"))
    assert isinstance(by, QComboBox)
    assert isinstance(variety, QComboBox)
    assert [by.currentText(), variety.currentText()] == [
        "what the model is unsure of",
        "unlike each other",
    ]
    assert variety.accessibleName() == "Variety"
    page.setFocus()
    turn = QWheelEvent(
        QPointF(5, 5),
        QPointF(by.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(by, turn)
    assert by.currentData() == "mutual-information"
    again: list[str] = []
    window.session.label.choice.order_changed.connect(lambda: again.append("ranked"))
    variety.setFocus()
    QTest.keyClick(variety, Key.Key_Down)
    by.setFocus()
    for _ in range(3):
        QTest.keyClick(by, Key.Key_Down)

    def stored() -> tuple[str, str]:
        with Project.open(rings.path, read_only="to look") as now:
            return now.settings.by, now.settings.variety

    qtbot.waitUntil(lambda: stored() == ("random", "chance"), timeout=PATIENCE)
    qtbot.waitUntil(lambda: bool(again), timeout=PATIENCE)
    page.controller.save(variety="distance")  # as from the Label page
    qtbot.waitUntil(lambda: variety.currentData() == "distance", timeout=PATIENCE)


def test_space_is_given_back_after_it_was_said_what_that_costs(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    thumbnail = rings.path / "thumbnails" / "ab" / "x.jpg"
    thumbnail.parent.mkdir(parents=True)
    thumbnail.write_bytes(b"x" * 5000)
    page = project_page(qtbot, open_window(rings.path))
    disk = page.disk
    assert not disk.free.isEnabled()
    QTest.keyClick(disk.boxes["thumbnails"], Key.Key_Space)
    assert disk.cost.text() == "They are drawn again as you scroll."
    assert disk.free.text().startswith("Free 5")
    QTest.keyClick(disk.free, Key.Key_Space)
    qtbot.waitUntil(lambda: "given back" in page.toast.sentence, timeout=PATIENCE)
    assert not thumbnail.exists()
    qtbot.waitUntil(lambda: "thumbnails" not in disk.boxes, timeout=PATIENCE)


def test_a_locked_project_can_be_exported_and_not_changed(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, tmp_path: Path
) -> None:
    open_window(rings.path)  # writes
    reading = open_window(rings.path)
    page = project_page(qtbot, reading)
    assert "another window" in page.about.list.facts["Read-only"]
    assert not page.labels.merge.isEnabled()
    assert not page.settings.fields["every"].isEnabled()
    assert not any(box.isEnabled() for box in page.disk.boxes.values())
    page.controller.export("labels", tmp_path / "l.jsonl", Options())
    qtbot.waitUntil(lambda: page.controller.exported is not None, timeout=PATIENCE)
    assert len((tmp_path / "l.jsonl").read_text().splitlines()) == 4


def test_one_column_where_there_is_little_room(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    window.resize(1280, 800)
    page = project_page(qtbot, window)
    qtbot.waitUntil(lambda: page.out.x() > page.about.x(), timeout=PATIENCE)
    window.resize(960, 680)
    qtbot.waitUntil(lambda: page.out.x() == page.about.x(), timeout=PATIENCE)
    panels = (page.about, page.labels, page.out, page.disk, page.settings)
    qtbot.waitUntil(
        lambda: all(panel.width() <= page.width() for panel in panels), timeout=PATIENCE
    )
    for panel in panels:
        assert panel.height() >= panel.minimumSizeHint().height()


def test_one_column_that_is_shown_first_gives_each_panel_its_height(
    qtbot: QtBot, open_window: OpenWindow, rings: Project
) -> None:
    window = open_window(rings.path)
    window.resize(960, 680)
    page = project_page(qtbot, window)
    for panel in (page.about, page.labels, page.out, page.images, page.disk):
        qtbot.waitUntil(
            lambda panel=panel: panel.height() >= panel.heightForWidth(panel.width()),
            timeout=PATIENCE,
        )


def test_images_that_came_later_are_found_and_added(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is new is looked at by the network, which is tested elsewhere, and takes long.
    monkeypatch.setattr("gzactive.app.work.wake_model", lambda project, progress: None)
    monkeypatch.setattr("gzactive.app.session.ProjectSession.look", lambda session: None)
    images = Path(rings.catalog["file_loc"][0]).parent
    (images / "fresh.png").write_bytes((images / "G0000.png").read_bytes())
    window = open_window(rings.path)
    page = project_page(qtbot, window)
    assert page.images.add.isHidden()
    QTest.keyClick(page.images.look_for_new, Key.Key_Space)
    qtbot.waitUntil(page.images.add.isVisible, timeout=PATIENCE)
    assert page.images.new.text() == "1 image there is not in the project, such as fresh.png."
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        QTest.keyClick(page.images.add, Key.Key_Space)
    assert len(window.session.project.catalog) == 13


def test_a_folder_that_is_gone_is_a_warning_with_what_to_do(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, tmp_path: Path
) -> None:
    page = project_page(qtbot, open_window(rings.path))
    (tmp_path / "images0").rename(tmp_path / "elsewhere")
    QTest.keyClick(page.images.look_for_new, Key.Key_Space)
    qtbot.waitUntil(lambda: bool(page.banner.sentence), timeout=PATIENCE)
    assert f"{tmp_path / 'images0'} is not there." in page.banner.sentence
    assert page.banner.sentence.endswith("choose “Images moved…”.")
    assert not page.toast.sentence


def test_images_that_were_moved_are_taken_from_their_new_folder(
    qtbot: QtBot, open_window: OpenWindow, rings: Project, tmp_path: Path
) -> None:
    hashes = [image_hash(one) for one in rings.catalog["file_loc"]]
    values = np.ones((len(hashes), 1280))
    feature_store(rings).write_part(rings.catalog["id_str"].tolist(), hashes, values)
    (tmp_path / "images0").rename(tmp_path / "elsewhere")
    window = open_window()
    window.open_project(rings.path)
    qtbot.waitUntil(lambda: window.area is not None, timeout=PATIENCE)
    window.actions_["go.project"].trigger()
    page = project_page(qtbot, window)
    page.images.ask_folder = lambda: str(tmp_path / "elsewhere")
    QTest.keyClick(page.images.look_for_moved, Key.Key_Space)
    qtbot.waitUntil(page.images.take.isVisible, timeout=PATIENCE)
    assert page.images.moved.text().startswith("12 of 12 images that lay in")
    QTest.keyClick(page.images.take, Key.Key_Space)
    before = page.controller.project
    qtbot.waitUntil(
        lambda: (
            window.area is not None
            and window.session.project not in (None, before)
            and window.area.isVisible()
            and not window.session.busy
        ),
        timeout=PATIENCE,
    )
    with Project.open(rings.path) as project:
        assert Path(project.catalog["file_loc"][0]).is_file()
        assert len(project.labels.finished("ada")) == 2
