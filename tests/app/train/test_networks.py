"""Runs of whole networks without widgets: listed, read live, added, drawn, remembered."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gzactive.app.theme import Theme
from gzactive.app.tokens import DARK, LIGHT, contrast
from gzactive.app.train.networks import NetworksController
from gzactive.app.train.strokes import PALETTES, stroke
from gzactive.app.train.training_plan import (
    ShardsChoice,
    TrainingChoice,
    begin_run,
    duration,
    first_guess,
    free_name,
    started_with,
)
from gzactive.errors import GzactiveError
from gzactive.project import Project

from ..conftest import PATIENCE, OpenWindow
from .conftest import MakeRun

Open = Callable[[Project], NetworksController]


@pytest.fixture
def opened(open_window: OpenWindow) -> Open:
    def begin(project: Project) -> NetworksController:
        window = open_window(project.path)
        networks = window.session.train.networks
        networks.wake()
        return networks

    return begin


def keys(networks: NetworksController) -> dict[str, bool]:
    return {entry.name: entry.shown for entry in networks.entries}


def test_runs_of_the_project_are_listed_and_drawn_at_once(
    qtbot: QtBot, opened: Open, voted: Project, make_run: MakeRun
) -> None:
    make_run(voted.path / "runs" / "one", 5, done=True)
    make_run(voted.path / "runs" / "two", 3)
    networks = opened(voted)
    qtbot.waitUntil(lambda: len(networks.entries) == 2, timeout=PATIENCE)
    assert keys(networks) == {"one": True, "two": True}
    one, two = networks.entries
    assert (one.words, two.words) == (
        "finished: 5 epochs, best 1.100 at 5",
        "3 epochs, best 1.500 at 3",
    )
    assert (one.place, two.place) == (0, 1)
    assert one.own
    assert one.finished


def test_a_run_that_is_being_written_grows_without_being_asked_for(
    qtbot: QtBot, opened: Open, voted: Project, make_run: MakeRun
) -> None:
    run = make_run(voted.path / "runs" / "live", 1)
    networks = opened(voted)
    qtbot.waitUntil(lambda: len(networks.entries) == 1, timeout=PATIENCE)
    make_run(run, 2)
    qtbot.waitUntil(lambda: networks.entries[0].run.epochs == 2, timeout=PATIENCE)
    unchanged = networks.entries[0].run
    networks.look()
    qtbot.wait(200)
    assert networks.entries[0].run is unchanged  # read again is only what has changed


def test_nobody_looks_on_once_a_training_has_ended_behind_another_page(
    qtbot: QtBot, opened: Open, voted: Project, make_run: MakeRun
) -> None:
    networks = opened(voted)
    run = make_run(voted.path / "runs" / "one", 1)
    networks._run_training(run, ["no-such-command"], 1)
    networks.sleep()
    assert networks._timer.isActive()
    qtbot.waitUntil(lambda: networks.training is None, timeout=PATIENCE)
    assert networks.fault
    assert not networks._timer.isActive()


def test_a_run_from_anywhere_is_added_kept_and_taken_off(
    qtbot: QtBot, open_window: OpenWindow, voted: Project, make_run: MakeRun, tmp_path: Path
) -> None:
    make_run(voted.path / "runs" / "own", 2)
    window = open_window(voted.path)
    networks = window.session.train.networks
    networks.wake()
    qtbot.waitUntil(lambda: len(networks.entries) == 1, timeout=PATIENCE)
    networks.add(make_run(tmp_path / "elsewhere", 4))
    qtbot.waitUntil(lambda: len(networks.entries) == 2, timeout=PATIENCE)
    networks.show(str(voted.path / "runs" / "own"), False)
    kept = voted.path / "runs" / "list.json"
    qtbot.waitUntil(lambda: kept.exists() and "hidden" in kept.read_text(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: json.loads(kept.read_text())["hidden"] == ["./own"], timeout=PATIENCE)
    window.close()
    again = open_window(voted.path).session.train.networks
    again.wake()
    qtbot.waitUntil(lambda: len(again.entries) == 2, timeout=PATIENCE)
    assert keys(again) == {"own": False, "elsewhere": True}
    again.take_off(str(tmp_path / "elsewhere"))
    assert keys(again) == {"own": False}
    again.look()
    qtbot.wait(200)
    assert keys(again) == {"own": False}


def test_what_is_no_run_is_refused_in_a_sentence_and_a_broken_one_says_so(
    qtbot: QtBot, opened: Open, voted: Project, tmp_path: Path
) -> None:
    broken = voted.path / "runs" / "broken"
    broken.mkdir(parents=True)
    (broken / "history.csv").write_text("galaxy,votes\n1,2\n")
    networks = opened(voted)
    qtbot.waitUntil(lambda: len(networks.entries) == 1, timeout=PATIENCE)
    (entry,) = networks.entries
    assert (entry.words, entry.shown) == ("cannot be read", False)
    assert "has no column of a loss" in entry.fault
    networks.add(tmp_path)
    qtbot.waitUntil(lambda: "tells of no training" in networks.sentence, timeout=PATIENCE)
    assert networks.fault
    assert len(networks.entries) == 1


def test_rounds_can_be_drawn_among_the_runs(
    qtbot: QtBot, opened: Open, voted: Project, make_run: MakeRun
) -> None:
    make_run(voted.path / "runs" / "own", 2)
    networks = opened(voted)
    qtbot.waitUntil(lambda: len(networks.entries) == 1, timeout=PATIENCE)
    networks._session.start_round()
    qtbot.waitUntil(lambda: len(networks.entries) == 2, timeout=PATIENCE)
    assert keys(networks) == {"own": True, "Round 1": False}
    networks.show("round 1", True)
    run = networks.entries[1].run
    assert run is not None
    assert len(run.curves["loss"]) > 1


def test_the_command_is_what_a_person_would_type(tmp_path: Path) -> None:
    choice = TrainingChoice(tmp_path / "project", "first", weights="sdss-b0", colour=True, epochs=7)
    out = tmp_path / "runs" / "first"
    told = begin_run(choice, out)
    assert told[:4] == ["train", str(tmp_path / "project"), "--out", str(out)]
    assert {"--colour", "sdss-b0", "7"} < set(told)
    assert started_with(out) == (told, 7)
    moved = out.rename(tmp_path / "moved")
    assert str(moved) in started_with(moved)[0]
    project = tmp_path / "project"
    begin_run(TrainingChoice(project, "own"), project / "runs" / "own")
    elsewhere = project.rename(tmp_path / "other")
    again, _ = started_with(elsewhere / "runs" / "own")
    assert again[:4] == ["train", str(elsewhere), "--out", str(elsewhere / "runs" / "own")]
    with pytest.raises(GzactiveError, match="There is a run 'moved' already"):
        begin_run(choice, moved)
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards" / "manifest.json").write_text("{}")
    assert TrainingChoice(tmp_path / "shards", "x").arguments(out)[1] == "--shards"
    shards = ShardsChoice(tmp_path, out, size=100, limit=50, grey=True)
    assert "--grey" in shards.arguments
    assert shards.room(80) == 50 * 100 * 100
    assert free_name(tmp_path) == "network-1"


def test_the_first_guess_follows_the_number_of_galaxies_and_the_size() -> None:
    assert first_guess(10_000, 224, cores=2) == pytest.approx(366.7, rel=0.01)
    assert first_guess(10_000, 112, cores=2) == pytest.approx(366.7 / 4, rel=0.01)
    assert duration(367) == "6 min"


def test_colours_stand_out_and_no_two_runs_look_alike(theme: Theme) -> None:
    for colours in (DARK, LIGHT):
        for colour in PALETTES[colours.mode]:
            assert contrast(colour, colours.surface) >= 3
    looks = {stroke(place, theme) for place in range(36)}
    assert len(looks) == 36
    # Without colour the first six differ in pattern and in mark.
    plain = {(stroke(place, theme).dashes, stroke(place, theme).mark) for place in range(6)}
    assert len(plain) == 6
    pen = stroke(1, theme).pen(bold=True)
    assert np.allclose(pen.dashPattern(), stroke(1, theme).dashes)
