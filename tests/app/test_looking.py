"""With the real network: the galaxies are looked at behind the labelling, then ranked."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.active.rounds import rounds
from gzactive.inference import features_for, labelled_views

from .conftest import PATIENCE, MakeProject, OpenWindow


def test_a_new_project_is_looked_at_while_its_first_galaxies_are_labelled(
    qtbot: QtBot, open_window: OpenWindow, make_project: MakeProject
) -> None:
    project = make_project(n=96, tree="rings", every=14)
    assert not len(features_for(project).id_str)
    window = open_window(project.path)
    session = window.session
    assert session.label.model_view is None
    assert {each.selection for each in session.label.upcoming.next(50)} <= {
        "start-random",
        "random",
    }
    for _ in range(14):  # in a second or so: the round is due before all has been looked at
        QTest.keyClick(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: not session.busy, timeout=4 * PATIENCE)
    assert len(features_for(project).id_str) == 96
    assert session.label.model_view is not None
    (made,) = rounds(project)
    assert made.n_training + made.n_held_out == 14
    assert made.manifest["counts"]["training_without_features"] == 0
    # Once nothing else is to do, labelled galaxies are looked at from all sides for the next round.
    values, galaxy = labelled_views(project, project.catalog["id_str"].to_numpy(dtype=object))
    assert values.shape == (7 * made.n_training, 1280)
    assert not project.catalog["reserved"].to_numpy()[galaxy].any()
    session.start_round()
    qtbot.waitUntil(lambda: not session.busy, timeout=4 * PATIENCE)
    assert rounds(project)[1].manifest["counts"]["training_views"] == 8 * made.n_training
