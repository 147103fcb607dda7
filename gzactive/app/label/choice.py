"""The settings of labelling while somebody labels: how galaxies are chosen, and how shown."""

from PySide6.QtCore import QObject, Signal

from gzactive.app.label.unsaved import unsaved
from gzactive.errors import GzactiveError
from gzactive.project import Project
from gzactive.stores.settings import Settings

__all__ = ["Choice"]

#: Settings that the order of the galaxies to come follows from.
_ORDER = (
    *("by", "question", "beta", "variety", "pool", "samples"),
    *("random_share", "nice_share", "repeat_share", "retire_after"),
)


class Choice(QObject):
    """Changes settings durably, and says what follows from them.

    Parameters
    ----------
    project
        Whose settings.
    refusal
        What to say instead, where nothing may be written; empty if it may.
    parent
        Owner.
    """

    #: Settings were changed.
    changed = Signal()
    #: The order of the galaxies to come is out of date.
    order_changed = Signal()
    #: The blind was put on, or off.
    blind_changed = Signal()
    #: One sentence in passing, and one that stays; the flag says whether it is a fault.
    said = Signal(str)
    warned = Signal(str, bool)

    def __init__(self, project: Project, refusal: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._refusal = refusal
        self._seen = project.settings

    @property
    def settings(self) -> Settings:
        """The settings as they are."""
        return self._project.settings

    def change(self, **settings: object) -> None:
        """Change settings, durably."""
        if self._refusal:
            self.said.emit(self._refusal)
            return
        try:
            self._project.save_settings(**settings)
        except GzactiveError as error:
            self.warned.emit(unsaved("The settings were not changed.", error), True)
            return
        self.notice()

    def notice(self) -> None:
        """Settings were changed, here or on another page: show what follows from them at once."""
        before, now = self._seen, self._project.settings
        self._seen = now
        if now.blind != before.blind:
            self.blind_changed.emit()
        if any(getattr(now, name) != getattr(before, name) for name in _ORDER):
            self.order_changed.emit()
        self.changed.emit()
