"""The rounds of a project without widgets: what was made, what is in use, how it was fitted."""

import csv
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gzactive.active.rounds import Round, current_round, rounds
from gzactive.errors import GzactiveError
from gzactive.project import Project

if TYPE_CHECKING:
    from gzactive.app.session import ProjectSession

__all__ = ["TrainController"]


class TrainController(QObject):
    """Lists rounds and asks the session to make, promote or roll back one.

    Parameters
    ----------
    project
        The open project.
    session
        Runs the jobs.
    """

    #: Rounds, or the one in use, have changed.
    changed = Signal()
    #: One sentence about the last round, or why there is none.
    told = Signal(str)

    def __init__(self, project: Project, session: "ProjectSession") -> None:
        super().__init__(session)
        self.session = session
        self._project = project
        self._rounds: list[Round] = []
        self._current = 0
        self.sentence = ""
        self.refresh()

    @property
    def rounds(self) -> list[Round]:
        """All rounds, first to last."""
        return self._rounds

    @property
    def current(self) -> int:
        """Number of the round in use; 0 is the base head."""
        return self._current

    def refresh(self) -> None:
        """Read the rounds from the disk again."""
        try:
            self._rounds = rounds(self._project)
            self._current = current_round(self._project)
        except GzactiveError as error:
            self.tell(str(error))
        self.changed.emit()

    def tell(self, sentence: str) -> None:
        """Say one sentence on the page."""
        self.sentence = sentence
        self.told.emit(sentence)

    def start(self) -> None:
        """Make a round now."""
        self.session.start_round()

    def promote(self, number: int) -> None:
        """Put a round in use."""
        if number != self._current:
            self.session.promote(number)

    def roll_back(self) -> None:
        """Put in use what was in use before the present round."""
        earlier = [made.number for made in self._rounds if made.promoted]
        self.promote(max((n for n in earlier if n < self._current), default=0))

    def curves(self, number: int) -> dict[str, list[float]]:
        """Loss after each epoch of a round's fit: ``loss`` and perhaps ``validation_loss``."""
        made = next((each for each in self._rounds if each.number == number), None)
        if made is None:
            return {}
        try:
            with (made.path / "history.csv").open(newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
        except OSError as error:
            self.tell(f"The history of round {number} cannot be read ({error.strerror}).")
            return {}
        names = [name for name in (rows[0] if rows else {}) if name != "epoch"]
        return {name: [float(row[name]) for row in rows if row[name]] for name in names}
