"""Sentences about what came of work, finished once the new order of galaxies is known."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

__all__ = ["News"]

#: How many galaxies behind the decoded ones are compared.
_COMPARED = 20


class News(QObject):
    """Holds a sentence back until the galaxies are ranked again, and says what that changed."""

    #: A whole sentence, for a quiet card.
    told = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._held = ""
        self._remark = ""
        self._before: list[str] = []

    def hold(self, sentence: str, upcoming: Iterable[str]) -> None:
        """A ranking follows; a sentence that is still held is told before it."""
        self._held = f"{self._held} {sentence}".strip()
        self._before = list(upcoming)

    def ranked(self, upcoming: Iterable[str], remark: str = "") -> None:
        """The ranking is here: tell what was held, and how many galaxies are others now.

        A ``remark`` on it is told once, not again with each ranking of which it is true.
        """
        fresh = remark if remark != self._remark else ""
        self._remark = remark
        if not self._held:
            if fresh:
                self.tell(fresh)
            return
        after = list(upcoming)
        compared = min(_COMPARED, len(after))
        new = len(set(after[:compared]) - set(self._before[:_COMPARED]))
        order = (
            f" The next ten galaxies stay; of the {compared} after them {new} are new."
            if new
            else " The next galaxies stay as they were."
        )
        self.tell(f"{self._held}{order} {fresh}".rstrip())

    def give_up(self) -> None:
        """No ranking follows after all."""
        if self._held:
            self.tell(self._held)

    def tell(self, sentence: str) -> None:
        """Say a sentence at once."""
        self._held = ""
        self.told.emit(sentence)
