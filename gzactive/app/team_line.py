"""Tells when a team's label server stops answering, and when all answers were sent again."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gzactive.stores.team_labels import TeamLabels

if TYPE_CHECKING:
    from gzactive.app.label.controller import LabelController
    from gzactive.project import Project

__all__ = ["TeamLine"]

_EVERY_MS = 500


class TeamLine(QObject):
    """Looks at how things stand with the server, which is in memory, and says what has changed.

    Parameters
    ----------
    project
        The open project; without a team there is nothing to say.
    back
        Called when the server answers again.
    parent
        Owner.
    """

    #: A sentence, and whether it is a fault.
    told = Signal(str, bool)

    def __init__(
        self, project: "Project", back: Callable[[], object], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._back = back
        self._project = project
        self._labels = project.labels
        self._courier = self._labels.courier if isinstance(self._labels, TeamLabels) else None
        self._problem = ""
        self._away = False
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)
        if self._courier is not None:
            self._timer.start()

    def hold(self, label: "LabelController") -> None:
        """What a labeller has in hand now is kept for them, so that others are not handed it."""
        if isinstance(self._labels, TeamLabels):
            coming = label.upcoming.next(len(label.upcoming))
            galaxies = [*coming, label.current] if label.current is not None else coming
            ids = [one.id_str for one in galaxies if not one.repeat]
            limit = self._project.settings.retire_after
            self._labels.keep(label.labeller, self._project.tree, ids, limit)

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
            what = "The label server does not answer." if state.away else state.problem
            only = (
                " Until then you are handed the galaxies that are set aside for you, so that no "
                "galaxy gets more people than it wants."
                if state.away and self._project.settings.retire_after
                else ""
            )
            self.told.emit(
                f"{what} Label on: your answers are safe on this computer and are sent when it "
                f"takes them again.{only}",
                True,
            )
            self._away = state.away
        if self._away and not state.problem:
            self._away = False
            self._back()
        if self._problem and not state.problem and not state.waiting:
            self._problem = ""
            self.told.emit(
                "The label server answers again, and all your answers have been sent.", False
            )
