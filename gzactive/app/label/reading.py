"""Looking at galaxies of a project that is only read: nothing is written, and that is said."""

from gzactive.app.label.controller import READING, LabelController

__all__ = ["ReadingController"]


class ReadingController(LabelController):
    """Shows the galaxies that would be asked about; every key that would write says why not."""

    def choose(self, position: int) -> None:
        """Say why there is no answer."""
        self._say_why()

    def done(self) -> None:
        """Say why there is no answer."""
        self._say_why()

    def answer(self, names: tuple[str, ...]) -> None:
        """Say why there is no answer."""
        self._say_why()

    def undo(self) -> None:
        """Say why nothing is taken back."""
        self._say_why()

    def restart(self) -> None:
        """Say why nothing is begun again."""
        self._say_why()

    def skip(self) -> None:
        """Go on to the next galaxy; nobody is told."""
        if self._current is not None:
            self._advance()

    def _say_why(self) -> None:
        self.said.emit(READING)
