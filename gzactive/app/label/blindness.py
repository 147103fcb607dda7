"""Of which galaxies a labeller has been shown the model's view: what they say of them is not blind.

A view is shown on the card of a finished galaxy, and on the Explore page. A galaxy that is shown
again as a repeat, 50 galaxies later, is blind as any other, unless it was explored.
"""

from collections.abc import Iterable

from gzactive.app.label.upcoming import UpcomingGalaxy
from gzactive.project import Project

__all__ = ["Blindness"]


class Blindness:
    """What one labeller knows of the model's view.

    Parameters
    ----------
    project
        Whose settings say whether labelling is blind at all, and whose log knows what was explored.
    labeller
        Who.
    """

    def __init__(self, project: Project, labeller: str) -> None:
        self._project = project
        self._labeller = labeller
        self._revealed: set[tuple[str, bool]] = set()
        self._explored = project.labels.seen(labeller)

    @property
    def wanted(self) -> bool:
        """Whether the model's view is hidden until a galaxy is finished."""
        return self._project.settings.blind

    def of(self, galaxy: UpcomingGalaxy) -> bool:
        """Whether an answer to this galaxy, given now, is blind."""
        known = (galaxy.id_str, galaxy.repeat) in self._revealed
        return self.wanted and not known and galaxy.id_str not in self._explored

    def reveal(self, galaxy: UpcomingGalaxy) -> None:
        """The model's view of a galaxy is shown now."""
        self._revealed.add((galaxy.id_str, galaxy.repeat))

    def explored(self, ids: Iterable[str]) -> None:
        """The model's view of galaxies was shown elsewhere; whoever showed it keeps that."""
        self._explored.update(ids)

    def refresh(self) -> None:
        """Read again what was explored: others may have written it."""
        self._explored |= self._project.labels.seen(self._labeller)
