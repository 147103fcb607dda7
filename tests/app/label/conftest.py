"""Labelling without a widget, and short ways to do it."""

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from gzactive.app import work
from gzactive.app.label.controller import LabelController
from gzactive.app.label.upcoming import UpcomingGalaxy
from gzactive.progress import silent
from gzactive.project import Project

Start = Callable[..., LabelController]


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    """Begin labelling a project, with the queue that it issues; closed at the end."""
    made: list[LabelController] = []

    def begin(project: Project, queue: list[UpcomingGalaxy] | None = None) -> LabelController:
        it = LabelController(project)
        made.append(it)
        it.start(work.rank(project, silent).queue if queue is None else queue)
        qtbot.waitUntil(lambda: it.current is None or it.frame is not None)
        return it

    yield begin
    for it in made:
        it.close()


def smooth(it: LabelController) -> str:
    """Finish the galaxy on the table as smooth, round, undisturbed, without rare features."""
    assert it.current is not None
    id_str = it.current.id_str
    for name in ("smooth", "round", "none"):
        it.answer((name,))
    it.done()
    return id_str


def heard(signal: object) -> list[tuple[object, ...]]:
    """What a signal carries from now on."""
    found: list[tuple[object, ...]] = []
    signal.connect(lambda *given: found.append(given))
    return found
