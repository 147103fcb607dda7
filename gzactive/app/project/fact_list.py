"""What is so, line by line: a word on the left, its value on the right, wrapped and selectable."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from gzactive.app.tokens import SPACE

__all__ = ["FactList"]


class FactList(QWidget):
    """A few facts; values can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE.large)
        self._grid.setVerticalSpacing(SPACE.tight)
        self._grid.setColumnStretch(1, 1)
        self._shown: list[tuple[str, str, str]] = []

    @property
    def facts(self) -> dict[str, str]:
        """What is shown: word to value."""
        return {word: value for word, value, _ in self._shown}

    def show_facts(self, facts: Sequence[tuple[str, str, str]]) -> None:
        """Replace all lines: (word, value, tip), a value that is empty being left out."""
        wanted = [one for one in facts if one[1]]
        if wanted == self._shown:
            return
        self._shown = wanted
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for row, (word, value, tip) in enumerate(wanted):
            name, said = QLabel(word, self), QLabel(value, self)
            name.setProperty("role", "muted")
            said.setWordWrap(True)
            said.setTextFormat(Qt.TextFormat.PlainText)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            said.setAccessibleName(f"{word}: {value}")
            for label in (name, said):
                label.setToolTip(tip)
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(name, row, 0, top)
            self._grid.addWidget(said, row, 1, top)
