"""The Networks half of the Train page, by its widgets and keys."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.app.job import Job
from gzactive.app.main_window import MainWindow
from gzactive.app.process_job import ProcessJob
from gzactive.app.theme import Theme
from gzactive.app.train.loss_curve import CurveLine, LossCurve
from gzactive.app.train.networks_page import NetworksPage
from gzactive.app.train.shards_dialog import ShardsDialog
from gzactive.app.train.strokes import stroke
from gzactive.app.train.training_dialog import TrainingDialog
from gzactive.project import Project
from gzactive.survey.shard_reading import read_manifest

from ..conftest import PATIENCE, OpenWindow
from .conftest import MakeRun

Key = Qt.Key


@pytest.fixture
def window(open_window: OpenWindow, voted: Project, make_run: MakeRun) -> MainWindow:
    make_run(voted.path / "runs" / "one", 6, done=True)
    make_run(voted.path / "runs" / "two", 4, offset=1.0)
    window = open_window(voted.path)
    window.go("train")
    window.area.train.show_networks()
    return window


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> NetworksPage:
    page = window.area.train.networks
    qtbot.waitUntil(lambda: page.list.count() == 2, timeout=PATIENCE)
    return page


def test_ticked_runs_are_drawn_over_one_another_and_space_unticks(
    qtbot: QtBot, page: NetworksPage
) -> None:
    assert [len(values) for values in page.curve.drawn] == [6, 6, 4, 4]
    page.list.setFocus()
    page.list.setCurrentRow(1)
    QTest.keyClick(page.list, Key.Key_Space)
    assert [len(values) for values in page.curve.drawn] == [6, 6]
    page.thin.click()
    assert [values[0] for values in page.curve.drawn] == [3.5]
    page.quantity.setCurrentIndex(1)  # of the training no accuracy is known
    assert page.curve.drawn[0][0] == pytest.approx(0.25)
    page.bold.click()
    assert page.curve.drawn == []
    assert not page.save.isEnabled()
    assert "has such a curve yet" in page.curve.legend.text()


def test_values_are_read_by_pointer_and_by_keys(qtbot: QtBot, page: NetworksPage) -> None:
    curve = page.curve
    qtbot.wait(50)  # the axes settle with the first paint
    box = curve.plot.getPlotItem().getViewBox()
    curve.plot.scene().sigMouseMoved.emit(box.mapViewToScene(QPointF(3.2, 2.0)))
    assert curve.epoch == 3
    assert "Epoch&nbsp;3" in curve.read_out.text()
    assert "two:&nbsp;2.5" in curve.read_out.text()
    curve.setFocus()
    QTest.keyClick(curve, Key.Key_End)
    assert curve.epoch == 6
    QTest.keyClick(curve, Key.Key_Left)
    assert curve.accessibleDescription() == "Epoch 5; one, training: 0.6; one: 1.1"
    QTest.keyClick(curve, Key.Key_Home)
    assert curve.epoch == 1


def test_a_reading_breaks_between_runs_and_never_within_a_name(qtbot: QtBot, theme: Theme) -> None:
    curve = LossCurve(theme)
    qtbot.addWidget(curve)
    lines = [CurveLine(f"from-sdss-b{n}, a < b", [2.0, 1.5], stroke(n, theme)) for n in range(4)]
    curve.show_lines(lambda: lines, "loss", "")
    curve.read(2)
    assert "from&#8209;sdss&#8209;b0,&nbsp;a&nbsp;&lt;&nbsp;b:&nbsp;1.5" in curve.read_out.text()


@pytest.mark.parametrize("name", ["curves.svg", "curves.png"])
def test_the_figure_is_saved(qtbot: QtBot, page: NetworksPage, tmp_path: Path, name: str) -> None:
    page.ask_figure = lambda: str(tmp_path / name)
    page.save.click()
    qtbot.waitUntil(lambda: "Figure saved" in page.told.text(), timeout=PATIENCE)
    content = (tmp_path / name).read_bytes()
    assert content.startswith(b"\x89PNG" if name.endswith("png") else b"<?xml")
    if name.endswith("svg"):
        assert {b"one", b"two", b"epoch"} <= {
            part for part in (b"one", b"two", b"epoch") if part in content
        }
    page.ask_figure = lambda: str(tmp_path / "curves.doc")
    page.save.click()
    qtbot.waitUntil(lambda: "end it in" in page.told.text(), timeout=PATIENCE)


def test_what_can_be_done_follows_the_run_that_is_chosen(page: NetworksPage) -> None:
    page.list.setCurrentRow(0)
    assert page.use.isVisible()
    assert not page.take_off.isVisible()
    page.list.setCurrentRow(1)
    assert not page.use.isVisible()
    assert not page.go_on.isVisible()  # it was not begun here
    assert page.open_folder.isVisible()


def test_a_run_that_comes_is_chosen_so_that_what_can_be_done_with_it_is_seen(
    qtbot: QtBot, page: NetworksPage, make_run: MakeRun, tmp_path: Path
) -> None:
    page.list.setCurrentRow(0)
    assert not page.take_off.isVisible()
    page.ask_run = lambda: str(make_run(tmp_path / "elsewhere", 2))
    page.add.click()
    qtbot.waitUntil(page.take_off.isVisible, timeout=PATIENCE)
    assert page.list.currentItem().text().startswith("elsewhere")
    page.list.setCurrentRow(0)
    page.controller.show(page.list.item(1).data(Qt.ItemDataRole.UserRole), False)
    page.refresh()
    assert page.list.currentRow() == 0


def test_what_cannot_be_done_is_told_as_a_fault_and_the_next_sentence_is_none(
    qtbot: QtBot, page: NetworksPage, tmp_path: Path
) -> None:
    page.ask_run = lambda: str(tmp_path)
    page.add.click()
    qtbot.waitUntil(lambda: "tells of no training" in page.told.text(), timeout=PATIENCE)
    assert page.told.property("role") == "fault"
    page.ask_figure = lambda: str(tmp_path / "loss.svg")
    page.save.click()
    qtbot.waitUntil(lambda: "Figure saved" in page.told.text(), timeout=PATIENCE)
    assert page.told.property("role") == "plain"


def test_a_broken_run_is_told_in_a_sentence_below_the_list(
    qtbot: QtBot, page: NetworksPage, voted: Project
) -> None:
    (voted.path / "runs" / "two" / "history.csv").write_text("epoch,loss\n1,3.0\n2,x\n")
    qtbot.waitUntil(lambda: [3.0] in page.curve.drawn, timeout=PATIENCE)
    page.list.setCurrentRow(1)
    assert "is broken at line 3 ('2,x')" in page.detail.text()


def test_the_dialog_of_a_training_has_sensible_defaults_and_tells_what_is_wrong(
    qtbot: QtBot, window: MainWindow, page: NetworksPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.actions_["train.network"].trigger()
    (dialog,) = window.findChildren(TrainingDialog)
    qtbot.waitUntil(lambda: page.controller.galaxies is not None, timeout=PATIENCE)
    galaxies = page.controller.galaxies
    assert 0 < galaxies < 40  # some are set aside to judge by
    assert f"({galaxies})" in dialog.source.currentText()
    assert dialog.begin.isEnabled()
    told = dialog.cost.text()
    assert told.startswith("How long an epoch takes is not known before") or dialog._gpu
    monkeypatch.setattr(page.controller, "galaxies", 30_000)
    dialog.refresh()
    assert "an epoch on this computer's processor" in dialog.cost.text() or dialog._gpu
    monkeypatch.setattr(page.controller, "galaxies", galaxies)
    assert dialog.choice.name == "network-1"
    assert dialog.choice.weights == "sdss-b0"
    dialog.name.setText("one")
    assert "There is a run “one” already" in dialog.fault.text()
    assert not dialog.begin.isEnabled()
    dialog.name.setText("a/b")
    assert "a name that a folder can have" in dialog.fault.text()
    dialog.reject()
    assert page.controller.training is None


def test_shards_are_made_from_the_menu_and_gone_on_with(
    qtbot: QtBot, window: MainWindow, page: NetworksPage, tmp_path: Path
) -> None:
    window.go("label")
    window.actions_["project.shards"].trigger()
    assert window.area.page == "train"
    (dialog,) = window.findChildren(ShardsDialog)
    qtbot.waitUntil(lambda: page.controller.galaxies is not None, timeout=PATIENCE)
    assert "They take" in dialog.cost.text()
    dialog.split.setText("7:2")
    assert "three shares, 7:2:1" in dialog.fault.text()
    dialog.split.setText("2:1:1")
    dialog.pixels.setValue(32)
    dialog.ask = lambda: str(tmp_path / "out")
    dialog.folder.click()
    dialog.begin.click()
    job = page.controller.making_shards
    assert job is not None
    qtbot.waitUntil(lambda: job.state.value == "running", timeout=PATIENCE)
    assert page.cancel.isVisible()
    assert window.area.strip._job is job  # the line at the foot tells of it
    assert [entry.title for entry in window.jobs.running] == ["Making shards"]
    qtbot.waitUntil(lambda: page.controller.making_shards is None, timeout=PATIENCE)
    assert f"They lie in {tmp_path / 'out'}" in page.told.text()
    assert window.jobs.ended[0].state.value == "finished"
    manifest = read_manifest(tmp_path / "out")
    assert sum(manifest["galaxies"].values()) == page.controller.galaxies
    assert manifest["settings"]["split"] == [2, 1, 1]


def test_a_cancel_of_shards_says_how_they_go_on(
    qtbot: QtBot, window: MainWindow, page: NetworksPage, tmp_path: Path
) -> None:
    dialog = page.open_shards()
    qtbot.waitUntil(lambda: page.controller.galaxies is not None, timeout=PATIENCE)
    dialog.begin.click()
    job = page.controller.making_shards
    with qtbot.waitSignal(job.cancelled, timeout=PATIENCE):
        qtbot.waitUntil(lambda: job.state.value == "running", timeout=PATIENCE)
        window.actions_["train.cancel"].trigger()
    assert "with the same folder goes on" in page.told.text()


def test_weights_of_a_run_start_a_project_of_the_same_galaxies(
    qtbot: QtBot, window: MainWindow, page: NetworksPage, voted: Project
) -> None:
    from ...active.tiny_network import tiny_weights

    tiny_weights(voted.path / "runs" / "one" / "weights.safetensors")
    page.list.setCurrentRow(0)
    page.use.click()
    wizard = window.intake.controller
    qtbot.waitUntil(lambda: wizard.chosen_weights.endswith("weights.safetensors"), timeout=PATIENCE)
    qtbot.waitUntil(lambda: wizard.galaxies == 40, timeout=PATIENCE)
    assert window.intake.view.isVisible()


def test_the_line_at_the_foot_shows_a_job_of_seconds_before_a_process_of_hours(
    window: MainWindow,
) -> None:
    strip = window.area.strip
    process = ProcessJob("Training one", [], window)
    job = Job("Ranking", lambda progress: None)
    strip.watch(process)
    assert strip.words.text() == "Training one"
    strip.watch(job)
    assert strip.words.text() == "Ranking"
    process.progress.emit("training, epoch 1 of 3", 5, 10)
    assert strip.words.text() == "Ranking"
    strip.leave(job)
    assert strip.words.text() == "Training one"
    strip.leave(process)
    assert strip.words.text() == ""
