"""A project whose scores are known, and a controller or a window that looks at it."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gzactive.app.explore.controller import ExploreController
from gzactive.app.main_window import MainWindow
from gzactive.project import Project
from gzactive.stores.predictions import Scores
from tests.app.conftest import PATIENCE, MakeProject, OpenWindow, give_features


def made_up_scores(ids: list[str], project: Project, seed: int = 5) -> Scores:
    """Fractions that spread over all of 0 to 1; the same path probabilities of one for all."""
    tree, n = project.tree, len(ids)
    rng = np.random.default_rng(seed)
    fractions = np.zeros((n, len(tree.columns)), np.float32)
    for question in tree.modelled:
        where = tree.slice(question.name)
        fractions[:, where] = rng.dirichlet(np.full(where.stop - where.start, 0.5), n)
    questions = len(tree.modelled)
    return Scores(
        np.array(ids, dtype=object),
        {
            "fractions": fractions,
            "path_probability": np.ones((n, questions), np.float32),
            "mutual_information": rng.uniform(0, 1, (n, questions)).astype(np.float32),
        },
        {"weights_id": "made-up", "round": 0},
    )


Explore = Callable[..., ExploreController]


@pytest.fixture
def explore(qtbot: QtBot, make_project: MakeProject) -> Iterator[Explore]:
    """Open controllers on new projects; they are closed at the end."""
    made: list[ExploreController] = []

    def begin(n: int = 60, *, scored: bool = True, project: Project | None = None):
        project = project or make_project(n)
        give_features(project)
        controller = ExploreController(project)
        made.append(controller)
        if scored:
            ids = project.catalog["id_str"].to_list()
            controller.set_scores(made_up_scores(ids, project))
        controller.set_cut(0.0)
        controller.wake()
        settled(qtbot, controller)
        return controller

    yield begin
    for controller in made:
        controller.close()


def settled(qtbot: QtBot, controller: ExploreController) -> None:
    """Wait until everything asked for has come."""
    qtbot.waitUntil(lambda: not controller._worker.busy, timeout=PATIENCE)


@pytest.fixture
def window(qtbot: QtBot, open_window: OpenWindow, project: Project) -> MainWindow:
    """A window on the module's project that shows all galaxies of its Explore page."""
    window = open_window(project.path)
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    page_settled(qtbot, window)
    window.session.explore.set_cut(0.0)
    page_settled(qtbot, window)
    return window


def page_settled(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until the page shows everything asked for."""
    it = window.session.explore
    qtbot.waitUntil(lambda: not it._worker.busy and not it.finding, timeout=PATIENCE)
    qtbot.wait(20)
