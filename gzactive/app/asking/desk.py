"""A question of one's own in an open project: asks for it, makes the project, tells where it is."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gzactive.active.asking import OwnQuestion
from gzactive.app import work
from gzactive.app.action_set import ActionSet
from gzactive.app.asking.dialog import AskDialog
from gzactive.app.session import ProjectSession

__all__ = ["AskingDesk"]


class AskingDesk(QObject):
    """Lives as long as the project is open.

    Parameters
    ----------
    session
        The open project; it stays open until the new one is made.
    actions
        The app's actions.
    examples
        Tells the ids of the galaxies that are selected where the person looks, if any.
    parent
        The work area.
    """

    #: A project was made (its folder).
    made = Signal(Path)

    def __init__(
        self,
        session: ProjectSession,
        actions: ActionSet,
        examples: Callable[[], list[str]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._widget = parent
        self.dialog: AskDialog | None = None
        actions.connect({"project.ask": lambda: self.begin(examples())})

    def begin(self, ids: list[str]) -> None:
        """Ask what is to be looked for; these galaxies are a yes to it."""
        self.dialog = AskDialog(self._session.path, len(ids), self._widget)
        self.dialog.asked.connect(partial(self._make, ids))
        # Not every desktop gives the keys back by itself.
        self.dialog.finished.connect(lambda: self._widget.window().activateWindow())
        self.dialog.open()

    def _make(self, ids: list[str], question: OwnQuestion, folder: Path) -> None:
        project = self._session.in_hand()
        job = self._session.jobs.submit_urgent(
            "ask",
            "Making the project",
            lambda progress: work.ask(project, folder, question, ids, progress),
        )
        job.finished.connect(self.made)
        job.failed.connect(lambda sentence: self._session.said.emit(sentence, True))
