"""What is done on the Explore page reaches the Label page and the schedule through here."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gzactive.app.explore.controller import ExploreController
    from gzactive.app.label.controller import LabelController
    from gzactive.app.label.upcoming import UpcomingGalaxy
    from gzactive.app.session import ProjectSession

__all__ = ["ExploreTies"]


class ExploreTies(QObject):
    """Connects two pages of one session.

    Parameters
    ----------
    session
        Counts what is finished.
    explore, label
        The controllers.
    """

    def __init__(
        self, session: "ProjectSession", explore: "ExploreController", label: "LabelController"
    ) -> None:
        super().__init__(session)
        self._session = session
        self._label = label
        explore.hand.labelled.connect(self._on_labelled)
        explore.hand.unlabelled.connect(self._on_unlabelled)
        explore.hand.flags_changed.connect(label.marking.refresh)
        explore.hand.queued.connect(self.queue)
        explore.hand.unqueued.connect(label.standing.unpick)
        explore.looked.shown.connect(label.blindness.explored)

    def queue(self, galaxies: "list[UpcomingGalaxy]") -> None:
        """Galaxies were picked: they come next, in their order."""
        label = self._label
        label.standing.pick(galaxies, label.current.id_str if label.current is not None else "")
        label.set_queue(label.upcoming.next(len(label.upcoming)))

    def _on_labelled(self, ids: list[str]) -> None:
        """Galaxies were labelled: they count, and need not come."""
        self._label.blindness.explored(ids)
        self._label.standing.done_elsewhere(ids)
        for id_str in ids:
            self._session.count_finished(id_str)

    def _on_unlabelled(self, ids: list[str]) -> None:
        self._label.standing.undone_elsewhere(ids)
        self._session.unlearn(len(ids))
