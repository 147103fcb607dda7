"""Survey votes into an open project: what they would bring, conditions, and the page's keys."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gzactive.app.project.view import ProjectView
from gzactive.app.project.votes_controller import VotesController
from gzactive.app.project.votes_view import VotesView
from gzactive.project import Project

from ..conftest import PATIENCE, MakeProject, OpenWindow, give_features

SMOOTH = "t01_smooth_or_features_a01_smooth_count"
FEATURED = "t01_smooth_or_features_a02_features_or_disk_count"
Key = Qt.Key


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    made = make_project(n=12, tree="gz2", every=100)
    give_features(made)
    return made


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """As Hart+16's: a galaxy twice, one without a number, one that nobody knows."""
    ids = [f"G{number:04d}" for number in range(8)]
    frame = pd.DataFrame({"dr7objid": [*ids, "G0000", "G9999"], SMOOTH: 10.0, FEATURED: 5.0})
    frame.loc[2, SMOOTH] = None
    frame["sample"] = ["original"] * 6 + ["extra"] * 4
    path = tmp_path / "gz2.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture
def votes(qapp: QApplication, project: Project) -> Iterator[VotesController]:
    controller = VotesController(project)
    controller.begin()
    yield controller
    controller.close()


def look(qtbot: QtBot, votes: VotesController, **choices: object) -> None:
    votes.choose(**choices)
    qtbot.waitUntil(lambda: not votes.busy, timeout=PATIENCE)


def test_a_table_is_looked_at_and_nothing_is_written_before_it_is_asked_for(
    qtbot: QtBot, votes: VotesController, table: Path
) -> None:
    look(qtbot, votes, files=(table,))
    assert votes.plan is not None
    assert votes.plan.files[0].format == "Galaxy Zoo 2, columns as in its catalogue"
    assert {column for _, column, _ in votes.answers} == {SMOOTH, FEATURED}
    assert {one.kind for one in votes.findings} >= {"duplicates", "blank-votes", "strangers"}
    assert votes.summary == "110 votes on 8 galaxies of 12."
    assert votes.project.labels.catalogue_votes(votes.project.tree).empty
    with qtbot.waitSignal(votes.imported, timeout=PATIENCE):
        votes.run()
    assert len(votes.project.labels.catalogue_votes(votes.project.tree)) == 8
    assert votes.summary == "110 votes on 8 galaxies imported."
    look(qtbot, votes, files=(table,), where="sample == 'original'")
    assert votes.plan is not None
    assert len(votes.plan.votes) == 6
    assert votes.plan.replaced == 0
    with qtbot.waitSignal(votes.imported, timeout=PATIENCE):
        votes.run()
    look(qtbot, votes, files=(table,))
    assert len(votes.plan.votes) == 6  # the condition is still in its field, and holds


def test_other_votes_on_a_galaxy_are_said_to_be_replaced(
    qtbot: QtBot, votes: VotesController, table: Path
) -> None:
    look(qtbot, votes, files=(table,))
    with qtbot.waitSignal(votes.imported, timeout=PATIENCE):
        votes.run()
    pd.read_csv(table).assign(**{SMOOTH: 11}).to_csv(table, index=False)
    look(qtbot, votes, files=(table,))
    assert "8 of them have other votes now, which are replaced." in votes.summary


def test_a_condition_that_is_none_is_refused_and_the_next_one_works(
    qtbot: QtBot, votes: VotesController, table: Path
) -> None:
    said: list[str] = []
    votes.refused.connect(said.append)
    look(qtbot, votes, files=(table,), where="sampel == 'original'")
    assert votes.plan is None
    assert not votes.ready
    assert "'sampel == 'original'' is no query that rows can be chosen by" in said[-1]
    look(qtbot, votes, where="")
    assert votes.ready
    assert said[-1] == ""


def test_what_was_looked_at_is_not_offered_once_its_file_is_put_away(
    qtbot: QtBot, votes: VotesController, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, gate = threading.Event(), threading.Event()

    def plan(project: Project, wanted: object, progress: object) -> str:
        inside.set()
        gate.wait(10)  # done before it hears that it is cancelled
        return "a plan"

    monkeypatch.setattr("gzactive.app.project.votes_controller._plan", plan)
    votes.choose(files=(table,))
    assert inside.wait(10)
    votes.begin()
    gate.set()
    qtbot.waitUntil(lambda: not votes.busy, timeout=PATIENCE)
    assert votes.plan is None
    assert not votes.ready


def test_cancelling_leaves_the_votes_as_they_were(
    qtbot: QtBot, votes: VotesController, table: Path
) -> None:
    votes.choose(files=(table,))
    votes.cancel()
    qtbot.waitUntil(lambda: not votes.busy, timeout=PATIENCE)
    assert votes.plan is None
    look(qtbot, votes, where="sample == 'extra'")
    votes.run()
    votes.cancel()
    qtbot.waitUntil(lambda: not votes.busy, timeout=PATIENCE)
    assert votes.project.labels.catalogue_votes(votes.project.tree).empty
    assert votes.ready  # what was found still holds


def test_the_page_is_walked_by_keys(
    qtbot: QtBot, open_window: OpenWindow, project: Project, table: Path
) -> None:
    window = open_window(project.path)
    window.actions_["project.votes"].trigger()
    (page,) = window.findChildren(ProjectView)
    view = page.task
    assert isinstance(view, VotesView)
    assert view.isVisible()
    assert view.choose.hasFocus()
    assert not view.act.isEnabled()
    view.ask = lambda: [str(table)]
    QTest.keyClick(view.choose, Key.Key_Space)
    it = page.controller.votes
    qtbot.waitUntil(lambda: it.ready, timeout=PATIENCE)
    assert "Galaxy Zoo 2, columns as in its catalogue; ids in ‘dr7objid’" in view.told.text()
    assert view.answers.rows.rowCount() == 2
    assert any(
        "row left out: the galaxy has a row before" in one for one in view.findings.sentences
    )
    view.where.setFocus()
    QTest.keyClicks(view.where, "sample == 'nonsense'")
    QTest.keyClick(view.where, Key.Key_Return)
    qtbot.waitUntil(lambda: not it.busy and bool(view.banner.sentence), timeout=PATIENCE)
    assert "holds for none of the 10 rows" in view.banner.sentence
    assert not view.act.isEnabled()
    view.where.clear()
    QTest.keyClicks(view.where, "sample == 'original'")
    QTest.keyClick(view.where, Key.Key_Return)
    qtbot.waitUntil(lambda: it.ready, timeout=PATIENCE)
    assert not view.banner.sentence
    view.act.setFocus()
    QTest.keyClick(view.act, Key.Key_Space)
    qtbot.waitUntil(lambda: it.done is not None, timeout=PATIENCE)
    assert view.told.text().startswith("80 votes on 6 galaxies imported. The next round learns")
    assert not view.banner.sentence  # it is said once
    qtbot.waitUntil(lambda: not it.busy, timeout=PATIENCE)
    assert not view.stage.text()
    qtbot.waitUntil(view.back.hasFocus, timeout=PATIENCE)
    QTest.keyClick(view, Key.Key_Escape)
    assert page.task is None
    told = page.labels.list
    qtbot.waitUntil(lambda: "6 galaxies" in told.facts.get("Catalogue votes", ""), timeout=PATIENCE)
