"""From galaxies to more like them, and back to the list that one came from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gzactive.app.explore.listing import Query

if TYPE_CHECKING:
    from gzactive.app.explore.controller import ExploreController

__all__ = ["Trail"]

#: More examples than these make no better list, and are no title.
_AT_MOST = 1000


class Trail:
    """The lists that led to the one that is shown.

    Parameters
    ----------
    controller
        Whose lists.
    """

    def __init__(self, controller: "ExploreController") -> None:
        self._controller = controller
        self._before: list[tuple[Query, int]] = []

    @property
    def leads_back(self) -> bool:
        """Whether there is a list to go back to."""
        return bool(self._before and self._controller.query.like)

    def more_like(self, positions: Sequence[int], row: int) -> None:
        """List what is most like galaxies of the list that is shown.

        Parameters
        ----------
        positions
            Which of them.
        row
            Where one is in the list, to come back to.
        """
        it = self._controller
        ids = tuple(it.id_at(one) for one in list(positions)[:_AT_MOST])
        if not ids:
            return
        if not it.query.like:
            self._before.clear()
        self._before.append((it.query, row))
        it.leave()
        it.look_for(Query(it.query.answer, "alike", like=ids))

    def back(self) -> int:
        """Go back to the list before; the row at which one was there."""
        query, row = self._before.pop()
        self._controller.look_for(query)
        return row
