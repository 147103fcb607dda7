"""Tells when a team's label server stops answering, and when all answers were sent again."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gzactive.stores.team_labels import TeamLabels

if TYPE_CHECKING:
    from gzactive.project import Project

__all__ = ["TeamLine"]

_EVERY_MS = 500


class TeamLine(QObject):
    """Looks at how things stand with the server, which is in memory, and says what has changed.

    Parameters
    ----------
    project
        The open project; without a team there is nothing to say.
    parent
        Owner.
    """

    #: A sentence, and whether it is a fault.
    told = Signal(str, bool)

    def __init__(self, project: "Project", parent: QObject | None = None) -> None:
        super().__init__(parent)
        labels = project.labels
        self._courier = labels.courier if isinstance(labels, TeamLabels) else None
        self._problem = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)
        if self._courier is not None:
            self._timer.start()

    def close(self) -> None:
        """Say nothing any more."""
        self._timer.stop()

    def look(self) -> None:
        """Say what has changed since the last look."""
        if self._courier is None:
            return
        state = self._courier.state
        if state.problem and state.problem != self._problem:
            self._problem = state.problem
            self.told.emit(
                f"{state.problem} Label on: your answers are safe on this computer and are sent "
                "when it answers again.",
                True,
            )
        elif self._problem and not state.problem and not state.waiting:
            self._problem = ""
            self.told.emit(
                "The label server answers again, and all your answers have been sent.", False
            )
